"""What is watched is read as what it is: policies, and each account's latest verdict."""

from dataclasses import replace

from echo.domain.ids import EvaluationId
from echo.stores.postgres.connection import connect
from echo.stores.postgres.tables import StoredVerdict, read_policies, read_verdicts
from tests.stores import examples as ex
from tests.stores.postgres.places import PUT_POLICY, PostgresJournalStore, policy_cells, query


async def test_policies_are_read_by_account_and_strategy(store: PostgresJournalStore) -> None:
    await store.open()
    await query(store.target, PUT_POLICY, *policy_cells(ex.POLICY))
    session = await connect(store.target, "a test")
    try:
        assert await read_policies(session) == {f"{ex.SLAVE}:*": ex.POLICY}
    finally:
        await session.close()


async def test_of_each_account_only_the_latest_verdict_is_read(
    store: PostgresJournalStore,
) -> None:
    journal = await store.open()
    later = replace(
        ex.evaluation(),
        result=replace(
            ex.evaluation().result,
            evaluation_id=EvaluationId("0197812f-0000-7000-8000-000000000002"),
            evaluated_at_ms=ex.NOW_MS + 1,
        ),
    )
    await journal.commit((later, ex.evaluation()))
    session = await connect(store.target, "a test")
    try:
        assert await read_verdicts(session) == {
            ex.SLAVE: StoredVerdict(later.result.evaluation_id, later.result.status)
        }
    finally:
        await session.close()
