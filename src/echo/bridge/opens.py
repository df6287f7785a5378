"""Opens: how much of their time is left, on this host's clock, and what else can stop them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from echo.domain.commands import ExecuteOrder
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.quantities import ClockProbe
from echo.domain.specs import Quote

QUOTE_FRESH_MS: Final = 1_000
"""An older quote says nothing about the spread now."""


@dataclass(frozen=True, slots=True)
class OpenClock:
    """When an open's time is up and since when it counts, on this host's monotonic clock.

    ``deadline_mono_ms`` ``None`` = no limit; ``aged_from_mono_ms`` ``None`` = age unknown.
    ``maybe_known``: it may have been written to an EA before this process began.
    """

    deadline_mono_ms: int | None
    aged_from_mono_ms: int | None
    maybe_known: bool

    def left_ms(self, now_mono_ms: int) -> int | None:
        """Return what is left, never below 0; ``None`` = no limit."""
        if self.deadline_mono_ms is None:
            return None
        return max(0, self.deadline_mono_ms - now_mono_ms)

    def age_ms(self, now_mono_ms: int) -> int | None:
        """Return how old the open is; ``None`` = unknown."""
        return None if self.aged_from_mono_ms is None else now_mono_ms - self.aged_from_mono_ms


def read_clock(
    order: ExecuteOrder, probe: ClockProbe, *, now_mono_ms: int, born_mono_ms: int
) -> OpenClock | None:
    """Read what an arriving order says of its time; ``None`` = not before a probe is answered.

    The time under way is bounded from above, so the time left is never too long.  An order that
    may be older than this process (*born_mono_ms*), or arrives with nothing left, may have been
    written to its EA by a former life.
    """
    elapsed_ms = None
    if order.sent_mono_ms is not None:
        elapsed_ms = probe.elapsed_ms_max(sent_mono_ms=order.sent_mono_ms, now_mono_ms=now_mono_ms)
        if elapsed_ms is None and order.ttl_ms is not None:
            return None
    deadline_mono_ms = None
    if order.ttl_ms is not None:
        # Without the sender's stamp nothing bounds the time under way: it counts as used up.
        left_ms = 0 if elapsed_ms is None else max(0, order.ttl_ms - elapsed_ms)
        deadline_mono_ms = now_mono_ms + left_ms
    aged_from_mono_ms = None
    if order.age_ms is not None and elapsed_ms is not None:
        aged_from_mono_ms = now_mono_ms - order.age_ms - elapsed_ms
    old = aged_from_mono_ms is None or aged_from_mono_ms < born_mono_ms
    return OpenClock(deadline_mono_ms, aged_from_mono_ms, maybe_known=old or order.ttl_ms == 0)


def restored_clock(order: ExecuteOrder, since_ms: int | None, now_mono_ms: int) -> OpenClock:
    """Read the clock of an order out of the ledger, noted *since_ms* ago.

    ``None`` = in another boot: its time counts as used up, its age as unknown.
    """
    if since_ms is None:
        deadline_mono_ms = None if order.ttl_ms is None else now_mono_ms
        return OpenClock(deadline_mono_ms, None, maybe_known=True)
    deadline_mono_ms = None
    if order.ttl_ms is not None:
        deadline_mono_ms = now_mono_ms + max(0, order.ttl_ms - since_ms)
    age_ms = order.age_ms
    aged_from_mono_ms = None if age_ms is None else now_mono_ms - age_ms - since_ms
    return OpenClock(deadline_mono_ms, aged_from_mono_ms, maybe_known=True)


def stale(left_ms: int, *, needed_ms: int, why: str) -> Refusal:
    """Refuse an open whose time is used up, or too short for the EA that should get it."""
    if needed_ms:
        sentence = f"{left_ms} ms of the entry's time are left, {needed_ms} ms are needed; {why}"
    else:
        sentence = f"the entry's time is used up; {why}"
    return Refusal(ErrorCode.STALE, sentence)


def refuse_spread(quote: tuple[Quote, int] | None, limit_points: Decimal | None) -> Refusal | None:
    """Refuse an open on the newest quote (with its age in ms), if that is fresh enough to tell."""
    if quote is None or limit_points is None:
        return None
    newest, age_ms = quote
    if age_ms > QUOTE_FRESH_MS or newest.spread_points <= limit_points:
        return None
    sentence = f"spread {newest.spread_points} pt > max {limit_points} pt"
    return Refusal(ErrorCode.SPREAD_EXCEEDED, sentence)
