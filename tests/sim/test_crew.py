import gc
import os
import time

import pytest

from echo.sim.crew import COLLECTED_AFTER, spread


def squared(number: int) -> tuple[int, int]:
    return number * number, os.getpid()


def collected_after(number: int) -> int:
    return gc.get_threshold()[0]


def divided(number: int) -> float:
    return 1 / number


def test_one_job_is_done_here_and_in_order() -> None:
    assert list(spread(squared, range(5), 1)) == [(n * n, os.getpid()) for n in range(5)]


def test_several_jobs_do_everything_once_and_elsewhere() -> None:
    found = list(spread(squared, range(40), 2))
    assert sorted(square for square, _ in found) == [n * n for n in range(40)]
    assert os.getpid() not in {process for _, process in found}


def test_worlds_elsewhere_are_seldom_searched_for_garbage() -> None:
    before = gc.get_threshold()
    assert set(spread(collected_after, range(4), 2)) == {COLLECTED_AFTER}
    assert gc.get_threshold() == before


def test_what_goes_wrong_elsewhere_is_told_here() -> None:
    with pytest.raises(ZeroDivisionError):
        list(spread(divided, [1, 0, 2], 2))


def test_nobody_waits_for_what_nobody_wants_any_more() -> None:
    began_s = time.monotonic()
    work = spread(time.sleep, [0.0] + [0.05] * 2_000, 2)
    next(work)
    work.close()  # type: ignore[attr-defined]  # a generator is an iterator with an end
    assert time.monotonic() - began_s < 40


def test_no_jobs_are_refused() -> None:
    with pytest.raises(ValueError, match="0 jobs"):
        list(spread(squared, [1], 0))
