"""``echoctl report trades`` and its like, ``store caches``: tables, JSON, and what is wrong."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from echo.domain.answers import Outcome
from echo.domain.cache_facts import CacheName, CacheStanding
from echo.domain.ids import AccountId
from echo.domain.intents import ActionKind
from echo.domain.operations import NotDone, OperationCode
from echo.domain.overviews import (
    AskOverview,
    DecisionsRow,
    LatencyRow,
    Overview,
    OverviewFrom,
    OverviewKind,
    ToldOverview,
)
from echo.links.admin_door import AdminAt, AdminDoor, no_figures
from echo.links.admin_pages import Beside
from tests.apps.cli.running_core import announce, echoctl, write_settings, write_token
from tests.links.admin_desk import TOKEN, Behind

READ_AT_MS = 1_750_000_000_000


def row(number: int) -> DecisionsRow:
    return DecisionsRow(
        account_id=AccountId(f"7{number:03d}"),
        kind=ActionKind.OPEN,
        outcome=Outcome.OMITTED,
        code="SPREAD_EXCEEDED",
        decisions=9,
    )


def decisions(rows: int, *, complete: bool = True) -> Overview:
    return Overview(
        kind=OverviewKind.DECISIONS,
        read_at_ms=READ_AT_MS,
        decisions=tuple(map(row, range(rows))),
        complete=complete,
    )


LATENCY = Overview(
    kind=OverviewKind.LATENCY,
    read_at_ms=READ_AT_MS,
    latency=(
        LatencyRow(
            account_id=AccountId("[b]7001"),
            executions=2,
            master_ea_to_agent_ms=None,
            agent_to_core_ms=1.5,
            core_process_ms=3.0,
            core_to_agent_ms=4.0,
            agent_to_slave_ea_ms=5.0,
            slave_ea_process_ms=6.0,
            broker_ms=7.125,
            e2e_ms=28.0,
        ),
    ),
)
STANDING = CacheStanding(
    cache=CacheName.QUOTES, hits=31, misses=2, passed_over=0, age_ms_mean=None, age_ms_max=None
)


class Core:
    """One that answers as it is told."""

    def __init__(self, answer: Overview | NotDone) -> None:
        self.answer = answer
        self.caches: tuple[CacheStanding, ...] | None = (STANDING,)
        self.asked: list[AskOverview] = []

    async def overview(self, asked: AskOverview) -> ToldOverview | NotDone:
        self.asked.append(asked)
        if isinstance(self.answer, NotDone):
            return self.answer
        return ToldOverview(overview=self.answer, age_ms=1_540, found_in=OverviewFrom.REDIS)


@contextmanager
def running(folder: Path, core: Core) -> Iterator[str]:
    """Open its door in a thread of its own; yields the settings that lead to it."""
    settings = write_settings(folder)
    write_token(folder)
    opened, enough = threading.Event(), threading.Event()

    async def serve() -> None:
        door = AdminDoor(AdminAt(port=0))
        beside = Beside(overview=core.overview, caches=lambda: core.caches)
        serving = asyncio.create_task(
            door.serve(TOKEN.__eq__, Behind().operate, Behind().health, no_figures, beside)
        )
        announce(folder, door.address)
        opened.set()
        await asyncio.to_thread(enough.wait)
        door.stop()
        await serving

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert opened.wait(10)
        yield str(settings)
    finally:
        enough.set()
        thread.join(10)


def test_decisions_are_a_table_that_says_how_old_it_is(tmp_path: Path) -> None:
    core = Core(decisions(2))
    with running(tmp_path, core) as settings:
        code, said, _ = echoctl(
            *("report", "decisions", "--config", settings),
            *("--from", "2025-06-01", "--to", "2025-06-30"),
        )

    assert code == 0
    assert "7001" in said
    assert "SPREAD_EXCEEDED" in said
    assert "as of 2025-06-15 15:06:40 UTC, 1.5 s ago, from redis" in said
    [asked] = core.asked
    assert (str(asked.first), str(asked.last)) == ("2025-06-01", "2025-06-30")


def test_a_long_table_is_cut_and_says_so(tmp_path: Path) -> None:
    with running(tmp_path, Core(decisions(201, complete=False))) as settings:
        _, said, _ = echoctl("report", "decisions", "--config", settings)
        _, whole, _ = echoctl("report", "decisions", "--config", settings, "--json")

    assert "the first 200 of 201 rows: see --json for all" in said
    assert "only the first 2000 rows were read: ask for fewer days" in said
    assert len(json.loads(whole)["overview"]["decisions"]) == 201


def test_latency_shows_what_is_not_known_and_takes_no_markup(tmp_path: Path) -> None:
    with running(tmp_path, Core(LATENCY)) as settings:
        code, said, _ = echoctl("report", "latency", "--config", settings)

    assert code == 0
    assert "[b]7001" in said
    assert "?" in said
    assert "7.125" in said


def test_an_empty_journal_is_said(tmp_path: Path) -> None:
    empty = Overview(kind=OverviewKind.TRADES, read_at_ms=READ_AT_MS)
    with running(tmp_path, Core(empty)) as settings:
        code, said, _ = echoctl("report", "trades", "--config", settings)

    assert (code, "nothing is kept of these days" in said) == (0, True)


def test_caches_are_told(tmp_path: Path) -> None:
    with running(tmp_path, Core(LATENCY)) as settings:
        code, said, _ = echoctl("store", "caches", "--config", settings)
        _, as_json, _ = echoctl("store", "caches", "--config", settings, "--json")

    assert code == 0
    assert [cell.strip() for cell in said.splitlines()[3].strip("│").split("│")] == [
        *("quotes", "31", "2", "0", "—", "—")
    ]
    assert json.loads(as_json)["caches"][0]["hits"] == 31


def test_a_core_that_does_not_count_says_what_to_set(tmp_path: Path) -> None:
    core = Core(LATENCY)
    core.caches = None
    with running(tmp_path, core) as settings:
        code, _, errors = echoctl("store", "caches", "--config", settings)

    assert (code, "telemetry/enabled" in errors) == (1, True)


def test_why_there_is_no_overview_is_told(tmp_path: Path) -> None:
    away = NotDone(code=OperationCode.NOT_READY, sentence="the server is away")
    with running(tmp_path, Core(away)) as settings:
        code, said, errors = echoctl("report", "trades", "--config", settings, "--json")

    assert (code, "the server is away" in errors, "ask again" in errors) == (3, True, True)
    assert json.loads(said)["code"] == "not_ready"


def test_a_token_of_another_core_is_told(tmp_path: Path) -> None:
    with running(tmp_path, Core(LATENCY)) as settings:
        write_token(tmp_path, "another")
        code, _, errors = echoctl("report", "latency", "--config", settings)

    assert (code, "use the settings of the Core that runs" in errors) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["trades", "--from", "tomorrow"], 2, "--from tomorrow is not a day"),
        (["trades", "--config", "nowhere.toml"], 2, "--config FILE"),
        (["latency", "--from", "2026-01-01"], 2, "No such option"),
    ],
)
def test_what_cannot_be_asked_is_said(arguments: list[str], exit_code: int, said: str) -> None:
    code, _, errors = echoctl("report", *arguments)

    assert (code, said in errors) == (exit_code, True), errors


def test_without_a_core_it_is_said_how_to_start_one(tmp_path: Path) -> None:
    code, _, errors = echoctl("report", "trades", "--config", str(write_settings(tmp_path)))

    assert (code, "echo-core --config" in errors) == (3, True)
