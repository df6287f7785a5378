"""The SQLite ledger keeps the contract, and refuses aloud when it cannot."""

import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from echo.domain.ledger import LedgerKind
from echo.ports.errors import LedgerUnwritable, StoreLocked
from echo.stores.sqlite.ledger import SqliteLedger, mint_ledger_id
from tests.stores import examples as ex
from tests.stores.contract import LedgerContract, entry
from tests.stores.sqlite.places import SqliteLedgerStore, query

WRITES_UNTIL_KILLED = """
import asyncio, sys
from pathlib import Path
from echo.domain.ledger import LedgerKind
from echo.stores.sqlite.ledger import SqliteLedger
from tests.stores import examples as ex
from tests.stores.contract import entry

async def main():
    ledger = SqliteLedger.open(Path(sys.argv[1]))
    n = 0
    while True:
        n += 1
        await ledger.write((entry(ex.intent(n), n, kind=LedgerKind.UPLINK),), ())
        print(n, flush=True)

asyncio.run(main())
"""


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteLedgerStore]:
    place = SqliteLedgerStore(tmp_path / "agent" / "ledger.db")
    yield place
    await place.close()


class TestSqliteLedger(LedgerContract):
    @pytest.fixture
    async def store(self, tmp_path: Path) -> AsyncIterator[SqliteLedgerStore]:
        place = SqliteLedgerStore(tmp_path / "agent" / "ledger.db")
        yield place
        await place.close()


def test_two_ledgers_never_share_a_name() -> None:
    assert mint_ledger_id() != mint_ledger_id()
    assert len(mint_ledger_id()) == 16


async def test_new_ledger_takes_the_name_that_is_minted_for_it(tmp_path: Path) -> None:
    ledger = SqliteLedger.open(tmp_path / "ledger.db", mint=lambda: "first")
    await ledger.load()
    await ledger.close()

    ledger = SqliteLedger.open(tmp_path / "ledger.db", mint=lambda: "second")

    assert (await ledger.load()).ledger_id == "first"
    await ledger.close()


async def test_what_was_written_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    program = [sys.executable, "-c", WRITES_UNTIL_KILLED, str(path)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:  # noqa: ASYNC220 -- nothing else runs on this loop
        assert process.stdout is not None
        printed = [int(process.stdout.readline()) for _ in range(20)]
        process.kill()

    ledger = SqliteLedger.open(path)
    contents = await ledger.load()
    await ledger.close()

    assert contents.n >= printed[-1]
    assert [item.n for item in contents.entries] == list(range(1, contents.n + 1))


async def test_second_opening_is_locked_out(store: SqliteLedgerStore) -> None:
    await store.open()

    with pytest.raises(StoreLocked):
        SqliteLedger.open(store.path)


def test_ledger_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(LedgerUnwritable, match=r"ledger\.db"):
        SqliteLedger.open(tmp_path / "file" / "ledger.db")


async def test_full_disk_refuses_the_write_whole(tmp_path: Path) -> None:
    ledger = SqliteLedger.open(tmp_path / "ledger.db", pages_max=20)
    first = entry(ex.intent(), 1, kind=LedgerKind.UPLINK)
    await ledger.load()
    await ledger.write((first,), ())
    many = [entry(ex.intent(n), n, kind=LedgerKind.UPLINK) for n in range(2, 2_000)]

    with pytest.raises(LedgerUnwritable, match="full"):
        await ledger.write(many, (first.key,))

    contents = await ledger.load()
    await ledger.close()
    assert contents.entries == (first,)
    assert contents.n == 1


async def test_ledger_of_a_newer_program_is_refused(store: SqliteLedgerStore) -> None:
    await (await store.open()).close()
    query(store.path, "INSERT INTO schema_version VALUES (9999, 'from_tomorrow', 0)")

    with pytest.raises(LedgerUnwritable, match="newer Echo"):
        await store.open()


@pytest.mark.parametrize("column", ["payload = x'00'", "kind = 'sideways'", "payload = x''"])
async def test_entry_that_nobody_wrote_is_told_and_not_guessed(
    store: SqliteLedgerStore, column: str
) -> None:
    ledger = await store.open()
    await ledger.write((entry(ex.execute(), 1, kind=LedgerKind.COMMAND),), ())
    query(store.path, f"UPDATE entries SET {column}")  # noqa: S608 -- the test names the columns

    with pytest.raises(LedgerUnwritable, match="cannot be understood"):
        await ledger.load()
