"""Verdicts in the database are compared with those in force; what was missed is counted."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from echo.apps import stored_verdicts
from echo.apps.stored_verdicts import NOT_OURS, TROUBLED, StoredVerdicts
from echo.domain.facts import Alarm
from echo.domain.handshake import RegistrationStatus
from echo.domain.ids import AccountId
from echo.domain.link_facts import ChangesMissed
from echo.stores.postgres import watch
from echo.stores.postgres.journal import PostgresJournal
from echo.stores.postgres.tables import StoredVerdict
from echo.stores.postgres.target import PostgresTarget
from echo.stores.postgres.watch import HANDSHAKES
from tests.fakes import FactLog, until_real
from tests.servers.postgres import PostgresServer
from tests.stores import examples as ex
from tests.stores.postgres.places import empty, query, until

TABLE = "account_symbol_registration_eval"
VERDICT = ex.evaluation().result


@pytest.fixture
async def target(server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> PostgresTarget:
    monkeypatch.setattr(stored_verdicts, "SETTLE_S", 0.01)
    monkeypatch.setattr(stored_verdicts, "COMPARE_EVERY_S", 0.05)
    monkeypatch.setattr(watch, "RECONNECT_S", 0.02)
    target = await empty(server)
    await (await PostgresJournal.open(target)).close()
    return target


class Told:
    """A Core's own verdicts."""

    def __init__(self, status: RegistrationStatus | None) -> None:
        self.status = status
        self.facts = FactLog()

    def in_force(self, account_id: AccountId) -> RegistrationStatus | None:
        return self.status if account_id == VERDICT.account_id else None

    @property
    def alarms(self) -> list[Alarm]:
        return [each for each in self.facts.facts if isinstance(each, Alarm)]

    @asynccontextmanager
    async def listening(self, target: PostgresTarget) -> AsyncIterator[StoredVerdicts]:
        stored = StoredVerdicts(target, self.facts, self.in_force)
        task = asyncio.create_task(stored.run())
        try:
            await until(
                target, "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'echo-watch%'"
            )
            yield stored
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def write(target: PostgresTarget) -> None:
    journal = await PostgresJournal.open(target)
    await journal.commit((ex.evaluation(),))
    await journal.close()


async def test_a_verdict_that_is_not_this_cores_is_told_once(target: PostgresTarget) -> None:
    told = Told(RegistrationStatus.REJECTED)
    async with told.listening(target) as stored:
        await write(target)
        await until_real(lambda: bool(told.alarms))
        for _ in range(3):
            stored.compare()

    [alarm] = told.alarms
    assert (alarm.code, alarm.account_id) == (NOT_OURS, VERDICT.account_id)
    assert VERDICT.evaluation_id in alarm.sentence
    assert "WARNING" in alarm.sentence
    assert "REJECTED" in alarm.sentence


@pytest.mark.parametrize("status", [VERDICT.status, None])
async def test_its_own_verdicts_and_those_of_accounts_it_does_not_know_are_no_news(
    target: PostgresTarget, status: RegistrationStatus | None
) -> None:
    told = Told(status)
    async with told.listening(target) as stored:
        await write(target)
        await until_real(lambda: bool(stored._stored))
        for _ in range(2):
            stored.compare()

    assert told.facts.facts == []


async def test_a_verdict_on_its_way_to_the_journal_is_waited_for(target: PostgresTarget) -> None:
    told = Told(RegistrationStatus.REJECTED)
    stored = StoredVerdicts(target, told.facts, told.in_force)
    stored._stored = {VERDICT.account_id: StoredVerdict(VERDICT.evaluation_id, VERDICT.status)}

    stored.compare()
    told.status = VERDICT.status
    stored.compare()

    assert told.alarms == []


async def test_what_nobody_announced_is_counted(
    target: PostgresTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Told(VERDICT.status)
    await query(target, f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
    try:
        async with told.listening(target):
            await write(target)
            await query(target, "SELECT pg_notify('echo_handshake_result', '')")
            await until_real(lambda: bool(told.facts.facts))
    finally:
        await query(target, f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")

    assert told.facts.facts == [ChangesMissed(channel=HANDSHAKES, count=1)]


async def test_a_server_that_cannot_be_asked_is_told(
    server: PostgresServer, target: PostgresTarget
) -> None:
    told = Told(None)
    async with told.listening(target):
        server.stop()
        await until_real(lambda: bool(told.alarms))

    assert told.alarms[0].code == TROUBLED
