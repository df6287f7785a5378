"""Changes that others make are heard at once, or found; what was not announced is counted."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import pytest

from echo.domain.ids import EvaluationId
from echo.stores.postgres import watch
from echo.stores.postgres.connection import connect
from echo.stores.postgres.tables import StoredVerdict, read_policies, read_verdicts
from echo.stores.postgres.watch import HANDSHAKES, POLICIES, Rows, TableWatch
from tests.fakes import until_real
from tests.servers.postgres import PostgresServer
from tests.stores import examples as ex
from tests.stores.postgres.places import PUT_POLICY, PostgresJournalStore, policy_cells, query

KEY = f"{ex.SLAVE}:*"


TABLE = "account_symbol_registration_eval"


class Seen:
    """What a watch told."""

    def __init__(self) -> None:
        self.changes: list[tuple[Rows, frozenset[str]]] = []
        self.troubles: list[str] = []

    async def until(self, look: Callable[[], bool]) -> None:
        await until_real(look)


@asynccontextmanager
async def watching(
    store: PostgresJournalStore,
    channel: str = POLICIES,
    *,
    reread_s: float = 60,
    settle_s: float = 0,
) -> AsyncIterator[tuple[TableWatch, Seen]]:
    seen = Seen()
    watched = TableWatch(
        store.target,
        channel,
        read_policies if channel == POLICIES else read_verdicts,
        lambda rows, keys: seen.changes.append((rows, keys)),
        seen.troubles.append,
        reread_s=reread_s,
        key_of=str if channel == POLICIES else lambda payload: payload.partition(":")[0],
        settle_s=settle_s,
    )
    task = asyncio.create_task(watched.run())
    try:
        await seen.until(lambda: bool(seen.changes))
        yield watched, seen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_policy_that_somebody_writes_is_heard_of(store: PostgresJournalStore) -> None:
    await store.open()
    async with watching(store) as (watched, seen):
        assert seen.changes == [({}, frozenset())]

        await query(store.target, PUT_POLICY, *policy_cells(ex.POLICY))
        await seen.until(lambda: len(seen.changes) == 2)
        await query(store.target, "DELETE FROM account_strategy_risk_policy")
        await seen.until(lambda: len(seen.changes) == 3)

        assert seen.changes[1] == ({KEY: ex.POLICY}, frozenset({KEY}))
        assert seen.changes[2] == ({}, frozenset({KEY}))
        assert watched.missed == 0


async def test_every_edit_of_a_policy_is_kept_with_who_made_it(
    store: PostgresJournalStore,
) -> None:
    await store.open()
    await query(store.target, PUT_POLICY, *policy_cells(ex.POLICY))
    await query(store.target, "UPDATE account_strategy_risk_policy SET risk_amount = 7")

    rows = await query(
        store.target,
        "SELECT changed_by, old ->> 'risk_amount', new ->> 'risk_amount' FROM risk_policy_edits"
        " ORDER BY change_n",
    )

    assert [tuple(row) for row in rows] == [
        ("postgres", None, "100.50"),
        ("postgres", "100.50", "7"),
    ]


async def test_a_change_while_nobody_listened_is_found_and_counted(
    server: PostgresServer, store: PostgresJournalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_in = asyncio.Event()
    let_in.set()

    async def let(*asked: Any) -> asyncpg.Connection:
        await let_in.wait()
        return await connect(*asked)

    monkeypatch.setattr(watch, "connect", let)
    monkeypatch.setattr(watch, "RECONNECT_S", 0.02)
    await store.open()
    async with watching(store) as (watched, seen):
        let_in.clear()
        await query(
            store.target,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name LIKE 'echo-watch%'",
        )
        await query(store.target, PUT_POLICY, *policy_cells(ex.POLICY))
        let_in.set()

        await seen.until(lambda: len(seen.changes) == 2)

        assert seen.changes[1][1] == {KEY}
        assert watched.missed == 1


async def test_a_change_that_no_trigger_announced_is_found_by_looking_again(
    store: PostgresJournalStore,
) -> None:
    await store.open()
    async with watching(store, reread_s=0.05) as (watched, seen):
        await query(store.target, "ALTER TABLE account_strategy_risk_policy DISABLE TRIGGER ALL")
        try:
            await query(store.target, PUT_POLICY, *policy_cells(ex.POLICY))
            await seen.until(lambda: len(seen.changes) == 2)
        finally:
            await query(store.target, "ALTER TABLE account_strategy_risk_policy ENABLE TRIGGER ALL")

        assert watched.missed == 1


async def test_a_server_that_goes_is_told_once_and_found_again(
    server: PostgresServer, store: PostgresJournalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "RECONNECT_S", 0.02)
    await store.open()
    async with watching(store) as (_, seen):
        server.stop()
        await seen.until(lambda: bool(seen.troubles))
        await asyncio.sleep(0.1)
        server.start()
        await query(store.target, PUT_POLICY, *policy_cells(ex.POLICY))

        await seen.until(lambda: len(seen.changes) == 2)

        assert len(seen.troubles) == 1


async def test_a_policy_that_cannot_be_read_is_told_and_the_last_good_ones_stay(
    store: PostgresJournalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "RECONNECT_S", 0.02)
    await store.open()
    await query(store.target, PUT_POLICY, *policy_cells(ex.POLICY))
    async with watching(store) as (_, seen):
        await query(
            store.target,
            'UPDATE account_strategy_risk_policy SET config = \'{"commission_rate": "x"}\'',
        )

        await seen.until(lambda: bool(seen.troubles))

        assert "commission_rate is 'x'" in seen.troubles[0]
        assert len(seen.changes) == 1


async def test_verdicts_are_heard_of_by_their_account_and_read_together(
    store: PostgresJournalStore,
) -> None:
    journal = await store.open()
    first = ex.evaluation()
    other = EvaluationId("0197812f-0000-7000-8000-000000000002")
    later = replace(first.result, evaluation_id=other, evaluated_at_ms=ex.NOW_MS + 1)
    async with watching(store, HANDSHAKES, settle_s=1.5) as (watched, seen):
        await journal.commit((first,))
        await journal.commit((replace(first, result=later),))

        await seen.until(lambda: len(seen.changes) == 2)

        assert seen.changes[1] == (
            {ex.SLAVE: StoredVerdict(other, later.status)},
            frozenset({ex.SLAVE}),
        )
        assert watched.missed == 0, "that a verdict has replaced another is no second change"


async def test_a_verdict_that_nobody_announced_is_found_and_counted(
    store: PostgresJournalStore,
) -> None:
    journal = await store.open()
    async with watching(store, HANDSHAKES, reread_s=0.05) as (watched, seen):
        await query(store.target, f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
        try:
            await journal.commit((ex.evaluation(),))
            await seen.until(lambda: len(seen.changes) == 2)
        finally:
            await query(store.target, f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")

        assert watched.missed == 1
