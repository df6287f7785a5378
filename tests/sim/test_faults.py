from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from echo.domain.ids import Ticket
from echo.domain.quantities import Side
from echo.sim.faults import CALM, LOOK_AHEAD, Faults, Moods
from echo.terminal.fates import FateRates, Reply
from echo.terminal.orders import CloseLot, SendOrder

OPEN = SendOrder(ref="r1", symbol="EURUSD", side=Side.BUY, lot=Decimal(1))
CLOSE = CloseLot(ref="r2", ticket=Ticket(1))


def test_one_kind_of_fault_does_not_shift_the_draws_of_another() -> None:
    def lost(ghost: float) -> list[bool]:
        chance = Random(1)
        faults = Faults(CALM, chance)
        struck = []
        for _ in range(200):
            faults.strikes("ghost", ghost)
            struck.append(faults.strikes("frame_lost", 0.25))
        return struck

    assert lost(0.0) == lost(0.5)
    assert any(lost(0.0))


def test_a_crash_strikes_before_the_effects_that_were_named() -> None:
    faults = Faults(replace(CALM, crash_at=(2, 5)), Random(1))
    assert [faults.strikes_here() for _ in range(6)] == [False, True, False, False, True, False]
    assert (faults.effects, faults.crashed_at) == (6, [2, 5])
    assert faults.struck["crash_at_effect"] == 2


def test_a_named_effect_is_struck_however_far_ahead_it_lies() -> None:
    far = 3 * LOOK_AHEAD
    faults = Faults(replace(CALM, crash_at=(LOOK_AHEAD, far)), Random(1))
    struck = [each for each in range(1, far + 2) if faults.strikes_here()]
    assert struck == [LOOK_AHEAD, far]


def test_once_it_is_calm_only_named_effects_are_struck() -> None:
    named = 2 * LOOK_AHEAD + 1
    faults = Faults(replace(CALM, crash_per_effect=1.0, crash_at=(named,)), Random(1))
    assert faults.strikes_here()
    faults.calm = True
    assert [each for each in range(2, named + 9) if faults.strikes_here()] == [named]


def test_a_crash_strikes_as_often_as_its_rate_says() -> None:
    faults = Faults(replace(CALM, crash_per_effect=0.01), Random(1))
    struck = sum(faults.strikes_here() for _ in range(100 * LOOK_AHEAD))
    assert LOOK_AHEAD * 0.7 < struck < LOOK_AHEAD * 1.3


def test_where_crashes_struck_by_chance_they_strike_again_when_named() -> None:
    drawn = Faults(replace(CALM, crash_per_effect=0.1), Random(1))
    struck = [drawn.strikes_here() for _ in range(100)]
    named = Faults(replace(CALM, crash_at=tuple(drawn.crashed_at)), Random(1))
    assert [named.strikes_here() for _ in range(100)] == struck
    assert sum(struck) == len(drawn.crashed_at) > 0


def test_faults_strike_as_often_as_their_rate_says_and_are_counted() -> None:
    faults = Faults(CALM, Random(1))
    struck = sum(faults.strikes("frame_lost", 0.25) for _ in range(4_000))
    assert 900 < struck < 1_100
    assert faults.struck == {"frame_lost": struck}


def test_nothing_strikes_once_it_is_calm() -> None:
    faults = Faults(CALM, Random(1))
    assert faults.strikes("ghost", 1.0)
    faults.calm = True
    assert not faults.strikes("ghost", 1.0)
    assert faults.struck["ghost"] == 1


@pytest.mark.parametrize(
    ("rates", "name"),
    [
        (FateRates(refusals={136: 1.0}), "broker_refusal"),
        (FateRates(timeout_executed=1.0), "broker_timeout_executed"),
        (FateRates(timeout_lost=1.0), "broker_timeout_lost"),
        (FateRates(reply_lost=1.0), "broker_reply_lost"),
        (FateRates(comment_cut=1.0), "broker_comment_cut"),
        (FateRates(partial=1.0), "broker_partial"),
    ],
)
def test_a_brokers_moods_follow_the_weather_and_end_with_it(rates: FateRates, name: str) -> None:
    chance = Random(1)
    faults = Faults(replace(CALM, broker=rates), chance)
    moods = Moods(faults, chance)
    moods.fate(OPEN)
    assert faults.struck == {name: 1}
    faults.calm = True
    for _ in range(20):
        fate = moods.fate(OPEN)
        assert (fate.refuse_code, fate.executes, fate.reply) == (None, True, Reply.TRUTH)
        assert (fate.comment_chars, fate.lot_share) == (None, None)
    assert faults.struck == {name: 1}


def test_a_kind_broker_counts_no_misfortune() -> None:
    chance = Random(1)
    faults = Faults(CALM, chance)
    fates = [Moods(faults, chance).fate(CLOSE) for _ in range(50)]
    assert not faults.struck
    assert len({fate.execute_after_ms for fate in fates}) > 5
