"""What people ask a journal, whatever it is kept in; not for a thread with an event loop."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from echo.apps.journals import Place, demand_driver
from echo.domain.inquiry import Inquest
from echo.domain.rulings import ConfigChange
from echo.domain.trade_results import JournaledResults
from echo.stores.postgres.target import PostgresTarget
from echo.stores.sqlite import inquiry as of_file
from echo.stores.sqlite.results import read_results as read_file_results


def inquests(place: Place, asked: str) -> Sequence[Inquest]:
    """Return what was decided about each trade that *asked* names: a ticket, or an id's beginning.

    Raises:
        JournalUnavailable: there is no journal, it cannot be read, or not understood.
        SettingsInvalid: the driver for PostgreSQL is not installed.
    """
    if isinstance(place, Path):
        found = [of_file.read_inquest(place, each) for each in of_file.find_trades(place, asked)]
        return [each for each in found if each]
    demand_driver()
    return asyncio.run(_inquests(place, asked))


async def _inquests(target: PostgresTarget, asked: str) -> Sequence[Inquest]:
    from echo.stores.postgres import inquiry as of_server  # its driver is an extra

    trades = await of_server.find_trades(target, asked)
    found = [await of_server.read_inquest(target, each) for each in trades]
    return [each for each in found if each]


def changes(place: Place, beginning: str, rows_max: int) -> tuple[ConfigChange, ...]:
    """Return changes of rules whose key begins so, the latest first.

    Raises:
        JournalUnavailable: there is no journal, or it cannot be read.
        SettingsInvalid: the driver for PostgreSQL is not installed.
    """
    if isinstance(place, Path):
        return of_file.read_changes(place, beginning, rows_max)
    demand_driver()
    from echo.stores.postgres import inquiry as of_server  # as above

    return asyncio.run(of_server.read_changes(place, beginning, rows_max))


def results(place: Place, *, from_ms: int, to_ms: int) -> JournaledResults:
    """Return the trades that their masters closed in between, the end excluded, the first first.

    Raises:
        JournalUnavailable: there is no journal, it cannot be read, or not understood.
        SettingsInvalid: the driver for PostgreSQL is not installed.
    """
    if isinstance(place, Path):
        return read_file_results(place, from_ms=from_ms, to_ms=to_ms)
    demand_driver()
    from echo.stores.postgres.results import read_results as read_server_results  # as above

    return asyncio.run(read_server_results(place, from_ms=from_ms, to_ms=to_ms))
