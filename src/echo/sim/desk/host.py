"""Clock and ids of one process, on virtual time and the world's chance."""

import asyncio
from collections.abc import Callable
from random import Random

from echo.domain.ids import EvaluationId
from echo.domain.quantities import Instant
from echo.ports.clock import Timer
from echo.sim.desk.virtual_loop import VirtualLoop
from echo.sim.schedule import HostClock

_US_PER_MS = 1_000


class DeskClock:
    """Fulfils `Clock`: the clocks of a host that is a little wrong.

    Args:
        lag_ms: How much later than asked a sleep may end, as on a host with much to do.
    """

    def __init__(
        self, loop: VirtualLoop, host: HostClock, chance: Random, *, lag_ms: int = 0
    ) -> None:
        self._loop, self._host, self._chance, self._lag_ms = loop, host, chance, lag_ms

    def now(self) -> Instant:
        """Return this moment on both clocks."""
        return self._host.at(self._loop.now_ms)

    def wall_us(self) -> int:
        """Return Unix time in microseconds."""
        return self.now().wall_ms * _US_PER_MS

    def call_at(self, mono_ms: int, callback: Callable[[], None]) -> Timer:
        """Call when this host's monotonic clock has reached *mono_ms*."""
        true_ms = max(self._host.true_ms(mono_ms), self._loop.now_ms)
        return self._loop.call_at(true_ms / 1_000, callback)

    async def sleep_ms(self, duration_ms: int) -> None:
        """Return after at least *duration_ms* of this host's time."""
        end_ms = self._host.true_ms(self.now().mono_ms + duration_ms)
        if self._lag_ms:
            end_ms += self._chance.randint(0, self._lag_ms)
        await asyncio.sleep((end_ms - self._loop.now_ms) / 1_000)


class DeskIds:
    """Fulfils `Ids` by chance.

    Args:
        name: Whose ids these are; not used for two lives of anything.
    """

    def __init__(self, name: str, chance: Random) -> None:
        self._name, self._chance = name, chance
        self._count = 0

    def evaluation_id(self) -> EvaluationId:
        """Return a fresh UUIDv7, of a time long past."""
        return EvaluationId(f"00000000-0000-7000-8000-{self._chance.getrandbits(48):012x}")

    def instance_id(self) -> str:
        """Return a fresh name."""
        self._count += 1
        return f"{self._name}.{self._count}"

    def jitter(self, span_ms: int) -> int:
        """Return a whole number of ms in ``[0, span_ms]``."""
        return self._chance.randint(0, span_ms)
