"""What the real Agent passes on of what its EAs report, and how often it asks for a verdict."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from echo.domain.accounts import StateSnapshot
from echo.domain.handshake import (
    AccountSymbolsReport,
    IssueCode,
    RegistrationIssue,
    RegistrationStatus,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId, EvaluationId
from echo.domain.specs import Quote, SymbolSpecReport
from tests.acceptance.desk import LEGACY_BYTES_MAX, Person
from tests.acceptance.plays import short_folder
from tests.acceptance.rollout import handshake, quote, specs
from tests.apps.programs import start, write_settings
from tests.fakes import until_real
from tests.links.grpc_peers import Core, new_server
from tests.stopwatch import Stopwatch

pytestmark = pytest.mark.no_cover

ACCOUNT = AccountId("200")
COALESCE_S = 0.25
WITHIN_S = 60.0


class Dated(Core):
    """A Core that notes when it hears what."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[float, Any]] = []

    def agent_said(self, link: Any, messages: Any) -> None:
        super().agent_said(link, messages)
        self.heard += [(time.monotonic(), message) for _, message in messages]

    def of(self, kind: type) -> list[tuple[float, Any]]:
        return [(at_s, message) for at_s, message in self.heard if isinstance(message, kind)]


@dataclass(slots=True)
class Desk:
    """An Agent, its Core, and a slave's EA."""

    core: Dated
    person: Person
    watch: Stopwatch

    def verdicts(self) -> list[dict[str, Any]]:
        return [
            each for each in self.person.waiting if each["type"] == "symbol_registration_result"
        ]


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    core, server = Dated(), new_server()
    await server.start(core)
    with short_folder() as folder:
        settings = write_settings(Path(folder), port=server.port)
        agent = await start("agent", settings)
        person = Person("200", f"{folder}/p/echo_slave_200.sock", protocol=2)
        try:
            await until_real(lambda: core.links, within_s=WITHIN_S)
            await person.connect()
            person.write(handshake(person, 2, ("EURUSD",)))
            await until_real(lambda: core.of(AccountSymbolsReport), within_s=WITHIN_S)
            with Stopwatch() as watch:
                yield Desk(core, person, watch)
        finally:
            await person.disconnect()
            await agent.kill()
            await server.stop(0)


async def test_of_reports_that_come_fast_the_latest_leaves_every_quarter_of_a_second(
    desk: Desk,
) -> None:
    state = {"account_id": "200", "timestamp_ms": 1, "currency": "USD", "balance": 1}
    begun_s = time.monotonic()
    count = 0
    while time.monotonic() - begun_s < 4 * COALESCE_S or count <= 40:
        count += 1
        bid = Decimal("1.1") + Decimal(count) / 100_000
        line = quote("EURUSD")
        desk.person.write({**line, "payload": line["payload"] | {"bid": bid, "ask": bid}})
        desk.person.write(specs(("EURUSD",)))
        account = state | {"equity": count, "margin": 0, "margin_free": 1, "margin_level": 0}
        desk.person.write(
            {"type": "state_snapshot", "payload": {"accounts": [account], "positions": []}}
        )
        await asyncio.sleep(0.005)
    last = Decimal("1.1") + Decimal(count) / 100_000
    await until_real(lambda: desk.core.of(Quote)[-1][1].bid == last, within_s=WITHIN_S)

    for kind in (Quote, SymbolSpecReport, StateSnapshot):
        moments = [at_s for at_s, _ in desk.core.of(kind)]
        assert 3 <= len(moments) < count / 4, kind
        # What waits in front of a socket can only bring two closer together.
        apart_s = moments[-1] - moments[0] + desk.watch.lost_s
        assert apart_s >= (len(moments) - 1) * COALESCE_S * 0.8, kind


async def test_a_verdict_that_does_not_come_is_asked_for_thrice_at_growing_distances(
    desk: Desk,
) -> None:
    await until_real(lambda: len(desk.core.of(AccountSymbolsReport)) == 3, within_s=WITHIN_S)
    first, second, third = [at_s for at_s, _ in desk.core.of(AccountSymbolsReport)]
    lost_s = desk.watch.lost_s

    assert second - first + lost_s >= 0.8
    assert third - second + lost_s > second - first - lost_s
    assert desk.verdicts() == []


async def test_a_verdict_that_is_too_long_for_an_old_ea_is_trimmed_and_keeps_what_matters(
    desk: Desk,
) -> None:
    issue = RegistrationIssue(code=IssueCode.CANONICAL_NOT_ALLOWED, message="é" * 400)
    many = tuple(
        SymbolRegistration(
            canonical_symbol=f"ST{n:04}",
            broker_symbol=f"ST{n:04}.x",
            status=RegistrationStatus.REJECTED,
            errors=(issue,),
        )
        for n in range(3_000)
    )
    result = SymbolRegistrationResult(
        account_id=ACCOUNT,
        pipe_role=Role.SLAVE,
        protocol_version=2,
        status=RegistrationStatus.WARNING,
        evaluation_id=EvaluationId("01890a5d-ac96-774b-bcce-b302099a8057"),
        evaluated_at_ms=1_750_000_000_000,
        symbols=many,
    )
    desk.core.link.send([result])
    await until_real(desk.verdicts, within_s=WITHIN_S)
    [line] = desk.verdicts()

    # The person itself holds every line to what an old EA can read.
    assert line["payload"]["status"].endswith("WARNING")
    assert line["payload"]["evaluationId"] == result.evaluation_id
    assert 10 < len(line["payload"]["symbols"]) < 3_000
    assert LEGACY_BYTES_MAX == 8_190


@pytest.mark.parametrize(("newest", "alarms"), [(3, []), (2, ["PROTOCOL_RANGE_DRIFT"])])
async def test_an_agent_of_another_range_than_its_core_says_so_when_it_starts(
    newest: int, alarms: list[str]
) -> None:
    core, server = Dated(), new_server()
    await server.start(core)
    with short_folder() as folder:
        change = ("\n[endpoints]", f"protocol.max_version = {newest}\n\n[endpoints]")
        agent = await start("agent", write_settings(Path(folder), port=server.port, change=change))
        told: list[str] = []
        try:
            await until_real(lambda: core.links, within_s=WITHIN_S)
            async with asyncio.timeout(WITHIN_S):
                while len(codes(told)) < len(alarms):
                    assert agent.process.stderr is not None
                    told.append((await agent.process.stderr.readline()).decode())
        finally:
            _, errors = await agent.end()
            await server.stop(0)

    assert codes([*told, *errors.splitlines()]) == alarms


def codes(told: list[str]) -> list[str]:
    """The alarms among the lines of a log."""
    lines = map(json.loads, told)
    return [line["code"] for line in lines if line["fact"] == "Alarm"]
