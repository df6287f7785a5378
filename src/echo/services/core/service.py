"""The Core's shell: feeds the engine, commits its records, and only then lets its messages leave.

Starting is recovering: the journal is read, and that is the engine's first event.  The same
happens again when the journal contradicts what the engine believes.
"""

from asyncio import FIRST_COMPLETED, TaskGroup, create_task, wait
from asyncio import Event as Signal
from collections.abc import Callable, Coroutine, Sequence
from typing import Final

from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.answers import MessageAck
from echo.domain.desk import ListRules
from echo.domain.facts import Alarm, InputRefused
from echo.domain.handshake import AccountSymbolsReport
from echo.domain.ids import NO_TRADE, AgentId, MessageId
from echo.domain.link_facts import SpansReported
from echo.domain.operations import Answer, ListPending, NotDone, OperationCode, Request
from echo.domain.quantities import Instant
from echo.domain.sessions import AgentHeartbeat, AgentHello, AgentToCore, ClockEcho
from echo.domain.specs import Quote, SymbolSpecReport
from echo.domain.traces import AgentSpans
from echo.engine.effects import Arm, Disarm, Persist, Recall, Send, SendNow
from echo.engine.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    Due,
    Event,
    OperatorAsked,
    PoliciesChanged,
    SettingsChanged,
    SettingsRead,
    Started,
)
from echo.engine.settings import EngineSettings
from echo.ports.clock import Clock
from echo.ports.errors import JournalRefused
from echo.ports.ids import Ids
from echo.ports.journal import Journal
from echo.ports.links import AgentServer, AgentSession
from echo.ports.telemetry import FactSink
from echo.services.core.batch import Release, release
from echo.services.core.brain import Brain
from echo.services.core.commit_line import Abandoned, CommitLine
from echo.services.core.committer import Committer
from echo.services.core.poison import Poison
from echo.services.core.questions import Questions
from echo.services.core.recalls import Recalls
from echo.services.core.retention import Retention
from echo.services.timers import Timers

REBUILD_PAUSE_MS: Final = 1_000
"""Wait before a rebuild: a store that refuses everything must not be hammered."""
STOP_MS_MAX: Final = 3_000
"""How long a stop waits for the journal."""
GRACE_MS: Final = 1_000
"""How long a stop waits for frames to leave."""

_REBUILDING: Final = "the Core reads its journal again"

_VOLATILE: Final = (
    *(Quote, SymbolSpecReport, StateSnapshot, OpenTrades),
    *(AgentHeartbeat, ClockEcho, ListPending, ListRules),
)
_EVALUATED: Final = (AccountSymbolsReport, SymbolSpecReport)
"""Messages that may cause an evaluation, which then needs an id."""


class CoreService:
    """The Core, as an `AgentHandler`.

    Args:
        brain: Decides.
        settings: The settings that *brain* was made with; of these the shell needs the back-off.
        record: Takes every event with its instant, for replay; ``None`` = nobody records.
        ready: Called with whether the Core serves, whenever that changes.
    """

    def __init__(
        self,
        brain: Brain,
        settings: EngineSettings,
        *,
        journal: Journal,
        server: AgentServer,
        clock: Clock,
        ids: Ids,
        facts: FactSink,
        record: Callable[[Event, Instant], None] | None = None,
        ready: Callable[[bool], None] = lambda _: None,
    ) -> None:
        self._brain, self._settings = brain, settings
        self._journal, self._server, self._clock = journal, server, clock
        self._ids, self._facts, self._record, self._tell_ready = ids, facts, record, ready
        self._committer = Committer(journal, clock, facts, lambda: self._settings, self._healthy)
        self._line = CommitLine(self._committer, clock, self._leave, self._hold)
        self._timers = Timers(clock, lambda key: self._feed(Due(key)), self._line.pump)
        self._questions = Questions(clock, self._take)
        self._recalls = Recalls(self._committer, self._take)
        self._retention = Retention(journal, clock, facts, lambda: self._settings)
        self._links: dict[int, AgentSession] = {}
        self._poison = Poison()
        self._stopping = Signal()
        self._held = self._serving = self._listening = self._ready = False
        self._journal_answers = True

    @property
    def ready(self) -> bool:
        """Whether the Core has recovered, listens, and its journal answers."""
        return self._ready

    async def run(self) -> None:
        """Recover, listen, and serve until `stop`.

        Raises:
            PortTaken, UnsafeBind: the address cannot be listened on.
        """
        try:
            if not await self._unless_stopped(self._recover()):
                return
            if not await self._unless_stopped(self._server.start(self)):
                return
            self._listening = True
            self._judge()
            async with TaskGroup() as group:
                tasks = (self._commit_and_rebuild(), self._recalls.run(), self._retention.run())
                serving = [group.create_task(each) for each in tasks]
                await self._stopping.wait()
                await self._wind_down(group)
                for task in serving:
                    task.cancel()
        finally:
            await self._journal.close()

    def stop(self) -> None:
        """Ask `run` to finish what is being committed, and to return."""
        self._stopping.set()

    def read_again(self) -> bool:
        """Forget everything, end all streams, recover; ``False`` = that is under way already."""
        serving, self._serving = self._serving, False
        if serving:
            self._line.abandon()
        return serving

    def change(self, event: SettingsChanged | PoliciesChanged | SettingsRead) -> None:
        """Put what settings say into force, or into their history."""
        if isinstance(event, SettingsChanged):
            self._settings = event.settings
        self._take(event)

    async def operate(self, by: str, request: Request) -> Answer:
        """Return the engine's answer to the operator *by*, once what it did is on disk."""
        if not self._serving:
            return NotDone(code=OperationCode.NOT_READY, sentence="the Core is not ready")
        return await self._questions.put(by, request)

    # ------------------------------------------------------------------------- AgentHandler

    def agent_joined(self, link: AgentSession, hello: AgentHello) -> None:
        """Introduce a stream to the engine."""
        if not self._serving:
            link.end("the Core is not ready")
            return
        self._links[link.session] = link
        if self._held:
            link.hold(True)
        self._take(AgentJoined(link.agent_id, link.session, hello))

    def agent_said(
        self, link: AgentSession, messages: Sequence[tuple[MessageId | None, AgentToCore]]
    ) -> None:
        """Feed what arrived together, and commit it together."""
        for message_id, message in messages:
            if link.session not in self._links:
                return
            if isinstance(message, AgentSpans):
                reported = SpansReported(agent_id=link.agent_id, spans=message.spans)
                self._facts.observe(reported)
                continue
            if (refusal := self._poison.refusal(message_id)) is not None:
                self._refuse_for_good(link, refusal)
                continue
            evaluation_id = self._ids.evaluation_id() if isinstance(message, _EVALUATED) else None
            self._feed(AgentSaid(link.agent_id, link.session, message_id, message, evaluation_id))
        self._line.pump()

    def agent_left(self, link: AgentSession, reason: str) -> None:
        """Tell the engine that a stream is over."""
        if self._links.pop(link.session, None) is not None:
            self._take(AgentLeft(link.agent_id, link.session, reason))

    def agent_refused(self, agent_id: AgentId, reason: str, sentence: str) -> None:
        """Count what could not be understood."""
        self._facts.observe(InputRefused(peer=agent_id, reason=reason, sentence=sentence))

    # --------------------------------------------------------------------------- the engine

    def _take(self, event: Event) -> None:
        self._feed(event)
        self._line.pump()

    def _feed(self, event: Event) -> None:
        """Let the engine handle *event* and carry out or queue what it wants done."""
        now = self._clock.now()
        if self._record is not None:
            self._record(event, now)
        try:
            effects = self._brain.handle(event, now)
        except Exception as error:
            self._engine_failed(event, error)
            return
        line = self._line
        for effect in effects:
            if isinstance(effect, Persist):
                line.persist(effect)
            elif isinstance(effect, SendNow):
                if (link := self._links.get(effect.session)) is not None:
                    link.send((effect.message,))
            elif isinstance(effect, Arm):
                self._timers.arm(effect.key, effect.due_mono_ms)
            elif isinstance(effect, Disarm):
                self._timers.disarm(effect.key)
            elif isinstance(effect, Recall):
                self._recalls.ask(effect.trade_id)
            else:
                line.queue(effect)

    def _engine_failed(self, event: Event, error: Exception) -> None:
        """A bug.  What the engine believes is no longer sure: go back to what is stored.

        Market data and pulses touch nothing durable: the one message is lost, its successor
        comes by itself.
        """
        what: object = event
        if isinstance(event, AgentSaid):
            what = event.message
            self._poison.failed_on(event.message_id)
        elif isinstance(event, OperatorAsked):
            what = event.request
            self._questions.fail(event.request_id, "the Core failed on it: its log says how")
        why, about = f"{type(what).__name__} raised {error!r}", getattr(what, "trade_id", NO_TRADE)
        self._facts.observe(Alarm(key="engine", code="engine_failed", sentence=why, trade_id=about))
        if not isinstance(what, _VOLATILE):
            self._line.abandon()

    def _refuse_for_good(self, link: AgentSession, refusal: MessageAck) -> None:
        """Acknowledge a message that fails time and again, so that it stops doing so."""
        self._line.queue(Send(link.agent_id, link.session, refusal))
        sentence = f"{refusal.message_id}: {refusal.error}"
        self._facts.observe(InputRefused(peer=link.agent_id, reason="poison", sentence=sentence))

    def _leave(self, releases: list[Release]) -> None:
        release(releases, self._links, self._facts, self._questions.answer)

    def _hold(self, held: bool) -> None:
        """Listen to nobody while too much waits for the journal."""
        self._held = held
        for link in self._links.values():
            link.hold(held)

    # --------------------------------------------------------------------------- its memory

    async def _unless_stopped(self, work: Coroutine[None, None, None]) -> bool:
        """Do *work*, however long it takes; False = told to stop meanwhile."""
        working, stopping = create_task(work), create_task(self._stopping.wait())
        try:
            await wait((working, stopping), return_when=FIRST_COMPLETED)
            if working.done():
                working.result()
            return not self._stopping.is_set()
        finally:
            working.cancel()
            stopping.cancel()

    async def _recover(self) -> None:
        recovered = await self._committer.load()
        self._serving = True
        self._take(Started(recovered))

    async def _commit_and_rebuild(self) -> None:
        while True:
            try:
                await self._line.run()
            except JournalRefused as error:
                self._facts.observe(
                    Alarm(key="journal", code="journal_refused", sentence=str(error))
                )
            except Abandoned:
                pass  # whoever asked for it has said why
            await self._rebuild()

    async def _rebuild(self) -> None:
        """End every stream, so that unacknowledged work comes back, and recover.

        The journal is let go, if at all, when nobody can call any more: a Core that takes over
        listens where this one did.
        """
        self._serving = False
        self._judge()
        self._timers.clear()
        self._questions.drop(_REBUILDING)
        links, self._links = self._links, {}
        for link in links.values():
            link.end(_REBUILDING)
        await self._server.stop(GRACE_MS)
        await self._clock.sleep_ms(REBUILD_PAUSE_MS)
        for link in links.values():
            self._feed(AgentLeft(link.agent_id, link.session, _REBUILDING))
        await self._recover()
        await self._server.start(self)
        self._judge()

    async def _wind_down(self, group: TaskGroup) -> None:
        """Take in nothing more; let what is being committed reach the disk, and leave."""
        self._serving = False
        self._judge()
        self._hold(True)
        enough = Signal()

        async def drain() -> None:
            await self._line.drained()
            enough.set()

        draining = group.create_task(drain())
        deadline = self._clock.call_at(self._clock.now().mono_ms + STOP_MS_MAX, enough.set)
        await enough.wait()
        deadline.cancel()
        draining.cancel()
        self._links.clear()
        self._timers.clear()
        self._questions.drop("the Core stops")
        await self._server.stop(GRACE_MS)

    def _healthy(self, answers: bool) -> None:
        self._journal_answers = answers
        self._judge()

    def _judge(self) -> None:
        ready = self._serving and self._listening and self._journal_answers
        if ready != self._ready:
            self._ready = ready
            self._tell_ready(ready)
