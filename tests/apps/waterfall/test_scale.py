"""A scale shows what the copier did; the broker's wait is cut where it would hide that."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.apps.waterfall.scale import ROOM, TICKS_MAX, Scale, scale_of
from echo.apps.waterfall.steps import waterfall
from echo.domain.quantities import Timestamps
from tests.apps.waterfall.falls import BEGUN_MS, STAMPS, decision, inquest


def scaled(stamps: Timestamps) -> Scale:
    [fall] = waterfall(inquest(decision(stamps))).actions
    return scale_of(fall)


def test_a_broker_that_takes_long_is_cut_off() -> None:
    scale = scaled(STAMPS)

    assert scale == Scale(end_ms=14 * ROOM, cut=True)


def test_a_broker_that_is_quick_is_shown_whole() -> None:
    scale = scaled(replace(STAMPS, t7_order_filled_ms=BEGUN_MS + 40))

    assert scale == Scale(end_ms=40, cut=False)


def test_what_is_beyond_lies_at_the_edge() -> None:
    scale = Scale(end_ms=10, cut=True)

    assert [scale.share(at) for at in (-1, 0, 5, 10, 99)] == [0, 0, 0.5, 1, 1]


@pytest.mark.parametrize(
    ("end_ms", "ticks"), [(1, (0, 1)), (16.1, (0, 5, 10, 15)), (1_440, (0, 500, 1_000))]
)
def test_ticks_are_round(end_ms: float, ticks: tuple[int, ...]) -> None:
    assert Scale(end_ms=end_ms, cut=False).ticks() == ticks


@given(st.floats(1, 10_000_000))
def test_ticks_are_few_and_begin_at_nothing(end_ms: float) -> None:
    ticks = Scale(end_ms=end_ms, cut=False).ticks()

    assert ticks[0] == 0
    assert 2 <= len(ticks) <= TICKS_MAX + 1
