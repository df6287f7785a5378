"""Which store keeps the journal, and the ways into it: chosen once, by the settings."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from echo.apps.failpoints import journal_pages_max
from echo.config.settings import CoreSettings
from echo.config.store import PostgresSettings
from echo.domain.limits_record import LimitsRecord
from echo.ports.errors import JournalUnavailable, SettingsInvalid
from echo.ports.journal import Journal
from echo.stores.postgres.target import PostgresTarget, ssl_mode
from echo.stores.sqlite.journal import SqliteJournal
from echo.stores.sqlite.limit_rows import read_standings as read_file_standings

if TYPE_CHECKING:
    from echo.domain.casefile import CaseFile
    from echo.stores.sqlite.reading import JournaledBooks

JOURNAL_FILE = "journal.sqlite"

CASES_AT_ONCE = 200
"""Trades that an audit takes from a server together."""

Place = Path | PostgresTarget
"""The journal's file, or where on which server it is."""


def place_of(settings: CoreSettings) -> Place:
    """Return where the Core with these settings keeps its journal.

    Raises:
        SettingsInvalid: the password's file cannot be read.
    """
    if settings.postgres is None:
        return settings.state_dir / JOURNAL_FILE
    return _target(settings.postgres)


async def open_journal(place: Place, *, takes_over: bool = False) -> Journal:
    """Open the journal for writing, made and migrated as needed.

    Args:
        takes_over: This Core's turn has come by a lease: a server ends the session of the Core
            that had it before.  A file is free when the process that held it has ended.

    Raises:
        StoreLocked: another Core has it.
        JournalUnavailable, JournalRefused: it cannot be opened.
        SettingsInvalid: the driver for PostgreSQL is not installed.
    """
    if isinstance(place, Path):
        return SqliteJournal.open(place, pages_max=journal_pages_max())
    demand_driver()
    from echo.stores.postgres.journal import PostgresJournal  # an extra: most go without

    return await PostgresJournal.open(place, takes_over=takes_over)


def read_books(place: Place) -> "JournaledBooks":
    """Read the journal's side of every comparison; not for a thread with an event loop.

    Raises:
        JournalUnavailable: there is no journal, or it cannot be read.
    """
    if isinstance(place, Path):
        from echo.stores.sqlite.reading import read_books as read_file_books  # no Core needs it

        return read_file_books(place)
    try:
        demand_driver()
    except SettingsInvalid as error:
        raise JournalUnavailable(str(error)) from error
    from echo.stores.postgres.reading import read_books as read_server_books  # as above

    return asyncio.run(read_server_books(place))


def read_standings(place: Place) -> tuple[LimitsRecord, ...]:
    """Read how accounts stand against their limits; not for a thread with an event loop.

    Raises:
        JournalUnavailable: there is no journal, or it cannot be read.
    """
    if isinstance(place, Path):
        return read_file_standings(place)
    try:
        demand_driver()
    except SettingsInvalid as error:
        raise JournalUnavailable(str(error)) from error
    from echo.stores.postgres.reading import read_standings as read_server  # as above

    return asyncio.run(read_server(place))


def read_cases(place: Place) -> "Iterator[CaseFile]":
    """Read everything for an audit, one trade after the other; not for a thread with a loop.

    Raises:
        JournalUnavailable: there is no journal, or it cannot be read.
        SettingsInvalid: the driver for PostgreSQL is not installed.
    """
    if isinstance(place, Path):
        from echo.stores.sqlite.cases import read_cases as read_file_cases  # no Core needs it

        return read_file_cases(place)
    demand_driver()
    from echo.stores.postgres.cases import read_cases as read_server_cases  # as above

    return _step_by_step(read_server_cases(place))


def _step_by_step(cases: "AsyncGenerator[CaseFile, None]") -> "Iterator[CaseFile]":
    """Yield what *cases* yields: what reads them runs only while somebody waits for the next."""

    async def some() -> "list[CaseFile]":
        found: list[CaseFile] = []
        async for each in cases:
            found.append(each)
            if len(found) == CASES_AT_ONCE:
                break
        return found

    with asyncio.Runner() as runner:
        try:
            while found := runner.run(some()):
                yield from found
        finally:
            runner.run(cases.aclose())


def demand_driver() -> None:
    """Say so if PostgreSQL is asked for and its driver is not there.  Raises `SettingsInvalid`."""
    try:
        import asyncpg  # noqa: F401 -- only whether it is there
    except ImportError:
        raise SettingsInvalid(
            ["core/store/kind = postgres needs the extra: pip install 'echo-copier[postgres]'"]
        ) from None


def _target(settings: PostgresSettings) -> PostgresTarget:
    return PostgresTarget(
        host=settings.host,
        port=settings.port,
        database=settings.database,
        user=settings.user,
        password=_password(settings.password_file),
        schema=settings.schema,
        sslmode=ssl_mode(settings.sslmode),
        ca_file=settings.ca_file,
    )


def _password(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid([f"postgres/password_file {file} cannot be read: {error}"]) from error
