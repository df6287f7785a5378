"""One connection: it keeps the order of what is said on it, and breaks.

What a stream can do to its messages is to delay them all, and to lose the last of them when it
breaks.  Beyond that, `Weather` can lose, double or overtake single frames of the kinds that
somebody acknowledges or replaces; that is harsher than any stream.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import Final, Protocol

from echo.domain.quantities import Instant
from echo.sim.mouth import JOIN_MS, Mouth
from echo.sim.node import Scene
from echo.sim.rates import ASKING, Rates, name_of
from echo.sim.travel import CHANGED, REPEATED, as_travelled
from echo.wire.refusals import WireError

NOTICE_MS: Final = (0, 20)
"""How long an end takes to learn that the other is gone."""
NEWEST: Final = 3


class Side(IntEnum):
    """The two ends of a connection; their values are places in pairs."""

    CLIENT = 0
    SERVER = 1


OTHER: Final = (Side.SERVER, Side.CLIENT)


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The last thing in a lane: the other end has closed."""

    reason: str


class End(Protocol):
    """A process that has an end of a connection."""

    asleep_until_ms: int

    def now(self) -> Instant:
        """Return what its host's clocks show."""

    def later(self, wait_ms: int, call: Callable[[], None]) -> None:
        """Plan *call*, unless the process dies before."""

    def link_said(self, link: "Connection", message: object) -> None:
        """The other end said something."""

    def link_garbled(self, link: "Connection", error: WireError) -> None:
        """The other end said something that cannot be read."""

    def link_down(self, link: "Connection", reason: str) -> None:
        """The connection is over."""


class Road(Protocol):
    """The way on which a connection runs."""

    scene: Scene
    name: str
    is_stream: bool
    spelled: bool
    version: int
    slow_until_ms: int
    slow_ms: int

    @property
    def client(self) -> End:
        """Who connects."""

    @property
    def server(self) -> End:
        """To whom."""

    def delay_ms(self) -> int:
        """Draw how long one message takes."""

    def free_ms(self, receiver: Side, peer: End) -> int:
        """When something can arrive at *receiver*, which is *peer*."""

    def keep(self, receiver: Side, message: object) -> None:
        """Remember what arrives."""

    def lost(self, connection: "Connection") -> None:
        """The client's end is closed."""


class _Lane:
    """One direction of a connection."""

    __slots__ = ("arrives_ms", "deaf", "ended", "peer", "waiting")

    def __init__(self, peer: End) -> None:
        self.peer = peer
        """Who receives."""
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

    __slots__ = ("_lanes", "_mouth", "_rates", "client_no", "server_no", "way")

    def __init__(self, way: Road, client_no: int, server_no: int) -> None:
        self.way = way
        """The way on which it runs."""
        self._lanes = (_Lane(way.client), _Lane(way.server))
        """By who receives."""
        self._mouth = Mouth(way.scene, way.name, way.version) if way.spelled else None
        self._rates = Rates()
        self.client_no = client_no
        """Counts the connections of the client's life."""
        self.server_no = server_no
        """Counts the connections of the server's life."""

    def ends_at(self, peer: End) -> bool:
        """Whether *peer* is the server of it."""
        return self._lanes[Side.SERVER].peer is peer

    def send(self, side: Side, message: object, version: int = NEWEST) -> None:
        """Send *message* from *side* to the other end; dropped when the connection is over.

        *version* is the protocol version for which an Agent spells it.
        """
        if self._lanes[side].ended:
            return
        said = message[1] if isinstance(message, tuple) else message
        kind = type(said)
        if kind in CHANGED:
            message = as_travelled(message, is_stream=self.way.is_stream)
        if kind not in REPEATED:
            self._utter(side, message, version, repeated=False)
            return
        scene = self.way.scene
        if self.way.version < NEWEST:
            # What is said but once can be lost with its pipe only.
            scene.busy_ms = scene.schedule.now_ms
            self._utter(side, message, version, repeated=False)
            return
        if kind in ASKING:
            complaint = self._rates.too_often(side, name_of(message), scene.schedule.now_ms)
            if complaint:
                scene.watch.violated(13, f"{self.way.name}: {complaint}")
        faults, weather = scene.faults, scene.faults.weather
        if getattr(said, "trade_id", None) not in scene.watch.excused:
            scene.busy_ms = scene.schedule.now_ms
        if faults.strikes("frame_lost", weather.frame_loss):
            return
        copies = 2 if faults.strikes("frame_doubled", weather.frame_double) else 1
        for _ in range(copies):
            if faults.strikes("frame_late", weather.frame_late):
                late_ms = scene.chance.randint(1, weather.frame_late_ms_max)
                self._overtaken(side, message, version, late_ms)
            else:
                self._utter(side, message, version, repeated=True)

    def end(self, side: Side, reason: str) -> None:
        """Close it from *side*: what was sent before arrives, then the other end hears of it."""
        if self._lanes[side].ended:
            return
        self._flush(side)
        self._post(OTHER[side], Goodbye(reason))
        self._close(side, reason)

    def reset(self, reason: str, *, notice_ms: tuple[int, int] = (0, 0)) -> None:
        """Break it: what is under way is lost; client and server hear of it after *notice_ms*."""
        for side, wait_ms in zip((Side.CLIENT, Side.SERVER), notice_ms, strict=True):
            self._lanes[side].deaf = True
            self.way.scene.schedule.after(wait_ms, partial(self._close, side, reason))

    def gone(self, side: Side) -> None:
        """The process at *side* has died.  Its host closes for it; its last words may be lost."""
        scene, other = self.way.scene, OTHER[side]
        self._lanes[side].ended = self._lanes[side].deaf = True
        reason = "the other end is gone"
        if scene.faults.strikes("last_words_lost", scene.faults.weather.last_words_lost):
            self._lanes[other].deaf = True
            wait_ms = scene.chance.randint(*NOTICE_MS)
            scene.schedule.after(wait_ms, partial(self._close, other, reason))
        else:
            self._flush(side)
            self._post(other, Goodbye(reason))

    def again(self, receiver: Side, message: object) -> None:
        """Hand over once more what arrived before."""
        if not self._lanes[receiver].deaf:
            self._lanes[receiver].peer.link_said(self, message)

    # ------------------------------------------------------------------------ on its way

    def _utter(self, side: Side, message: object, version: int, *, repeated: bool) -> None:
        if self._mouth is None:
            self._post(OTHER[side], message)
            return
        by_ea, peer = side is Side.CLIENT, self._lanes[side].peer
        pieces = self._mouth.say(message, version, peer.now(), by_ea=by_ea, repeated=repeated)
        for piece in pieces:
            self._post(OTHER[side], piece)
        if self._mouth.holds(by_ea=by_ea):
            self.way.scene.schedule.after(JOIN_MS, partial(self._flush, side))

    def _flush(self, side: Side) -> None:
        if self._mouth is not None and (data := self._mouth.left_over(by_ea=side is Side.CLIENT)):
            self._post(OTHER[side], data)

    def _post(self, receiver: Side, message: object) -> None:
        lane, way = self._lanes[receiver], self.way
        schedule = way.scene.schedule
        arrives_ms = schedule.now_ms + way.delay_ms()
        if way.slow_until_ms > schedule.now_ms:
            # Its reader takes one after the other, and takes its time, as long as it is slow.
            read_ms = max(arrives_ms, lane.arrives_ms) + way.slow_ms
            arrives_ms = max(arrives_ms, min(read_ms, way.slow_until_ms))
        if arrives_ms > lane.arrives_ms:
            lane.arrives_ms = arrives_ms
        schedule.at(lane.arrives_ms, partial(self._arrive, receiver, message))

    def _overtaken(self, side: Side, message: object, version: int, late_ms: int) -> None:
        if self._mouth is None:
            arrive = partial(self._arrive, OTHER[side], message)
        else:
            # Lines of one pipe cannot lie within each other: it is late from the beginning.
            arrive = partial(self._utter, side, message, version, repeated=True)
        self.way.scene.schedule.after(self.way.delay_ms() + late_ms, arrive)

    def _arrive(self, receiver: Side, message: object) -> None:
        lane, way = self._lanes[receiver], self.way
        free_ms = way.free_ms(receiver, lane.peer)
        if lane.waiting:
            lane.waiting.append(message)
        elif way.scene.schedule.now_ms < free_ms:
            way.scene.schedule.at(free_ms, partial(self._let_go, receiver))
            lane.waiting.append(message)
        else:
            self._hand_over(lane, receiver, message)

    def let_go(self) -> None:
        """The way is free before its time."""
        for side in Side:
            self._let_go(side)

    def _let_go(self, receiver: Side) -> None:
        """The way is free again: what waited arrives, in its order."""
        lane, schedule = self._lanes[receiver], self.way.scene.schedule
        free_ms = self.way.free_ms(receiver, lane.peer)
        if schedule.now_ms < free_ms:
            schedule.at(free_ms, partial(self._let_go, receiver))
            return
        while lane.waiting:
            self._hand_over(lane, receiver, lane.waiting.popleft())

    def _hand_over(self, lane: _Lane, receiver: Side, message: object) -> None:
        if lane.deaf:
            return
        if isinstance(message, bytes):
            self._read(lane, receiver, message)
        elif isinstance(message, Goodbye):
            self._close(receiver, message.reason)
        else:
            self.way.keep(receiver, message)
            lane.peer.link_said(self, message)

    def _read(self, lane: _Lane, receiver: Side, data: bytes) -> None:
        mouth, by_ea = self._mouth, receiver is Side.SERVER
        if mouth is None:
            return
        for heard in mouth.heard(data, lane.peer.now(), by_ea=by_ea):
            if lane.deaf:
                return
            if isinstance(heard, WireError):
                lane.peer.link_garbled(self, heard)
            else:
                self.way.keep(receiver, heard)
                lane.peer.link_said(self, heard)
        if by_ea and mouth.is_endless:
            self.end(receiver, "a line without an end")

    def _close(self, side: Side, reason: str) -> None:
        lane = self._lanes[side]
        if lane.ended:
            return
        lane.ended = lane.deaf = True
        lane.peer.later(0, partial(lane.peer.link_down, self, reason))
        if side is Side.CLIENT:
            self.way.lost(self)
