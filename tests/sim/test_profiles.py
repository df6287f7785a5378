from dataclasses import fields
from random import Random

import pytest

from echo.sim.faults import CALM, MishapKind
from echo.sim.profiles import (
    ABSENT,
    GENTLE,
    HARSH,
    ORDERLY,
    ROUGHNESS,
    Profile,
    Rough,
    draw_weather,
)

RATES = (
    *("crash_per_effect", "frame_loss", "frame_double", "frame_late"),
    *("slow_commit", "commit_unknown", "comment_replaced"),
    *("line_mangled", "line_torn", "line_endless"),
)


@pytest.mark.parametrize("rough", list(ROUGHNESS.values()))
def test_weather_is_never_worse_than_the_worst(rough: Rough) -> None:
    for seed in range(100):
        weather = draw_weather(Random(seed), rough.weather)
        for name in (*RATES, "drift_ppm_max", "wall_offset_ms_max"):
            assert 0 <= getattr(weather, name) <= getattr(rough.weather, name)
        for name in ("pipe_ms", "stream_ms", "ledger_ms"):
            drawn, worst = getattr(weather, name), getattr(rough.weather, name)
            assert drawn == getattr(CALM, name) or worst[0] <= drawn[1] <= worst[1]
        for each in fields(rough.weather.broker):
            drawn, worst = (getattr(w.broker, each.name) for w in (weather, rough.weather))
            if isinstance(worst, float):
                assert drawn <= worst


def test_any_one_fault_is_absent_as_often_as_it_should() -> None:
    absent = sum(draw_weather(Random(s), HARSH.weather).frame_loss == 0 for s in range(1_000))
    assert abs(absent / 1_000 - ABSENT) < 0.05


def test_the_harsh_profile_knows_every_mishap_and_the_gentle_one_some() -> None:
    assert set(ROUGHNESS) == set(Profile)
    assert {kind for kind, _, _ in (*HARSH.mishaps, *HARSH.later)} == set(MishapKind)
    assert {kind for kind, _, _ in GENTLE.mishaps} < set(MishapKind)
    assert GENTLE.weather.frame_loss == 0.0


def test_an_orderly_world_is_as_harsh_to_everything_but_single_frames() -> None:
    weather = draw_weather(Random(1), ORDERLY.weather)
    assert (weather.frame_loss, weather.frame_double, weather.frame_late) == (0, 0, 0)
    assert (ORDERLY.mishaps, ORDERLY.later) == (HARSH.mishaps, HARSH.later)
    assert ORDERLY.weather.broker == HARSH.weather.broker
