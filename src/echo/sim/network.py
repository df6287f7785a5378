"""Ways between processes: pipes and streams that keep order, and break.

What a stream can do to its messages is to delay them all, and to lose the last of them when it
breaks.  Beyond that, `Weather` can lose, double or overtake single frames of the kinds that
somebody acknowledges or replaces; that is harsher than any stream.
"""

from collections import deque
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Final

from echo.domain.answers import (
    NO_ACCOUNT,
    CommandAck,
    ExecutionResult,
    MessageAck,
    PipeDeliveryAck,
    ResultAck,
    TradeIntentAck,
)
from echo.domain.commands import CloseOrder, ExecuteOrder, ModifyOrder, ReduceOrder
from echo.domain.handshake import SymbolRegistrationResult
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.sim.node import Node, Scene
from echo.sim.schedule import HostClock

REPEATED: Final = frozenset(
    {
        *(TradeIntent, TradeModify, TradeClose, ExecutionResult),
        *(ExecuteOrder, ModifyOrder, ReduceOrder, CloseOrder),
        *(TradeIntentAck, ResultAck, MessageAck, CommandAck, PipeDeliveryAck),
    }
)
"""What somebody sends again until it is acknowledged, and the acknowledgements themselves."""

NAMELESS: Final = (TradeIntentAck, ResultAck, ExecutionResult)
"""What does not say on a stream whose it is."""

CHANGED: Final = frozenset({*NAMELESS, SymbolRegistrationResult})
"""Messages of which not everything travels everywhere."""

REDIAL_MS: Final = (100, 600)
NOTICE_MS: Final = (0, 20)
"""How long an end takes to learn that the other is gone."""


def as_travelled(frame: object, *, is_stream: bool) -> object:
    """Return what arrives at the other end: each wire leaves out what nobody reads from it."""
    if isinstance(frame, tuple):
        message_id, message = frame
        return (message_id, as_travelled(message, is_stream=is_stream))
    if is_stream and isinstance(frame, NAMELESS):
        return replace(frame, account_id=NO_ACCOUNT)
    if not is_stream and isinstance(frame, SymbolRegistrationResult):
        return replace(frame, ledger_n=0)
    return frame


class Side(Enum):
    """The two ends of a connection."""

    CLIENT = "client"
    SERVER = "server"


_OTHER: Final = {Side.CLIENT: Side.SERVER, Side.SERVER: Side.CLIENT}


@dataclass(frozen=True, slots=True)
class _Goodbye:
    """The last thing in a lane: the other end has closed."""

    reason: str


class _Lane:
    """One direction of a connection."""

    __slots__ = ("arrives_ms", "deaf", "ended", "waiting")

    def __init__(self) -> None:
        self.arrives_ms = 0
        """When the last message that keeps its order arrives."""
        self.waiting: deque[object] = deque()
        """What has come as far as a blocked way lets it."""
        self.deaf = False
        """The receiver will hear nothing any more."""
        self.ended = False
        """The receiver has been told that it is over."""


class Connection:
    """One pipe or stream, from its opening to its end."""

    __slots__ = ("_lanes", "_peers", "client_no", "server_no", "way")

    def __init__(self, way: "Way", client_no: int, server_no: int) -> None:
        self.way = way
        """The way on which it runs."""
        self._peers: dict[Side, Dialler] = {Side.CLIENT: way.client, Side.SERVER: way.server}
        self._lanes = {Side.CLIENT: _Lane(), Side.SERVER: _Lane()}
        """By who receives."""
        self.client_no = client_no
        """Counts the connections of the client's life."""
        self.server_no = server_no
        """Counts the connections of the server's life."""

    def send(self, side: Side, message: object) -> None:
        """Send *message* from *side* to the other end; dropped when the connection is over."""
        if self._lanes[side].ended:
            return
        scene = self.way.scene
        faults, weather = scene.faults, scene.faults.weather
        said = message[1] if isinstance(message, tuple) else message
        if type(said) in CHANGED:
            message = as_travelled(message, is_stream=self.way.is_stream)
        if type(said) not in REPEATED:
            self._post(_OTHER[side], message)
            return
        scene.busy_ms = scene.schedule.now_ms
        if faults.strikes("frame_lost", weather.frame_loss):
            return
        copies = 2 if faults.strikes("frame_doubled", weather.frame_double) else 1
        for _ in range(copies):
            if faults.strikes("frame_late", weather.frame_late):
                late_ms = scene.chance.randint(1, weather.frame_late_ms_max)
                self._overtaken(_OTHER[side], message, late_ms)
            else:
                self._post(_OTHER[side], message)

    def end(self, side: Side, reason: str) -> None:
        """Close it from *side*: what was sent before arrives, then the other end hears of it."""
        if self._lanes[side].ended:
            return
        self._post(_OTHER[side], _Goodbye(reason))
        self._close(side, reason)

    def reset(self, reason: str, *, notice_ms: tuple[int, int] = (0, 0)) -> None:
        """Break it: what is under way is lost; client and server hear of it after *notice_ms*."""
        for side, wait_ms in zip((Side.CLIENT, Side.SERVER), notice_ms, strict=True):
            self._lanes[side].deaf = True
            self.way.scene.schedule.after(wait_ms, partial(self._close, side, reason))

    def gone(self, side: Side) -> None:
        """The process at *side* has died.  Its host closes for it; its last words may be lost."""
        scene, other = self.way.scene, _OTHER[side]
        self._lanes[side].ended = self._lanes[side].deaf = True
        reason = "the other end is gone"
        if scene.faults.strikes("last_words_lost", 0.5):
            self._lanes[other].deaf = True
            wait_ms = scene.chance.randint(*NOTICE_MS)
            scene.schedule.after(wait_ms, partial(self._close, other, reason))
        else:
            self._post(other, _Goodbye(reason))

    def _post(self, receiver: Side, message: object) -> None:
        lane, schedule = self._lanes[receiver], self.way.scene.schedule
        lane.arrives_ms = max(lane.arrives_ms, schedule.now_ms + self.way.delay_ms())
        schedule.at(lane.arrives_ms, partial(self._arrive, receiver, message))

    def _overtaken(self, receiver: Side, message: object, late_ms: int) -> None:
        wait_ms = self.way.delay_ms() + late_ms
        self.way.scene.schedule.after(wait_ms, partial(self._arrive, receiver, message))

    def _arrive(self, receiver: Side, message: object) -> None:
        lane, schedule = self._lanes[receiver], self.way.scene.schedule
        blocked_until_ms = self.way.blocked_until_ms
        if not lane.waiting and schedule.now_ms >= blocked_until_ms:
            self._hand_over(receiver, message)
            return
        if not lane.waiting:
            schedule.at(blocked_until_ms, partial(self._let_go, receiver))
        lane.waiting.append(message)

    def let_go(self) -> None:
        """The way is free before its time."""
        for side in Side:
            self._let_go(side)

    def _let_go(self, receiver: Side) -> None:
        """The way is free again: what waited arrives, in its order."""
        lane, schedule = self._lanes[receiver], self.way.scene.schedule
        if schedule.now_ms < self.way.blocked_until_ms:
            schedule.at(self.way.blocked_until_ms, partial(self._let_go, receiver))
            return
        while lane.waiting:
            self._hand_over(receiver, lane.waiting.popleft())

    def _hand_over(self, receiver: Side, message: object) -> None:
        if self._lanes[receiver].deaf:
            return
        if isinstance(message, _Goodbye):
            self._close(receiver, message.reason)
        else:
            self._peers[receiver].link_said(self, message)

    def _close(self, side: Side, reason: str) -> None:
        lane = self._lanes[side]
        if lane.ended:
            return
        lane.ended = lane.deaf = True
        peer = self._peers[side]
        peer.later(0, lambda: peer.link_down(self, reason))
        if side is Side.CLIENT:
            self.way.lost(self)


class Dialler(Node):
    """A node that has an end of a connection."""

    def __init__(self, scene: Scene, name: str, clock: HostClock) -> None:
        super().__init__(scene, name, clock)
        self.ways: list[Way] = []
        """All ways that begin or end here."""

    def dial(self) -> None:
        """Connect wherever this node is the client."""
        for way in self.ways:
            if way.client is self:
                way.dial()

    def end(self) -> None:
        """Let go of every connection."""
        for way in self.ways:
            way.died(self)

    def accepts(self) -> bool:
        """Whether a client may connect now."""
        return self.up

    def next_number(self) -> int:
        """Number a connection; counts up over a life."""
        raise NotImplementedError

    def link_up(self, link: Connection) -> None:
        """A connection opened."""
        raise NotImplementedError

    def link_said(self, link: Connection, message: object) -> None:
        """The other end said something."""
        raise NotImplementedError

    def link_down(self, link: Connection, reason: str) -> None:
        """The connection is over; told once for every `link_up` of a life that lasts so long."""
        raise NotImplementedError


class Way:
    """The way from one client to its server: the client connects, and connects again."""

    def __init__(
        self,
        scene: Scene,
        name: str,
        client: Dialler,
        server: Dialler,
        delay_ms: tuple[int, int],
        *,
        is_stream: bool = False,
    ) -> None:
        self.scene = scene
        self.is_stream = is_stream
        """Whether it is one between Agent and Core."""
        self.name = name
        self.client = client
        self.server = server
        self.blocked_until_ms = 0
        """Nothing arrives before, neither messages nor calls."""
        self.connections = 0
        self._delay_ms = delay_ms
        self._current: Connection | None = None
        client.ways.append(self)
        server.ways.append(self)

    def delay_ms(self) -> int:
        """Draw how long one message takes."""
        least_ms, most_ms = self._delay_ms
        if least_ms == most_ms:
            return least_ms
        return least_ms + int(self.scene.chance.random() * (most_ms - least_ms + 1))

    @property
    def current(self) -> Connection | None:
        """The connection as the client knows it."""
        return self._current

    def dial(self, wait_ms: int = 0) -> None:
        """Have the client connect after *wait_ms*, and try again until it is connected."""
        self.client.later(wait_ms, self._try)

    def lost(self, connection: Connection) -> None:
        """The client's end is closed: it connects again."""
        if connection is self._current:
            self._current = None
            self.dial(self.scene.chance.randint(*REDIAL_MS))

    def died(self, node: Node) -> None:
        """A process at one end has died."""
        connection = self._current
        if connection is None:
            return
        if node is self.client:
            self._current = None
            connection.gone(Side.CLIENT)
        else:
            connection.gone(Side.SERVER)

    def block(self, lasts_ms: int) -> None:
        """Let nothing pass for a while; what was under way arrives later."""
        until_ms = self.scene.schedule.now_ms + lasts_ms
        self.blocked_until_ms = max(self.blocked_until_ms, until_ms)

    def free(self) -> None:
        """Let everything pass again."""
        self.blocked_until_ms = 0
        if self._current is not None:
            self._current.let_go()

    def _try(self) -> None:
        if self._current is not None:
            return
        blocked = self.scene.schedule.now_ms < self.blocked_until_ms
        if blocked or not self.server.accepts():
            self.dial(self.scene.chance.randint(*REDIAL_MS))
            return
        self.connections += 1
        connection = Connection(self, self.client.next_number(), self.server.next_number())
        self._current = connection
        self.server.link_up(connection)
        self.client.link_up(connection)
