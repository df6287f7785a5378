"""Ids out of the system's randomness."""

import time
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from echo.domain.ids import is_uuid7
from echo.links.system_ids import SystemIds
from echo.ports.ids import Ids


@given(st.lists(st.integers(0, 2**48 - 2), min_size=1, max_size=50))
def test_evaluation_ids_rise_however_the_clock_jumps(moments_ms: list[int]) -> None:
    clock = iter(moments_ms)
    ids = SystemIds(lambda: next(clock))

    made = [ids.evaluation_id() for _ in moments_ms]

    assert made == sorted(set(made))
    assert all(is_uuid7(each) for each in made)


def test_an_evaluation_id_begins_with_its_moment() -> None:
    made = SystemIds(lambda: 0x0123_4567_89AB).evaluation_id()

    assert made.startswith("01234567-89ab-7")


def test_ids_rise_within_one_millisecond_until_it_is_full_and_beyond() -> None:
    ids = SystemIds(lambda: 5)
    ids.evaluation_id()
    ids._tail = 2**74 - 1  # as after more ids than anybody makes in a millisecond

    made = [ids.evaluation_id() for _ in range(3)]

    assert made == sorted(set(made))
    assert made[0].startswith("00000000-0006-7")


def test_the_system_clock_is_the_default() -> None:
    before_ms = time.time_ns() // 1_000_000
    made = SystemIds().evaluation_id()

    assert before_ms <= int(made[:8] + made[9:13], 16) <= time.time_ns() // 1_000_000


def test_instances_have_names_of_their_own() -> None:
    ids: Ids = SystemIds()
    names = {ids.instance_id() for _ in range(100)}

    assert len(names) == 100
    assert all(len(name) == 32 and int(name, 16) >= 0 for name in names)


def test_jitter_covers_its_whole_span_and_no_more() -> None:
    ids = SystemIds()
    drawn = Counter(ids.jitter(3) for _ in range(2_000))

    assert set(drawn) == {0, 1, 2, 3}
    assert ids.jitter(0) == 0
