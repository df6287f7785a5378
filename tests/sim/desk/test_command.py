import json
import subprocess
import sys

import pytest

from echo.sim.desk.command import main


def test_seeds_are_run_and_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seeds", "1:3", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["seeds"], said["violations"]) == (2, [])
    assert main(["--seeds", "2"]) == 0
    assert capsys.readouterr().out.startswith("seeds            1\n")


def test_one_seed_is_told_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--trace", "1"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert any(line.endswith("* starts") for line in told)
    assert any("TradeIntent(" in line for line in told)


def test_what_is_no_range_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--seeds", "some"])
    assert "'some' is not A:B" in capsys.readouterr().err


def test_the_hash_is_the_same_in_every_process() -> None:
    hashes = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-m", "echo.sim", "desk", "--seeds", "3:5", "--json"],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
            env={"PYTHONHASHSEED": seed},
        )
        hashes.add(json.loads(done.stdout)["trace_hash"])
    assert len(hashes) == 1
