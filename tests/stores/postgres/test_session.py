"""The one session that may write: who has it, and since which epoch."""

import pytest

from echo.ports.errors import JournalRefused, StoreLocked
from echo.stores.postgres.schema import read_sql
from echo.stores.postgres.session import WriterSession, _lock_number
from echo.stores.sqlite.statements import split_statements
from tests.stores.postgres.places import PostgresJournalStore, query

STATEMENTS = split_statements(read_sql("journal"))


def test_every_schema_has_a_lock_of_its_own() -> None:
    numbers = {_lock_number(name) for name in ("echo", "echo_2", "desk")}

    assert len(numbers) == 3
    assert all(-(2**63) <= each < 2**63 for each in numbers)


async def test_epochs_rise_with_every_change_of_the_writer(store: PostgresJournalStore) -> None:
    first = await store.open()
    epoch = first.epoch

    second = await store.reopen()

    assert second.epoch == epoch + 1
    ((stored, holder),) = await query(store.target, "SELECT epoch, holder FROM writer")
    assert stored == epoch + 1
    assert holder.startswith("echo-core ")


async def test_a_session_that_is_held_is_used_again(store: PostgresJournalStore) -> None:
    await (await store.open()).close()
    session = WriterSession(store.target, STATEMENTS)
    try:
        connection = await session.held(renewing=True)

        assert await session.held(renewing=False) is connection
    finally:
        await session.close()


async def test_the_holder_is_named_to_who_comes_second(store: PostgresJournalStore) -> None:
    await store.open()
    session = WriterSession(store.target, STATEMENTS)

    with pytest.raises(StoreLocked, match=r"session [0-9]+"):
        await session.held(renewing=True)


async def test_who_lost_the_session_and_the_journal_is_told_by_whom(
    store: PostgresJournalStore,
) -> None:
    await (await store.open()).close()
    session = WriterSession(store.target, STATEMENTS)
    await session.held(renewing=True)
    await session.drop()
    later = await store.open()

    try:
        with pytest.raises((JournalRefused, StoreLocked)):
            await session.held(renewing=False)
    finally:
        await later.close()
    with pytest.raises(JournalRefused, match=r"echo-core .* has taken over"):
        await session.held(renewing=False)
