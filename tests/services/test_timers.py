"""Timers by key, against a clock that the test moves."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.services import timers as module
from echo.services.timers import TimerKey, Timers
from tests.fakes import FakeClock, FakeTimer


class Rung:
    """What went off, and when."""

    def __init__(self) -> None:
        self.clock = FakeClock(mono_ms=0)
        self.rings: list[tuple[int, TimerKey]] = []
        self.rounds = 0
        self.timers = Timers(self.clock, self._due, self._after)

    def _due(self, key: TimerKey) -> None:
        self.rings.append((self.clock.now().mono_ms, key))

    def _after(self) -> None:
        self.rounds += 1


@pytest.fixture
def rung() -> Rung:
    return Rung()


def test_timers_go_off_in_the_order_of_their_moments(rung: Rung) -> None:
    rung.timers.arm(("late",), 300)
    rung.timers.arm(("early",), 100)
    rung.timers.arm(("also early",), 100)

    rung.clock.advance(1_000)

    assert rung.rings == [(100, ("early",)), (100, ("also early",)), (300, ("late",))]
    assert rung.rounds == 2
    assert len(rung.timers) == 0


@pytest.mark.parametrize(("second_ms", "rings_at_ms"), [(50, 50), (500, 500)])
def test_arming_a_key_again_replaces_its_timer(
    rung: Rung, second_ms: int, rings_at_ms: int
) -> None:
    rung.timers.arm(("resend", "c1"), 100)
    rung.timers.arm(("resend", "c1"), second_ms)

    rung.clock.advance(1_000)

    assert rung.rings == [(rings_at_ms, ("resend", "c1"))]


def test_a_disarmed_timer_does_not_go_off(rung: Rung) -> None:
    rung.timers.arm(("a",), 100)
    rung.timers.arm(("b",), 200)

    rung.timers.disarm(("a",))
    rung.timers.disarm(("never armed",))
    rung.clock.advance(1_000)

    assert rung.rings == [(200, ("b",))]


def test_an_overdue_timer_goes_off_at_once_but_not_inside_arm(rung: Rung) -> None:
    rung.clock.advance(500)
    rung.timers.arm(("a",), 100)
    assert rung.rings == []

    rung.clock.advance(0)

    assert rung.rings == [(500, ("a",))]


def test_clearing_forgets_everything(rung: Rung) -> None:
    rung.timers.arm(("a",), 100)
    rung.timers.clear()

    rung.clock.advance(1_000)

    assert rung.rings == []
    assert len(rung.timers) == 0


def test_a_timer_that_comes_early_waits_for_its_moment() -> None:
    """Event loops round: the call may come a moment before the time."""

    class Hasty(FakeClock):
        early_ms = 1

        def call_at(self, mono_ms: int, callback: Callable[[], None]) -> FakeTimer:
            early_ms, self.early_ms = self.early_ms, 0
            return super().call_at(mono_ms - early_ms, callback)

    clock = Hasty(mono_ms=0)
    rings: list[int] = []
    timers = Timers(clock, lambda _: rings.append(clock.now().mono_ms), lambda: None)
    timers.arm(("a",), 100)

    clock.advance(99)
    assert rings == []
    clock.advance(1)

    assert rings == [100]


def test_a_timer_that_arms_itself_at_once_lets_the_loop_turn_in_between() -> None:
    """A fan-out goes on in steps: each is a go of its own, so that others come in between."""
    clock = FakeClock(mono_ms=0)
    seen: list[str] = []

    def due(key: TimerKey) -> None:
        seen.append("step")
        if seen.count("step") < 3:
            timers.arm(key, clock.now().mono_ms)

    timers = Timers(clock, due, lambda: seen.append("others"))
    timers.arm(("fanout",), 10)

    clock.advance(10)

    assert seen == ["step", "others"] * 3


def test_many_due_timers_are_handled_in_slices(rung: Rung) -> None:
    for n in range(2 * module.SLICE_MAX + 1):
        rung.timers.arm((str(n),), 10)

    rung.clock.advance(10)

    assert len(rung.rings) == 2 * module.SLICE_MAX + 1
    assert rung.rounds == 3


def test_the_heap_stays_small_however_often_a_timer_is_replaced(rung: Rung) -> None:
    for n in range(10_000):
        rung.timers.arm(("pulse",), 1_000 + n)

    assert len(rung.timers._heap) <= 2 + module._LEFTOVERS_MAX
    rung.clock.advance(20_000)
    assert rung.rings == [(10_999, ("pulse",))]


Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(st.sampled_from(["arm", "disarm", "wait"]), st.integers(0, 4), st.integers(0, 50)),
    max_size=60,
)


@given(STEPS)
def test_a_key_rings_exactly_when_it_was_last_told_to(steps: list[Step]) -> None:
    rung = Rung()
    expected: list[tuple[int, TimerKey]] = []
    due: dict[TimerKey, int] = {}
    for what, number, span_ms in steps:
        key = (str(number),)
        now_ms = rung.clock.now().mono_ms
        if what == "arm":
            rung.timers.arm(key, now_ms + span_ms)
            due[key] = now_ms + span_ms
        elif what == "disarm":
            rung.timers.disarm(key)
            due.pop(key, None)
        else:
            rung.clock.advance(span_ms)
            gone = {key: at_ms for key, at_ms in due.items() if at_ms <= now_ms + span_ms}
            expected += [(at_ms, key) for key, at_ms in gone.items()]
            due = {key: at_ms for key, at_ms in due.items() if key not in gone}
    rung.clock.advance(1_000)
    expected += [(at_ms, key) for key, at_ms in due.items()]

    assert sorted(rung.rings) == sorted(expected)
