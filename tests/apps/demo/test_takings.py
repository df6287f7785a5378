"""What the demo came to: nothing lost or doubled stays hidden, latencies are what stamps say."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.apps.demo.cast import cast
from echo.apps.demo.takings import Takings, latencies, quantile, read_book, tagged, take_stock
from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, Ticket, TradeId, derive_trade_id, order_tag
from echo.domain.intents import ActionKind
from echo.domain.reconciliation import JournaledDecision, JournaledTrade
from echo.services.terminal.books import write_entries
from echo.terminal.book import BookEntry, BookKind, stamp

PEOPLE = cast(1, 1)
[MASTER], [SLAVE] = PEOPLE.masters, PEOPLE.slaves
OPENED_MS = 1_399_507_200_000
LOT = Decimal("0.10")
TRADE = derive_trade_id(
    server=MASTER.broker.server,
    account_id=MASTER.account_id,
    root_ticket=Ticket(11),
    opened_at_ms=OPENED_MS,
)
OF_MASTER = BookEntry(kind=BookKind.OPENED, at_ms=OPENED_MS, ticket=Ticket(11), lot=LOT)


def copy(ticket: int = 21, asked: str = "") -> BookEntry:
    """A fill at the slave."""
    return BookEntry(
        kind=BookKind.OPENED,
        at_ms=OPENED_MS,
        ticket=Ticket(ticket),
        lot=LOT,
        asked=asked or order_tag(TRADE),
    )


def closed(ticket: int) -> BookEntry:
    return BookEntry(kind=BookKind.CLOSED, at_ms=OPENED_MS, ticket=Ticket(ticket), lot=LOT)


def journaled(*seqs: int) -> JournaledTrade:
    return JournaledTrade(
        trade_id=TRADE,
        master_account_id=MASTER.account_id,
        followers=(SLAVE.account_id,),
        seqs=seqs,
    )


def decided(seq: int, outcome: Outcome, code: ErrorCode = ErrorCode.NO_ERROR) -> JournaledDecision:
    return JournaledDecision(
        trade_id=TRADE,
        seq=seq,
        account_id=SLAVE.account_id,
        kind=ActionKind.CLOSE if seq == SEQ_CLOSE else ActionKind.OPEN,
        outcome=outcome,
        code=code,
    )


BOTH = (decided(SEQ_OPEN, Outcome.FILLED), decided(SEQ_CLOSE, Outcome.CLOSED))


def stock(
    of_slave: tuple[BookEntry, ...],
    decisions: tuple[JournaledDecision, ...] = BOTH,
    of_master: tuple[BookEntry, ...] = (OF_MASTER, closed(11)),
) -> Takings:
    trade = journaled(SEQ_OPEN, SEQ_CLOSE)
    return take_stock(PEOPLE, {MASTER: of_master, SLAVE: of_slave}, [trade], decisions)


def test_what_a_master_still_holds_is_not_over() -> None:
    still_open = stock((copy(),), (decided(SEQ_OPEN, Outcome.FILLED),), (OF_MASTER,))

    assert (still_open.held, stock((copy(), closed(21))).held) == (1, 0)


def test_where_books_and_journal_agree_nothing_is_wrong() -> None:
    takings = stock((copy(), closed(21)))

    assert (takings.discrepancies, takings.unexplained) == ((), 0)
    assert (takings.masters, takings.slaves, takings.actions, takings.decisions) == (1, 1, 2, 2)
    assert (takings.outcome(Outcome.FILLED), takings.outcome(Outcome.CLOSED)) == (1, 1)
    assert takings.outcome(Outcome.FAILED) == 0


def test_a_fill_that_is_not_in_the_slave_s_book_is_lost() -> None:
    assert stock(()).count("lost") == 1


def test_a_master_s_trade_that_the_journal_does_not_know_is_lost() -> None:
    unknown = BookEntry(kind=BookKind.OPENED, at_ms=OPENED_MS, ticket=Ticket(12), lot=LOT)

    takings = stock((copy(), closed(21)), of_master=(OF_MASTER, closed(11), unknown))
    assert [each.account_id for each in takings.discrepancies] == [MASTER.account_id]


def test_two_fills_of_one_trade_are_a_duplicate() -> None:
    takings = stock((copy(21), copy(22), closed(21), closed(22)))

    assert (takings.count("duplicated"), takings.count("lost")) == (1, 0)


def test_what_its_master_has_closed_is_an_orphan() -> None:
    assert stock((copy(),)).count("orphan") == 1


def test_what_somebody_else_opened_is_nobody_s_copy() -> None:
    assert stock((copy(), closed(21), copy(22, asked="by hand"))).discrepancies == ()


def test_a_decision_without_an_outcome_is_unexplained() -> None:
    takings = stock((copy(), closed(21)), (BOTH[0], decided(SEQ_CLOSE, Outcome.PENDING)))

    assert takings.unexplained == 1


def test_reasons_are_counted_apart_for_omitted_and_failed() -> None:
    omitted = stock((), (decided(SEQ_OPEN, Outcome.OMITTED, ErrorCode.SPREAD_EXCEEDED),))
    failed = stock((), (decided(SEQ_OPEN, Outcome.FAILED, ErrorCode.SPREAD_EXCEEDED),))

    assert (omitted.omitted, omitted.failed) == ({"SPREAD_EXCEEDED": 1}, {})
    assert (failed.omitted, failed.failed) == ({}, {"SPREAD_EXCEEDED": 1})


@pytest.mark.parametrize("comment", [order_tag(TRADE), TRADE, TRADE[:31]])
def test_the_comment_of_every_kind_of_ea_is_known(comment: str) -> None:
    assert tagged([journaled(SEQ_OPEN)])[comment] == TradeId(TRADE)
    assert stock((copy(asked=comment), closed(21))).discrepancies == ()


def moments(subject: str, **at_us: int) -> tuple[BookEntry, ...]:
    return tuple(stamp(note, subject, at_us=at) for note, at in at_us.items())


def test_a_latency_runs_from_one_ea_to_the_other() -> None:
    times = latencies([moments("t/0", detected=1_000_000), moments("t/0", sent=1_007_500)])

    assert times is not None
    assert (times.p50, times.p99, times.count) == (7.5, 7.5, 1)


def test_a_wait_for_the_broker_is_not_echo_s() -> None:
    slave = moments("t/0", blocked=1_005_000, sent=1_900_000)
    times = latencies([moments("t/0", detected=1_000_000), slave])

    assert times is not None
    assert times.p50 == 5.0


def test_a_repeated_moment_counts_when_it_was_first() -> None:
    master = (*moments("t/0", detected=1_000_000), *moments("t/0", detected=1_006_000))
    times = latencies([moments("t/0", sent=1_007_000), master])

    assert times is not None
    assert times.p50 == 7.0


def test_every_slave_s_copy_counts() -> None:
    master = (*moments("t/0", detected=0), *moments("u/0", detected=0))
    slaves = [moments("t/0", sent=1_000), (*moments("t/0", sent=3_000), *moments("u/0", sent=9))]
    times = latencies([master, *slaves])

    assert times is not None
    assert times.count == 3


def test_without_a_copy_there_is_no_latency() -> None:
    assert latencies([moments("t/0", detected=5), moments("u/0", sent=9)]) is None


@given(values=st.lists(st.floats(0, 1e6), min_size=1).map(sorted), share=st.floats(0.01, 0.99))
def test_a_quantile_is_a_value_that_the_share_does_not_exceed(
    values: list[float], share: float
) -> None:
    found = quantile(values, share)

    assert found in values
    assert sum(each <= found for each in values) >= share * len(values)


def test_a_book_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "book.jsonl"
    assert read_book(path) == ()

    path.write_bytes(write_entries((OF_MASTER, closed(11)))[:-1])
    assert read_book(path) == (OF_MASTER,)
