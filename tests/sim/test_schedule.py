import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.sim.schedule import BOOT_MONO_MS, EPOCH_MS, HostClock, Life, Schedule


def test_calls_happen_in_order_of_time_and_then_of_planning() -> None:
    schedule, happened = Schedule(), list[str]()
    for due_ms, name in ((5, "c"), (1, "a"), (5, "d"), (1, "b")):
        schedule.at(due_ms, lambda name=name: happened.append(name))  # type: ignore[misc]  # mypy cannot infer a lambda's default
    schedule.run(4)
    assert (happened, schedule.now_ms, len(schedule)) == (["a", "b"], 4, 2)
    schedule.run(5)
    assert happened == ["a", "b", "c", "d"]
    assert schedule.happened == 4


def test_what_a_life_planned_does_not_happen_when_it_is_over() -> None:
    schedule, happened, life = Schedule(), list[int](), Life()
    schedule.after(1, lambda: happened.append(1), life)
    schedule.after(3, lambda: happened.append(3), life)
    schedule.run(2)
    life.over = True
    schedule.run(10)
    assert happened == [1]
    assert schedule.happened == 1


def test_a_moment_that_has_passed_is_now() -> None:
    schedule, at_ms = Schedule(), list[int]()
    schedule.run(10)
    schedule.at(3, lambda: at_ms.append(schedule.now_ms))
    schedule.run(10)
    assert at_ms == [10]


def test_a_right_clock_counts_from_its_beginning() -> None:
    now = HostClock().at(7)
    assert (now.wall_ms, now.mono_ms) == (EPOCH_MS + 7, BOOT_MONO_MS + 7)


def test_a_wall_clock_jumps_and_its_monotonic_clock_does_not() -> None:
    clock = HostClock()
    before = clock.at(100)
    clock.set_wall(-5_000)
    after = clock.at(100)
    assert (after.wall_ms - before.wall_ms, after.mono_ms) == (-5_000, before.mono_ms)


def test_a_reboot_begins_the_monotonic_clock_anew_under_another_name() -> None:
    clock = HostClock(drift_ppm=40_000)
    first = clock.boot_id
    clock.reboot(500_000)
    assert clock.boot_id != first
    assert clock.at(500_000).mono_ms < BOOT_MONO_MS


@given(
    drift_ppm=st.integers(-50_000, 50_000),
    true_ms=st.integers(0, 10_000_000),
    rebooted_ms=st.none() | st.integers(0, 10_000_000),
)
def test_true_time_is_the_first_moment_that_shows_the_reading(
    drift_ppm: int, true_ms: int, rebooted_ms: int | None
) -> None:
    clock = HostClock(drift_ppm=drift_ppm)
    if rebooted_ms is not None:
        clock.reboot(rebooted_ms)
    shown = clock.at(true_ms).mono_ms
    found = clock.true_ms(shown)
    assert found <= true_ms
    assert clock.at(found).mono_ms >= shown
    assert clock.at(found - 1).mono_ms < shown


@pytest.mark.parametrize(("drift_ppm", "shown"), [(50_000, 1_050), (-50_000, 950)])
def test_drift_is_in_millionths(drift_ppm: int, shown: int) -> None:
    assert HostClock(drift_ppm=drift_ppm).at(1_000).mono_ms - BOOT_MONO_MS == shown
