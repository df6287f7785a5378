from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from echo.domain.ids import AccountId
from echo.sim.cuts import cuts, smaller, sound, together
from echo.sim.faults import CALM, Mishap, MishapKind
from echo.sim.profiles import Profile
from echo.sim.scenario import Scenario, Seat, draw
from echo.terminal.fates import FateRates
from tests.sim.stories import (
    MASTER,
    OTHER_MASTER,
    SECOND,
    SLAVE,
    closes,
    mishap,
    modifies,
    opens,
    scenario,
)

FULL = scenario(
    masters=(Seat(account_id=MASTER, agent=0), Seat(account_id=OTHER_MASTER, agent=1)),
    slaves=(
        Seat(account_id=SLAVE, agent=1, follows=frozenset({MASTER, OTHER_MASTER})),
        Seat(account_id=SECOND, agent=0),
    ),
    hands=((opens("a"), modifies(12_000, "a"), closes(20_000, "a"), opens("b")), (opens("c"),)),
    mishaps=(
        mishap(MishapKind.CRASH, 9_000, "agent-2", 4_321),
        mishap(MishapKind.RESET, 8_000, "slave-2001"),
        mishap(MishapKind.CRASH, 8_500, "master-1002", 3_000),
    ),
    rivals=(SLAVE, SECOND),
    weather=replace(CALM, frame_loss=0.1, broker=FateRates(partial=0.1, refusals={138: 0.2})),
)


def keys(one: Scenario) -> set[str]:
    return {action.key for hand in one.hands for action in hand}


def test_a_trade_goes_with_all_that_is_done_to_it() -> None:
    found = [keys(each) for each in together(FULL)]
    assert set() in found
    assert {"b", "c"} in found
    without = next(each for each in together(FULL) if keys(each) == {"b", "c"})
    assert without.hands == ((opens("b"),), (opens("c"),))


def test_a_slave_goes_with_everything_that_names_it() -> None:
    without = next(each for each in together(FULL) if len(each.slaves) == 1)
    assert [seat.account_id for seat in without.slaves] == [SECOND]
    assert without.rivals == (SECOND,)
    assert [each.target for each in without.mishaps] == ["agent-2", "master-1002"]


def test_a_master_goes_with_its_hand_and_nobody_follows_it() -> None:
    found = [each for each in together(FULL) if len(each.masters) == 1]
    without = next(each for each in found if each.masters[0].account_id == MASTER)
    assert without.hands == FULL.hands[:1]
    assert without.slaves[0].follows == frozenset({MASTER})
    assert [each.target for each in without.mishaps] == ["agent-2", "slave-2001"]


def test_one_agent_serves_all_when_the_others_go() -> None:
    alone = next(each for each in together(FULL) if each.agents == 1)
    assert {seat.agent for seat in (*alone.masters, *alone.slaves)} == {0}
    assert [each.target for each in alone.mishaps] == ["slave-2001", "master-1002"]


def test_everything_can_happen_sooner() -> None:
    first_ms = [
        min(a.at_ms for h in each.hands for a in h) for each in together(FULL) if keys(each)
    ]
    assert {4_000, 1_000} < set(first_ms)


def test_any_field_goes_back_to_its_default() -> None:
    found = list(cuts(FULL))
    assert any(each.weather == CALM for each in found)
    assert any(each.weather.frame_loss == 0 and each.weather.broker.partial for each in found)
    assert any(each.weather.broker == FateRates(partial=0.1) for each in found)
    assert any(each.slaves[0].follows == frozenset() for each in found if each.slaves)
    assert any(m.lasts_ms == 2_160 for each in found for m in each.mishaps)
    assert any(m.lasts_ms == 4_000 for each in found for m in each.mishaps)


def test_no_cut_is_what_was_there_before_and_every_one_comes_to_an_end() -> None:
    for seed in range(4):
        whole = draw(seed, Profile.HARSH, Random(seed))
        found = list(cuts(whole))
        assert whole not in found
        assert len(found) > 100


def test_cutting_without_end_ends_with_nothing() -> None:
    left = draw(5, Profile.HARSH, Random(5))
    steps = 0
    while (smallest := next(cuts(left), None)) is not None:
        left, steps = smallest, steps + 1
        assert steps < 2_000
    assert (left.masters, left.slaves, left.mishaps, left.weather) == ((), (), (), CALM)


def test_a_longer_time_is_never_smaller() -> None:
    short = replace(FULL, active_ms=30_000)
    assert all(each.active_ms <= 30_000 for each in cuts(short))


@pytest.mark.parametrize(
    ("value", "name", "some"),
    [
        ((1, 2, 3, 4), "", {(), (3, 4), (1, 2, 4)}),
        (frozenset({1, 2}), "", {frozenset({1})}),
        (5_432, "at_ms", {2_716, 5_000, 5_400}),
        (5_432, "lots", set()),
        (1, "at_ms", set()),
        ("text", "", set()),
    ],
)
def test_values_of_any_shape_get_smaller(value: object, name: str, some: set[object]) -> None:
    found = list(smaller(value, name))
    assert some <= set(found)
    assert bool(found) == bool(some)


def test_the_least_and_the_most_of_a_span_stay_two() -> None:
    found = set(smaller((3, 50), "pipe_ms"))
    assert (3, 25) in found
    assert {len(each) for each in found} == {2}


def bad() -> Iterator[Scenario]:
    yield replace(FULL, masters=FULL.masters[:1])
    yield replace(FULL, slaves=())
    yield replace(FULL, active_ms=15_000)
    yield replace(FULL, hands=((opens("a", at_ms=500),), ()))
    yield replace(FULL, mishaps=(Mishap(kind=MishapKind.CRASH, at_ms=90_000, target="core"),))


@pytest.mark.parametrize("each", list(bad()))
def test_what_makes_no_sense_is_told(each: Scenario) -> None:
    assert sound(FULL)
    assert not sound(each)


def test_names_in_sets_are_account_names() -> None:
    """Seats of strangers stay as they are: nothing is rebuilt without need."""
    without = next(each for each in together(FULL) if len(each.slaves) == 1)
    assert without.slaves[0] is FULL.slaves[1]
    assert AccountId("2002") == SECOND
