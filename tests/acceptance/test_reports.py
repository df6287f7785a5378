"""Reports of symbols on their whole way: the real Core, a real stream, the journal on disk."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bench.eas import SPEC
from echo.domain.handshake import (
    AccountSymbolsReport,
    HandshakeMetadata,
    IssueCode,
    RegistrationStatus,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId
from echo.domain.sessions import AccountConnected, AgentToCore
from echo.domain.specs import SymbolMapping
from tests.apps.programs import Program, start, write_settings
from tests.fakes import until_real
from tests.links.grpc_peers import Agent, hello, new_link
from tests.servers.ports import free_port

pytestmark = pytest.mark.no_cover

ACCOUNT = AccountId("200")
METADATA = HandshakeMetadata(
    protocol_version=3, client_semver="1.0.0", pipe_role=Role.SLAVE, server="Reports-Demo"
)
AT_MS = 1_750_000_000_000
WITHIN_S = 60.0
REPORTS = 10_000


@dataclass(slots=True)
class Desk:
    """A Core, and an Agent whose frames a test writes."""

    folder: Path
    port: int
    core: Program
    agent: Agent
    reports: int = 0

    def say(self, *messages: AgentToCore) -> None:
        assert self.agent.link is not None
        self.agent.link.send([(None, message) for message in messages])

    def connect(self) -> None:
        self.say(AccountConnected(account_id=ACCOUNT, connected_at_ms=AT_MS, role=Role.SLAVE))

    def report(self, *symbols: SymbolMapping, at_ms: int = AT_MS) -> None:
        self.say(
            AccountSymbolsReport(
                account_id=ACCOUNT, symbols=symbols, reported_at_ms=at_ms, metadata=METADATA
            )
        )

    @property
    def verdicts(self) -> list[SymbolRegistrationResult]:
        return [each for each in self.agent.said if isinstance(each, SymbolRegistrationResult)]

    async def judged(self, count: int) -> SymbolRegistrationResult:
        """Wait for the *count*-th verdict."""
        await until_real(lambda: len(self.verdicts) >= count, within_s=WITHIN_S)
        return self.verdicts[count - 1]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        journal = f"file:{self.folder}/core/journal.sqlite?mode=ro"
        with contextlib.closing(sqlite3.connect(journal, uri=True)) as connection:
            return connection.execute(sql).fetchall()

    @property
    def mapped(self) -> list[tuple[str, str]]:
        names = "SELECT canonical_symbol, broker_symbol FROM account_symbol_map ORDER BY 1"
        return [(each[0], each[1]) for each in self.rows(names)]

    @property
    def evaluations(self) -> int:
        [(count,)] = self.rows("SELECT count(*) FROM account_symbol_registration_eval")
        return int(count)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    port = free_port()
    settings = write_settings(tmp_path, port=port, change=('canonical_symbols = ["EURUSD"]', ""))
    core = await start("core", settings)
    agent = Agent(replace(hello(), owned_accounts=(ACCOUNT,)))
    link = asyncio.create_task(new_link(port).run(agent))
    made = Desk(tmp_path, port, core, agent)
    try:
        await until_real(lambda: agent.link is not None and agent.said, within_s=WITHIN_S)
        made.connect()
        yield made
    finally:
        link.cancel()
        await asyncio.wait([link])
        await core.kill()


def symbol(broker: str, **changes: Any) -> SymbolMapping:
    return replace(SPEC, canonical_symbol=broker.upper(), broker_symbol=broker, **changes)


def names(result: SymbolRegistrationResult) -> list[str]:
    return [entry.canonical_symbol for entry in result.symbols]


async def told_all(desk: Desk, symbols: Sequence[SymbolMapping], last_ms: int) -> None:
    """Send a report that must be answered, behind everything before it."""
    before = len(desk.verdicts)
    desk.connect()
    desk.report(*symbols, at_ms=last_ms)
    await desk.judged(before + 1)


async def test_ten_thousand_reports_that_say_the_same_are_one_evaluation(desk: Desk) -> None:
    sound = symbol("EURUSD.x")
    desk.report(sound)
    await desk.judged(1)
    begun_s = time.monotonic()
    for n in range(1, REPORTS):
        desk.report(sound, at_ms=AT_MS + n)
        if n % 200 == 0:
            await asyncio.sleep(0)
    await until_real(lambda: desk.agent.link is not None)
    await told_all(desk, [sound], AT_MS + REPORTS)

    assert time.monotonic() - begun_s < 60.0
    assert len(desk.verdicts) == 2, "the first, and the one for the new session"
    assert {each.status for each in desk.verdicts} == {RegistrationStatus.ACCEPTED}
    assert desk.evaluations == 1
    assert desk.mapped == [("EURUSD", "EURUSD.x")]


async def test_a_report_replaces_the_list_before_it_on_disk_too(desk: Desk) -> None:
    gold = symbol("GOLD", contract_size=Decimal(0))
    desk.report(symbol("EURUSD.x"), symbol("GBPUSD.x"), gold)
    await desk.judged(1)
    sizes = desk.rows("SELECT canonical_symbol FROM account_symbol_map WHERE contract_size IS NULL")
    assert desk.mapped == [("EURUSD", "EURUSD.x"), ("GBPUSD", "GBPUSD.x"), ("XAUUSD", "GOLD")]
    assert sizes == [("XAUUSD",)]

    desk.report(symbol("GBPUSD.x"), symbol("USDJPY.x"), at_ms=AT_MS)
    assert names(await desk.judged(2)) == ["GBPUSD", "USDJPY"], "the same time, another list"
    assert desk.mapped == [("GBPUSD", "GBPUSD.x"), ("USDJPY", "USDJPY.x")]

    desk.report(symbol("EURUSD.x"), at_ms=AT_MS - 1)
    desk.report(symbol("USDJPY.x"), symbol("USDJPY.y"), at_ms=AT_MS + 1)
    refused = await desk.judged(3)
    assert [issue.code for issue in refused.errors] == [IssueCode.DUPLICATE_CANONICAL]
    assert desk.mapped == [("GBPUSD", "GBPUSD.x"), ("USDJPY", "USDJPY.x")], "nothing of either"

    desk.report(at_ms=AT_MS + 2)
    assert (await desk.judged(4)).status is RegistrationStatus.ACCEPTED
    assert desk.mapped == [], "no symbol at all is a list, too"


async def test_whoever_is_killed_has_one_list_or_the_other_on_disk(desk: Desk) -> None:
    whole = [symbol(f"{pair}.x") for pair in ("AUDUSD", "EURUSD", "GBPUSD", "NZDUSD", "USDJPY")]
    desk.report(*whole)
    await desk.judged(1)
    before = desk.mapped
    for n in range(1, 200):
        desk.report(*whole[n % 5 :], at_ms=AT_MS + n)
    await desk.judged(3)
    await desk.core.kill()

    assert desk.mapped in [before[n:] for n in range(5)]


async def test_a_second_agent_that_claims_the_account_is_told_and_the_first_goes_on(
    desk: Desk,
) -> None:
    desk.report(symbol("EURUSD.x"))
    await desk.judged(1)
    other = Agent(replace(hello("agent_2"), owned_accounts=(ACCOUNT,)))
    link = asyncio.create_task(new_link(desk.port, "agent_2").run(other))
    rival = replace(desk, agent=other)
    try:
        await until_real(lambda: other.link is not None and other.said, within_s=WITHIN_S)
        rival.connect()
        rival.report(symbol("GBPUSD.x"))
        refused = await rival.judged(1)
    finally:
        link.cancel()
        await asyncio.wait([link])
    desk.report(symbol("EURUSD.x"), symbol("USDJPY.x"), at_ms=AT_MS + 1)
    await desk.judged(2)

    assert refused.status is RegistrationStatus.REJECTED
    assert [issue.code for issue in refused.errors] == [IssueCode.ROLE_MISMATCH]
    assert refused.errors[0].message == (
        "account 200 is served by agent_1: list it for one Agent only, not also for agent_2"
    )
    assert desk.mapped == [("EURUSD", "EURUSD.x"), ("USDJPY", "USDJPY.x")]
