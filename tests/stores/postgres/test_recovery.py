"""Recovery reads one moment, whatever is committed meanwhile."""

import pytest

from echo.domain.journal import REMEMBERED_MAX
from echo.stores.postgres import recovery
from echo.stores.postgres.schema import read_sql
from echo.stores.sqlite.statements import read_statements, split_statements
from tests.stores import examples as ex
from tests.stores.postgres.places import PostgresJournalStore


def test_what_the_embedded_store_reads_at_a_start_is_read_here_too() -> None:
    embedded = read_statements("journal").keys()
    mine = split_statements(read_sql("journal")).keys()
    others = {name for name in embedded if name.startswith(("put_", "drop_", "purge", "audited"))}

    # What old verdicts are, and which epoch counts, is known to functions here.
    assert embedded - others - mine == {"old_verdicts", "epoch"}


async def test_no_more_settled_trades_are_remembered_than_there_is_room_for(
    store: PostgresJournalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery, "REMEMBERED_MAX", 2)
    journal = await store.open()
    await journal.commit([ex.trade(n, settled=True, updated_at_ms=ex.NOW_MS - n) for n in range(4)])

    loaded = await journal.load()

    assert loaded.settled == {ex.trade_id(0), ex.trade_id(1)}
    assert loaded.settled_since_ms == ex.NOW_MS - 1
    assert REMEMBERED_MAX > 2
