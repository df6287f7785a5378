"""What a slave EA reads back from its file is what it knew."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.answers import ExecutionResult
from echo.domain.commands import CommandKind
from echo.domain.ids import Ticket, order_tag
from echo.domain.quantities import Side
from echo.terminal.ledger import Intention, Ledger, WantedLevels
from tests.terminal.rig import ACCOUNT, close, execute, modify, trade_id

D = Decimal
LEVELS = WantedLevels(seq=3, stop_loss=D("1.38"), take_profit=None)


def intention(number: int = 1, **changes: object) -> Intention:
    base = Intention(
        command=execute(number).command_id,
        trade=trade_id(number),
        kind=CommandKind.EXECUTE,
        symbol="EURUSD.m",
        side=Side.BUY,
        lot=D("0.10"),
        magic=5,
        server_ms=1_000,
        tag=order_tag(trade_id(number)),
        open_tickets=(Ticket(4),),
        levels=(D("1.3"), None),
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def filled(number: int = 1, ticket: int = 7) -> ExecutionResult:
    return ExecutionResult(
        command_id=execute(number).command_id,
        trade_id=trade_id(number),
        kind=CommandKind.EXECUTE,
        success=True,
        account_id=ACCOUNT,
        ticket=Ticket(ticket),
        executed_price=D("1.39010"),
    )


def closed(number: int = 1) -> ExecutionResult:
    return replace(filled(number), command_id=close(number).command_id, kind=CommandKind.CLOSE)


def memory(ledger: Ledger) -> dict[str, object]:
    return {name: value for name, value in vars(ledger).items() if name != "records"}


def full() -> Ledger:
    ledger = Ledger()
    ledger.warms(warm=True, at_ms=0)
    ledger.intends(intention(1), at_ms=1)
    ledger.did(filled(1), at_ms=2)
    ledger.heard_ack(filled(1).command_id, at_ms=3)
    ledger.follows(trade_id(1), Ticket(7), Ticket(8), at_ms=4)
    moved = replace(filled(1), kind=CommandKind.MODIFY, command_id=modify(1, 3).command_id)
    ledger.did(moved, at_ms=5, seq=3, levels=LEVELS)
    ledger.buries(trade_id(1), at_ms=6)
    ledger.intends(intention(2), at_ms=7)
    return ledger


def test_everything_is_read_back() -> None:
    ledger = full()

    again = Ledger.read(ledger.records, highest_n=0)

    assert memory(again) == memory(ledger)
    assert again.warm
    assert again.n == 8
    assert list(again.unresolved) == [execute(2).command_id]
    assert again.unresolved[execute(2).command_id] == intention(2)
    assert again.owners == {7: trade_id(1), 8: trade_id(1)}
    assert again.tickets == {trade_id(1): 8}
    assert again.wanted[trade_id(1)] == LEVELS
    assert again.wanted[trade_id(2)] == WantedLevels(seq=0, stop_loss=D("1.3"), take_profit=None)
    assert again.modified_seq == {trade_id(1): 3}
    assert again.tombstones == {trade_id(1)}


def test_a_result_names_the_record_that_holds_it() -> None:
    ledger = Ledger()
    ledger.skip_to(40)

    record = ledger.did(filled(), at_ms=0)

    assert record["n"] == 41
    assert ledger.results[filled().command_id].ledger_n == 41
    assert Ledger.read([record], highest_n=0).results == ledger.results


def test_candidates_belong_to_nobody() -> None:
    ledger = Ledger()
    doubtful = replace(filled(), success=False, doubt=True, candidates=(Ticket(3), Ticket(4)))

    ledger.did(replace(doubtful, ticket=None), at_ms=0)

    assert ledger.excluded == {3, 4}
    assert ledger.owners == {}


def test_an_unwritten_record_is_taken_back_and_written_again_under_a_new_number() -> None:
    ledger = full()
    before = memory(ledger)

    [lost] = ledger.unwritten([7])
    renewed = ledger.again(lost)

    assert (lost["n"], renewed["n"]) == (7, 9)
    assert {**renewed, "n": 7} == lost
    assert memory(ledger) == {**before, "n": 9}


def test_an_intention_that_was_never_written_was_never_had() -> None:
    ledger = full()

    ledger.not_asked(execute(2).command_id)
    ledger.not_asked(execute(2).command_id)

    assert ledger.unresolved == {}


def test_two_opens_of_one_shape_share_a_key() -> None:
    assert intention(1).flight_key == intention(2).flight_key
    assert intention(1).flight_key != intention(1, lot=D("0.2")).flight_key


def settled_ledger() -> Ledger:
    ledger = Ledger()
    ledger.warms(warm=True, at_ms=0)
    for number in (1, 2):
        for result in (filled(number, 10 + number), closed(number)):
            ledger.did(result, at_ms=1)
            ledger.heard_ack(result.command_id, at_ms=1)
        ledger.buries(trade_id(number), at_ms=1)
    return ledger


@pytest.mark.parametrize(
    ("before_ms", "open_tickets", "left"),
    [(100, (), ["W"]), (0, (), "WDADATDADAT"), (100, (12,), "WDADAT")],
)
def test_only_what_is_old_settled_and_closed_is_dropped(before_ms, open_tickets, left) -> None:
    smaller = settled_ledger().compacted(settled_before_ms=before_ms, open_tickets=open_tickets)

    assert [record["t"] for record in smaller.records] == list(left)
    assert smaller.n == 11
    assert smaller.warm


def test_what_is_unacknowledged_or_unresolved_stays_however_old() -> None:
    ledger = full()

    smaller = ledger.compacted(settled_before_ms=1_000, open_tickets=())

    assert memory(smaller) == memory(ledger)


@pytest.mark.parametrize(
    "record",
    [
        {"t": "X", "n": 1, "at": 0},
        {"t": "D", "n": 1, "at": 0, "seq": 0, "result": {}},
        {"t": "A", "n": 1, "at": 0},
        {"t": "T", "at": 0},
    ],
)
def test_a_record_that_says_nothing_sensible_is_refused(record: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Ledger.read([record], highest_n=1)


def test_records_of_kinds_to_come_are_skipped_and_kept_while_young() -> None:
    ledger = Ledger.read([{"t": "Z", "n": 3, "at": 50}], highest_n=3)

    assert ledger.n == 3
    assert len(ledger.compacted(settled_before_ms=10, open_tickets=()).records) == 1
