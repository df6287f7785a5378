"""The Agent's shell, with a brain that does what the test says, and once with the real one."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence

import pytest

from echo.bridge.bridge import Bridge
from echo.bridge.effects import (
    Arm,
    Disarm,
    Effect,
    EndPipe,
    EndStream,
    Note,
    Observe,
    SendCore,
    SendEa,
)
from echo.bridge.events import (
    CoreDown,
    CoreSaid,
    CoreUp,
    Due,
    EaRefused,
    EaSaid,
    Event,
    Noted,
    NoteFailed,
    PipeClosed,
    PipeOpened,
    Restored,
    SettingsChanged,
)
from echo.bridge.settings import BridgeSettings
from echo.domain.answers import ResultAck
from echo.domain.facts import Alarm, InputRefused, LinkChanged
from echo.domain.handshake import Role
from echo.domain.ids import AccountId, CommandId, MessageId
from echo.domain.registration_facts import HandshakeRead
from echo.domain.sessions import AgentHello, AgentToCore, ClockEcho, CoreToAgent, Ping, Pong
from echo.domain.traces import AgentSpans, Span
from echo.ports.errors import LedgerUnwritable, PortTaken
from echo.services.agent import service as module
from echo.services.agent.service import AgentService
from tests.fakes import FactLog, FakeClock, until
from tests.services.agent.fakes import (
    FakeCoreLink,
    FakeLedger,
    FakePipe,
    FakePipes,
    FakeStream,
    Puppet,
)

PIPES = [(Role.SLAVE, AccountId("200"))]
PROBE = ClockEcho(mono_ms=1)
PING = b'{"type":"ping","id":"p1","timestamp_ms":7,"role":"slave"}\n'
PONG = Pong(ping_id="p1", timestamp_ms=1, echo_ms=7, mono_ms=5)


class Agent:
    """A service with everything around it."""

    def __init__(self) -> None:
        self.pipes, self.core, self.ledger = FakePipes(), FakeCoreLink(), FakeLedger()
        self.clock, self.facts, self.brain = FakeClock(), FactLog(), Puppet()
        self.brains = 0
        self.readiness = 0
        self.pipe, self.stream = FakePipe(), FakeStream()
        self.running: asyncio.Task[None] | None = None
        self.service = self.new_service()

    def new_service(self, brain: module.Brain | None = None) -> AgentService:
        def make() -> module.Brain:
            self.brains += 1
            return brain or self.brain

        return AgentService(
            make,
            pipes=self.pipes,
            core=self.core,
            ledger=self.ledger,
            clock=self.clock,
            facts=self.facts,
            boot=lambda: ("boot-1", 5_000),
            ready=self._ready,
        )

    def _ready(self) -> None:
        self.readiness += 1

    async def start(self) -> None:
        self.running = asyncio.create_task(self.service.run(PIPES))
        await until(lambda: self.core.handler)

    async def stop(self) -> None:
        if self.running is not None:
            self.running.cancel()
            await asyncio.wait([self.running])

    def link(self) -> None:
        """Both ends come up."""
        self.service.pipe_opened(self.pipe)
        self.service.core_up(self.stream)
        self.brain.events.clear()

    def answers(self, *effects: Effect, to: type[Event] = EaSaid) -> None:
        self.brain.answer = lambda event: effects if isinstance(event, to) else ()

    def fails(self, to: type[Event] = EaSaid) -> None:
        def answer(event: Event) -> Sequence[Effect]:
            if isinstance(event, to):
                raise KeyError("a bug")
            return ()

        self.brain.answer = answer

    def ping(self) -> None:
        """Have something happen."""
        self.service.pipe_said(self.pipe, PING)

    def core_says(self, *messages: CoreToAgent) -> None:
        self.service.core_said(self.stream, messages)

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.pipe.written.splitlines()]

    @property
    def sent(self) -> list[AgentToCore]:
        return [message for call in self.stream.calls for _, message in call]

    @property
    def alarms(self) -> list[str]:
        return [fact.code for fact in self.facts.facts if isinstance(fact, Alarm)]

    async def mend(self) -> None:
        await rest()
        self.clock.advance(module.RESTART_PAUSE_MS)
        await rest()


async def rest() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def agent() -> AsyncIterator[Agent]:
    agent = Agent()
    yield agent
    await agent.stop()


@pytest.fixture
async def linked(agent: Agent) -> Agent:
    await agent.start()
    agent.link()
    return agent


async def test_starting_is_recovering(agent: Agent) -> None:
    await agent.start()

    assert agent.brain.events == [Restored(agent.ledger.contents, "boot-1", 5_000)]
    assert agent.pipes.pipes == PIPES
    assert agent.readiness == 1


async def test_a_pipe_that_is_taken_ends_the_service_and_closes_the_ledger(agent: Agent) -> None:
    agent.pipes.trouble = PortTaken("another Agent")
    with pytest.raises(PortTaken):
        await agent.service.run(PIPES)

    assert agent.ledger.closed
    assert agent.readiness == 0


async def test_a_ledger_that_cannot_be_read_ends_the_service(agent: Agent) -> None:
    agent.ledger.load_troubles = [LedgerUnwritable("damaged")]
    with pytest.raises(LedgerUnwritable):
        await agent.service.run(PIPES)

    assert agent.pipes.handler is None


async def test_what_happens_becomes_events_with_this_moment(agent: Agent) -> None:
    await agent.start()
    agent.brain.events.clear()
    agent.service.pipe_opened(agent.pipe)
    agent.service.pipe_said(agent.pipe, PING[:10])
    agent.service.pipe_said(agent.pipe, PING[10:] + b"nonsense\n")
    agent.service.core_up(agent.stream)
    agent.core_says(PROBE, PROBE)
    agent.service.core_down(agent.stream, "cut")
    agent.service.pipe_closed(agent.pipe, "gone")
    agent.service.change_settings(BridgeSettings())

    opened, said, refused, *rest_ = agent.brain.events
    assert opened == PipeOpened(1, Role.SLAVE, AccountId("200"))
    assert isinstance(said, EaSaid)
    assert isinstance(said.message, Ping)
    assert isinstance(refused, EaRefused)
    assert (refused.session, refused.reason) == (1, "not_json")
    assert rest_ == [
        CoreUp(1),
        CoreSaid(1, PROBE),
        CoreSaid(1, PROBE),
        CoreDown(1, "cut"),
        PipeClosed(1, "gone"),
        SettingsChanged(BridgeSettings()),
    ]
    assert set(agent.brain.moments) == {agent.clock.now()}


async def test_what_is_over_is_not_heard(linked: Agent) -> None:
    linked.service.pipe_closed(linked.pipe, "gone")
    linked.service.core_down(linked.stream, "cut")
    linked.brain.events.clear()

    linked.ping()
    linked.service.pipe_closed(linked.pipe, "gone again")
    linked.core_says(PROBE)
    linked.service.core_down(linked.stream, "cut again")

    assert linked.brain.events == []


async def test_lines_are_written_in_the_dialect_of_the_ea(linked: Agent) -> None:
    linked.answers(SendEa(1, 3, PONG), SendEa(1, 1, PONG), SendEa(9, 3, PONG))
    linked.ping()

    new, old = linked.lines
    assert new == {"type": "pong", "id": "p1", "timestamp_ms": 1, "echo_ms": 7, "mono_ms": 5}
    assert "mono_ms" not in old


async def test_a_message_that_cannot_be_written_is_told_and_the_others_are(linked: Agent) -> None:
    huge = Pong(ping_id="x" * 100_000, timestamp_ms=1, echo_ms=1, mono_ms=1)
    linked.answers(SendEa(1, 3, huge), SendEa(1, 3, PONG))
    linked.ping()

    assert [line["id"] for line in linked.lines] == ["p1"]
    [refused] = linked.facts.facts
    assert isinstance(refused, InputRefused)
    assert refused.peer == "slave_200"


async def test_what_one_event_sends_to_the_core_leaves_together(linked: Agent) -> None:
    linked.answers(
        SendCore(1, None, PROBE),
        SendEa(1, 3, PONG),
        SendCore(1, MessageId("l:1"), PROBE),
        SendCore(2, None, PROBE),
    )
    linked.ping()

    assert linked.stream.calls == [[(None, PROBE), (MessageId("l:1"), PROBE)]]


async def test_a_stream_is_ended_after_what_was_said_before(linked: Agent) -> None:
    linked.answers(
        SendCore(1, None, PROBE),
        EndStream(2, "another"),
        EndStream(1, "silent"),
    )
    linked.ping()

    assert linked.sent == [PROBE]
    assert linked.stream.ended == ["silent"]


async def test_a_pipe_can_be_ended_by_the_brain(linked: Agent) -> None:
    linked.answers(EndPipe(1, "second EA"), EndPipe(9, "nobody"))
    linked.ping()

    assert linked.pipe.ended == ["second EA"]


async def test_facts_are_told_after_the_messages_have_left(linked: Agent) -> None:
    fact = LinkChanged(peer="core", up=True)
    seen: list[int] = []

    class Watching(FactLog):
        def observe(self, fact: object) -> None:
            seen.append(len(linked.stream.calls))

    linked.service._facts = Watching()
    linked.answers(Observe(fact), SendCore(1, None, PROBE))
    linked.ping()

    assert seen == [1]


async def test_timers_come_back_as_events(linked: Agent) -> None:
    due_ms = linked.clock.now().mono_ms + 100
    linked.answers(Arm(("a",), due_ms), Arm(("b",), due_ms))
    linked.ping()
    linked.answers(Disarm(("b",)))
    linked.ping()

    linked.clock.advance(100)

    assert linked.brain.events[-1] == Due(("a",))


async def test_notes_are_written_one_after_the_other_and_answered(linked: Agent) -> None:
    linked.ledger.shut()
    linked.answers(Note(1, (), ("a",)), Note(2, (), ("b",)))
    linked.ping()
    await rest()
    assert linked.ledger.writes == [((), ("a",))]
    assert Noted(1) not in linked.brain.events

    linked.ledger.let_go()
    await until(lambda: Noted(2) in linked.brain.events)

    assert linked.ledger.writes == [((), ("a",)), ((), ("b",))]


async def test_a_note_that_fails_is_answered_too(linked: Agent) -> None:
    linked.ledger.broken = True
    linked.answers(Note(1, (), ("a",)))
    linked.ping()

    await until(lambda: NoteFailed(1, "disk full") in linked.brain.events)


async def test_a_line_without_an_end_costs_its_pipe(linked: Agent) -> None:
    block = b"x" * 1_048_576
    for _ in range(17):
        linked.service.pipe_said(linked.pipe, block)

    assert linked.pipe.ended == ["a line without an end"]


async def test_what_the_core_sent_and_nobody_understood_is_told(agent: Agent) -> None:
    agent.service.core_refused("unknown_type", "what?")

    assert agent.facts.facts == [InputRefused(peer="core", reason="unknown_type", sentence="what?")]


@pytest.mark.parametrize("cause", [EaSaid, CoreSaid, Due])
async def test_a_brain_that_fails_is_made_anew_from_the_ledger(
    linked: Agent, cause: type[Event]
) -> None:
    linked.answers(Arm(("a",), linked.clock.now().mono_ms + 1))
    linked.ping()
    linked.fails(cause)
    linked.ping()
    linked.core_says(PROBE)
    linked.clock.advance(1)
    assert linked.pipe.ended == linked.stream.ended == ["the Agent reads its ledger again"]
    during, again = FakePipe(2), FakeStream(2)
    linked.service.pipe_opened(during)
    linked.service.core_up(again)
    linked.answers()
    linked.brain.events.clear()

    await linked.mend()

    assert linked.alarms == ["bridge_failed"]
    assert during.ended == again.ended == ["the Agent reads its ledger again"]
    assert (linked.brains, linked.ledger.loads) == (2, 2)
    assert linked.brain.events == [Restored(linked.ledger.contents, "boot-1", 5_000)]


async def test_a_brain_that_is_made_anew_learns_what_was_changed_before(linked: Agent) -> None:
    changed = BridgeSettings(protocol_min=2)
    linked.service.change_settings(changed)
    linked.fails()
    linked.ping()
    linked.answers()
    linked.brain.events.clear()

    await linked.mend()

    assert [type(event) for event in linked.brain.events] == [Restored, SettingsChanged]
    assert linked.brain.events[1] == SettingsChanged(changed)


async def test_the_size_of_a_handshake_is_told(linked: Agent) -> None:
    payload = {"client_id": "slave_200", "account_id": "200", "broker": "B", "role": "slave"}
    line = json.dumps({"type": "handshake", "timestamp_ms": 1, "payload": payload}).encode()
    linked.service.pipe_said(linked.pipe, line + b"\n")

    assert [fact for fact in linked.facts.facts if isinstance(fact, HandshakeRead)] == [
        HandshakeRead(account_id=AccountId("200"), role=Role.SLAVE, size_bytes=len(line))
    ]


async def test_a_ledger_that_cannot_be_read_again_is_tried_until_it_can(linked: Agent) -> None:
    linked.fails()
    linked.ping()
    linked.answers()
    linked.ledger.load_troubles = [LedgerUnwritable("disk"), LedgerUnwritable("disk")]
    await linked.mend()
    await linked.mend()
    assert linked.brains == 1

    await linked.mend()

    assert linked.brains == 2
    assert linked.alarms == ["bridge_failed", "LEDGER_UNWRITABLE", "LEDGER_UNWRITABLE"]


async def test_a_note_of_the_brain_before_is_not_answered_to_the_next(linked: Agent) -> None:
    linked.ledger.shut()
    linked.answers(Note(1, (), ("a",)))
    linked.ping()
    await rest()
    linked.fails()
    linked.ping()
    linked.answers()
    linked.brain = Puppet()

    await linked.mend()
    linked.ledger.let_go()
    await rest()

    assert [type(event) for event in linked.brain.events] == [Restored]


async def test_a_pipe_whose_lines_fail_time_and_again_stays_shut(linked: Agent) -> None:
    for session in range(2, 2 + module.FAULTS_MAX):
        linked.fails()
        linked.ping()
        linked.answers()
        await linked.mend()
        linked.pipe = FakePipe(session)
        linked.service.pipe_opened(linked.pipe)
    other = FakePipe(9, account_id="201")
    linked.service.pipe_opened(other)

    assert len(linked.pipe.ended) == 1
    assert other.ended == []


async def test_a_stop_lets_go_of_everything(linked: Agent) -> None:
    linked.service.stop()
    assert linked.running is not None
    await linked.running
    linked.brain.events.clear()
    linked.ping()

    assert linked.pipes.stopped
    assert linked.ledger.closed
    assert linked.brain.events == []


async def test_the_bridge_itself_says_hello_and_answers_a_ping(agent: Agent) -> None:
    settings = BridgeSettings(slave_accounts=(AccountId("200"),))
    agent.service = agent.new_service(Bridge(settings))
    await agent.start()
    agent.link()
    agent.ping()
    acked = ResultAck(command_id=CommandId("c"), account_id=AccountId("200"))
    agent.core_says(acked)

    assert isinstance(agent.sent[0], AgentHello)
    assert agent.lines[0]["type"] == "pong"
    assert agent.alarms == []


SPANS = AgentSpans(
    spans=(
        Span(
            trace_id="0af7651916cd43dd8448eb211c80319c",
            span_id="b7ad6b7169203331",
            parent_id="",
            name="ea.order.execute",
            component="slave_ea",
            start_ms=1,
            end_ms=2,
            attributes={},
        ),
    )
)


async def test_spans_go_up_to_the_core_and_stay_while_it_is_away(linked: Agent) -> None:
    taken: list[int] = []

    def take() -> AgentSpans:
        taken.append(1)
        return SPANS

    linked.service.report(take)
    linked.service.report(lambda: AgentSpans(spans=()))
    assert linked.sent == [SPANS]

    linked.service.core_down(linked.stream, "gone")
    linked.service.report(take)
    assert len(taken) == 1
