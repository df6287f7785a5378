"""A starting Core gets what is unfinished, quickly, however much is finished."""

import time
from pathlib import Path

import apsw
import pytest

from echo.domain.ids import AccountId
from echo.domain.journal import REMEMBERED_MAX, Record, Recovered
from echo.stores.sqlite.database import read_migrations
from echo.stores.sqlite.journal import SqliteJournal
from echo.stores.sqlite.recovery import read_recovered
from echo.stores.sqlite.statements import read_statements
from tests.stores import examples as ex

LOAD_S_MAX = 1.5


@pytest.fixture
def connection() -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    for migration in read_migrations("sqlite"):
        connection.execute(migration.sql)
    return connection


def test_new_journal_recovers_nothing(connection: apsw.Connection) -> None:
    assert read_recovered(connection, read_statements("journal")) == Recovered()


@pytest.mark.parametrize(
    "statement",
    ["unsettled_actions", "unsettled_decisions", "unsettled_commands", "unsettled_copies"],
)
def test_unfinished_rows_are_found_without_reading_the_finished(
    connection: apsw.Connection, statement: str
) -> None:
    plan = connection.execute(f"EXPLAIN QUERY PLAN {read_statements('journal')[statement]}")
    steps = [detail for *_, detail in plan]

    assert any("trades_unsettled" in step for step in steps), steps
    assert not [step for step in steps if step.startswith("SCAN") and " t " not in f"{step} "]


async def test_large_journal_loads_in_time(tmp_path: Path) -> None:
    """100,000 settled trades, 1,000 open ones with 10,000 commands under way."""
    journal = SqliteJournal.open(tmp_path / "journal.db")
    followers = [AccountId(f"80{number}") for number in range(10)]
    await journal.commit([ex.trade(n, settled=True) for n in range(100_000)])
    for n in range(100_000, 101_000):
        records: list[Record] = [ex.trade(n), ex.opened(n)]
        records += [ex.decision(n, account_id=account) for account in followers]
        records += [ex.command(ex.execute(n, account)) for account in followers]
        await journal.commit(records)

    started = time.process_time()  # what it costs, whatever else this machine is doing
    loaded = await journal.load()
    took_s = time.process_time() - started

    await journal.close()
    assert (len(loaded.settled), len(loaded.trades), len(loaded.commands)) == (
        REMEMBERED_MAX,
        1_000,
        10_000,
    )
    assert took_s < LOAD_S_MAX
