"""Waits and work count; what the machine takes for itself does not."""

import ctypes

import pytest

from tests import stopwatch
from tests.stopwatch import LOOK_EVERY_S, Stopwatch


class Clock:
    """A clock that is set."""

    now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(stopwatch, "time", made)
    return made


def test_time_in_which_it_could_look_counts_in_full(clock: Clock) -> None:
    with Stopwatch() as watch:
        for looks in range(1, 31):
            clock.now_s += LOOK_EVERY_S
            assert watch.took_s == pytest.approx(looks * LOOK_EVERY_S)

    assert watch.lost_s == 0


def test_time_in_which_nobody_could_look_does_not(clock: Clock) -> None:
    with Stopwatch() as watch:
        clock.now_s += 5.0

    assert watch.took_s == pytest.approx(LOOK_EVERY_S)
    assert watch.took_s + watch.lost_s == pytest.approx(5.0)


def test_over_it_goes_on_no_more(clock: Clock) -> None:
    with Stopwatch() as watch:
        clock.now_s += LOOK_EVERY_S
    clock.now_s += LOOK_EVERY_S

    assert watch.took_s == pytest.approx(LOOK_EVERY_S)


def test_a_process_that_stood_still_is_noticed() -> None:
    standstill = ctypes.PyDLL(None).usleep
    with Stopwatch() as watch:
        standstill(300_000)

    assert watch.lost_s > 0.2
