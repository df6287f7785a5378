"""A journal's file is added up from beside, and never for long."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from echo.domain.overviews import AskOverview, OverviewKind
from echo.ports.errors import JournalUnavailable
from echo.stores.sqlite import overviews
from echo.stores.sqlite.overviews import SqliteOverviews, overview_of
from tests.fakes import WITHIN_S, until_real
from tests.stores.overview_contract import OverviewContract, fill
from tests.stores.sqlite.places import SqliteJournalStore, query

ASKED = AskOverview(kind=OverviewKind.TRADES)


class FilePlace(SqliteJournalStore):
    @property
    def source(self) -> SqliteOverviews:
        return SqliteOverviews(self.path)


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[FilePlace]:
    found = FilePlace(tmp_path / "journal.sqlite")
    yield found
    await found.close()


class TestSqliteOverviews(OverviewContract):
    @pytest.fixture
    def place(self, file: FilePlace) -> FilePlace:
        return file


async def test_where_there_is_no_journal_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable, match="there is no journal"):
        await SqliteOverviews(tmp_path / "none").read(ASKED, 1)


async def test_what_takes_too_long_is_given_up(
    file: FilePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(await file.open())
    monkeypatch.setattr(overviews, "READ_S_MAX", 0.0)
    monkeypatch.setattr(overviews, "STEPS_PER_LOOK", 1)

    with pytest.raises(JournalUnavailable, match="takes longer than 0 s: ask for fewer days"):
        await file.source.read(ASKED, 1)


async def test_when_nobody_waits_any_more_it_is_given_up(
    file: FilePlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    await file.open()
    monkeypatch.setattr(overviews, "STEPS_PER_LOOK", 1_000)
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT sum(x) FROM n"
    begun: list[str] = []

    def statements(name: str) -> dict[str, str]:
        begun.append(name)
        return {"trades": f"{endless} WHERE ?1 + ?2 + ?3"}

    monkeypatch.setattr(overviews, "read_statements", statements)
    reading = asyncio.create_task(file.source.read(ASKED, 1))
    await until_real(lambda: begun)
    reading.cancel()

    with pytest.raises(asyncio.CancelledError):
        await reading
    # The thread lets go of the file at its next look at the clock: else this would never end.
    async with asyncio.timeout(WITHIN_S):
        await asyncio.get_running_loop().shutdown_default_executor()
    assert query(file.path, "SELECT 1") == [(1,)]


def test_a_row_that_means_nothing_is_named() -> None:
    asked = AskOverview(kind=OverviewKind.DECISIONS)

    with pytest.raises(JournalUnavailable, match="here: a row cannot be understood: 'wild'"):
        overview_of(asked, 1, [("7001", "open", "wild", "NO_ERROR", 1)], "here")
