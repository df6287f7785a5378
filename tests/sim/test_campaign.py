import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from echo.sim.__main__ import main
from echo.sim.campaign import campaign
from echo.sim.profiles import Profile
from echo.sim.progress import ProgressRefused
from echo.sim.report import Report

SEEDS = range(10, 16)


@pytest.fixture(scope="module")
def whole() -> Report:
    return campaign(SEEDS, Profile.GENTLE)


def same(one: Report, two: Report) -> bool:
    return {**one.plain(), "cpu_seconds": 0} == {**two.plain(), "cpu_seconds": 0}


def test_the_sum_does_not_depend_on_how_many_processes_share_the_work(whole: Report) -> None:
    assert whole.seeds == len(SEEDS)
    assert same(campaign(SEEDS, Profile.GENTLE, jobs=2), whole)


def test_a_run_goes_on_where_another_ended(whole: Report, tmp_path: Path) -> None:
    path = tmp_path / "progress"
    campaign(SEEDS, Profile.GENTLE, resume=path)
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(lines) == 1 + len(SEEDS)
    path.write_bytes(b"".join(lines[:4]) + lines[4][:30])  # killed while it wrote

    assert same(campaign(SEEDS, Profile.GENTLE, resume=path), whole)
    assert path.read_bytes().splitlines(keepends=True)[:4] == lines[:4]
    assert len(path.read_bytes().splitlines()) == len(lines)

    done = path.stat().st_mtime_ns
    assert same(campaign(SEEDS, Profile.GENTLE, resume=path), whole)
    assert path.stat().st_mtime_ns == done


def test_a_run_with_other_options_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "progress"
    campaign(range(1), Profile.GENTLE, resume=path)
    with pytest.raises(ProgressRefused):
        campaign(range(1), Profile.HARSH, resume=path)


def test_the_program_says_why_it_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "progress")
    assert main(["--seeds", "0:1", "--resume", path]) == 0
    assert main(["--seeds", "0:2", "--resume", path]) == 2
    assert "keeps the progress of another run" in capsys.readouterr().err


def test_a_killed_program_goes_on_and_comes_to_the_same_sum(whole: Report, tmp_path: Path) -> None:
    path = tmp_path / "progress"
    words = ["--seeds", f"{SEEDS.start}:{SEEDS.stop}", "--jobs", "2", "--resume", str(path)]
    command = [sys.executable, "-m", "echo.sim", *words, "--json", "--shrink-seconds", "0"]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    deadline_s = time.monotonic() + 60
    while time.monotonic() < deadline_s and first.poll() is None:
        if path.exists() and path.read_bytes().count(b"\n") >= 2:
            break
        time.sleep(0.01)
    if first.poll() is None:  # on a machine that stood still it may be done already
        os.killpg(first.pid, signal.SIGKILL)
    first.wait()

    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    said = json.loads(done.stdout)
    assert (said["seeds"], said["trace_hash"]) == (len(SEEDS), whole.trace_hash)
