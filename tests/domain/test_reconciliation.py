"""Books against journal: each way to break the promise is seen, and nothing innocent is blamed."""

from decimal import Decimal

import pytest

from echo.domain.answers import Outcome
from echo.domain.ids import SEQ_CLOSE, AccountId, Ticket, TradeId
from echo.domain.intents import ActionKind
from echo.domain.reconciliation import (
    BookPosition,
    Discrepancy,
    JournaledDecision,
    JournaledTrade,
    compare,
    unexplained,
)

MASTER, SLAVE, OTHER = AccountId("1001"), AccountId("2001"), AccountId("2002")
TRADE, STRANGER = TradeId("trade-1"), TradeId("trade-2")
KINDS = {0: ActionKind.OPEN, 1: ActionKind.REDUCE, SEQ_CLOSE: ActionKind.CLOSE}


def held(
    account_id: AccountId = SLAVE,
    remaining: str = "1",
    trade_id: TradeId | None = TRADE,
    ticket: int = 9,
) -> BookPosition:
    return BookPosition(
        account_id=account_id,
        ticket=Ticket(ticket),
        trade_id=trade_id,
        lot_initial=Decimal(1),
        lot_remaining=Decimal(remaining),
    )


def trade(*seqs: int, followers: tuple[AccountId, ...] = (SLAVE,)) -> JournaledTrade:
    return JournaledTrade(trade_id=TRADE, master_account_id=MASTER, followers=followers, seqs=seqs)


def row(outcome: Outcome, seq: int = 0, account_id: AccountId = SLAVE) -> JournaledDecision:
    return JournaledDecision(
        trade_id=TRADE,
        seq=seq,
        account_id=account_id,
        kind=KINDS[seq],
        outcome=outcome,
        ticket=Ticket(9),
    )


def kinds(found: tuple[Discrepancy, ...]) -> list[str]:
    return [each.kind for each in found]


@pytest.mark.parametrize(
    ("trades", "decisions", "masters", "slaves"),
    [
        pytest.param([], [], [], [], id="nothing at all"),
        pytest.param([trade(0)], [row(Outcome.FILLED)], [held(MASTER)], [held()], id="copied"),
        pytest.param([trade(0)], [row(Outcome.OMITTED)], [held(MASTER)], [], id="omitted"),
        pytest.param([trade(0)], [row(Outcome.FAILED)], [held(MASTER)], [], id="failed"),
        pytest.param(
            [trade(0)], [row(Outcome.IN_DOUBT)], [held(MASTER)], [], id="in doubt, not executed"
        ),
        pytest.param(
            [trade(0)], [row(Outcome.IN_DOUBT)], [held(MASTER)], [held()], id="in doubt, executed"
        ),
        pytest.param(
            [trade(0, SEQ_CLOSE)],
            [row(Outcome.IN_DOUBT), row(Outcome.IN_DOUBT, SEQ_CLOSE)],
            [held(MASTER, "0")],
            [held()],
            id="in doubt, still open after the master's close",
        ),
        pytest.param(
            [trade(0, 1, SEQ_CLOSE)],
            [row(Outcome.IN_DOUBT), row(Outcome.PENDING, 1), row(Outcome.PENDING, SEQ_CLOSE)],
            [held(MASTER, "0")],
            [held()],
            id="what follows an open in doubt waits for it",
        ),
        pytest.param(
            [trade(0, 1, SEQ_CLOSE)],
            [row(Outcome.FILLED), row(Outcome.REDUCED, 1), row(Outcome.CLOSED, SEQ_CLOSE)],
            [held(MASTER, "0")],
            [held(remaining="0")],
            id="a whole life",
        ),
        pytest.param([trade(0, followers=())], [], [held(MASTER)], [], id="nobody follows"),
        pytest.param(
            [],
            [],
            [held(MASTER, trade_id=None)],
            [held(trade_id=None), held(trade_id=None, ticket=10)],
            id="positions that are not Echo's",
        ),
        pytest.param(
            [trade(0, followers=(SLAVE, OTHER))],
            [row(Outcome.FILLED), row(Outcome.OMITTED, account_id=OTHER)],
            [held(MASTER)],
            [held()],
            id="each follower for itself",
        ),
    ],
)
def test_innocent(
    trades: list[JournaledTrade],
    decisions: list[JournaledDecision],
    masters: list[BookPosition],
    slaves: list[BookPosition],
) -> None:
    assert compare(trades, decisions, masters, slaves) == ()


def test_an_acknowledged_action_without_a_decision_is_lost() -> None:
    [found] = compare([trade(0)], [], [held(MASTER)], [])

    assert (found.kind, found.trade_id, found.account_id) == ("lost", TRADE, SLAVE)
    assert found.sentence == "action 0 was acknowledged but has no decision"


def test_a_decision_that_stays_pending_is_lost() -> None:
    [found] = compare([trade(0)], [row(Outcome.PENDING)], [held(MASTER)], [])

    assert found.sentence == "action 0 was acknowledged but has no outcome"


def test_a_close_that_waits_for_nothing_is_lost() -> None:
    [found] = compare(
        [trade(0, SEQ_CLOSE)],
        [row(Outcome.FILLED), row(Outcome.PENDING, SEQ_CLOSE)],
        [held(MASTER, "0")],
        [held(remaining="0")],
    )

    assert found.sentence == f"action {SEQ_CLOSE} was acknowledged but has no outcome"


def test_only_what_waits_for_no_doubt_is_unexplained() -> None:
    decisions = [
        row(Outcome.IN_DOUBT),
        row(Outcome.PENDING, SEQ_CLOSE),
        row(Outcome.FILLED, account_id=OTHER),
        row(Outcome.PENDING, 1, OTHER),
        row(Outcome.REDUCED, SEQ_CLOSE, OTHER),
    ]

    assert unexplained(decisions) == (row(Outcome.PENDING, 1, OTHER),)


def test_one_forgotten_follower_is_named() -> None:
    found = compare(
        [trade(0, followers=(SLAVE, OTHER))], [row(Outcome.FILLED)], [held(MASTER)], [held()]
    )

    assert [(each.kind, each.account_id) for each in found] == [("lost", OTHER)]


def test_a_masters_position_that_never_reached_the_journal_is_lost() -> None:
    [found] = compare([], [], [held(MASTER, ticket=77)], [])

    assert (found.kind, found.account_id) == ("lost", MASTER)
    assert found.sentence == "master's ticket 77 never reached the journal"


def test_a_masters_close_that_never_reached_the_journal_is_lost() -> None:
    found = compare([trade(0)], [row(Outcome.FILLED)], [held(MASTER, "0", ticket=77)], [held()])

    assert kinds(found) == ["lost", "orphan"]
    assert found[0].sentence == "the close of master's ticket 77 never reached the journal"


def test_a_fill_that_the_broker_does_not_know_is_lost() -> None:
    [found] = compare([trade(0)], [row(Outcome.FILLED)], [held(MASTER)], [held(OTHER)])[:1]

    assert found.sentence == "recorded as filled with ticket 9, the book has no such fill"


@pytest.mark.parametrize("outcome", [Outcome.OMITTED, Outcome.FAILED])
def test_a_fill_that_the_journal_denies_is_lost(outcome: Outcome) -> None:
    [found] = compare([trade(0)], [row(outcome)], [held(MASTER)], [held()])

    assert found.kind == "lost"
    assert found.sentence == f"recorded as {outcome}, the book has ticket 9"


def test_two_fills_of_one_trade_are_a_duplicate() -> None:
    [found] = compare(
        [trade(0)], [row(Outcome.FILLED)], [held(MASTER)], [held(), held(remaining="0", ticket=10)]
    )

    assert (found.kind, found.account_id) == ("duplicated", SLAVE)
    assert found.sentence == "2 fills for one trade"


def test_a_slave_that_outlives_its_master_is_an_orphan() -> None:
    [found] = compare(
        [trade(0, SEQ_CLOSE)],
        [row(Outcome.FILLED), row(Outcome.CLOSED, SEQ_CLOSE)],
        [held(MASTER, "0")],
        [held(remaining="0.4")],
    )

    assert found.kind == "orphan"
    assert "ticket 9 still holds 0.4 lots" in found.sentence


def test_a_position_of_a_trade_that_nobody_knows_is_an_orphan() -> None:
    assert kinds(compare([], [], [], [held(trade_id=STRANGER)])) == ["orphan"]


def test_any_iterables_will_do() -> None:
    found = compare(iter([trade(0)]), iter([]), iter([held(MASTER)]), iter([]))

    assert kinds(found) == ["lost"]
