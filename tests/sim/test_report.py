import json
import subprocess
import sys
from dataclasses import replace

import pytest

from echo.domain.commands import ExecuteOrder
from echo.domain.quantities import Instant
from echo.sim.__main__ import main
from echo.sim.profiles import Profile
from echo.sim.report import Outcome, Report, play, run
from echo.sim.revision import revision
from echo.sim.watch import Violation
from echo.sim.world import Cast
from echo.terminal.effects import Effect
from echo.terminal.events import Event, Heard
from echo.terminal.slave import SlaveEa
from tests.sim import stage

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


def test_the_hash_depends_on_every_run_and_not_on_their_order() -> None:
    outcomes = [run(seed, Profile.GENTLE) for seed in (0, 1)]

    def hashed(*chosen: Outcome) -> str:
        report = Report(profile=Profile.GENTLE)
        for outcome in chosen:
            report.add(outcome)
        return report.trace_hash

    one, two = outcomes
    assert hashed(one, two) == hashed(two, one)
    assert len({hashed(one, two), hashed(one), hashed(two), hashed(), hashed(one, one)}) == 5


def test_reports_add_up_to_the_report_of_all() -> None:
    whole, parts = Report(profile=Profile.HARSH), Report(profile=Profile.HARSH)
    for seed in (3, 1, 2):
        outcome = replace(run(seed, Profile.HARSH), cpu_s=0.25, violations=())
        part = Report(profile=Profile.HARSH)
        for each in (whole, part):
            each.add(outcome)
            each.violations.append((seed, Violation(invariant=1, at_ms=seed, sentence="lost")))
        parts.absorb(Report.of(json.loads(part.as_json())))
    assert parts == whole
    assert whole.failing == [1, 2, 3]
    assert [seed for seed, _ in whole.broken] == [1, 2, 3]


class Clumsy(SlaveEa):
    """A slave that falls over its first command."""

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        falls = isinstance(event, Heard) and isinstance(event.message, ExecuteOrder)
        if falls:
            raise RuntimeError("fell over it")
        return super().handle(event, now)


def test_whoever_falls_breaks_a_promise_and_the_others_runs_go_on() -> None:
    seat, hand = stage.scenario(stage.opened(), stage.closed()), Cast(slave=Clumsy)
    outcome = play(seat, cast=hand)
    [violation] = outcome.violations
    assert violation.invariant == 21
    assert "RuntimeError in " in violation.sentence
    assert violation.sentence.endswith("handle: fell over it")
    assert outcome.trades == 1


def test_equal_scenarios_have_equal_histories() -> None:
    one = stage.scenario(stage.opened(), stage.closed())
    assert play(one).digest == play(replace(one)).digest != play(replace(one, seed=2)).digest


def test_a_violation_is_told_with_how_to_see_it_again() -> None:
    report = Report(profile=Profile.HARSH)
    report.violations.append((12, Violation(invariant=2, at_ms=1_500, sentence="two fills")))
    (sentence,) = report.sentences()
    assert "invariant 2" in sentence
    assert "--trace 12 --profile harsh" in sentence
    assert json.loads(report.as_json())["violations"] == [
        {"seed": 12, "at_ms": 1_500, "invariant": 2, "sentence": "two fills"}
    ]
    assert revision() in sentence
    assert report.lines()[-1] == sentence


def test_one_seed_is_told_line_by_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--trace", "0"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert any(line.endswith("* starts") for line in told)
    assert any("TradeIntent(" in line for line in told)
    assert told[-1].startswith("trace_hash")
    assert main(["--seeds", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["trace_hash"] in told[-1]


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
