"""Cables between processes: what is said arrives later, in order, until the cable breaks.

A cable joins one client to one server, which must be listening; at most one connection of a
client is alive at a time.  What was under way when a cable is cut is lost, from some point on.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any, Final, Generic, Protocol, TypeVar

from echo.sim.desk.virtual_loop import Process, VirtualLoop

Mine = TypeVar("Mine")
Theirs = TypeVar("Theirs")
Heard = TypeVar("Heard", contravariant=True)

NOTICE_MS: Final = (0, 20)
"""How long an end takes to learn that the other is gone."""

Span = tuple[int, int]


class Ear(Protocol[Heard]):
    """Who holds an end of a connection."""

    def heard(self, item: Heard) -> None:
        """Something arrived."""

    def over(self, reason: str, *, orderly: bool) -> None:
        """Nothing will arrive any more; *orderly*: everything that was sent before did."""


class End(Generic[Mine, Theirs]):
    """One end of a connection: sends what is *Mine*, hears what is *Theirs*."""

    other: "End[Theirs, Mine]"

    def __init__(self, cable: "Cable[Mine, Theirs] | Cable[Theirs, Mine]", owner: Process) -> None:
        self.cable = cable
        self.owner = owner
        self.ear: Ear[Theirs] | None = None
        self.unread = 0
        """What was sent from here and has not been heard at the other end."""
        self._incoming: deque[tuple[int, Theirs]] = deque()
        self._last: tuple[int, str, bool] | None = None
        """When this end learns that it is over, why, and whether in good order."""
        self._told = False
        self._arrives_ms = 0

    @property
    def is_over(self) -> bool:
        """Whether this end knows that it is over."""
        return self._told

    def send(self, item: Mine) -> bool:
        """Send *item*; False = it is over, or this process just died."""
        loop = self.cable.loop
        if self._told or not loop.touches(self.owner):
            return False
        self.unread += 1
        self.other._post(item)
        return True

    def close(self, reason: str) -> None:
        """Hear nothing any more; the other end hears everything that was sent, and then that."""
        if not self._told and self.cable.loop.touches(self.owner):
            self.abandon(reason)

    def abandon(self, reason: str) -> None:
        """Close, whoever asks: when a process dies its host closes what it held."""
        if not self._told:
            self._told = True
            self._incoming.clear()
            self.other._finish(self.cable.travel_ms(), reason, orderly=True)

    def cut(self, reason: str, notice_ms: int) -> list[Theirs]:
        """Lose what is under way to here; return what was lost."""
        lost: list[Theirs] = []
        kept = int(self.cable.chance.random() * (len(self._incoming) + 1))
        while len(self._incoming) > kept:
            due_ms, item = self._incoming.pop()
            lost.append(item)
        if lost and (part := self.cable.part_of(lost[-1])):
            self._incoming.append((due_ms, part))
        self._finish(notice_ms, reason, orderly=False)
        return lost

    def _post(self, item: Theirs) -> None:
        if self._told or self._last is not None:
            return
        due_ms = max(self._arrives_ms, self.cable.loop.now_ms + self.cable.travel_ms())
        self._arrives_ms = due_ms
        self._incoming.append((due_ms, item))
        self._plan(due_ms)

    def _finish(self, wait_ms: int, reason: str, *, orderly: bool) -> None:
        if self._last is None and not self._told:
            due_ms = max(self._arrives_ms, self.cable.loop.now_ms + wait_ms)
            self._last = (due_ms, reason, orderly)
            self._plan(due_ms)

    def _plan(self, due_ms: int) -> None:
        self.cable.loop.call_at(due_ms / 1_000, self._pump, context=self.owner.context)

    def _pump(self) -> None:
        """Hear what has arrived, unless the way is blocked."""
        loop = self.cable.loop
        if self._told:
            return
        if loop.now_ms < self.cable.blocked_until_ms:
            self._plan(self.cable.blocked_until_ms)
            return
        while self._incoming and self._incoming[0][0] <= loop.now_ms and not self.owner.dead:
            _, item = self._incoming.popleft()
            self.other.unread -= 1
            if self.ear is not None:
                self.ear.heard(item)
        if self._last is None or self._incoming or self._told or self.owner.dead:
            return
        due_ms, reason, orderly = self._last
        if due_ms <= loop.now_ms:
            self._told = True
            if self.ear is not None:
                self.ear.over(reason, orderly=orderly)


Accept = Callable[[End[Mine, Theirs]], None]
"""Takes the server's end of a new connection, in the server's process, and sets its ear."""


class Cable(Generic[Mine, Theirs]):
    """The way of one client, which sends *Mine*, to its server, which sends *Theirs*.

    Args:
        spans_ms: How long something takes from one end to the other, least and most.
    """

    def __init__(self, loop: VirtualLoop, chance: Random, name: str, spans_ms: Span) -> None:
        self.loop, self.chance, self.name = loop, chance, name
        self.spans_ms = spans_ms
        self.blocked_until_ms = 0
        """Nothing arrives before."""
        self._server: Process | None = None
        self._accept: Accept[Theirs, Mine] | None = None
        self._ends: list[End[Mine, Theirs]] = []
        """The clients' ends."""

    def listen(self, server: Process, accept: Accept[Theirs, Mine]) -> bool:
        """Let *server* accept connections; False = another process does."""
        if self._accept is not None:
            return False
        self._server, self._accept = server, accept
        return True

    def deafen(self, server: Process) -> None:
        """Stop accepting connections, if *server* does."""
        if self._server is server:
            self._server = self._accept = None

    async def dial(self, client: Process) -> "End[Mine, Theirs] | None":
        """Connect; ``None`` = nobody listens, or cannot be reached."""
        wait_ms = self.travel_ms() + self.travel_ms()
        await asyncio.sleep(wait_ms / 1_000)
        server, accept = self._server, self._accept
        if server is None or accept is None or self.loop.now_ms < self.blocked_until_ms:
            return None
        mine: End[Mine, Theirs] = End(self, client)
        theirs: End[Theirs, Mine] = End(self, server)
        mine.other, theirs.other = theirs, mine
        self._ends = [each for each in self._ends if not _gone(each)]
        self._ends.append(mine)
        self.loop.call_soon(accept, theirs, context=server.context)
        return mine

    def travel_ms(self) -> int:
        """Draw how long something takes from one end to the other."""
        least, most = self.spans_ms
        return least + int(self.chance.random() * (most - least + 1))

    def part_of(self, item: Any) -> Any:
        """Return what arrives of an *item* in the middle of which the cable is cut: nothing."""
        return None

    def cut(self, reason: str, *, late_ms: int = 0) -> int:
        """Break what is connected; one end, drawn by chance, learns it *late_ms* later.

        Returns how many things were lost under way.
        """
        lost = 0
        for mine in self._ends:
            notices = [NOTICE_MS[1], NOTICE_MS[1] + late_ms]
            self.chance.shuffle(notices)
            lost += len(mine.cut(reason, notices[0])) + len(mine.other.cut(reason, notices[1]))
        self._ends.clear()
        return lost

    def died(self, process: Process) -> None:
        """Close what *process* held."""
        self.deafen(process)
        for mine in self._ends:
            for end in (mine, mine.other):
                if end.owner is process:
                    end.abandon("the process at the other end died")


def _gone(mine: "End[Mine, Theirs]") -> bool:
    return mine.is_over and mine.other.is_over
