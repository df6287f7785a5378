from hypothesis import given
from hypothesis import strategies as st

from echo.bridge.effects import Arm
from echo.bridge.schedule import SPARE_ENTRIES, Schedule
from echo.bridge.settings import BridgeSettings
from echo.bridge.state import State
from echo.domain.quantities import Instant


class Clock:
    """A schedule and the moment that it sees."""

    def __init__(self) -> None:
        self.state = State(BridgeSettings())
        self.schedule: Schedule[str] = Schedule(self.state, ("test",))

    def at(self, mono_ms: int) -> "Schedule[str]":
        self.state.begin(Instant(0, mono_ms))
        return self.schedule

    def armed(self, mono_ms: int, not_before_mono_ms: int = 0) -> list[int]:
        self.at(mono_ms).arm(not_before_mono_ms)
        return [effect.due_mono_ms for effect in self.state.effects if isinstance(effect, Arm)]


def test_what_is_due_comes_in_order_of_time_then_of_setting() -> None:
    clock = Clock()
    for key, due_mono_ms in (("late", 9), ("b", 5), ("a", 5), ("first", 1)):
        clock.at(0).set(key, due_mono_ms)

    assert clock.at(5).take_due() == ["first", "b", "a"]
    assert clock.at(5).take_due() == []
    assert clock.at(9).take_due() == ["late"]


def test_a_later_time_replaces_an_earlier_one() -> None:
    clock = Clock()
    clock.at(0).set("a", 1)
    clock.at(0).set("a", 7)

    assert clock.at(6).take_due() == []
    assert clock.at(7).take_due() == ["a"]


def test_forgotten_and_cleared_keys_are_never_due() -> None:
    clock = Clock()
    clock.at(0).set("a", 1)
    clock.at(0).forget("a")
    clock.at(0).forget("unknown")

    assert clock.at(9).take_due() == []
    clock.at(0).set("b", 1)
    clock.at(0).clear()
    assert clock.at(9).take_due() == []
    assert clock.armed(9) == []


def test_one_call_takes_as_much_as_it_is_allowed() -> None:
    clock = Clock()
    for key in "abc":
        clock.at(0).set(key, 1)

    assert clock.at(1).take_due(2) == ["a", "b"]
    assert clock.at(1).take_due(2) == ["c"]


def test_only_an_earlier_time_arms_the_timer_again() -> None:
    clock = Clock()
    clock.at(0).set("a", 50)
    assert clock.armed(0) == [50]
    clock.at(0).set("b", 60)
    assert clock.armed(0) == []
    clock.at(0).set("c", 40)
    assert clock.armed(0) == [40]
    clock.at(40).rang()
    clock.at(40).take_due()
    assert clock.armed(40) == [50]


def test_the_timer_can_be_held_back() -> None:
    clock = Clock()
    clock.at(0).set("a", 5)

    assert clock.armed(10, not_before_mono_ms=30) == [30]


def test_overtaken_entries_do_not_pile_up() -> None:
    clock = Clock()
    for due_mono_ms in range(10 * SPARE_ENTRIES):
        clock.at(0).set("a", due_mono_ms)

    assert len(clock.schedule._heap) <= SPARE_ENTRIES + 2
    assert clock.at(10**6).take_due() == ["a"]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 20)), max_size=40))
def test_it_is_a_map_of_due_times(sets: list[tuple[str, int]]) -> None:
    clock = Clock()
    for key, due_mono_ms in sets:
        clock.at(0).set(key, due_mono_ms)
        clock.at(0).set(key, due_mono_ms)

    expected = {key: due_mono_ms for key, due_mono_ms in dict(sets).items() if due_mono_ms <= 10}
    taken = clock.at(10).take_due()

    assert sorted(taken) == sorted(expected)
    assert [expected[key] for key in taken] == sorted(expected.values())
