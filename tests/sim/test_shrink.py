import json
from collections import Counter
from dataclasses import replace

import pytest

from echo.sim.__main__ import main
from echo.sim.faults import CALM, MishapKind
from echo.sim.report import Outcome, play
from echo.sim.scenario import Scenario, Seat
from echo.sim.shrink import shrink, signature
from echo.sim.watch import Violation
from echo.terminal.openings import Openings
from tests.sim.stories import (
    MASTER,
    OTHER_MASTER,
    closes,
    mishap,
    modifies,
    opens,
    scenario,
)


def violation(invariant: int, sentence: str = "broken") -> Violation:
    return Violation(invariant=invariant, at_ms=1, sentence=sentence)


def outcome(*violations: Violation, crashed_at: tuple[int, ...] = ()) -> Outcome:
    return Outcome(
        seed=1,
        trades=0,
        copies=0,
        faults=Counter(),
        seen=Counter(),
        violations=violations,
        digest="",
        cpu_s=0.0,
        events=0,
        crashed_at=crashed_at,
    )


class Play:
    """Fails while a trade "b" is modified and an Agent crashes, whatever else there is."""

    def __init__(self) -> None:
        self.played: list[Scenario] = []

    def __call__(self, one: Scenario) -> Outcome:
        self.played.append(one)
        keys = {a.key for hand in one.hands for a in hand if isinstance(a, type(modifies(1)))}
        crashes = {each.target for each in one.mishaps if each.kind is MishapKind.CRASH}
        if "b" in keys and crashes & {"agent-1", "agent-2"}:
            return outcome(violation(11))
        return outcome(violation(4)) if "b" in keys else outcome()


LARGE = scenario(
    opens("a"),
    opens("b"),
    modifies(12_000, "b"),
    closes(20_000, "b"),
    mishaps=(
        mishap(MishapKind.CRASH, 9_000, "core", 4_000),
        mishap(MishapKind.CRASH, 10_000, "agent-1", 4_321),
        mishap(MishapKind.RESET, 11_000, "slave-2001"),
    ),
    weather=replace(CALM, frame_loss=0.3, stream_ms=(1, 900)),
)


def test_nothing_is_left_but_what_it_takes() -> None:
    found = shrink(LARGE, play=Play())
    assert found is not None
    small = found.scenario
    assert small.hands == ((modifies(small.hands[0][0].at_ms, "b", "0.02"),),)
    assert [(each.kind, each.target, each.lasts_ms) for each in small.mishaps] == [
        (MishapKind.CRASH, "agent-1", 0)
    ]
    assert (small.weather, small.agents, len(small.slaves)) == (CALM, 1, 1)
    assert small.active_ms < 3_000
    assert found.violation.invariant == 11
    assert found.ended


def test_no_scenario_is_tried_twice() -> None:
    play = Play()
    found = shrink(LARGE, play=play)
    assert found is not None
    assert found.runs == len(play.played) == len({repr(each) for each in play.played})


def test_what_breaks_nothing_is_not_shrunk() -> None:
    assert shrink(LARGE, play=lambda _: outcome()) is None


def test_when_time_runs_out_the_smallest_so_far_will_do() -> None:
    found = shrink(LARGE, play=Play(), seconds=0.0)
    assert found is not None
    assert (found.scenario, found.runs, found.ended) == (LARGE, 1, False)


def test_another_failure_is_another_failure() -> None:
    assert (
        signature(violation(4)) == signature(violation(4, "other words")) != signature(violation(5))
    )
    here = signature(violation(21, "KeyError in engine/lanes.py, settle: 'x'"))
    assert here == signature(violation(21, "KeyError in engine/lanes.py, settle: 'y'"))
    assert here != signature(violation(21, "KeyError in sim/mishaps.py, strike: 'x'"))


def test_a_world_that_cannot_be_set_up_fails_no_promise() -> None:
    def play(one: Scenario) -> Outcome:
        if len(one.slaves) < 2:
            raise ValueError("two or none")
        return outcome(violation(4))

    found = shrink(LARGE, play=play)
    assert found is not None
    assert len(found.scenario.slaves) == 2


def test_crashes_by_chance_become_crashes_by_plan() -> None:
    def play(one: Scenario) -> Outcome:
        if one.weather.crash_per_effect:
            return outcome(violation(6), crashed_at=(7, 30, 41))
        return outcome(violation(6)) if 30 in one.weather.crash_at else outcome()

    found = shrink(replace(LARGE, weather=replace(CALM, crash_per_effect=0.01)), play=play)
    assert found is not None
    assert (found.scenario.weather.crash_per_effect, found.scenario.weather.crash_at) == (
        0.0,
        (30,),
    )


def test_a_real_failure_becomes_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two look-alikes under way together: two masters, one slave, one moment."""
    monkeypatch.setattr(Openings, "_rival", lambda *_: None)
    hand = (opens("a"), modifies(9_000, "a"), closes(11_000, "a"))
    failing = scenario(
        masters=(Seat(account_id=MASTER, agent=0), Seat(account_id=OTHER_MASTER, agent=1)),
        hands=(hand, (opens("b"),)),
        mishaps=(mishap(MishapKind.RESET, 7_000, "agent-1"),),
        weather=replace(CALM, frame_double=0.2),
        active_ms=15_000,
    )
    assert play(failing).violations[0].invariant == 2
    found = shrink(failing, seconds=15.0)
    assert found is not None
    small = found.scenario
    assert signature(found.violation) == signature(play(small).violations[0]) == "2"
    assert (len(small.masters), len(small.slaves), small.agents) == (2, 1, 1)
    assert [[type(each).__name__ for each in hand] for hand in small.hands] == [["Open"], ["Open"]]
    assert (small.mishaps, small.weather) == ((), CALM)


def test_a_clean_seed_is_said_to_be_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--shrink", "3"]) == 0
    assert "seed 3 (gentle) breaks no promise" in capsys.readouterr().out


@pytest.mark.no_cover
def test_a_failing_seed_shrinks_itself(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Openings, "_rival", lambda *_: None)
    words = ["--profile", "harsh", "--shrink-seconds"]
    seed = next(str(n) for n in range(60) if main(["--seeds", str(n), *words, "0"]))
    capsys.readouterr()

    assert main(["--seeds", seed, *words, "1", "--json"]) == 1
    [small] = json.loads(capsys.readouterr().out)["shrunk"]
    assert (str(small["seed"]), small["scenario"]["is"]) == (seed, "Scenario")
    assert any("is broken" in line for line in small["story"])

    assert main(["--shrink", seed, *words, "1"]) == 1
    told = capsys.readouterr().out
    assert f"--keep {seed} --profile harsh" in told
    assert "is broken" in told
