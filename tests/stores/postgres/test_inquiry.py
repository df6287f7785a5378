"""Both stores answer the same questions alike."""

from pathlib import Path

import pytest

from echo.domain.answers import Outcome
from echo.ports.errors import JournalUnavailable
from echo.stores.postgres.inquiry import find_trades, read_changes, read_inquest
from echo.stores.sqlite import inquiry as embedded
from echo.stores.sqlite.journal import SqliteJournal
from tests.stores import examples as ex
from tests.stores.postgres.places import PostgresJournalStore, query

RECORDS = (*ex.one_of_each(), ex.trade(2), ex.decision(2, outcome=Outcome.OMITTED))


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


@pytest.mark.parametrize("asked", [str(ex.BIG_TICKET), ex.trade_id(2)[:14].upper(), "999", "nope"])
async def test_the_same_trades_are_found(
    filled: PostgresJournalStore, file: Path, asked: str
) -> None:
    assert await find_trades(filled.target, asked) == embedded.find_trades(file, asked)


@pytest.mark.parametrize("number", [1, 2, 3])
async def test_the_same_is_told_of_a_trade(
    filled: PostgresJournalStore, file: Path, number: int
) -> None:
    told = await read_inquest(filled.target, ex.trade_id(number))

    assert told == embedded.read_inquest(file, ex.trade_id(number))
    assert (told is None) == (number == 3)


@pytest.mark.parametrize("beginning", ["", "risk/", "mode/", "none/", "risk/%"])
async def test_the_same_changes_are_told(
    filled: PostgresJournalStore, file: Path, beginning: str
) -> None:
    assert await read_changes(filled.target, beginning, 10) == embedded.read_changes(
        file, beginning, 10
    )


async def test_a_row_that_nobody_wrote_is_told(filled: PostgresJournalStore) -> None:
    await query(filled.target, "UPDATE copy_decisions SET code = 'SIDEWAYS'")

    with pytest.raises(JournalUnavailable, match="SIDEWAYS"):
        await read_inquest(filled.target, ex.trade_id())
