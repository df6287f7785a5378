"""Evidence: one report proves nothing; two that agree, far enough apart, do."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from echo.domain.accounts import OpenTrade, OpenTrades, Position, StateSnapshot
from echo.domain.evidence import Agreement, Held, Listing, Presence, Shown, is_conclusive
from echo.domain.ids import AccountId, Ticket, derive_trade_id, order_tag
from echo.domain.quantities import Side

TRADE = derive_trade_id(
    server="Demo", account_id=AccountId("1"), root_ticket=Ticket(1), opened_at_ms=1_700_000_000_000
)
HELD = Held(
    trade_id=TRADE,
    tickets=frozenset({Ticket(10), Ticket(11)}),
    lot=Decimal("0.10"),
    symbol="EURUSD",
    open_price=Decimal("1.1"),
)
NOBODYS: frozenset[Ticket] = frozenset()


def position(ticket: int, comment: str = "", price: str = "1.2", lot: str = "0.05") -> Position:
    return Position(
        ticket=Ticket(ticket),
        symbol="EURUSD",
        side=Side.BUY,
        lot=Decimal(lot),
        open_price=Decimal(price),
        comment=comment,
    )


def listing(*trades: OpenTrade) -> Listing:
    return Listing(OpenTrades(account_id=AccountId("1"), epoch="e", trades=trades))


def entry(ticket: int, trade_id: str = "", tag: str = "") -> OpenTrade:
    return OpenTrade(ticket=Ticket(ticket), lot=Decimal(1), trade_id=trade_id, tag=tag)


def test_two_reports_far_enough_apart_prove_what_both_say() -> None:
    agreement: Agreement[str] = Agreement()

    assert agreement.take("life", {"a": (1, 3_000)}, 1_000) == []
    assert agreement.take("life", {"a": (1, 3_000)}, 3_999) == []
    assert agreement.take("life", {"a": (1, 3_000)}, 4_000) == ["a"]


def test_a_report_is_never_its_own_witness() -> None:
    agreement: Agreement[str] = Agreement()

    assert agreement.take("life", {"a": (1, 0)}, 1_000) == []
    assert agreement.take("life", {"a": (1, 0)}, 1_000) == []


def test_a_report_that_says_otherwise_begins_anew() -> None:
    for other in ({}, {"a": (2, 3_000)}):
        agreement: Agreement[str] = Agreement()
        agreement.take("life", {"a": (1, 3_000)}, 0)
        agreement.take("life", other, 5_000)

        assert agreement.take("life", {"a": (1, 3_000)}, 6_000) == []


def test_another_life_begins_anew() -> None:
    agreement: Agreement[str] = Agreement()
    agreement.take("life", {"a": (1, 3_000)}, 0)

    assert agreement.take("next life", {"a": (1, 3_000)}, 60_000) == []


def test_a_break_begins_anew() -> None:
    agreement: Agreement[str] = Agreement()
    agreement.take("life", {"a": (1, 3_000)}, 0)
    agreement.reset()

    assert agreement.take("life", {"a": (1, 3_000)}, 60_000) == []


@given(st.lists(st.tuples(st.integers(0, 5_000), st.booleans(), st.sampled_from("ab")), min_size=1))
def test_nothing_is_proved_that_any_report_of_the_last_while_denies(
    reports: list[tuple[int, bool, str]],
) -> None:
    agreement: Agreement[str] = Agreement()
    now_ms, since_ms, before = 0, None, ""
    for gap_ms, says_so, epoch in reports:
        now_ms += gap_ms
        if not says_so or epoch != before:
            since_ms = None
        if says_so and since_ms is None:
            since_ms = now_ms
        before = epoch
        proved = agreement.take(epoch, {"gone": ("x", 3_000)} if says_so else {}, now_ms)

        long_enough = since_ms is not None and now_ms - since_ms >= 3_000
        assert proved == (["gone"] if long_enough else [])


def test_a_trade_is_found_by_its_id_by_any_of_its_tickets_or_by_its_tag() -> None:
    by_id, by_ticket = entry(99, trade_id=TRADE), entry(11)
    by_tag = entry(99, tag=order_tag(TRADE)[:20])

    assert listing(by_id).find(HELD) == by_id
    assert listing(entry(5), by_ticket).find(HELD) == by_ticket
    assert listing(by_tag).find(HELD) == by_tag
    assert listing(entry(99, tag="E" + "0" * 25)).find(HELD) is None
    assert listing().find(HELD) is None


def test_a_position_is_here_under_any_of_its_tickets() -> None:
    shown = Shown([position(11)])

    assert shown.presence(HELD, NOBODYS) is Presence.HERE
    assert shown.lacks(HELD.tickets)
    assert not shown.lacks(frozenset({Ticket(11)}))
    assert shown.at(Ticket(11)) == position(11)
    assert shown.at(Ticket(12)) is None


def test_a_position_is_gone_when_nothing_can_be_it() -> None:
    assert Shown([]).presence(HELD, NOBODYS) is Presence.GONE
    assert Shown([position(99)]).presence(HELD, NOBODYS) is Presence.GONE


def test_what_may_be_the_rest_of_a_position_leaves_it_unclear() -> None:
    for rest in (
        position(99, comment="from #10"),
        position(99, comment=order_tag(TRADE)[:15]),
        position(99, price="1.1"),
    ):
        assert Shown([rest]).presence(HELD, NOBODYS) is Presence.UNCLEAR


def test_what_belongs_to_another_copy_is_not_the_rest_of_this_one() -> None:
    others = position(99, price="1.1")

    assert Shown([others]).presence(HELD, frozenset({Ticket(99)})) is Presence.GONE


def test_a_larger_position_is_not_the_rest_of_a_smaller_one() -> None:
    larger = position(99, price="1.1", lot="0.50")

    assert Shown([larger]).presence(HELD, NOBODYS) is Presence.GONE


def test_a_comment_that_names_another_trade_is_not_this_one() -> None:
    other = position(99, comment="E" + "0" * 25)

    assert Shown([other]).presence(HELD, NOBODYS) is Presence.GONE


def test_only_a_complete_snapshot_of_a_connected_terminal_proves_that_something_is_gone() -> None:
    good = StateSnapshot(
        account_id=AccountId("1"), info=None, epoch="e", complete=True, connected=True
    )

    assert is_conclusive(good)
    assert not is_conclusive(replace(good, epoch=""))
    assert not is_conclusive(replace(good, complete=False))
    assert not is_conclusive(replace(good, connected=False))
