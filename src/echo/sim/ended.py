"""A world at its end: what its brokers' books and its journal hold."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from echo.domain.ids import TradeId, order_tag
from echo.domain.reconciliation import BookPosition
from echo.sim.scenario import Scenario, master_name, slave_name
from echo.sim.watch import Watch
from echo.stores.memory import MemoryJournal
from echo.terminal.book import BookEntry, book_positions, of_master, of_slave
from echo.terminal.broker import PaperBroker
from echo.terminal.legacy_slave import COMMENT_CHARS


class Books(Protocol):
    """An account at its broker."""

    @property
    def broker(self) -> PaperBroker:
        """Who holds it."""

    @property
    def book(self) -> list[BookEntry]:
        """Everything that was booked."""


class Ended(Protocol):
    """A world at its end."""

    scenario: Scenario

    @property
    def sites(self) -> Mapping[str, Books]:
        """The accounts, by the names of their first terminals."""

    @property
    def now_ms(self) -> int:
        """The true time."""

    @property
    def healed_ms(self) -> int:
        """When the faults stopped."""

    @property
    def journal(self) -> MemoryJournal:
        """What the Core's store holds."""

    @property
    def watch(self) -> Watch:
        """What was seen on the way."""


def master_books(world: Ended) -> Iterator[BookPosition]:
    """Yield what the masters' brokers ever held."""
    for seat in world.scenario.masters:
        site = world.sites[master_name(seat)]
        trade_of = of_master(site.broker.rules.server, seat.account_id)
        yield from book_positions(site.book, account_id=seat.account_id, trade_of=trade_of)


def slaves(world: Ended) -> list[BookPosition]:
    """Return what the slaves' brokers ever held."""
    by_tag = tags(world)
    return [
        each
        for seat in world.scenario.slaves
        for each in book_positions(
            world.sites[slave_name(seat)].book,
            account_id=seat.account_id,
            trade_of=of_slave(by_tag),
        )
    ]


def tags(world: Ended) -> dict[str, TradeId]:
    """Name the trade of what orders carry; older EAs write the beginning of its id."""
    trades = world.journal.trades
    return {
        **{order_tag(trade_id): trade_id for trade_id in trades},
        **{trade_id[:COMMENT_CHARS]: trade_id for trade_id in trades},
    }
