"""The system's clocks behind the clock port."""

import asyncio
import time

from echo.links.system_clock import SystemClock
from echo.ports.clock import Clock
from tests.fakes import WITHIN_S

EARLY_MS = 2
"""Event loops round their timers."""


def test_now_lies_between_two_looks_at_the_system() -> None:
    wall_before, mono_before = time.time_ns(), time.monotonic_ns()
    now = SystemClock().now()
    wall_after, mono_after = time.time_ns(), time.monotonic_ns()

    assert wall_before // 1_000_000 <= now.wall_ms <= wall_after // 1_000_000
    assert mono_before // 1_000_000 <= now.mono_ms <= mono_after // 1_000_000


def test_microseconds_are_of_the_same_clock() -> None:
    before_us = time.time_ns() // 1_000
    now_us = SystemClock().wall_us()

    assert before_us <= now_us <= time.time_ns() // 1_000


async def test_a_call_comes_when_its_time_has_come() -> None:
    clock: Clock = SystemClock()
    called: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    due_ms = clock.now().mono_ms + 20

    clock.call_at(due_ms, lambda: called.set_result(clock.now().mono_ms))

    assert await called >= due_ms - EARLY_MS


async def test_a_call_that_is_overdue_comes_at_once_but_not_within_the_call() -> None:
    clock = SystemClock()
    called = asyncio.Event()

    clock.call_at(clock.now().mono_ms - 60_000, called.set)

    assert not called.is_set()
    await asyncio.wait_for(called.wait(), WITHIN_S)


async def test_a_cancelled_call_never_comes() -> None:
    clock = SystemClock()
    calls: list[str] = []
    soon = clock.now().mono_ms + 5

    clock.call_at(soon, lambda: calls.append("cancelled")).cancel()
    clock.call_at(soon, lambda: calls.append("kept"))
    await clock.sleep_ms(30)

    assert calls == ["kept"]


async def test_sleep_lasts_as_long_as_was_asked() -> None:
    clock = SystemClock()
    before_ms = clock.now().mono_ms

    await clock.sleep_ms(20)

    assert clock.now().mono_ms - before_ms >= 20 - EARLY_MS
