"""The PostgreSQL journal keeps the contract, and what it tells of a server that is not well."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from echo.domain.answers import AckStage, Outcome
from echo.domain.commands import CommandKind
from echo.domain.handshake import RegistrationStatus, Role
from echo.domain.intents import ActionKind
from echo.domain.journal import CommandStatus, Record, TradeStatus
from echo.domain.quantities import Side
from echo.domain.specs import TradePermission
from echo.ports.errors import CommitUnknown, JournalRefused, JournalUnavailable, StoreLocked
from echo.stores.memory import MemoryJournal
from echo.stores.postgres.connection import connect
from echo.stores.postgres.journal import PostgresJournal
from echo.stores.postgres.session import _lock_number
from echo.stores.sqlite.trade_rows import COMMAND_TYPES
from tests.servers.postgres import PostgresServer
from tests.stores import examples as ex
from tests.stores.contract import JournalContract
from tests.stores.postgres.places import PostgresJournalStore, empty, query, target_on
from tests.stores.sqlite.test_journal import POOL


class TestPostgresJournal(JournalContract):
    @pytest.fixture
    async def store(self, server: PostgresServer) -> AsyncIterator[PostgresJournalStore]:
        place = PostgresJournalStore(await empty(server))
        yield place
        await place.close()


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(POOL), min_size=1, max_size=8), max_size=6))
def test_postgres_and_reference_agree(server: PostgresServer, commits: list[list[Record]]) -> None:
    """Whatever is committed in whatever order, both refuse the same and recover the same."""

    async def run() -> None:
        reference = MemoryJournal()
        journal = await PostgresJournal.open(await empty(server))
        try:
            for records in commits:
                verdicts = [await verdict(store, records) for store in (reference, journal)]
                assert verdicts[0] == verdicts[1]
            assert await journal.load() == await reference.load()
        finally:
            await journal.close()

    async def verdict(store: MemoryJournal | PostgresJournal, records: list[Record]) -> str:
        try:
            await store.commit(records)
        except JournalRefused:
            return "refused"
        return "committed"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("order_side", Side),
        ("order_status", TradeStatus),
        ("action_kind", ActionKind),
        ("copy_outcome", Outcome),
        ("delivery_status", CommandStatus),
        ("command_kind", CommandKind),
        ("command_type", COMMAND_TYPES.values()),
        ("pipe_role", Role),
        ("registration_status", RegistrationStatus),
        ("trade_permission", TradePermission),
    ],
)
async def test_every_word_of_an_enumeration_can_be_stored(
    store: PostgresJournalStore, name: str, words: object
) -> None:
    await store.open()

    rows = await query(store.target, f"SELECT unnest(enum_range(NULL::{name}))::text")

    assert {row[0] for row in rows} == set(words)  # type: ignore[call-overload]  # any collection


async def test_characters_that_the_server_cannot_hold_do_not_stop_a_commit(
    store: PostgresJournalStore,
) -> None:
    journal = await store.open()

    await journal.commit((ex.trade(comment="a\0b\\u0000"),))

    (trade,) = (await journal.load()).trades
    assert trade.comment == "a\N{REPLACEMENT CHARACTER}b\\u0000"


async def test_numbers_come_back_as_they_were_spelt(store: PostgresJournalStore) -> None:
    journal = await store.open()
    await journal.commit((ex.trade(price=Decimal("4015.10")), ex.decision()))

    loaded = await journal.load()

    assert str(loaded.trades[0].price) == "4015.10"
    assert loaded.decisions[0].inputs == ex.decision().inputs


async def test_second_core_is_locked_out_and_told_by_whom(store: PostgresJournalStore) -> None:
    await store.open()

    with pytest.raises(StoreLocked, match=r"is in use by echo-core .*stop that one"):
        await PostgresJournal.open(store.target, patience_s=0.3)


async def test_two_schemas_of_one_database_are_two_journals(
    server: PostgresServer, store: PostgresJournalStore
) -> None:
    first = await store.open()
    other = PostgresJournalStore(target_on(server))
    try:
        second = await other.open()
        await first.commit((ex.trade(1),))
        await second.commit((ex.trade(2),))

        assert (await first.load()).trades == (ex.trade(1),)
        assert (await second.load()).trades == (ex.trade(2),)
    finally:
        await other.close()


async def test_a_core_that_was_overtaken_is_refused_and_waits_until_it_may_again(
    store: PostgresJournalStore,
) -> None:
    old = await store.open()
    await old.commit((ex.trade(1),))
    await query(
        store.target,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name LIKE 'echo-core%'",
    )
    new = await PostgresJournal.open(store.target, patience_s=5)
    await new.commit((ex.trade(2),))

    with pytest.raises(JournalRefused, match="in use by"):
        await committed(old, (ex.trade(3),))
    with pytest.raises(JournalUnavailable, match="in use by"):
        await old.load()
    await new.close()
    with pytest.raises(JournalRefused, match="has taken over"):
        await old.commit((ex.trade(3),))

    assert (await old.load()).trades == (ex.trade(1), ex.trade(2))
    await old.commit((ex.trade(3),))
    assert old.epoch == new.epoch + 1


async def test_a_core_whose_turn_has_come_takes_the_journal_from_a_frozen_one(
    store: PostgresJournalStore,
) -> None:
    frozen = await store.open()
    await frozen.commit((ex.trade(1),))

    new = await PostgresJournal.open(store.target, takes_over=True)
    try:
        await new.commit((ex.trade(2),))

        with pytest.raises(JournalRefused, match="in use by"):
            await committed(frozen, (ex.trade(3),))
        assert (await new.load()).trades == (ex.trade(1), ex.trade(2))
    finally:
        await new.close()


async def test_what_is_no_core_keeps_its_lock(store: PostgresJournalStore) -> None:
    await (await store.open()).close()
    person = await connect(store.target, "psql")
    try:
        await person.fetchval("SELECT pg_advisory_lock($1)", _lock_number(store.target.schema))

        with pytest.raises(StoreLocked, match="in use by psql"):
            await PostgresJournal.open(store.target, takes_over=True, patience_s=0.1)
    finally:
        await person.close()


async def test_an_epoch_that_was_overtaken_is_refused_in_the_commit_itself(
    store: PostgresJournalStore,
) -> None:
    journal = await store.open()
    await query(store.target, "UPDATE writer SET epoch = epoch + 1, holder = 'another' RETURNING 1")

    with pytest.raises(JournalRefused, match="another took over"):
        await journal.commit((ex.trade(),))

    assert (await journal.load()).trades == ()
    await journal.commit((ex.trade(),))


async def committed(journal: PostgresJournal, records: tuple[Record, ...]) -> int:
    """Commit as the Core's shell does: again and again; return how often it took."""
    for attempt in range(1, 200):
        try:
            await journal.commit(records)
        except (JournalUnavailable, CommitUnknown):
            await asyncio.sleep(0.02)
        else:
            return attempt
    raise AssertionError("the journal did not come back")


async def test_row_that_nobody_wrote_is_told_and_not_guessed(store: PostgresJournalStore) -> None:
    journal = await store.open()
    await journal.commit((ex.trade(), ex.decision()))
    await query(store.target, "UPDATE copy_decisions SET code = 'SIDEWAYS' RETURNING 1")

    with pytest.raises(JournalUnavailable, match="SIDEWAYS"):
        await journal.load()


async def test_commit_goes_on_when_its_caller_gives_up(store: PostgresJournalStore) -> None:
    """The engine's shell may be cancelled; a transaction that was handed over still happens."""
    journal = await store.open()
    task = asyncio.ensure_future(journal.commit((ex.trade(),)))
    await asyncio.sleep(0)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert (await journal.load()).trades == (ex.trade(),)


async def test_old_registrations_are_purged_but_none_is_left_without_a_verdict(
    store: PostgresJournalStore,
) -> None:
    journal = await store.open()
    verdicts = [
        replace(
            ex.evaluation(),
            result=replace(
                ex.evaluation().result,
                evaluation_id=f"0197812f-0000-7000-8000-00000000000{number}",  # type: ignore[arg-type]  # an id
                evaluated_at_ms=number,
            ),
        )
        for number in range(3)
    ]
    await journal.commit(verdicts)

    assert await journal.purge_registrations(keep_days=30) == 2

    kept = await query(store.target, "SELECT evaluated_at_ms FROM account_symbol_registration_eval")
    assert [row[0] for row in kept] == [2]
    symbols = await query(store.target, "SELECT evaluation_id FROM account_symbol_registration")
    assert {row[0] for row in symbols} == {verdicts[2].result.evaluation_id}


async def test_progress_is_stored_with_its_stage(store: PostgresJournalStore) -> None:
    journal = await store.open()
    order = ex.execute()
    progress = replace(ex.progress(order), stage=AckStage.EA_CONFIRMED)

    await journal.commit((ex.trade(), ex.command(order), progress))

    assert (await journal.load()).commands[0].progress == progress
