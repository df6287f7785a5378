from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from echo.domain.answers import (
    AckStage,
    ExecutionResult,
    Outcome,
    Receipt,
    ResultAck,
    TradeIntentAck,
)
from echo.domain.commands import CloseOrder, CommandKind, ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.facts import Alarm, DeliveryRetried, InputRefused
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AgentId, CommandId, Ticket, TradeId
from echo.domain.journal import DecisionRecord
from echo.domain.quantities import Side
from echo.domain.sessions import EaSession
from echo.sim.scenario import slave_name
from echo.sim.schedule import Schedule
from echo.sim.watch import Watch, is_over
from echo.sim.world import World
from echo.stores.memory import MemoryJournal, MemoryLedger
from echo.terminal.book import BookEntry, BookKind
from echo.terminal.effects import ActionDetected, Observe, Order, OrderLeaving, Panel
from echo.terminal.orders import Filled, LevelsSet, Refused, SendOrder
from echo.terminal.view import MT4
from tests.sim.stage import MASTER, SECOND, SLAVE, closed, ended, opened

TRADE = TradeId("0197748f-0000-7000-8000-000000000001")
WHO = "slave-2001"


class Bench:
    """A watch with nothing to look at but what a test shows it."""

    def __init__(self) -> None:
        self.schedule, self.seen = Schedule(), Counter[str]()
        self.watch = Watch(self.schedule, self.seen, ttl_ms_max=5_000)
        self.journal = MemoryJournal()

    @property
    def broken(self) -> list[int]:
        return [each.invariant for each in self.watch.violations]


def decision(outcome: Outcome, code: ErrorCode = ErrorCode.NO_ERROR) -> DecisionRecord:
    found = ended(opened())
    (row,) = found.journal.decisions.values()
    return replace(row, trade_id=TRADE, outcome=outcome, code=code)


def ack(receipt: Receipt = Receipt.OK, stage: AckStage = AckStage.CORE_ACCEPTED) -> TradeIntentAck:
    return TradeIntentAck(
        trade_id=TRADE, seq=SEQ_OPEN, result=receipt, account_id=MASTER, stage=stage
    )


def close(epoch: int = 7) -> CloseOrder:
    return CloseOrder(
        command_id=CommandId("c1"),
        trade_id=TRADE,
        account_id=SLAVE,
        ticket=Ticket(1),
        symbol="EURUSD",
        magic_number=7,
        seq=SEQ_CLOSE,
        session_epoch=epoch,
    )


def session(epoch: int) -> EaSession:
    return EaSession(
        session_epoch=epoch, heartbeat_interval_ms=1_000, retry_backoff_ms=(50,), max_retries=3
    )


def order(command_id: str = "c1", **changes: Any) -> SendOrder:
    return replace(
        SendOrder(ref=f"open:{command_id}", symbol="EURUSD", side=Side.BUY, lot=Decimal("0.10")),
        **changes,
    )


# ------------------------------------------------------------------------ the journal


def test_a_final_outcome_stays() -> None:
    bench = Bench()
    filled = decision(Outcome.FILLED)
    for row in (decision(Outcome.PENDING), filled, filled):
        bench.watch.after_commit(bench.journal, [row])
    assert (bench.broken, bench.watch.pending) == ([], set())
    assert bench.seen["open_filled"] == 1
    bench.watch.after_commit(bench.journal, [decision(Outcome.OMITTED)])
    assert bench.broken == [9]


def test_what_waits_is_pending_and_what_nobody_knows_is_in_doubt() -> None:
    bench, key = Bench(), (TRADE, SEQ_OPEN, SLAVE)
    bench.watch.after_commit(bench.journal, [decision(Outcome.PENDING)])
    assert bench.watch.pending == {key}
    bench.watch.after_commit(bench.journal, [decision(Outcome.IN_DOUBT)])
    assert (bench.watch.pending, bench.watch.doubtful) == (set(), {key})
    bench.schedule.run(900)
    bench.watch.after_commit(bench.journal, [decision(Outcome.OMITTED, ErrorCode.QUOTE_STALE)])
    assert (bench.watch.doubtful, bench.watch.settled_ms) == (set(), {key: 900})
    assert bench.seen["code_quote_stale"] == 1


def test_only_the_last_row_of_a_transaction_counts() -> None:
    bench = Bench()
    bench.watch.after_commit(bench.journal, [decision(Outcome.FILLED), decision(Outcome.OMITTED)])
    assert bench.broken == []


def test_an_action_without_a_decision_for_a_follower_is_noticed() -> None:
    world, bench = ended(opened()), Bench()
    (action,) = world.journal.actions.values()
    bench.watch.after_commit(world.journal, [action])
    assert bench.broken == []
    world.journal.decisions.clear()
    bench.watch.after_commit(world.journal, [action])
    assert bench.broken == [17]


# ------------------------------------------------------------------------ promises


def finished() -> World:
    return ended(opened(), closed())


def test_the_core_may_promise_what_is_in_its_journal_and_nothing_else() -> None:
    world, bench = finished(), Bench()
    (command, *_) = (row.command for row in world.journal.commands.values())
    (execution, *_) = world.journal.executions
    result_ack = ResultAck(command_id=command.command_id, account_id=SLAVE)
    bench.watch.after_commit(world.journal, [replace(execution, command_id=command.command_id)])
    for message in (command, result_ack, ack(Receipt.RETRY), "anything else"):
        bench.watch.core_sends(message, world.journal)
    assert bench.broken == []
    for message in (command, ack()):
        bench.watch.core_sends(message, bench.journal)
    assert bench.broken == [6, 6]


def test_a_result_that_is_not_journaled_may_not_be_acknowledged() -> None:
    world, bench = finished(), Bench()
    decisions = world.journal.decisions
    for key, row in decisions.items():
        decisions[key] = replace(row, outcome=Outcome.PENDING)
    command_id = next(iter(world.journal.commands))
    bench.watch.core_sends(ResultAck(command_id=command_id, account_id=SLAVE), world.journal)
    assert bench.broken == [6]


def test_a_result_that_another_id_of_its_command_has_settled_may_be_acknowledged() -> None:
    """An old EA is asked once more under another id, and answers both."""
    world, bench = finished(), Bench()
    acks = [ResultAck(command_id=each, account_id=SLAVE) for each in world.journal.commands]
    for each in acks:
        bench.watch.core_sends(each, world.journal)
    assert set(bench.broken) == {6}, "only an old one"
    old = Bench()
    old.watch.legacy.update(slave_name(each) for each in world.scenario.slaves)
    for each in acks:
        old.watch.core_sends(each, world.journal)
    assert old.broken == []


def test_a_trade_that_is_over_may_be_acknowledged_whatever_comes() -> None:
    world, bench = finished(), Bench()
    (trade_id,) = world.journal.trades
    assert is_over(world.journal, trade_id)
    assert not is_over(world.journal, TRADE)
    bench.watch.core_sends(replace(ack(), trade_id=trade_id, seq=99), world.journal)
    assert bench.broken == []


def test_an_agent_may_promise_what_is_in_its_ledger_and_nothing_else() -> None:
    bench, ledger = Bench(), MemoryLedger()
    alone = ack(stage=AckStage.AGENT_BUFFERED)
    for message in (ack(), replace(alone, result=Receipt.FAILED), "anything else"):
        bench.watch.agent_sends(message, ledger)
    assert (bench.broken, bench.seen["acknowledged_by_agent"]) == ([], 0)
    bench.watch.agent_sends(alone, ledger)
    assert (bench.broken, bench.seen["acknowledged_by_agent"]) == ([6], 1)


def test_whoever_acts_on_an_old_frame_is_caught() -> None:
    bench = Bench()
    bench.watch.unmoved("core", [])
    assert bench.broken == []
    bench.watch.unmoved("core", ["an effect"])
    assert bench.broken == [14]


# ------------------------------------------------------------------------ terminals


def test_an_ea_acts_on_commands_of_its_own_epoch_only() -> None:
    bench = Bench()
    acting = [Order(order())]
    bench.watch.ea_heard(WHO, session(7), [])
    bench.watch.ea_heard(WHO, close(epoch=7), acting)
    bench.watch.ea_heard(WHO, close(epoch=6), [Panel("old")])
    assert bench.broken == []
    bench.watch.ea_heard(WHO, close(epoch=6), acting)
    assert bench.broken == [14]
    bench.watch.attached(WHO, usable=True)
    bench.watch.ea_heard(WHO, close(epoch=7), acting)
    assert bench.broken == [14, 14]


def test_a_master_remembers_what_is_safe_and_counts_what_is_not() -> None:
    bench = Bench()
    bench.watch.ea_heard("master-1001", ack(Receipt.RETRY), [])
    assert bench.watch.acked == set()
    assert bench.seen["ack_retry_no_error"] == 1
    bench.watch.ea_heard("master-1001", ack(), [])
    assert bench.watch.acked == {(TRADE, SEQ_OPEN)}


def test_two_opens_that_look_the_same_may_not_be_unresolved_at_once() -> None:
    bench = Bench()
    bench.watch.ordered(WHO, SLAVE, order("c1"))
    bench.watch.ordered(WHO, SLAVE, order("c1"))
    bench.watch.ordered(WHO, SLAVE, order("c2", lot=Decimal("0.20")))
    bench.watch.ordered(WHO, SECOND, order("c3"))
    assert bench.broken == []
    bench.watch.ordered(WHO, SLAVE, order("c4"))
    assert bench.broken == [2]


@pytest.mark.parametrize(
    ("event", "resolves"),
    [
        (Filled(ref="open:c1", ticket=Ticket(1), lot=Decimal(1), price=Decimal(1)), True),
        (Refused(ref="open:c1", code=134), True),
        (Refused(ref="open:c1", code=128), False),
        (LevelsSet(ref="levels:c1", ticket=Ticket(1)), False),
        (Filled(ref="", ticket=Ticket(1), lot=Decimal(1), price=Decimal(1)), False),
    ],
)
def test_a_fill_or_a_definite_no_resolves_an_open(event: Any, resolves: bool) -> None:
    bench = Bench()
    bench.watch.ordered(WHO, SLAVE, order("c1"))
    bench.watch.replied(event, MT4)
    bench.watch.ordered(WHO, SLAVE, order("c2"))
    assert (bench.broken == []) is resolves


def test_a_written_answer_or_a_lost_memory_resolves_an_open() -> None:
    bench = Bench()
    bench.watch.ordered(WHO, SLAVE, order("c1"))
    bench.watch.appended(WHO, {"t": "D", "n": 2, "result": {"command_id": "c1", "kind": "close"}})
    bench.watch.ordered(WHO, SLAVE, order("c2"))
    bench.watch.attached(WHO, usable=False)
    bench.watch.ordered(WHO, SLAVE, order("c3"))
    assert (bench.broken, bench.seen["cold_start"]) == ([], 1)


def test_it_is_remembered_when_an_ea_wrote_down_last_what_became_of_an_open() -> None:
    bench = Bench()
    done = {"command_id": "c1", "kind": "execute", "trade_id": TRADE, "account_id": SLAVE}
    bench.schedule.run(700)
    bench.watch.appended(WHO, {"t": "D", "n": 2, "result": done})
    first = dict(bench.watch.answered_ms)
    bench.schedule.run(900)
    bench.watch.appended(WHO, {"t": "D", "n": 3, "result": done})
    bench.schedule.run(950)
    bench.watch.appended(WHO, {"t": "D", "n": 4, "result": {**done, "kind": "close"}})

    assert (first, bench.watch.answered_ms) == ({(TRADE, SLAVE): 700}, {(TRADE, SLAVE): 900})


def test_what_a_master_reports_is_remembered() -> None:
    bench = Bench()
    action = {"trade_id": TRADE, "seq": 2, "stop_loss": 1.1}
    bench.watch.appended("master-1001", {"t": "I", "n": 1, "action": action})
    bench.watch.appended("master-1001", {"t": "A", "n": 2})
    assert bench.watch.reported == {(TRADE, 2): action}


def test_an_open_must_have_been_reported_and_may_not_be_old() -> None:
    bench = Bench()
    leaving = OrderLeaving(command_id=CommandId("c1"), trade_id=TRADE)
    bench.watch.ea_fact(WHO, leaving)
    assert bench.broken == [16]
    bench.watch.ea_fact("master-1001", ActionDetected(trade_id=TRADE, seq=SEQ_OPEN))
    bench.schedule.run(5_400)
    bench.watch.ea_fact(WHO, leaving)
    assert bench.broken == [16]
    bench.schedule.run(5_600)
    bench.watch.ea_fact(WHO, leaving)
    assert bench.broken == [16, 5]


def test_telemetry_is_counted() -> None:
    bench = Bench()
    bench.watch.ea_fact(WHO, Alarm(key="k1", code="LEDGER_COLD", sentence="cold"))
    bench.watch.fact("core", InputRefused(peer=WHO, reason="unknown_trade", sentence="no"))
    bench.watch.fact(
        "core",
        DeliveryRetried(
            command_id=CommandId("c1"),
            account_id=SLAVE,
            agent_id=AgentId("a1"),
            stage=AckStage.NONE,
            attempt=2,
        ),
    )
    bench.watch.fact("core", "anything else")
    assert bench.watch.alarmed == {"k1"}
    assert bench.seen == {"alarm_ledger_cold": 1, "refused_unknown_trade": 1, "delivery_retried": 1}


# ------------------------------------------------------------------------ brokers


def test_a_second_fill_of_one_trade_is_caught() -> None:
    bench = Bench()
    fill = BookEntry(kind=BookKind.OPENED, at_ms=1, asked="E123")
    bench.watch.booked(SLAVE, fill)
    bench.watch.booked(SECOND, fill)
    bench.watch.booked(SLAVE, replace(fill, kind=BookKind.CLOSED))
    bench.watch.booked(SLAVE, replace(fill, asked=""))
    bench.watch.booked(SLAVE, replace(fill, asked=""))
    assert bench.broken == []
    bench.watch.booked(SLAVE, fill)
    assert bench.broken == [2]


def test_results_say_how_they_came() -> None:
    world, bench = finished(), Bench()
    (execution, *_) = world.journal.executions
    result = ExecutionResult(
        command_id=CommandId("c1"),
        trade_id=TRADE,
        kind=CommandKind.EXECUTE,
        success=True,
        stored=True,
        late=True,
    )
    bench.watch.after_commit(bench.journal, [replace(execution, result=result)])
    assert bench.seen == {"result_stored": 1, "result_late": 1}


def test_every_command_that_leaves_is_checked() -> None:
    bench = Bench()
    execute = ExecuteOrder(
        command_id=CommandId("c1"),
        trade_id=TRADE,
        account_id=SLAVE,
        symbol="EURUSD",
        side=Side.BUY,
        lot=Decimal(1),
        magic_number=7,
    )
    for message in (execute, close()):
        bench.watch.core_sends(message, bench.journal)
    assert bench.broken == [6, 6]


def test_an_ea_that_cannot_write_and_tells_nobody_is_an_offence() -> None:
    alarm = Alarm(key="ledger", code="LEDGER_UNWRITABLE", sentence="full")
    bench = Bench()
    bench.watch.unwritten("slave-2001", [Observe(alarm)])
    assert bench.watch.violations == []
    bench.watch.unwritten("slave-2001", [])
    assert [each.invariant for each in bench.watch.violations] == [12]
