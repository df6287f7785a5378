from collections.abc import Iterator, Sequence

import pytest

from echo.domain.answers import AckStage, MessageAck, Receipt, TradeIntentAck
from echo.domain.facts import Alarm
from echo.domain.ids import SEQ_OPEN, AgentId, MessageId, TradeId
from echo.domain.journal import AgentSessionRecord
from echo.domain.quantities import Instant
from echo.domain.sessions import AgentHeartbeat, Pong
from echo.sim.desk.lookout import Facts, Lookout, ShownEa
from echo.sim.trace import Trace
from echo.stores.memory import MemoryJournal, MemoryLedger
from echo.terminal.book import stamp
from echo.terminal.effects import Effect, Say
from echo.terminal.events import Event, Heard, PipeUp
from echo.wire.pipe import write_to_ea
from echo.wire.records import Header, encode_header, encode_record
from tests.sim.desk.stage import MASTER, SLAVE, Bench

TRADE = TradeId("0197748e-fe40-76d5-8ffc-fae8e4843400")
ALARM = Alarm(key="k", code="CODE", sentence="s")


def ack(stage: AckStage) -> TradeIntentAck:
    return TradeIntentAck(
        trade_id=TRADE,
        seq=SEQ_OPEN,
        account_id=MASTER,
        result=Receipt.OK,
        stage=stage,
    )


class Tower(Bench):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.lookout = Lookout(
            self.loop,
            Trace(self.lines.append),
            MemoryJournal(),
            MemoryLedger(),
            ttl_ms_max=5_000,
        )

    @property
    def broken(self) -> list[int]:
        return [each.invariant for each in self.lookout.watch.violations]


@pytest.fixture
def tower() -> Iterator[Tower]:
    tower = Tower()
    yield tower
    tower.loop.close()


async def pause(tower: Tower) -> None:
    await tower.clock.sleep_ms(700)


def test_what_the_core_promises_must_be_in_its_journal(tower: Tower) -> None:
    tower.run(pause(tower))
    tower.lookout.core_sends([ack(AckStage.CORE_ACCEPTED)])
    assert tower.broken == [6]
    assert tower.lookout.busy_ms == 700
    assert any("TradeIntentAck" in line for line in tower.lines)


def test_what_the_agent_promises_must_be_in_its_ledger(tower: Tower) -> None:
    pong = Pong(ping_id="p", timestamp_ms=1, echo_ms=1, mono_ms=1)
    tower.lookout.agent_writes(MASTER, write_to_ea(pong, 3, 0))
    tower.lookout.agent_writes(MASTER, write_to_ea(ack(AckStage.CORE_ACCEPTED), 3, 0))
    assert tower.broken == []
    tower.lookout.agent_writes(MASTER, write_to_ea(ack(AckStage.AGENT_BUFFERED), 3, 0))
    assert tower.broken == [6]
    tower.lookout.agent_writes(MASTER, b'{"type":"trade_intent_ack"}\n')
    assert tower.broken == [6, 21]


def test_chatter_keeps_nobody_busy(tower: Tower) -> None:
    tower.run(pause(tower))
    beat = AgentHeartbeat(agent_id=AgentId("a"), timestamp_ms=1, mono_ms=1)
    tower.lookout.core_hears([(None, beat)])
    tower.lookout.committed([AgentSessionRecord(agent_id=AgentId("a"), epoch=1)])
    assert tower.lookout.busy_ms == 0
    tower.lookout.core_sends([MessageAck(message_id=MessageId("l:1"))])
    assert tower.lookout.busy_ms == 700


def test_moments_that_a_terminal_stamps_bound_the_age_of_an_open(tower: Tower) -> None:
    lookout = tower.lookout
    lookout.booked("slave", SLAVE, stamp("sent", f"{TRADE}/0", at_us=1))
    assert tower.broken == [16]
    lookout.booked("master", MASTER, stamp("detected", f"{TRADE}/0", at_us=1))
    lookout.booked("slave", SLAVE, stamp("blocked", f"{TRADE}/0", at_us=1))
    lookout.booked("slave", SLAVE, stamp("sent", f"{TRADE}/0", at_us=1))
    assert tower.broken == [16]
    tower.run(tower.clock.sleep_ms(7_000))
    lookout.booked("slave", SLAVE, stamp("sent", f"{TRADE}/0", at_us=1))
    assert tower.broken == [16, 5]


def test_records_of_an_eas_file_are_read_and_its_header_is_not(tower: Tower) -> None:
    action = {"trade_id": TRADE, "seq": 0}
    tower.lookout.appended("master", encode_record({"t": "I", "n": 1, "action": action}))
    header = Header(v=1, kind="outbox", account=MASTER, server="s", role="master", file_id="f")
    tower.lookout.appended("master", encode_header(header))
    assert list(tower.lookout.watch.reported) == [(TRADE, 0)]


class Parrot:
    """An EA that says what it hears."""

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        pong = Pong(ping_id="p", timestamp_ms=1, echo_ms=1, mono_ms=1)
        return [Say(pong)] if isinstance(event, Heard) else []  # type: ignore[arg-type]  # any message


def test_an_ea_is_shown_while_its_process_lives(tower: Tower) -> None:
    process = tower.process("master")
    ea = ShownEa(Parrot(), "master", "mt4", tower.lookout)
    facts = Facts("master", tower.lookout)

    async def hear() -> None:
        ea.handle(PipeUp(), Instant(0, 0))
        ea.handle(Heard(ack(AckStage.CORE_ACCEPTED)), Instant(0, 0))
        facts.observe(ALARM)

    tower.run_in(process, hear())
    assert tower.lookout.watch.acked == {(TRADE, 0)}
    assert tower.lookout.watch.alarmed == {"k"}
    tower.lookout.watch.acked.clear()
    tower.lookout.watch.alarmed.clear()

    async def die() -> None:
        tower.loop.kill(process)
        ea.handle(Heard(ack(AckStage.CORE_ACCEPTED)), Instant(0, 0))
        facts.observe(ALARM)

    async def watch() -> None:
        tower.loop.spawn(process, die())
        await pause(tower)

    tower.run(watch())
    assert process.dead
    assert not tower.lookout.watch.acked
    assert not tower.lookout.watch.alarmed


def test_the_world_itself_is_noted(tower: Tower) -> None:
    tower.lookout.say("core", "starts")
    tower.lookout.violated(22, "late")
    assert tower.lines[-1].endswith("* starts")
    assert tower.broken == [22]
