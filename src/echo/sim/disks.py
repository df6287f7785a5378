"""Disks: what a crash leaves of them, and the moments in which they cannot write.

What was reported as written stays, whatever dies.  What was under way when its process died is
there or is not, whole; of an append to a file a part may be there.
"""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, TypeVar

from echo.domain.ids import TradeId
from echo.domain.journal import Record, Recovered
from echo.domain.ledger import LedgerContents, LedgerEntry
from echo.ports.errors import JournalRefused, JournalUnavailable, LedgerUnwritable
from echo.ports.journal import Journal
from echo.sim.node import Node, Scene
from echo.stores.leased import Lease, LeasedJournal, SharedHold
from echo.stores.memory import MemoryJournal, MemoryLedger

T = TypeVar("T")

LEASE_MS: Final = 3_000
"""How long a Core holds the journal after it has last used it."""


class Verdict(Enum):
    """How a commit went, as its sender hears it."""

    DONE = "done"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"
    REFUSED = "refused"


def at_once(work: Coroutine[object, None, T]) -> T:
    """Run a coroutine of a store in memory, which never waits for anything.

    Raises:
        RuntimeError: it waited.
    """
    try:
        work.send(None)
    except StopIteration as done:
        answer: T = done.value
        return answer
    work.close()
    raise RuntimeError("a store in memory waited for something")


class SimFile:
    """An EA's file, as the `AppendFile` port; every append is flushed."""

    def __init__(self, scene: Scene, name: str) -> None:
        self._scene = scene
        self._name = name
        self.data = b""
        self.copy = b""
        """An older state of it, that somebody may put back."""
        self.set_aside_times = 0
        self.full = False
        """Whether the disk takes nothing just now."""
        self.sick = False
        """Whether the disk says just now that it took nothing, whatever it took."""

    def read(self) -> bytes:
        """Return everything in it."""
        return self.data

    def append(self, data: bytes) -> None:
        """Add *data*.  Raises ``LedgerUnwritable``."""
        self._refuse_when_full()
        if self.sick:
            self.data += data[: self._scene.chance.randint(0, len(data))]
            raise LedgerUnwritable(f"input/output error: {self._name}")
        self.data += data

    def tear(self, data: bytes) -> None:
        """Add a part of *data*: its writer died in the middle."""
        self.data += data[: self._scene.chance.randrange(len(data))]

    def turn_bit(self) -> bool:
        """Turn one bit, though not in the last record; tell whether there was one to turn."""
        end = self.data.rfind(b"\n", 0, len(self.data) - 1)
        if end <= 0:
            return False
        place, data = self._scene.chance.randrange(end), bytearray(self.data)
        data[place] ^= 1 << self._scene.chance.randrange(8)
        self.data = bytes(data)
        return True

    def replace(self, data: bytes) -> None:
        """Put *data* in place of everything.  Raises ``LedgerUnwritable``."""
        self._refuse_when_full()
        if self.sick:
            raise LedgerUnwritable(f"input/output error: {self._name}")
        self.data = data

    def set_aside(self) -> None:
        """Begin anew; the old content is out of the way."""
        self.set_aside_times += 1
        self.data = b""

    def close(self) -> None:
        """Release the file."""

    def _refuse_when_full(self) -> None:
        if self.full:
            raise LedgerUnwritable(f"no space left for {self._name}")


class SimLedger:
    """An Agent's ledger: one write at a time, each of which takes a while."""

    def __init__(self, scene: Scene, owner: str) -> None:
        self._scene = scene
        self.durable = MemoryLedger(f"ledger-{owner}")
        self.copy: LedgerContents | None = None
        """An older state of it, that somebody may put back."""
        self.full = False
        self._owner = owner
        self._lost = 0
        self._under_way: tuple[tuple[LedgerEntry, ...], tuple[str, ...]] | None = None

    def load(self) -> LedgerContents:
        """Read what is on disk."""
        return at_once(self.durable.load())

    def put_back(self, contents: LedgerContents) -> None:
        """Replace it by a copy."""
        self.durable = MemoryLedger(contents.ledger_id)
        at_once(self.durable.write(contents.entries, ()))

    def lose(self) -> None:
        """Begin a new one."""
        self._lost += 1
        self.durable = MemoryLedger(f"ledger-{self._owner}-{self._lost}")

    def write(
        self,
        node: Node,
        puts: tuple[LedgerEntry, ...],
        drops: tuple[str, ...],
        done: Callable[[str], None],
    ) -> None:
        """Write, then call *done* with an empty sentence, or with why nothing was written.

        Raises:
            ValueError: another write is under way.
        """
        if self._under_way is not None:
            raise ValueError("one write at a time")
        self._under_way = (puts, drops)
        wait_ms = self._scene.chance.randint(*self._scene.faults.weather.ledger_ms)
        node.later(wait_ms, lambda: self._land(done))

    def crashed(self) -> None:
        """The Agent died: its write reached the disk, or not."""
        scene = self._scene
        if self._under_way is not None and scene.chance.random() < scene.faults.weather.landed:
            self._apply()
        self._under_way = None

    def _land(self, done: Callable[[str], None]) -> None:
        sentence = "no space left for the ledger" if self.full else ""
        if not sentence:
            self._apply()
        self._under_way = None
        done(sentence)

    def _apply(self) -> None:
        if self._under_way is not None:
            at_once(self.durable.write(*self._under_way))


class Rows(MemoryJournal):
    """What is stored, whoever lets go of it."""

    async def close(self) -> None:
        """Stay as it is."""


@dataclass(slots=True)
class Store:
    """What outlives every Core: the rows, and who may write them."""

    durable: MemoryJournal = field(default_factory=Rows)
    lease: Lease = field(default_factory=Lease)
    down: bool = False
    """Whether the store answers nobody just now."""


class SimJournal:
    """A Core's way to the journal: one commit at a time, each of which takes a while.

    Args:
        store: Shared by all Cores that may write it; ``None`` = one of its own.
        who: Names this Core to the lease.
    """

    def __init__(self, scene: Scene, store: Store | None = None, who: str = "core") -> None:
        self._scene = scene
        self.store = store or Store()
        self._who = who
        self._hold = SharedHold(self.store.lease, who, lambda: scene.schedule.now_ms, LEASE_MS)
        self._leased = LeasedJournal(self._opened, self._hold)
        self._under_way: Sequence[Record] | None = None

    @property
    def durable(self) -> MemoryJournal:
        """What is stored."""
        return self.store.durable

    @property
    def down(self) -> bool:
        """Whether the store answers nobody just now."""
        return self.store.down

    @down.setter
    def down(self, is_down: bool) -> None:
        self.store.down = is_down

    @property
    def is_held(self) -> bool:
        """Whether the lease was given to no other Core since this one had it."""
        return self.store.lease.holder in ("", self._who)

    def load(self) -> Recovered | None:
        """Take the lease and read everything back; ``None`` = the store is down, or another's."""
        if self.down:
            return None
        is_new, earlier = not self.is_held, self.store.lease.revision
        try:
            recovered = at_once(self._leased.load())
        except JournalUnavailable:
            return None
        if is_new and earlier:
            self._scene.seen["standby_took_over"] += 1
        return recovered

    def renew(self) -> bool:
        """Hold on to the lease, if the store answers; ``False`` = another Core has it."""
        return self.down or at_once(self._hold.renew())

    def is_settled(self, trade_id: TradeId) -> bool | None:
        """Look up whether a trade is over; ``None`` = the store is down."""
        return None if self.down else at_once(self.durable.is_settled(trade_id))

    def commit(
        self, node: Node, records: Sequence[Record], done: Callable[[Verdict, str], None]
    ) -> None:
        """Write, then call *done* with the verdict and a sentence.

        Raises:
            ValueError: another commit is under way.
        """
        if self._under_way is not None:
            raise ValueError("one commit at a time")
        self._under_way = records
        weather, chance = self._scene.faults.weather, self._scene.chance
        least_ms, most_ms = weather.commit_ms
        wait_ms = least_ms + int(chance.random() * (most_ms - least_ms + 1))
        if self._scene.faults.strikes("slow_commit", weather.slow_commit):
            wait_ms += chance.randint(1, weather.slow_commit_ms_max)
        node.later(wait_ms, lambda: self._land(done))

    async def _opened(self) -> Journal:
        return self.durable

    def crashed(self) -> None:
        """The Core died: its commit stands, or not."""
        records, self._under_way = self._under_way, None
        landed = self._scene.faults.weather.landed
        if records is not None and not self.down and self._scene.chance.random() < landed:
            self._scene.seen["commit_stood_though_its_core_died"] += 1
            self._apply(records)

    def _land(self, done: Callable[[Verdict, str], None]) -> None:
        records, self._under_way = self._under_way or (), None
        scene = self._scene
        if self.down:
            done(Verdict.UNAVAILABLE, "the store is down")
        elif scene.faults.strikes("commit_unknown", scene.faults.weather.commit_unknown):
            if scene.chance.random() < 0.5:
                self._apply(records)
            done(Verdict.UNKNOWN, "the store did not answer")
        else:
            refused = self._apply(records)
            done(Verdict.REFUSED if refused else Verdict.DONE, refused)

    def _apply(self, records: Sequence[Record]) -> str:
        """Commit for real; return why it was refused, or nothing."""
        try:
            at_once(self._leased.commit(records))
        except JournalRefused as error:
            why = "commit_refused" if self.is_held else "fenced_commit_refused"
            self._scene.seen[why] += 1
            return str(error)
        self._scene.watch.after_commit(self.durable, records)
        return ""
