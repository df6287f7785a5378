"""The clock port on the system's clocks and the running event loop."""

import asyncio
import time
from collections.abc import Callable

from echo.domain.quantities import Instant
from echo.ports.clock import Timer

_NS_PER_MS = 1_000_000


class SystemClock:
    """Real time.  Timers and sleeps belong to the event loop that is running when they are made.

    Timers may fire up to a millisecond early, because event loops round; whoever is called looks
    at `now` again.
    """

    def now(self) -> Instant:
        """Return this moment on both clocks, rounded down."""
        return Instant(time.time_ns() // _NS_PER_MS, time.monotonic_ns() // _NS_PER_MS)

    def wall_us(self) -> int:
        """Return Unix time in microseconds, rounded down."""
        return time.time_ns() // 1_000

    def call_at(self, mono_ms: int, callback: Callable[[], None]) -> Timer:
        """Call *callback* from the event loop when the monotonic clock has reached *mono_ms*."""
        delay_s = mono_ms / 1_000 - time.monotonic()
        return asyncio.get_running_loop().call_later(max(0.0, delay_s), callback)

    async def sleep_ms(self, duration_ms: int) -> None:
        """Return after at least *duration_ms*."""
        await asyncio.sleep(duration_ms / 1_000)
