"""The Agent's shell: bytes of pipes and messages of the Core to events, effects to both."""

from asyncio import Event as Signal
from asyncio import TaskGroup
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

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
    TimerKey,
)
from echo.bridge.settings import BridgeSettings
from echo.domain.facts import Alarm, Fact, InputRefused
from echo.domain.handshake import Handshake, Role
from echo.domain.ids import NO_TRADE, AccountId, MessageId
from echo.domain.quantities import Instant
from echo.domain.registration_facts import HandshakeRead
from echo.domain.sessions import AgentToCore, CoreToAgent
from echo.domain.traces import AgentSpans
from echo.ports.clock import Clock
from echo.ports.errors import LedgerUnwritable
from echo.ports.ledger import Ledger
from echo.ports.links import CoreLink, CoreStream, PipeServer, PipeSession
from echo.ports.telemetry import FactSink
from echo.services.agent.hearing import Hearing
from echo.services.timers import Timers
from echo.wire.pipe import write_to_ea
from echo.wire.refusals import WireError

RESTART_PAUSE_MS: Final = 1_000
"""Wait before the bridge is made anew."""

FAULTS_MAX: Final = 3
"""How often lines of one pipe may make the bridge fail before that pipe stays shut."""

_RESTARTS: Final = "the Agent reads its ledger again"


class Brain(Protocol):
    """What decides: `Bridge`, or what a test puts in its place."""

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        """Take in *event*, which happened at *now*, and return what must be done about it."""


class AgentService:
    """The Agent, as a `PipeHandler` and a `CoreHandler`.

    Args:
        brain: Makes what decides; called again should it ever fail.
        boot: Returns the machine's boot id and how many ms ago it started.
        ready: Called when the pipes are served.
    """

    def __init__(
        self,
        brain: Callable[[], Brain],
        *,
        pipes: PipeServer,
        core: CoreLink,
        ledger: Ledger,
        clock: Clock,
        facts: FactSink,
        boot: Callable[[], tuple[str, int]],
        ready: Callable[[], None] = lambda: None,
    ) -> None:
        self._new_brain = brain
        self._pipe_server, self._core_link, self._ledger = pipes, core, ledger
        self._clock, self._facts, self._boot, self._tell_ready = clock, facts, boot, ready
        self._timers = Timers(clock, self._due, lambda: None)
        self._pipes: dict[int, Hearing] = {}
        self._stream: CoreStream | None = None
        self._notes: deque[Note] = deque()
        self._wanted = Signal()
        self._broken = Signal()
        self._stopping = Signal()
        self._brain: Brain | None = None
        self._faults: dict[tuple[Role, AccountId], int] = {}
        self._changed: BridgeSettings | None = None
        """What was put into force since the start; a bridge that is made anew learns it."""

    async def run(self, pipes: Sequence[tuple[Role, AccountId]]) -> None:
        """Recover, listen on *pipes*, and serve until `stop`.

        Raises:
            PortTaken: a pipe is served by another process.
            LedgerUnwritable: the ledger cannot be read.
        """
        try:
            await self._begin()
            await self._pipe_server.start(pipes, self)
            self._tell_ready()
            async with TaskGroup() as group:
                works = [
                    group.create_task(work)
                    for work in (self._core_link.run(self), self._write_notes(), self._mend())
                ]
                await self._stopping.wait()
                self._brain = None
                self._timers.clear()
                for work in works:
                    work.cancel()
        finally:
            await self._pipe_server.stop()
            await self._ledger.close()

    def stop(self) -> None:
        """Ask `run` to return; what is being written to the ledger is finished."""
        self._stopping.set()

    def change_settings(self, settings: BridgeSettings) -> None:
        """Put new settings into force; pipes stay as they are."""
        self._changed = settings
        self._feed(SettingsChanged(settings))

    def report(self, take: Callable[[], AgentSpans]) -> None:
        """Hand spans to the Core, behind whatever waits; while it is away nothing is taken."""
        if self._stream is not None and (told := take()).spans:
            self._stream.send(((None, told),))

    # --------------------------------------------------------------------------- PipeHandler

    def pipe_opened(self, pipe: PipeSession) -> None:
        """Listen to an EA."""
        if self._brain is None:
            pipe.end(_RESTARTS)
        elif self._faults.get((pipe.role, pipe.account_id), 0) >= FAULTS_MAX:
            pipe.end("lines of this account made the Agent fail; see its log")
        else:
            self._pipes[pipe.session] = Hearing(pipe)
            self._feed(PipeOpened(pipe.session, pipe.role, pipe.account_id))

    def pipe_said(self, pipe: PipeSession, data: bytes) -> None:
        """Read what an EA wrote."""
        hearing = self._pipes.get(pipe.session)
        if hearing is None:
            return
        for heard in hearing.hear(data, self._clock.now().wall_ms):
            if pipe.session not in self._pipes:
                return
            if isinstance(heard, WireError):
                self._feed(EaRefused(pipe.session, heard.reason, heard.sentence))
            else:
                if isinstance(heard, Handshake):
                    self._facts.observe(
                        HandshakeRead(
                            account_id=pipe.account_id,
                            role=pipe.role,
                            size_bytes=hearing.message_bytes,
                        )
                    )
                self._feed(EaSaid(pipe.session, heard))
        if hearing.is_endless:
            pipe.end("a line without an end")

    def pipe_closed(self, pipe: PipeSession, reason: str) -> None:
        """Note that an EA is gone."""
        if self._pipes.pop(pipe.session, None) is not None:
            self._feed(PipeClosed(pipe.session, reason))

    # --------------------------------------------------------------------------- CoreHandler

    def core_up(self, link: CoreStream) -> None:
        """Speak to the Core."""
        if self._brain is None:
            link.end(_RESTARTS)
            return
        self._stream = link
        self._feed(CoreUp(link.stream))

    def core_said(self, link: CoreStream, messages: Iterable[CoreToAgent]) -> None:
        """Take in what the Core sent together."""
        for message in messages:
            if self._stream is not link:
                return
            self._feed(CoreSaid(link.stream, message))

    def core_down(self, link: CoreStream, reason: str) -> None:
        """Note that the Core is gone."""
        if self._stream is link:
            self._stream = None
            self._feed(CoreDown(link.stream, reason))

    def core_refused(self, reason: str, sentence: str) -> None:
        """Count what could not be understood."""
        self._facts.observe(InputRefused(peer="core", reason=reason, sentence=sentence))

    # --------------------------------------------------------------------------- the bridge

    def _due(self, key: TimerKey) -> None:
        self._feed(Due(key))

    def _feed(self, event: Event) -> None:
        if self._brain is None:
            return
        try:
            effects = self._brain.handle(event, self._clock.now())
        except Exception as error:
            self._bridge_failed(event, error)
            return
        self._carry_out(effects)

    def _carry_out(self, effects: Sequence[Effect]) -> None:
        """Carry *effects* out in their order; what goes to the Core leaves in one frame."""
        to_core: list[tuple[MessageId | None, AgentToCore]] = []
        facts: list[Fact] = []
        for effect in effects:
            match effect:
                case SendEa():
                    self._say(effect)
                case SendCore():
                    if self._stream is not None and self._stream.stream == effect.stream:
                        to_core.append((effect.message_id, effect.message))
                case Arm():
                    self._timers.arm(effect.key, effect.due_mono_ms)
                case Disarm():
                    self._timers.disarm(effect.key)
                case Note():
                    self._notes.append(effect)
                    self._wanted.set()
                case Observe():
                    facts.append(effect.fact)
                case EndPipe():
                    self._end_pipe(effect)
                case EndStream():
                    self._tell_core(to_core)
                    to_core = []
                    self._end_stream(effect)
        self._tell_core(to_core)
        for fact in facts:
            self._facts.observe(fact)

    def _say(self, effect: SendEa) -> None:
        hearing = self._pipes.get(effect.session)
        if hearing is None:
            return
        now_wall_ms = self._clock.now().wall_ms
        try:
            line = write_to_ea(effect.message, effect.protocol_version, now_wall_ms)
        except WireError as error:
            pipe = hearing.pipe
            refused = InputRefused(
                peer=f"{pipe.role.value}_{pipe.account_id}",
                reason=f"unsendable_{error.reason}",
                sentence=error.sentence,
            )
            self._facts.observe(refused)
            return
        hearing.pipe.write(line)

    def _end_pipe(self, effect: EndPipe) -> None:
        hearing = self._pipes.get(effect.session)
        if hearing is not None:
            hearing.pipe.end(effect.reason)

    def _end_stream(self, effect: EndStream) -> None:
        if self._stream is not None and self._stream.stream == effect.stream:
            self._stream.end(effect.reason)

    def _tell_core(self, messages: Sequence[tuple[MessageId | None, AgentToCore]]) -> None:
        if messages and self._stream is not None:
            self._stream.send(messages)

    # --------------------------------------------------------------------------- its memory

    async def _write_notes(self) -> None:
        """Write notes one after the other and tell the bridge how each went."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            while self._notes:
                note = self._notes.popleft()
                brain = self._brain
                try:
                    await self._ledger.write(note.puts, note.drops)
                except LedgerUnwritable as error:
                    told: Event = NoteFailed(note.note, str(error))
                else:
                    told = Noted(note.note)
                if brain is self._brain:
                    self._feed(told)

    async def _begin(self) -> None:
        contents = await self._ledger.load()
        self._brain = self._new_brain()
        self._feed(Restored(contents, *self._boot()))
        if self._changed is not None:
            self._feed(SettingsChanged(self._changed))

    def _bridge_failed(self, event: Event, error: Exception) -> None:
        """A bug.  What the bridge believes is no longer sure: go back to what is on disk."""
        what: object = event
        if isinstance(event, EaSaid):
            what = event.message
            pipe = self._pipes[event.session].pipe
            culprit = (pipe.role, pipe.account_id)
            self._faults[culprit] = self._faults.get(culprit, 0) + 1
        elif isinstance(event, CoreSaid):
            what = event.message
        why = f"{type(what).__name__} raised {error!r}; the ledger is read again"
        about = getattr(what, "trade_id", NO_TRADE)
        self._facts.observe(Alarm(key="bridge", code="bridge_failed", sentence=why, trade_id=about))
        self._brain = None
        self._timers.clear()
        self._notes.clear()
        pipes, self._pipes = self._pipes, {}
        for hearing in pipes.values():
            hearing.pipe.end(_RESTARTS)
        if self._stream is not None:
            stream, self._stream = self._stream, None
            stream.end(_RESTARTS)
        self._broken.set()

    async def _mend(self) -> None:
        """Make the bridge anew whenever it has failed; what was not acknowledged comes again."""
        while True:
            await self._broken.wait()
            self._broken.clear()
            await self._clock.sleep_ms(RESTART_PAUSE_MS)
            try:
                await self._begin()
            except LedgerUnwritable as error:
                self._facts.observe(
                    Alarm(key="ledger", code="LEDGER_UNWRITABLE", sentence=str(error))
                )
                self._broken.set()
