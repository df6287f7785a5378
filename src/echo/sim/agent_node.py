"""An Agent in the world: the bridge, its ledger, its pipes and its stream to the Core."""

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
    FromEa,
    Noted,
    NoteFailed,
    PipeClosed,
    PipeOpened,
    Restored,
)
from echo.bridge.settings import BridgeSettings
from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.domain.sessions import CoreToAgent, EaSession
from echo.sim.connection import Road
from echo.sim.disks import SimLedger
from echo.sim.network import Connection, Dialler, Side
from echo.sim.node import Scene, TimerKey
from echo.sim.schedule import HostClock
from echo.wire.refusals import WireError

BOOT_AHEAD_MS = 7_000
"""How far the clock that counts suspend is ahead of the monotonic one."""


class Agent(Dialler):
    """Carries out what the bridge wants, in its order."""

    def __init__(
        self, scene: Scene, clock: HostClock, settings: BridgeSettings, name: str = ""
    ) -> None:
        super().__init__(scene, name or settings.agent_id, clock)
        self.ledger = SimLedger(scene, self.name)
        self.settings = settings
        self.bridge = Bridge(settings)
        self.pipe_of: dict[Road, tuple[Role, AccountId]] = {}
        """What each pipe is for; set by whoever lays them."""
        self._numbers = 0
        self._pipes: dict[int, Connection] = {}
        self._stream: Connection | None = None

    # ------------------------------------------------------------------------ life and death

    def begin(self) -> None:
        """Read the ledger, then call the Core."""
        self.bridge = Bridge(self.settings)
        self._numbers = 0
        boot_ms = self.now().mono_ms + BOOT_AHEAD_MS
        self._feed(Restored(self.ledger.load(), self.clock.boot_id, boot_ms))
        self.dial()

    def end(self) -> None:
        """Lose everything but the ledger."""
        self.ledger.crashed()
        self.scene.watch.agent_died(self.name)
        self._pipes.clear()
        self._stream = None
        super().end()

    def next_number(self) -> int:
        """Number a pipe's session or a stream."""
        self._numbers += 1
        return self._numbers

    # ------------------------------------------------------------------------ links

    def link_up(self, link: Connection) -> None:
        """An EA connected, or the Core answered."""
        if link.way not in self.pipe_of:
            self._stream = link
            self._feed(CoreUp(link.client_no))
            return
        self._pipes[link.server_no] = link
        role, account_id = self.pipe_of[link.way]
        self._feed(PipeOpened(link.server_no, role, account_id))

    def link_said(self, link: Connection, message: object) -> None:
        """An EA or the Core said something."""
        if link is self._stream:
            self._core_said(link.client_no, message)
        elif self._pipes.get(link.server_no) is link:
            self._ea_said(link.server_no, message)

    def link_garbled(self, link: Connection, error: WireError) -> None:
        """An EA said something that cannot be read."""
        if self._pipes.get(link.server_no) is link:
            self._feed(EaRefused(link.server_no, error.reason, error.sentence))

    def link_down(self, link: Connection, reason: str) -> None:
        """An EA is gone, or the stream is over."""
        if link is self._stream:
            self._stream = None
            self._feed(CoreDown(link.client_no, reason))
        elif self._pipes.get(link.server_no) is link:
            del self._pipes[link.server_no]
            self._over(link)
            self._feed(PipeClosed(link.server_no, reason))

    def ring(self, key: TimerKey) -> None:
        """A timer of the bridge is due."""
        self._feed(Due(key))

    def _core_said(self, stream: int, message: object) -> None:
        said: CoreToAgent = message  # type: ignore[assignment]  # links carry any value, the Core sends these
        self._feed(CoreSaid(stream, said))
        weather = self.scene.faults.weather
        if self.up and self.scene.faults.strikes("ghost", weather.ghost):
            ghost = CoreSaid(stream - 1, said)
            self._unmoved(ghost)

    def _ea_said(self, session: int, message: object) -> None:
        said: FromEa = message  # type: ignore[assignment]  # links carry any value, EAs send these
        self._feed(EaSaid(session, said))

    def _over(self, link: Connection) -> None:
        role, account_id = self.pipe_of[link.way]
        self.scene.watch.session_over(self.name, role, account_id, link.server_no)

    def _unmoved(self, ghost: Event) -> None:
        self.scene.watch.unmoved(self.name, self.bridge.handle(ghost, self.now()))

    # ------------------------------------------------------------------------ the bridge

    def _feed(self, event: Event) -> None:
        scene = self.scene
        scene.trace.hear(scene.schedule.now_ms, self.name, event)
        for effect in self.bridge.handle(event, self.now()):
            if self.struck():
                return
            self._carry_out(effect)

    def _carry_out(self, effect: Effect) -> None:
        scene = self.scene
        match effect:
            case SendCore():
                if self._stream is not None and self._stream.client_no == effect.stream:
                    self._stream.send(Side.CLIENT, (effect.message_id, effect.message))
            case Arm():
                self.arm(effect.key, effect.due_mono_ms)
            case SendEa():
                pipe = self._pipes.get(effect.session)
                if pipe is not None:
                    scene.watch.agent_sends(effect.message, self.ledger.durable)
                    if isinstance(effect.message, EaSession):
                        role, account_id = self.pipe_of[pipe.way]
                        scene.watch.session_given(self.name, role, account_id, effect.session)
                    pipe.send(Side.SERVER, effect.message, effect.protocol_version)
            case Note():
                scene.trace.note(scene.schedule.now_ms, self.name, effect)
                self.ledger.write(
                    self, effect.puts, effect.drops, lambda why: self._written(effect.note, why)
                )
            case EndPipe():
                pipe = self._pipes.get(effect.session)
                if pipe is not None:
                    self._over(pipe)
                    pipe.end(Side.SERVER, effect.reason)
            case EndStream():
                if self._stream is not None and self._stream.client_no == effect.stream:
                    self._stream.end(Side.CLIENT, effect.reason)
            case Disarm():
                self.disarm(effect.key)
            case Observe():
                scene.watch.fact(self.name, effect.fact)

    def _written(self, note: int, why: str) -> None:
        self._feed(NoteFailed(note, why) if why else Noted(note))
