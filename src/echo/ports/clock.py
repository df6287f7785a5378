"""The only door to time: wall clock, monotonic clock, timers."""

from collections.abc import Callable
from typing import Protocol

from echo.domain.quantities import Instant


class Timer(Protocol):
    """A call that will happen unless cancelled."""

    def cancel(self) -> None:
        """Forget it; harmless when it has happened."""


class Clock(Protocol):
    """Time as services see it; a simulated one jumps instead of waiting."""

    def now(self) -> Instant:
        """Return this moment on both clocks."""

    def wall_us(self) -> int:
        """Return Unix time in microseconds, for stamps that measure parts of a millisecond."""

    def call_at(self, mono_ms: int, callback: Callable[[], None]) -> Timer:
        """Call *callback* when the monotonic clock has reached *mono_ms*."""

    async def sleep_ms(self, duration_ms: int) -> None:
        """Return after at least *duration_ms*."""
