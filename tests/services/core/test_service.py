"""The Core's shell, with a brain that does what the test says, and once with the real one."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from echo.domain.answers import MessageAck
from echo.domain.facts import Alarm, InputRefused, LinkChanged
from echo.domain.handshake import AccountSymbolsReport
from echo.domain.ids import AccountId, AgentId, MessageId
from echo.domain.journal import AgentSessionRecord, Recovered
from echo.domain.link_facts import SpansReported
from echo.domain.operations import (
    ListPending,
    NotDone,
    OperationCode,
    PendingList,
    Reconcile,
)
from echo.domain.policy import PolicyBook
from echo.domain.sessions import AgentToCore, ClockEcho, CoreHello
from echo.domain.traces import AgentSpans
from echo.engine.effects import Arm, Disarm, Effect, Reply, SendNow
from echo.engine.engine import Engine
from echo.engine.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    Due,
    Event,
    OperatorAsked,
    PoliciesChanged,
    SettingsChanged,
    Started,
)
from echo.engine.settings import EngineSettings
from echo.ports.errors import JournalRefused, JournalUnavailable, PortTaken
from echo.services.core import commit_line
from echo.services.core import service as module
from echo.services.core.brain import Brain
from echo.services.core.poison import POISON_MAX
from echo.services.core.questions import ANSWER_MS_MAX
from echo.services.core.service import CoreService
from tests.fakes import FactLog, FakeClock, FakeIds, until
from tests.services.core.fakes import (
    FakeServer,
    FakeSession,
    GatedJournal,
    Puppet,
    ack,
    end,
    hello,
    observe,
    persist,
    row,
    send,
)

AGENT = AgentId("agent_1")
SETTINGS = EngineSettings()
PROBE = ClockEcho(mono_ms=1)
REPORT = AccountSymbolsReport(
    account_id=AccountId("200"), symbols=(), reported_at_ms=1, metadata=None
)


class Core:
    """A service with everything around it."""

    def __init__(self) -> None:
        self.journal, self.server, self.clock = GatedJournal(), FakeServer(), FakeClock()
        self.facts, self.brain, self.readiness = FactLog(), Puppet(), list[bool]()
        self.recorded: list[Event] = []
        self.link = FakeSession()
        self.running: asyncio.Task[None] | None = None
        self.service = self.new_service()

    def new_service(self, brain: Brain | None = None) -> CoreService:
        return CoreService(
            brain or self.brain,
            SETTINGS,
            journal=self.journal,
            server=self.server,
            clock=self.clock,
            ids=FakeIds(),
            facts=self.facts,
            record=lambda event, _: self.recorded.append(event),
            ready=self.readiness.append,
        )

    async def start(self) -> None:
        self.running = asyncio.create_task(self.service.run())
        await until(lambda: self.server.handler)
        await _rest()

    async def stop(self) -> None:
        if self.running is not None:
            self.running.cancel()
            await asyncio.wait([self.running])

    def join(self, link: FakeSession | None = None) -> FakeSession:
        link = link or self.link
        self.service.agent_joined(link, hello())
        return link

    def say(self, *messages: AgentToCore, message_id: str | None = None) -> None:
        named = None if message_id is None else MessageId(message_id)
        self.service.agent_said(self.link, [(named, message) for message in messages])

    def answers(self, *effects: Effect, to: type[Event] = AgentSaid) -> None:
        """Let the brain answer every event of kind *to*."""
        self.brain.answer = lambda event: effects if isinstance(event, to) else ()

    def fails(self, to: type[Event] = AgentSaid) -> None:
        def answer(event: Event) -> tuple[Effect, ...]:
            if isinstance(event, to):
                raise KeyError("a bug")
            return ()

        self.brain.answer = answer

    def events(self, *kinds: type[Event]) -> list[Event]:
        return [event for event in self.brain.events if isinstance(event, kinds)]

    @property
    def alarms(self) -> list[str]:
        return [fact.code for fact in self.facts.facts if isinstance(fact, Alarm)]


async def _rest() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def core() -> AsyncIterator[Core]:
    core = Core()
    yield core
    await core.stop()


@pytest.fixture
async def serving(core: Core) -> Core:
    await core.start()
    core.join()
    return core


async def test_starting_is_recovering(core: Core) -> None:
    core.journal.recovered = Recovered(settled=frozenset())
    await core.start()

    assert core.brain.events == [Started(core.journal.recovered)]
    assert core.readiness == [True]
    assert core.service.ready


async def test_nobody_is_served_before_the_journal_was_read(core: Core) -> None:
    core.join()

    assert core.link.ended == ["the Core is not ready"]
    assert core.brain.events == []
    core.service.agent_left(core.link, "ended")
    assert core.brain.events == []


async def test_a_journal_that_cannot_be_read_yet_is_waited_for(core: Core) -> None:
    core.journal.load_troubles = [JournalUnavailable("locked")]
    core.running = asyncio.create_task(core.service.run())
    await until(lambda: core.journal.loads == 1)
    await _rest()
    core.clock.advance(SETTINGS.retry_backoff_ms[0])
    await until(lambda: core.server.handler)

    assert core.journal.loads == 2


async def test_a_journal_that_is_waited_for_does_not_hold_up_a_stop(core: Core) -> None:
    core.journal.load_troubles = [JournalUnavailable("locked")] * 100
    core.running = asyncio.create_task(core.service.run())
    await until(lambda: core.journal.loads == 1)

    core.service.stop()
    await core.running

    assert core.journal.closed
    assert core.server.handler is None


async def test_an_address_that_is_taken_ends_the_service_and_closes_the_journal(
    core: Core,
) -> None:
    core.server.trouble = PortTaken("50051 is taken")
    with pytest.raises(PortTaken):
        await core.service.run()

    assert core.journal.closed
    assert core.readiness == []


async def test_what_an_agent_does_becomes_events_with_this_moment(serving: Core) -> None:
    serving.say(PROBE, REPORT, message_id="l:1")
    serving.service.agent_left(serving.link, "gone")

    joined, probe, report, left = serving.brain.events[1:]
    assert joined == AgentJoined(AGENT, 1, hello())
    assert probe == AgentSaid(AGENT, 1, MessageId("l:1"), PROBE, None)
    assert isinstance(report, AgentSaid)
    assert report.evaluation_id is not None
    assert left == AgentLeft(AGENT, 1, "gone")
    assert set(serving.brain.moments) == {serving.clock.now()}
    assert serving.recorded == serving.brain.events


async def test_messages_that_arrive_together_are_committed_together(serving: Core) -> None:
    serving.answers(persist(1), send(1))
    serving.say(PROBE, PROBE, PROBE)
    await until(lambda: serving.link.sent)

    assert serving.journal.commits == [[row(1)] * 3]
    assert serving.link.calls == [[ack(1)] * 3]


async def test_a_pulse_overtakes_what_waits_for_the_journal(serving: Core) -> None:
    serving.journal.shut()
    serving.answers(persist(1), send(1), SendNow(AGENT, 1, ack(2)), SendNow(AGENT, 9, ack(3)))
    serving.say(PROBE)

    assert serving.link.sent == [ack(2)]


async def test_facts_are_told_after_the_commit(serving: Core) -> None:
    serving.journal.shut()
    serving.answers(persist(1), observe(1))
    serving.say(PROBE)
    await _rest()
    assert serving.facts.facts == []

    serving.journal.let_go()
    await until(lambda: serving.facts.facts)

    assert serving.facts.facts == [LinkChanged(peer="1", up=True)]


async def test_timers_come_back_as_events_and_their_effects_are_committed(serving: Core) -> None:
    due_ms = serving.clock.now().mono_ms + 100
    serving.answers(Arm(("resend", "c1"), due_ms), Arm(("resend", "c2"), due_ms))
    serving.say(PROBE)
    serving.answers(Disarm(("resend", "c2")))
    serving.say(PROBE)
    serving.answers(persist(1), send(1), to=Due)

    serving.clock.advance(100)
    await until(lambda: serving.link.sent)

    assert serving.events(Due) == [Due(("resend", "c1"))]


async def test_a_stream_can_be_ended_by_the_brain(serving: Core) -> None:
    serving.answers(send(1), end())
    serving.say(PROBE)

    assert serving.link.sent == [ack(1)]
    assert serving.link.ended == ["over"]


async def test_nobody_is_heard_after_its_stream_is_over(serving: Core) -> None:
    serving.service.agent_left(serving.link, "gone")
    serving.say(PROBE)
    serving.service.agent_left(serving.link, "gone again")

    assert serving.events(AgentSaid) == []
    assert len(serving.events(AgentLeft)) == 1


async def test_new_settings_and_policies_are_events(serving: Core) -> None:
    book = PolicyBook()
    serving.service.change(SettingsChanged(SETTINGS))
    serving.service.change(PoliciesChanged(book))

    assert serving.brain.events[-2:] == [SettingsChanged(SETTINGS), PoliciesChanged(book)]


async def test_what_could_not_be_understood_is_told(core: Core) -> None:
    core.service.agent_refused(AGENT, "not_json", "what?")

    assert core.facts.facts == [InputRefused(peer=AGENT, reason="not_json", sentence="what?")]


async def test_agents_are_held_while_too_much_waits_for_the_journal(serving: Core) -> None:
    serving.journal.shut()
    serving.answers(persist(1), *[send(1)] * (commit_line.WAITING_MAX + 1))
    serving.say(PROBE)
    await until(lambda: serving.journal.commits)
    serving.say(PROBE)
    late = serving.join(FakeSession(2))
    assert serving.link.held
    assert late.held

    serving.journal.let_go()
    await until(lambda: not serving.link.held)

    assert not late.held


async def test_a_refused_commit_rebuilds_the_state_and_ends_every_stream(serving: Core) -> None:
    serving.journal.troubles = [JournalRefused("fenced")]
    serving.answers(persist(1), send(1))
    serving.say(PROBE)
    await until(lambda: serving.link.ended)
    assert serving.readiness == [True, False]
    await until(lambda: not serving.server.listening)
    during = serving.join(FakeSession(2))
    serving.say(PROBE)
    serving.answers()
    await _rest()
    serving.clock.advance(module.REBUILD_PAUSE_MS)
    await until(lambda: serving.service.ready)

    assert serving.link.sent == []
    assert during.ended == ["the Core is not ready"]
    assert serving.server.listening
    assert serving.journal.loads == 2
    assert [type(event) for event in serving.brain.events] == [
        *(Started, AgentJoined, AgentSaid, AgentLeft, Started)
    ]
    assert serving.alarms == ["journal_refused"]
    serving.join(FakeSession(3))
    assert serving.events(AgentJoined)[-1] == AgentJoined(AGENT, 3, hello())


async def test_timers_of_the_state_before_a_rebuild_do_not_go_off(serving: Core) -> None:
    serving.answers(persist(1), Arm(("resend", "c1"), serving.clock.now().mono_ms + 10))
    serving.journal.troubles = [JournalRefused("fenced")]
    serving.say(PROBE)
    await until(lambda: serving.link.ended)
    await _rest()
    serving.clock.advance(module.REBUILD_PAUSE_MS + 10)
    await until(lambda: serving.service.ready)

    assert serving.events(Due) == []


async def test_a_brain_that_fails_is_rebuilt_and_what_it_half_did_is_forgotten(
    serving: Core,
) -> None:
    serving.answers(persist(1), send(1))
    serving.journal.shut()
    serving.say(REPORT)
    await until(lambda: serving.journal.commits)
    serving.fails()
    serving.say(REPORT)
    serving.answers(persist(2), send(2))
    serving.say(REPORT)
    serving.journal.let_go()
    await until(lambda: serving.link.ended)
    serving.answers()
    await _rest()
    serving.clock.advance(module.REBUILD_PAUSE_MS)
    await until(lambda: serving.service.ready)

    assert serving.alarms == ["engine_failed"]
    assert serving.journal.rows == [row(1)]
    assert serving.link.sent == [ack(1)]


async def test_market_data_that_makes_the_brain_fail_costs_only_itself(serving: Core) -> None:
    serving.fails()
    serving.say(PROBE)
    serving.answers(send(1))
    serving.say(PROBE)

    assert serving.alarms == ["engine_failed"]
    assert serving.link.sent == [ack(1)]


async def test_a_message_that_fails_time_and_again_is_refused_for_good(serving: Core) -> None:
    for session in range(2, 2 + POISON_MAX):
        serving.fails()
        serving.say(REPORT, message_id="l:7")
        await until(lambda: serving.link.ended)
        await _rest()
        serving.clock.advance(module.REBUILD_PAUSE_MS)
        await until(lambda: serving.service.ready)
        serving.link = serving.join(FakeSession(session))
    serving.say(REPORT, message_id="l:7")

    [refusal] = serving.link.sent
    assert isinstance(refusal, MessageAck)
    assert (refusal.message_id, refusal.success) == ("l:7", False)
    assert len(serving.events(AgentSaid)) == POISON_MAX


async def test_readiness_follows_the_journal(serving: Core) -> None:
    serving.journal.shut()
    serving.answers(persist(1))
    serving.say(PROBE)
    await until(lambda: serving.journal.commits)
    serving.clock.advance(10_000)
    assert serving.readiness == [True, False]

    serving.journal.let_go()
    await until(lambda: serving.service.ready)

    assert serving.readiness == [True, False, True]


async def test_a_stop_finishes_what_is_being_committed(serving: Core) -> None:
    serving.journal.shut()
    serving.answers(persist(1), send(1))
    serving.say(PROBE)
    await until(lambda: serving.journal.commits)
    serving.service.stop()
    await _rest()
    assert serving.readiness == [True, False]
    assert serving.link.held
    assert not serving.server.stopped

    serving.journal.let_go()
    assert serving.running is not None
    await serving.running

    assert serving.link.sent == [ack(1)]
    assert serving.server.stopped
    assert serving.journal.closed


async def test_a_stop_does_not_wait_for_ever_for_the_journal(serving: Core) -> None:
    serving.journal.shut()
    serving.answers(persist(1), send(1))
    serving.say(PROBE)
    await until(lambda: serving.journal.commits)
    serving.service.stop()
    await _rest()
    serving.clock.advance(module.STOP_MS_MAX)
    assert serving.running is not None
    await serving.running

    assert serving.link.sent == []
    assert serving.journal.closed


async def test_the_engine_itself_greets_an_agent(core: Core) -> None:
    core.service = core.new_service(Engine(SETTINGS, PolicyBook()))
    await core.start()
    core.join()
    await until(lambda: core.link.sent)

    assert any(isinstance(message, CoreHello) for message in core.link.sent)
    await until(lambda: core.facts.facts)
    assert core.facts.facts == [LinkChanged(peer=AGENT, up=True)]
    assert all(isinstance(each, AgentSessionRecord) for each in core.journal.rows)


# ------------------------------------------------------------------------------- operators


QUIET = PendingList(rows=(), total=0)


def _answering(*before: Effect) -> Callable[[Event], tuple[Effect, ...]]:
    def answer(event: Event) -> tuple[Effect, ...]:
        return (*before, Reply(event.request_id, QUIET)) if isinstance(event, OperatorAsked) else ()

    return answer


async def test_an_operator_is_answered(serving: Core) -> None:
    serving.brain.answer = _answering()

    assert await serving.service.operate("ana", ListPending()) == QUIET
    [event] = serving.events(OperatorAsked)
    assert isinstance(event, OperatorAsked)
    assert (event.by, event.request) == ("ana", ListPending())


async def test_an_operator_is_answered_when_what_was_done_is_on_disk(serving: Core) -> None:
    serving.brain.answer = _answering(persist(1))
    serving.journal.shut()
    asking = asyncio.create_task(serving.service.operate("ana", Reconcile()))
    await _rest()
    assert not asking.done()

    serving.journal.let_go()

    assert await asking == QUIET
    assert serving.journal.rows == [row(1)]


async def test_an_operator_who_asks_too_early_is_told(core: Core) -> None:
    answer = await core.service.operate("ana", ListPending())

    assert answer == NotDone(code=OperationCode.NOT_READY, sentence="the Core is not ready")


async def test_an_operator_is_told_when_the_journal_does_not_answer(serving: Core) -> None:
    serving.brain.answer = _answering(persist(1))
    serving.journal.shut()
    asking = asyncio.create_task(serving.service.operate("ana", Reconcile()))
    await _rest()

    serving.clock.advance(ANSWER_MS_MAX)

    answer = await asking
    assert isinstance(answer, NotDone)
    assert answer.code is OperationCode.NO_ANSWER
    serving.journal.let_go()


async def test_a_question_that_the_engine_fails_on_is_answered(serving: Core) -> None:
    serving.fails(to=OperatorAsked)

    answers = [await serving.service.operate("ana", each) for each in (ListPending(), Reconcile())]

    assert [type(each) for each in answers] == [NotDone, NotDone]
    assert serving.alarms == ["engine_failed", "engine_failed"]


async def test_a_list_that_fails_leaves_everybody_connected(serving: Core) -> None:
    serving.fails(to=OperatorAsked)

    await serving.service.operate("ana", ListPending())
    await _rest()

    assert serving.link.ended == []


async def test_an_operator_is_told_when_the_journal_refuses(serving: Core) -> None:
    serving.brain.answer = _answering(persist(1))
    serving.journal.troubles.append(JournalRefused("fenced"))

    answer = await serving.service.operate("ana", Reconcile())

    assert isinstance(answer, NotDone)
    assert answer.sentence == "the Core reads its journal again"


async def test_spans_of_an_agent_are_told_and_decide_nothing(serving: Core) -> None:
    serving.say(AgentSpans(spans=()))

    assert serving.facts.facts == [SpansReported(agent_id=AGENT, spans=())]
    assert serving.events(AgentSaid) == []
