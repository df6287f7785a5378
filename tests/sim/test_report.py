import json
import subprocess
import sys

import pytest

from echo.sim.__main__ import main
from echo.sim.profiles import Profile
from echo.sim.report import Report, run
from echo.sim.watch import Violation

KEYS = {
    *("seeds", "trades", "copies", "faults", "sometimes"),
    *("violations", "cpu_seconds", "trace_hash"),
}


def test_the_same_seed_gives_the_same_run_whether_anybody_reads_along_or_not() -> None:
    lines: list[str] = []
    silent, told = run(3, Profile.GENTLE), run(3, Profile.GENTLE, lines.append)
    assert (silent.digest, silent.events) == (told.digest, told.events)
    assert len(lines) > 100
    assert silent.digest != run(4, Profile.GENTLE).digest


def test_a_report_adds_up_its_runs() -> None:
    outcomes = [run(seed, Profile.GENTLE) for seed in (0, 1)]
    report = Report(profile=Profile.GENTLE)
    for outcome in outcomes:
        report.add(outcome)
    said = json.loads(report.as_json())
    assert said.keys() >= KEYS
    assert said["seeds"] == 2
    assert said["trades"] == sum(each.trades for each in outcomes) > 0
    assert said["copies"] == sum(each.copies for each in outcomes) > 0
    assert said["faults"] == dict(outcomes[0].faults + outcomes[1].faults)
    assert said["trace_hash"] == report.trace_hash
    assert any(line.startswith("trades") for line in report.lines())


def test_the_hash_depends_on_every_run_and_their_order() -> None:
    outcomes = [run(seed, Profile.GENTLE) for seed in (0, 1)]
    hashes = set()
    for chosen in (outcomes, outcomes[::-1], outcomes[:1], outcomes[1:]):
        report = Report(profile=Profile.GENTLE)
        for outcome in chosen:
            report.add(outcome)
        hashes.add(report.trace_hash)
    assert len(hashes) == 4


def test_a_violation_is_told_with_how_to_see_it_again() -> None:
    report = Report(profile=Profile.HARSH)
    report.violations.append((12, Violation(invariant=2, at_ms=1_500, sentence="two fills")))
    (sentence,) = report.sentences()
    assert "invariant 2" in sentence
    assert "--trace 12 --profile harsh" in sentence
    assert json.loads(report.as_json())["violations"] == [
        {"seed": 12, "at_ms": 1_500, "invariant": 2, "sentence": "two fills"}
    ]
    assert report.lines()[-1] == sentence


def test_one_seed_is_told_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--trace", "0"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert any(line.endswith("* starts") for line in told)
    assert any("TradeIntent(" in line for line in told)
    assert told[-1].startswith("trace_hash")


def test_one_number_is_one_seed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--seeds", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["seeds"] == 1


def test_what_is_no_range_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--seeds", "some"])
    assert "'some' is not A:B" in capsys.readouterr().err


def test_the_program_prints_one_json_object_and_ends_well() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "echo.sim", "--seeds", "0:3", "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert said.keys() >= KEYS
    assert (said["seeds"], said["violations"]) == (3, [])
