"""Whatever happens in whatever order: nothing is promised too early, nothing is forgotten."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from echo.bridge.bridge import Bridge
from echo.bridge.effects import Effect, EndPipe, EndStream, SendCore, SendEa
from echo.bridge.events import Event, Restored
from echo.domain.answers import (
    AckStage,
    CommandAck,
    ExecutionResult,
    MessageAck,
    Receipt,
    ResultAck,
    TradeIntentAck,
)
from echo.domain.commands import Command, ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.facts import InputRefused
from echo.domain.handshake import RegistrationStatus, Role
from echo.domain.ids import CommandId, MessageId
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.quantities import Instant
from tests.bridge.stage import (
    MASTER,
    MONO_MS,
    SETTINGS,
    SLAVE,
    Done,
    Stage,
    close,
    close_order,
    intent,
    intent_ack,
    modify,
    order,
    receipt,
    result,
)

ACTIONS = [each for ticket in (1, 2) for each in (intent(ticket), modify(ticket), close(ticket))]
OLD: dict[str, Any] = {"protocol_version": 2, "features": (), "instance": ""}
TTL_MS = 5_000
BOOT_MS = 5_000_000


class World(Stage):
    """One Agent over several lives, and what its neighbours have a right to expect of it."""

    def __init__(self, *, legacy: bool) -> None:
        self.legacy = legacy
        self.events: list[tuple[Event | None, Instant]] = []
        self.all: list[Effect] = []
        self.pipes: dict[Role, int] = {}
        self.gate_open = False
        self.names: dict[MessageId, object] = {}
        self.unacked: dict[MessageId, object] = {}
        self.owed: set[object] = set()
        self.born_mono_ms: dict[int, int] = {}
        self.written: set[CommandId] = set()
        self.answered: set[CommandId] = set()
        self.heard: set[CommandId] = set()
        super().__init__()
        self.do_core("up")
        self.do_master("ours")
        self.do_slave("accepted")

    def do(self, event: Event) -> Done:
        self.events.append((event, self.now))
        done = super().do(event)
        self.all += done
        for effect in done:
            self.check(effect)
        return done

    # ------------------------------------------------------------ what must hold

    def check(self, effect: Effect) -> None:
        match effect:
            case SendCore():
                self.check_up(effect)
            case SendEa():
                assert effect.session in self.pipes.values()
                self.check_down(effect)
            case EndStream():
                self.up = False
            case EndPipe():
                self.pipes = {r: s for r, s in self.pipes.items() if s != effect.session}
            case _:
                pass

    def check_up(self, effect: SendCore) -> None:
        assert (self.up, effect.stream) == (True, self.stream)
        message = effect.message
        if effect.message_id is not None:
            assert self.names.setdefault(effect.message_id, work(message)) == work(message)
            self.unacked[effect.message_id] = message
        if isinstance(message, ExecutionResult):
            self.answered.add(message.command_id)
            if message.error_code is ErrorCode.STALE:
                assert message.command_id not in self.written
        if isinstance(message, CommandAck) and message.stage is AckStage.AGENT_BUFFERED:
            # Either the ledger has it, or there is a result.
            known = message.command_id in self.answered | self.heard
            assert known or f"command:{message.command_id}" in self.disk

    def check_down(self, effect: SendEa) -> None:
        message = effect.message
        if isinstance(message, TradeIntentAck) and message.stage is AckStage.AGENT_BUFFERED:
            key = f"uplink:action:{message.account_id}:{message.trade_id}:{message.seq}"
            assert (message.result is Receipt.OK) is (key in self.disk)
            assert not self.up
        if isinstance(message, ExecuteOrder):
            assert message.ttl_ms is not None
            assert message.ttl_ms == 0 or self.gate_open
            ticket = next(t for t in (1, 2) if order(self, t).command_id == message.command_id)
            assert message.ttl_ms <= max(0, self.left_ms(ticket))
            if self.legacy:
                assert f"written:{message.command_id}" in self.disk
                assert message.command_id not in self.written
                assert self.gate_open
            self.written.add(message.command_id)

    # ------------------------------------------------------------ what may happen

    def do_pass(self, ms: int) -> None:
        self.pass_ms(ms)

    def do_core(self, what: str) -> None:
        if what == "up" and not self.up:
            self.unacked = {}
            self.core_up()
        elif what == "down" and self.up:
            self.core_down()
        elif what == "beat" and self.up:
            self.core(self.beat())
        elif what.startswith("ack") and self.up:
            for message_id in tuple(self.unacked)[: None if what == "ack all" else 1]:
                self.do_ack(message_id)

    def do_ack(self, message_id: MessageId) -> None:
        message = self.unacked.pop(message_id)
        if isinstance(message, ExecutionResult):
            ack = ResultAck(command_id=message.command_id, account_id=SLAVE, ledger_n=3)
            self.core(ack)
        elif isinstance(message, TradeIntent | TradeModify | TradeClose):
            self.core(intent_ack(message))
        self.owed.discard(work(message))
        self.core(MessageAck(message_id=message_id))

    def do_verdict(self, good: bool) -> None:
        if self.up:
            if Role.SLAVE in self.pipes:
                self.gate_open = good
            self.verdict(
                status=RegistrationStatus.ACCEPTED if good else RegistrationStatus.REJECTED
            )

    def left_ms(self, ticket: int) -> int:
        born_mono_ms = self.born_mono_ms.setdefault(ticket, self.now.mono_ms)
        return TTL_MS - (self.now.mono_ms - born_mono_ms)

    def the_command(self, number: int) -> Command:
        ticket = number % 2 + 1
        if number >= 2:
            return close_order(ticket)
        left_ms = max(0, self.left_ms(ticket))
        age_ms = self.now.mono_ms - self.born_mono_ms[ticket]
        return order(self, ticket, ttl_ms=left_ms, age_ms=age_ms)

    def do_command(self, number: int) -> None:
        if self.up:
            self.core(self.the_command(number))

    def do_receipt(self, choice: tuple[int, Receipt]) -> None:
        number, kind = choice
        if Role.SLAVE in self.pipes:
            self.say(self.pipes[Role.SLAVE], receipt(self.the_command(number), kind))

    def do_result(self, choice: tuple[int, bool]) -> None:
        number, good = choice
        if Role.SLAVE in self.pipes:
            code = ErrorCode.NO_ERROR if good else ErrorCode.MARKET_CLOSED
            answer = result(self.the_command(number), success=good, error_code=code)
            self.heard.add(answer.command_id)
            if not self.say(self.pipes[Role.SLAVE], answer).facts(InputRefused):
                self.owed.add(work(answer))

    def do_action(self, number: int) -> None:
        if Role.MASTER in self.pipes:
            action = ACTIONS[number]
            if not self.say(self.pipes[Role.MASTER], action).facts(InputRefused):
                self.owed.add(work(action))

    def do_master(self, what: str) -> None:
        self.hang_up(Role.MASTER)
        if what != "gone":
            self.pipes[Role.MASTER] = self.connect(Role.MASTER, MASTER)
            dialect = OLD if what == "old" else {}
            self.greet(self.pipes[Role.MASTER], Role.MASTER, MASTER, **dialect)

    def do_slave(self, what: str) -> None:
        self.gate_open = False
        self.hang_up(Role.SLAVE)
        if what != "gone":
            self.pipes[Role.SLAVE] = self.connect(Role.SLAVE, SLAVE)
            dialect = OLD if self.legacy else {}
            self.greet(self.pipes[Role.SLAVE], Role.SLAVE, SLAVE, **dialect)
        if what == "accepted":
            self.do_verdict(good=True)

    def hang_up(self, role: Role) -> None:
        if role in self.pipes:
            self.disconnect(self.pipes.pop(role))

    def do_disk(self, what: str) -> None:
        if what == "written":
            self.write()
        elif self.unwritten:
            self.fail_to_write()

    def do_restart(self, boot_id: str) -> None:
        self.bridge = Bridge(SETTINGS)
        self.timers, self.unwritten, self.pipes = {}, [], {}
        self.up = self.gate_open = False
        self.now = Instant(self.now.wall_ms + 700, self.now.mono_ms + 700)
        self.owed = {work(entry.message) for key, entry in self.disk.items() if "uplink" in key}
        self.events.append((None, self.now))
        boot_ms = BOOT_MS + self.now.mono_ms - MONO_MS
        contents = self.contents(max((entry.n for entry in self.disk.values()), default=0))
        self.do(Restored(contents, boot_id, boot_ms))


def work(message: object) -> object:
    """Name a piece of work that must reach the Core."""
    if isinstance(message, ExecutionResult):
        return (message.command_id, message.success, message.doubt)
    assert isinstance(message, TradeIntent | TradeModify | TradeClose)
    return (message.trade_id, message.seq)


def step(kind: str, choices: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[str, object]]:
    return st.tuples(st.just(kind), choices)


numbers = st.integers(0, 3)
steps = st.lists(
    st.one_of(
        step("pass", st.sampled_from([1, 40, 150, 1_000, 6_000])),
        step("core", st.sampled_from(["up", "up", "down", "beat", "beat", "ack", "ack all"])),
        step("verdict", st.sampled_from([True, True, False])),
        step("command", numbers),
        step("receipt", st.tuples(numbers, st.sampled_from(list(Receipt)))),
        step("result", st.tuples(numbers, st.booleans())),
        step("action", st.integers(0, len(ACTIONS) - 1)),
        step("master", st.sampled_from(["ours", "ours", "old", "gone"])),
        step("slave", st.sampled_from(["accepted", "accepted", "here", "gone"])),
        step("disk", st.sampled_from(["written", "written", "failed"])),
        step("restart", st.sampled_from(["boot", "boot", "another boot"])),
    ),
    min_size=10,
    max_size=80,
)


def run(choices: list[tuple[str, object]], *, legacy: bool) -> World:
    world = World(legacy=legacy)
    for kind, choice in choices:
        getattr(world, f"do_{kind}")(choice)
    return world


@given(steps, st.booleans())
def test_nothing_is_promised_too_early_written_too_late_or_forgotten(
    choices: list[tuple[str, object]], legacy: bool
) -> None:
    world = run(choices, legacy=legacy)
    world.do_core("down")
    owed = set(world.owed)

    start = len(world.all)
    world.do_core("up")

    frames = Done(world.all[start:]).numbered
    assert owed <= {work(frame.message) for frame in frames}
    sent = [int(str(frame.message_id).rpartition(":")[2]) for frame in frames]
    assert sent == sorted(set(sent))
    for _ in range(4):
        world.do_core("beat")
        world.do_core("ack all")
        world.settle_down(100)
    assert {key.partition(":")[0] for key in world.disk} <= {"command", "written"}


@given(steps, st.booleans())
def test_the_same_events_lead_to_the_same_effects(
    choices: list[tuple[str, object]], legacy: bool
) -> None:
    world = run(choices, legacy=legacy)
    replayed: list[Effect] = []
    bridge = Bridge(SETTINGS)
    for event, now in world.events:
        if event is None:
            bridge = Bridge(SETTINGS)
        else:
            replayed += bridge.handle(event, now)

    assert [repr(effect) for effect in replayed] == [repr(effect) for effect in world.all]


def test_the_world_reaches_the_states_that_it_is_there_for() -> None:
    """Guards the two tests above against looking at nothing."""
    world = run(
        [
            *(("command", 0), ("disk", "written"), ("core", "down"), ("action", 0)),
            *(("disk", "written"), ("restart", "boot")),
        ],
        legacy=True,
    )

    assert world.written == {order(world, 1).command_id}
    assert work(intent(1)) in world.owed
    assert [each.doubt for each in world.core_up().up(ExecutionResult)] == [True]
    assert any(
        isinstance(each, SendEa) and isinstance(each.message, TradeIntentAck) for each in world.all
    )
