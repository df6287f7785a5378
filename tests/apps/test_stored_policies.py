"""Policies that people keep in the database count at once, and before those of the settings."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from echo.apps.stored_policies import MISSED, TROUBLED, StoredPolicies
from echo.domain.facts import Alarm
from echo.domain.ids import AccountId
from echo.domain.policy import PolicyBook, RiskPolicy, RiskType
from echo.ports.errors import JournalUnavailable
from echo.stores.postgres import watch
from echo.stores.postgres.journal import PostgresJournal
from echo.stores.postgres.target import PostgresTarget
from tests.fakes import FactLog, until_real
from tests.servers.postgres import PostgresServer
from tests.stores import examples as ex
from tests.stores.postgres.places import PUT_POLICY, empty, policy_cells, query, target_on, until

SETTINGS = PolicyBook(
    [
        RiskPolicy(
            account_id=account,
            strategy_id=ex.POLICY.strategy_id,
            risk_type=RiskType.FIXED_LOT,
            lot_size=Decimal(1),
        )
        for account in (ex.SLAVE, ex.OTHER)
    ]
)


@pytest.fixture
async def target(server: PostgresServer) -> PostgresTarget:
    target = await empty(server)
    await (await PostgresJournal.open(target)).close()
    return target


async def test_a_policy_of_the_table_counts_instead_of_one_of_the_settings(
    target: PostgresTarget,
) -> None:
    await query(target, PUT_POLICY, *policy_cells(ex.POLICY))

    book = (await StoredPolicies.read(target, FactLog())).book(SETTINGS)

    assert book.policy(ex.SLAVE, ex.POLICY.strategy_id) == ex.POLICY
    assert book.policy(ex.OTHER, ex.POLICY.strategy_id) == SETTINGS.policies[1]
    assert not book.has_policy(AccountId("7003"))


async def test_a_change_is_put_into_force_with_the_settings_of_that_moment(
    target: PostgresTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "RECONNECT_S", 0.02)
    facts, books = FactLog(), list[PolicyBook]()
    stored = await StoredPolicies.read(target, facts)
    stored.book(SETTINGS)
    task = asyncio.create_task(stored.run(books.append))
    try:
        listening = "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'echo-watch%'"
        await until(target, listening)
        await query(target, PUT_POLICY, *policy_cells(ex.POLICY))
        await until_real(lambda: len(books) == 1)
        await query(target, "DELETE FROM account_strategy_risk_policy")
        await until_real(lambda: len(books) == 2)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert books[0].policy(ex.SLAVE, ex.POLICY.strategy_id) == ex.POLICY
    assert books[1].policy(ex.SLAVE, ex.POLICY.strategy_id) == SETTINGS.policies[0]


async def test_trouble_is_told_and_what_was_known_stays(
    server: PostgresServer, target: PostgresTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "RECONNECT_S", 0.02)
    facts, books = FactLog(), list[PolicyBook]()
    await query(target, PUT_POLICY, *policy_cells(ex.POLICY))
    stored = await StoredPolicies.read(target, facts)
    server.stop()
    task = asyncio.create_task(stored.run(books.append))
    try:
        await until_real(lambda: facts.facts)
        assert stored.book(SETTINGS).policy(ex.SLAVE, ex.POLICY.strategy_id) == ex.POLICY
        server.start()
        await query(target, "UPDATE account_strategy_risk_policy SET risk_amount = 7")
        await until_real(lambda: books)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert books[-1].policy(ex.SLAVE, ex.POLICY.strategy_id) == replace(
        ex.POLICY, amount=Decimal(7)
    )
    codes = [each.code for each in facts.facts if isinstance(each, Alarm)]
    assert codes[0] == TROUBLED
    assert MISSED not in codes, "nobody had listened yet"


async def test_a_row_that_is_no_policy_stops_a_start(target: PostgresTarget) -> None:
    await query(target, PUT_POLICY, *policy_cells(ex.POLICY))
    await query(
        target,
        'UPDATE account_strategy_risk_policy SET config = \'{"min_lot_override": "much"}\'',
    )

    with pytest.raises(JournalUnavailable, match="min_lot_override is 'much'"):
        await StoredPolicies.read(target, FactLog())


async def test_where_there_is_no_journal_yet_there_is_no_policy(server: PostgresServer) -> None:
    stored = await StoredPolicies.read(target_on(server), FactLog())

    assert stored.book(SETTINGS).policies == SETTINGS.policies
