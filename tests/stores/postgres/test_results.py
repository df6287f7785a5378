"""A report on results reads the same out of both stores."""

from dataclasses import replace
from pathlib import Path

import pytest

from echo.ports.errors import JournalUnavailable
from echo.stores.postgres import results
from echo.stores.postgres.results import read_results
from echo.stores.sqlite.journal import SqliteJournal
from echo.stores.sqlite.results import read_results as read_file
from tests.domain.stories import CLOSED_MS, TRADE, journaled
from tests.stores import examples as ex
from tests.stores.postgres.places import PostgresJournalStore, query
from tests.stores.sqlite.test_results import FACTS, STILL_OPEN

RECORDS = (*journaled(), STILL_OPEN, *FACTS, *ex.one_of_each())


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    path = tmp_path / "journal.sqlite"
    journal = SqliteJournal.open(path)
    await journal.commit(RECORDS)
    await journal.close()
    return path


@pytest.fixture
async def filled(store: PostgresJournalStore) -> PostgresJournalStore:
    await (await store.open()).commit(RECORDS)
    return store


@pytest.mark.parametrize("span", [(0, 1 << 62), (0, CLOSED_MS), (CLOSED_MS, CLOSED_MS + 1)])
@pytest.mark.parametrize("at_once", [500, 1])
async def test_the_same_is_told_of_closed_trades(
    filled: PostgresJournalStore,
    file: Path,
    span: tuple[int, int],
    at_once: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(results, "TRADES_AT_ONCE", at_once)
    told = await read_results(filled.target, from_ms=span[0], to_ms=span[1])
    same = read_file(file, from_ms=span[0], to_ms=span[1])

    assert [each.trade for each in told.stories] == [each.trade for each in same.stories]
    for mine, theirs in zip(told.stories, same.stories, strict=True):
        assert (mine.actions, mine.decisions) == (theirs.actions, theirs.decisions)
        assert mine.copies == theirs.copies
        assert set(mine.done) == set(theirs.done)
        assert mine.done
    assert (told.accounts, told.open_trades) == (same.accounts, same.open_trades)
    assert len(told.stories) == (CLOSED_MS in range(*span))


async def test_a_row_that_nobody_understands_is_named(filled: PostgresJournalStore) -> None:
    await query(filled.target, "UPDATE copy_decisions SET code = 'SIDEWAYS'")

    with pytest.raises(JournalUnavailable, match=f"trade {TRADE.trade_id}.*SIDEWAYS"):
        await read_results(filled.target, from_ms=0, to_ms=1 << 62)


async def test_a_server_without_a_journal_is_told(store: PostgresJournalStore) -> None:
    await query(store.target, "CREATE SCHEMA IF NOT EXISTS bare")
    with pytest.raises(JournalUnavailable, match="there is no journal"):
        await read_results(replace(store.target, schema="bare"), from_ms=0, to_ms=1)
