"""Rounds of chaos from the command line: real programs, struck again and again, lose nothing.

Ten rounds, in shards that processes of the test runner share; the weather is always the same, the
moments never are.  More of them, by hand: `make soak`.
"""

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.plays import short_folder
from tests.house.sources import ROOT

ROUNDS, SHARDS, SECONDS = 10, 5, 6
WITHIN_S = 240.0
pytestmark = pytest.mark.no_cover
STRUCK = ("kills", "stops", "cuts", "pipe_cuts", "delays", "freezes", "fills", "locks")


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


async def chaos(folder: Path, *options: str) -> tuple[int, dict[str, Any], str]:
    """Run ``echoctl chaos``; return exit code, figures and what it said beside them."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "echo.apps.cli.main", "chaos", "--json", *options),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "TMPDIR": str(folder)},
    )
    async with asyncio.timeout(WITHIN_S):
        said, errors = await process.communicate()
    return process.returncode or 0, json.loads(said), errors.decode()


@pytest.mark.parametrize("shard", range(SHARDS))
async def test_whatever_strikes_nothing_is_lost_and_nothing_happens_twice(
    folder: Path, shard: int
) -> None:
    rounds = ROUNDS // SHARDS
    code, figures, told = await chaos(
        folder,
        *("--rounds", str(rounds), "--first", str(shard * rounds), "--seconds", str(SECONDS)),
    )

    assert figures["violations"] == [], told
    assert code == 0, told
    assert figures["rounds"] == rounds
    zeros = ("lost", "duplicated", "late_entries", "orphans", "unexplained")
    assert [figures[each] for each in zeros] == [0] * len(zeros)
    assert figures["actions"] > 0
    assert sum(figures[kind] for kind in STRUCK) > 0


async def test_two_cores_that_take_turns_lose_nothing_and_do_nothing_twice(folder: Path) -> None:
    code, figures, told = await chaos(
        folder, "--rounds", "2", "--first", "3", "--seconds", str(SECONDS), "--cores", "2"
    )

    assert (code, figures["violations"]) == (0, []), told
    assert figures["take_overs"] > 0, "one killed Core at least was followed by the other"
