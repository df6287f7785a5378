"""What is not acknowledged comes back, ever more slowly, and never stops."""

from hypothesis import given
from hypothesis import strategies as st

from echo.terminal.repeats import PAUSE_MS_MAX, Repeats, pause_ms

LIST = (50, 100, 200)


def test_pauses_follow_the_list_then_double_up_to_ten_seconds() -> None:
    assert [pause_ms(attempt, LIST) for attempt in range(1, 11)] == [
        *LIST,
        *(400, 800, 1_600, 3_200, 6_400, 10_000, 10_000),
    ]
    assert pause_ms(1, ()) == PAUSE_MS_MAX


@given(st.integers(1, 10**6), st.lists(st.integers(0, 10**6), max_size=8).map(tuple))
def test_a_pause_is_never_longer_than_ten_seconds(attempt: int, backoff: tuple[int, ...]) -> None:
    assert 0 <= pause_ms(attempt, backoff) <= PAUSE_MS_MAX


def test_keys_come_due_in_order_and_within_the_limit() -> None:
    repeats: Repeats[str] = Repeats()
    for key, due in (("late", 30), ("first", 10), ("second", 20)):
        repeats.again_at(key, due)

    assert repeats.next_due_mono_ms == 10
    assert repeats.take_due(25, limit=1) == ["first"]
    assert repeats.take_due(25, limit=9) == ["second"]
    assert repeats.take_due(25, limit=9) == []
    assert repeats.next_due_mono_ms == 30


def test_a_new_time_replaces_the_old_one() -> None:
    repeats: Repeats[str] = Repeats()
    repeats.again_at("a", 10)
    repeats.again_at("a", 40)

    assert repeats.take_due(20, limit=9) == []
    assert repeats.take_due(40, limit=9) == ["a"]


def test_attempts_are_counted_until_the_key_is_dropped() -> None:
    repeats: Repeats[str] = Repeats()
    repeats.again_at("a", 0)

    assert [repeats.said("a", now_mono_ms=0, backoff_ms=LIST) for _ in range(3)] == [1, 2, 3]
    assert (repeats.attempts("a"), "a" in repeats, len(repeats)) == (3, True, 1)
    due = repeats.next_due_mono_ms
    assert due == 200
    repeats.drop("a")
    assert (repeats.attempts("a"), "a" in repeats, repeats.next_due_mono_ms) == (0, False, None)


def test_forgetting_everything_leaves_nothing() -> None:
    repeats: Repeats[str] = Repeats()
    repeats.again_at("a", 0)

    repeats.clear()

    assert len(repeats) == 0
    assert repeats.take_due(100, limit=9) == []


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 50)), max_size=30))
def test_every_waiting_key_comes_due_exactly_once_per_plan(
    plans: list[tuple[str, int]],
) -> None:
    repeats: Repeats[str] = Repeats()
    for key, due in plans:
        repeats.again_at(key, due)

    taken = repeats.take_due(50, limit=100)

    assert sorted(taken) == sorted({key for key, _ in plans})
    assert repeats.next_due_mono_ms is None
