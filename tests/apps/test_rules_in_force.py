"""Rules of a real Core: changed by the command line or a file, soon, once, and for good."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.apps.cli.running_core import echoctl
from tests.apps.programs import Program, start, write_settings
from tests.fakes import until_real
from tests.stopwatch import Stopwatch
from tests.stores.sqlite.places import query

SOON_S = 1.0
"""Within which changed settings shall be in force."""


@pytest.fixture
async def core(tmp_path: Path) -> AsyncIterator[Program]:
    program = await start("core", write_settings(tmp_path))
    try:
        yield program
    finally:
        await program.kill()


async def asked(folder: Path, *words: str) -> tuple[int, str, str]:
    return await asyncio.to_thread(echoctl, *words, "--config", str(folder / "echo.toml"))


async def rules(folder: Path) -> dict[str, Any]:
    code, said, errors = await asked(folder, "policy", "get", "--json")
    assert code == 0, errors
    windows = json.loads((await asked(folder, "windows", "list", "--json"))[1])
    told: dict[str, Any] = json.loads(said)
    return {**windows, "policies": told["policies"]}


async def test_what_a_person_sets_survives_a_kill(core: Program, tmp_path: Path) -> None:
    for words in (
        ("pause", "--account", "200"),
        ("dry-run", "--master", "100"),
        ("windows", "add", "--start", "2031-03-11T12:30:00Z", "--post-sec", "60", "--name", "cpi"),
        (
            *("policy", "set", "--account", "200", "--strategy", "swing"),
            *("risk_type=FIXED_LOT", "lot_size=0.3"),
        ),
    ):
        code, _, errors = await asked(tmp_path, *words, "--by", "ana")
        assert code == 0, errors
    await core.kill()

    again = await start("core", tmp_path / "echo.toml")
    try:
        found = await rules(tmp_path)
    finally:
        await again.kill()

    assert [(each["target"], each["mode"], each["by"]) for each in found["switches"]] == [
        ("200", "paused", "ana"),
        ("100", "dry_run", "ana"),
    ]
    assert [each["window_id"] for each in found["windows"]] == ["cpi"]
    assert {
        (each["policy"]["strategy_id"], each["policy"]["lot_size"], each["origin"])
        for each in found["policies"]
    } == {("*", "0.1", "settings"), ("swing", "0.3", "desk")}
    who = query(
        tmp_path / "core" / "journal.sqlite",
        "SELECT DISTINCT changed_by FROM config_audit UNION SELECT DISTINCT changed_by"
        " FROM risk_policy_history ORDER BY 1",
    )
    assert who == [("ana",), ("settings",)]


async def test_a_changed_file_is_in_force_and_in_the_history_within_a_second(
    core: Program, tmp_path: Path
) -> None:
    journal, file = tmp_path / "core" / "journal.sqlite", tmp_path / "echo.toml"

    def versions() -> int:
        ((count,),) = query(journal, "SELECT count(*) FROM risk_policy_history")
        assert isinstance(count, int)
        return count

    await until_real(lambda: versions() == 1)
    file.write_text(file.read_text().replace("lot_size = 0.1", "lot_size = 0.2"))

    with Stopwatch() as watch:
        await until_real(lambda: versions() == 2)
    assert watch.took_s < SOON_S
    [found] = (await rules(tmp_path))["policies"]
    assert (found["policy"]["lot_size"], found["policy"]["version"]) == ("0.2", 2)


async def test_a_loop_through_the_settings_masters_is_refused_by_name(
    core: Program, tmp_path: Path
) -> None:
    words = ("policy", "set", "--account", "200", "master_accounts=200")
    code, _, errors = await asked(tmp_path, *words)

    assert code == 2
    assert "200 follows 200" in errors
