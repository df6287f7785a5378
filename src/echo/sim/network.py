"""Ways between processes: a client calls its server, is cut off, and calls again."""

from collections import deque
from typing import Final

from echo.links.backoff import STEADY_MS
from echo.sim.connection import NEWEST, Connection, End, Side
from echo.sim.node import Node, Scene
from echo.sim.schedule import HostClock
from echo.sim.travel import REPEATED
from echo.wire.refusals import WireError

__all__ = ["Connection", "Dialler", "Side", "Way"]

REDIAL_MS: Final = (100, 600)
REDIALS_MAX: Final = 5
"""After so many calls in vain the pauses between them grow no longer."""
KEPT_MAX: Final = 60
"""So many frames of each way are kept, to be shown once more."""


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
        return self.up and not self.asleep

    def next_number(self) -> int:
        """Number a connection; counts up over a life."""
        raise NotImplementedError

    def link_up(self, link: Connection) -> None:
        """A connection opened."""
        raise NotImplementedError

    def link_said(self, link: Connection, message: object) -> None:
        """The other end said something."""
        raise NotImplementedError

    def link_garbled(self, link: Connection, error: WireError) -> None:
        """The other end said something that cannot be read."""
        raise NotImplementedError

    def link_down(self, link: Connection, reason: str) -> None:
        """The connection is over; told once for every `link_up` of a life that lasts so long."""
        raise NotImplementedError


class Way:
    """The way from one client to its server: the client connects, and connects again.

    Args:
        other: Another server that the client calls in turn with the first, until one lets it in.
        is_stream: Whether it is one between Agent and Core.
        spelled: Whether it carries bytes; else values are handed over as they are.
        version: The protocol version that the client speaks on a pipe of bytes.
    """

    def __init__(
        self,
        scene: Scene,
        name: str,
        client: Dialler,
        server: Dialler,
        delay_ms: tuple[int, int],
        *,
        other: Dialler | None = None,
        is_stream: bool = False,
        spelled: bool = False,
        version: int = NEWEST,
    ) -> None:
        self.scene = scene
        self.is_stream = is_stream
        self.spelled = spelled
        self.version = version
        self.name = name
        self.client = client
        self.server = server
        """Whom the client has called, or calls next."""
        self._others = deque((other,) if other else ())
        self.blocked_ms = [0, 0]
        """By receiver: nothing arrives before, neither messages nor calls."""
        self.slow_until_ms = 0
        self.slow_ms = 0
        """How long either reader takes for one message until then."""
        self.connections = 0
        self.kept: deque[tuple[Side, object]] = deque(maxlen=KEPT_MAX)
        """What somebody repeats and has arrived, with who received it."""
        self._delay_ms = delay_ms
        self._current: Connection | None = None
        self._calls = 0
        self._in_vain = 0
        self._connected_ms = 0
        for each in (client, server, *self._others):
            each.ways.append(self)

    def delay_ms(self) -> int:
        """Draw how long one message takes."""
        least_ms, most_ms = self._delay_ms
        if least_ms == most_ms:
            return least_ms
        return least_ms + int(self.scene.chance.random() * (most_ms - least_ms + 1))

    def free_ms(self, receiver: Side, peer: End) -> int:
        """When something can arrive at *receiver*: not while it is blocked, or *peer* sleeps."""
        blocked_ms = self.blocked_ms[receiver]
        asleep_ms = peer.asleep_until_ms
        return blocked_ms if blocked_ms > asleep_ms else asleep_ms

    def keep(self, receiver: Side, message: object) -> None:
        """Remember what arrives, if it is of the kind that may arrive again."""
        if type(message[1] if isinstance(message, tuple) else message) in REPEATED:
            self.kept.append((receiver, message))

    @property
    def current(self) -> Connection | None:
        """The connection as the client knows it."""
        return self._current

    def dial(self, wait_ms: int = 0) -> None:
        """Have the client connect after *wait_ms*, and try again until it is connected."""
        self._calls += 1
        call = self._calls
        self.client.later(wait_ms, lambda: self._try(call))

    def lost(self, connection: Connection) -> None:
        """The client's end is closed: it connects again."""
        if connection is self._current:
            self._current = None
            if self.scene.schedule.now_ms - self._connected_ms < STEADY_MS:
                self._in_vain = min(self._in_vain + 1, REDIALS_MAX)
            else:
                self._in_vain = 0
            self._dial_again()

    def died(self, node: Dialler) -> None:
        """A process at one end has died."""
        connection = self._current
        if connection is None:
            return
        if node is self.client:
            self._current = None
            self._in_vain = 0
            connection.gone(Side.CLIENT)
        elif connection.ends_at(node):
            connection.gone(Side.SERVER)

    def block(self, lasts_ms: int, *receivers: Side) -> None:
        """Let nothing pass to *receivers* for a while; what was under way arrives later."""
        until_ms = self.scene.schedule.now_ms + lasts_ms
        for receiver in receivers or tuple(Side):
            self.blocked_ms[receiver] = max(self.blocked_ms[receiver], until_ms)

    def slow_down(self, lasts_ms: int, each_ms: int) -> None:
        """Have both ends read slowly for a while."""
        self.slow_until_ms = self.scene.schedule.now_ms + lasts_ms
        self.slow_ms = each_ms

    def free(self) -> None:
        """Let everything pass again."""
        self.blocked_ms = [0, 0]
        self.slow_until_ms = 0
        if self._current is not None:
            self._current.let_go()
        else:
            self.dial()

    def _try(self, call: int) -> None:
        if self._current is not None or call != self._calls:
            return
        blocked = self.scene.schedule.now_ms < max(self.blocked_ms)
        if blocked or not self.server.accepts():
            self._in_vain = min(self._in_vain + 1, REDIALS_MAX)
            self._dial_again()
            return
        self._connected_ms = self.scene.schedule.now_ms
        self.connections += 1
        connection = Connection(self, self.client.next_number(), self.server.next_number())
        self._current = connection
        self.server.link_up(connection)
        self.client.link_up(connection)

    def _dial_again(self) -> None:
        if self._others:
            self._others.append(self.server)
            self.server = self._others.popleft()
        self.dial(self.scene.chance.randint(*REDIAL_MS) * (1 + self._in_vain))
