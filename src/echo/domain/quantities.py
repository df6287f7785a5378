"""Sides, instants and the arithmetic of steps: everything that is counted in a unit."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from enum import StrEnum
from functools import cache

from echo.domain.sealing import sealed


@sealed
@dataclass(frozen=True, slots=True)
class Instant:
    """One moment on one host's two clocks, in milliseconds.

    ``wall_ms`` is Unix time, UTC, and is only ever shown or stored; timers and ages use
    ``mono_ms``, which never jumps.
    """

    wall_ms: int
    mono_ms: int


class Side(StrEnum):
    """The direction of a position."""

    BUY = "BUY"
    SELL = "SELL"

    @property
    def sign(self) -> int:
        """+1 when a rising price earns, -1 when a falling one does."""
        return 1 if self is _BUY else -1


_BUY = Side.BUY


@cache
def unit_of(digits: int) -> Decimal:
    """Return the value of the last of so many digits after the point."""
    return Decimal(1).scaleb(-digits)


def floor_to_step(amount: Decimal, step: Decimal) -> Decimal:
    """Round *amount* >= 0 down to a multiple of *step*: up would risk more than asked.

    Whole division is exact; a rounded quotient could land on the step above.
    """
    return amount // step * step


def round_to_step(amount: Decimal, step: Decimal) -> Decimal:
    """Round *amount* to the nearest multiple of *step*: for prices, where no side is safer."""
    return (amount / step).to_integral_value(ROUND_HALF_UP) * step


def ceil_to_step(amount: Decimal, step: Decimal) -> Decimal:
    """Round *amount* up to a multiple of *step*: for distances that must not be shortened."""
    return (amount / step).to_integral_value(ROUND_UP) * step


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamps:
    """When a message passed each hop, as each host's own clock said; ``None`` = not stamped.

    Protocol 3 stamps Unix ms everywhere; legacy terminals put tick counts into t0 and t5 to t7,
    and return t1 to t4 destroyed, so latencies use the receiver's own copies.
    """

    t0_master_ea_ms: int | None = None
    t1_agent_recv_ms: int | None = None
    t2_core_recv_ms: int | None = None
    t3_core_send_ms: int | None = None
    t4_agent_recv_ms: int | None = None
    t5_slave_ea_recv_ms: int | None = None
    t6_order_send_ms: int | None = None
    t7_order_filled_ms: int | None = None


NO_TIMESTAMPS = Timestamps()


@dataclass(slots=True)
class ClockProbe:
    """What one peer's monotonic clock is known to have shown, to bound how old its frames are."""

    probed_at_mono_ms: int | None = None
    peer_mono_ms: int = 0

    def answered(self, *, probed_at_mono_ms: int, peer_mono_ms: int) -> None:
        """Note a probe: sent at *probed_at_mono_ms* (ours), answered with *peer_mono_ms*."""
        self.probed_at_mono_ms = probed_at_mono_ms
        self.peer_mono_ms = peer_mono_ms

    def elapsed_ms_max(self, *, sent_mono_ms: int, now_mono_ms: int) -> int | None:
        """Bound the time since the peer's clock showed *sent_mono_ms*.

        When we sent the probe the peer's clock had not yet reached its answer, so at our instant
        R0 it showed at most S; hence ``now - R0 - (sent - S)`` is never too small.  ``None``: no
        probe was answered yet in this session, so nothing may be assumed.
        """
        if self.probed_at_mono_ms is None:
            return None
        elapsed_ms = now_mono_ms - self.probed_at_mono_ms - (sent_mono_ms - self.peer_mono_ms)
        return max(0, elapsed_ms)
