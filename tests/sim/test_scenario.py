from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest

from echo.sim.faults import MishapKind
from echo.sim.hands import WARM_UP_MS
from echo.sim.profiles import ROUGHNESS, Profile
from echo.sim.scenario import STANDBY, draw, targets
from echo.terminal.replay_script import Close, Open, Reduce
from tests.sim.stage import SLAVE, closed, opened, scenario


@pytest.mark.parametrize("profile", list(Profile))
def test_the_same_seed_draws_the_same_scenario(profile: Profile) -> None:
    first, second = (draw(5, profile, Random(5)) for _ in range(2))
    assert first == second
    assert first != draw(6, profile, Random(6))


@pytest.mark.parametrize("seed", range(30))
def test_what_people_do_makes_sense(seed: int) -> None:
    drawn = draw(seed, Profile.HARSH, Random(seed))
    assert len(drawn.hands) == len(drawn.masters)
    for hand in drawn.hands:
        assert all(one.at_ms <= two.at_ms for one, two in pairwise(hand))
        opens = {each.key: each for each in hand if isinstance(each, Open)}
        for action in hand:
            assert WARM_UP_MS <= opens[action.key].at_ms <= action.at_ms < drawn.active_ms
        for key, each in opens.items():
            parts = [a.lots for a in hand if isinstance(a, Reduce) and a.key == key]
            assert sum(parts) < each.lots
            assert sum(isinstance(a, Close) and a.key == key for a in hand) <= 1
    assert drawn.trades == sum(isinstance(a, Open) for hand in drawn.hands for a in hand) >= 3


@pytest.mark.parametrize("profile", list(Profile))
def test_mishaps_are_drawn_as_the_profile_says(profile: Profile) -> None:
    rough = ROUGHNESS[profile]
    limits = {kind: (most, ms) for kind, most, ms in (*rough.mishaps, *rough.later)}
    seen = set()
    for seed in range(60):
        drawn = draw(seed, profile, Random(seed))
        times = [each.at_ms for each in drawn.mishaps]
        assert times == sorted(times)
        for each in drawn.mishaps:
            most, lasts_ms_max = limits[each.kind]
            assert each.lasts_ms <= lasts_ms_max
            assert each.target in targets(each.kind, drawn)
            assert each.at_ms < drawn.active_ms
            assert sum(other.kind is each.kind for other in drawn.mishaps) <= most
            seen.add(each.kind)
    assert seen == set(limits)


def test_every_mishap_has_somebody_to_strike() -> None:
    plain = scenario(opened(), closed())
    everybody = {"core", "agent-1", "master-1001", "slave-2001"}
    for kind in set(MishapKind) - {MishapKind.COPIED, MishapKind.GAP, MishapKind.PAUSED}:
        found = set(targets(kind, plain))
        assert found
        assert found <= everybody
    assert targets(MishapKind.COPIED, plain) == []
    assert targets(MishapKind.COPIED, replace(plain, rivals=(SLAVE,))) == ["rival-2001"]
    assert targets(MishapKind.GAP, plain) == ["market"]
    assert set(targets(MishapKind.CRASH, plain)) == everybody
    two = replace(plain, standby=True)
    assert targets(MishapKind.PAUSED, plain) == []
    assert targets(MishapKind.PAUSED, two) == ["core"]
    assert set(targets(MishapKind.SLEEP, two)) == {*everybody, STANDBY}
    assert set(targets(MishapKind.AMNESIA, plain)) == {"slave-2001"}
    old = replace(plain, slaves=(replace(plain.slaves[0], protocol=2),))
    assert targets(MishapKind.AMNESIA, old) == []


def test_everything_that_may_take_part_takes_part_now_and_then() -> None:
    drawn = [draw(seed, Profile.HARSH, Random(seed)) for seed in range(400)]
    assert {len(each.masters) for each in drawn} == {1, 2, 3, 4}
    assert {len(each.slaves) for each in drawn} >= {1, 2, 3, 5, 8, 12}
    assert {each.agents for each in drawn} == {1, 2, 3}
    spoken = {seat.protocol for each in drawn for seat in (*each.masters, *each.slaves)}
    assert spoken == {1, 2, 3}
    for name in ("rivals", "strangers", "absent", "spelled", "echoes"):
        share = sum(bool(getattr(each, name)) for each in drawn) / len(drawn)
        assert 0.01 < share < 0.6
    assert 0.15 < sum(each.standby for each in drawn) / len(drawn) < 0.25
    assert all(
        each.standby or mishap.kind is not MishapKind.PAUSED
        for each in drawn
        for mishap in each.mishaps
    )
