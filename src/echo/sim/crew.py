"""Processes that share the work: as many as there are cores, each with worlds of its own."""

import gc
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from multiprocessing import get_context
from typing import Final, TypeVar

T = TypeVar("T")
R = TypeVar("R")

COLLECTED_AFTER: Final = 20_000
"""So many more values than before are made before anybody looks which are garbage."""

AHEAD: Final = 3
"""So many pieces of work per process are handed out at once."""


def collect_seldom() -> None:
    """Have this process look for garbage seldom: a world makes next to none until it ends."""
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER)


def spread(work: Callable[[T], R], pieces: Iterable[T], jobs: int) -> Iterator[R]:
    """Yield what comes of each piece, in whatever order it comes.

    Args:
        work: A function of a module; with more than one job it, the pieces and the results travel
            to freshly started processes.
        jobs: How many processes, at least 1; 1 = this one.

    Raises:
        ValueError: *jobs* is less than 1.
    """
    if jobs < 1:
        raise ValueError(f"{jobs} jobs: at least 1 is needed")
    if jobs == 1:
        yield from map(work, pieces)
        return
    spawn = get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=spawn, initializer=collect_seldom)
    try:
        left = iter(pieces)
        under_way: set[Future[R]] = {pool.submit(work, each) for each in islice(left, jobs * AHEAD)}
        while under_way:
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            under_way |= {pool.submit(work, each) for each in islice(left, len(done))}
            for each in done:
                yield each.result()
    finally:
        pool.shutdown(cancel_futures=True)
