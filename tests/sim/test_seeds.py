"""Worlds drawn from seeds: in none of them is a promise broken, and each is the same every time."""

import json
import os
import subprocess
import sys

import pytest

from echo.sim.profiles import Profile
from echo.sim.report import Report, run

CHUNK = 10


@pytest.mark.parametrize("first", range(0, 100, CHUNK))
def test_no_harsh_seed_breaks_a_promise(first: int) -> None:
    report = Report(profile=Profile.HARSH)
    for seed in range(first, first + CHUNK):
        report.add(run(seed, Profile.HARSH))

    assert report.sentences() == []
    assert report.copies > 0
    assert len(report.faults) > 20


@pytest.mark.parametrize("profile", list(Profile))
def test_no_order_of_a_set_leaks_into_a_world(profile: Profile) -> None:
    """Another interpreter, with other hashes of strings, sees the same history."""
    command = [sys.executable, "-m", "echo.sim", "--seeds", "7:9", "--profile", profile, "--json"]
    hashes = set()
    for hash_seed in ("0", "1234"):
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
        )
        hashes.add(json.loads(done.stdout)["trace_hash"])

    assert len(hashes) == 1
