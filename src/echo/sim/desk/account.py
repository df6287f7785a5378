"""A broker's account at the desk: outside every death, and the truth about what was executed.

Its terminal lets it move on while it lives, as the real one does; while no terminal lives, the
world does.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from echo.domain.ids import AccountId
from echo.domain.quantities import Instant
from echo.ports.clock import Clock
from echo.services.terminal.books import read_entries, write_entries
from echo.services.terminal.feed import Feed, MarketClock
from echo.sim.desk.virtual_loop import Process, VirtualLoop
from echo.terminal.book import BookEntry, BookKind
from echo.terminal.broker import PaperBroker
from echo.terminal.fates import Fates
from echo.terminal.market import BrokerRules
from echo.terminal.orders import OrderRequest
from echo.terminal.ticks import Ticks


class SharedBroker(PaperBroker):
    """A broker whose requests come from a process that may be dead before they leave.

    Args:
        asked: Is shown every request that arrives.
    """

    def __init__(
        self,
        rules: BrokerRules,
        fates: Fates,
        loop: VirtualLoop,
        asked: Callable[[OrderRequest], None],
    ) -> None:
        super().__init__(rules, fates)
        self.process: Process | None = None
        """Whose terminal is logged in; ``None`` = nobody's."""
        self._loop, self._asked = loop, asked

    def request(self, order: OrderRequest, now: Instant) -> int:
        """Take a request, unless who asks is no more."""
        if self.process is None or not self._loop.touches(self.process):
            return 0
        self._asked(order)
        return super().request(order, now)


class Book:
    """The broker's book as the file that its terminal writes: nothing that was booked is lost."""

    def __init__(self, shown: Callable[[BookEntry], None]) -> None:
        self.entries: list[BookEntry] = []
        self.process: Process | None = None
        self._data = b""
        self._shown = shown

    def read(self) -> bytes:
        """Return everything in it."""
        return self._data

    def append(self, data: bytes) -> None:
        """Add entries; a dead terminal stamps no moments any more."""
        for entry in read_entries(data):
            if entry.kind is BookKind.STAMP and (self.process is None or self.process.dead):
                continue
            self.entries.append(entry)
            self._data += write_entries((entry,))
            self._shown(entry)

    def replace(self, data: bytes) -> None:
        """Put *data* in place of everything: a book is never cut."""
        raise ValueError("a book only grows")

    def set_aside(self) -> None:
        """Refuse: a book is never doubted."""
        raise ValueError("a book only grows")

    def close(self) -> None:
        """Release the file."""


@dataclass(slots=True, kw_only=True)
class Account:
    """One account: its broker, its book, and the market as this broker sees it."""

    broker: SharedBroker
    book_file: Book
    ticks: Mapping[str, Ticks]
    market: MarketClock
    clock: Clock
    _feed: Feed = field(init=False)

    def __post_init__(self) -> None:
        self._feed = Feed(self.ticks)

    @property
    def account_id(self) -> AccountId:
        """Whose it is."""
        return self.broker.rules.account_id

    @property
    def book(self) -> list[BookEntry]:
        """Everything that was booked."""
        return self.book_file.entries

    def log_in(self, process: Process) -> Feed:
        """Let *process* be the one whose terminal shows the account; return its market."""
        self.broker.process = self.book_file.process = process
        return Feed(self.ticks)

    def move_on(self) -> None:
        """Let time pass at the broker, if no terminal is there to do it; nobody hears of it."""
        process = self.broker.process
        if process is not None and not process.dead:
            return
        now = self.clock.now()
        for prices in self._feed.moves(self.market.market_ms(now.wall_ms), every=frozenset()):
            self.broker.advance(now, prices)
        self.broker.advance(now, {})
        entries = self.broker.take_entries()
        if entries:
            self.book_file.append(write_entries(entries))
