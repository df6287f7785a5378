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
    """

    deadline_mono_ms: int | None
    aged_from_mono_ms: int | None

    def left_ms(self, now_mono_ms: int) -> int | None:
        """Return what is left, never below 0; ``None`` = no limit."""
        if self.deadline_mono_ms is None:
            return None
        return max(0, self.deadline_mono_ms - now_mono_ms)

    def age_ms(self, now_mono_ms: int) -> int | None:
        """Return how old the open is; ``None`` = unknown."""
        return None if self.aged_from_mono_ms is None else now_mono_ms - self.aged_from_mono_ms

    def began_before(self, mono_ms: int) -> bool:
        """Whether the open may have existed then already."""
        return self.aged_from_mono_ms is None or self.aged_from_mono_ms < mono_ms


def read_clock(order: ExecuteOrder, probe: ClockProbe, *, now_mono_ms: int) -> OpenClock | None:
    """Read what an arriving order says of its time; ``None`` = not before a probe is answered.

    The time under way is bounded from above, so the time left is never too long.
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
    return OpenClock(deadline_mono_ms, aged_from_mono_ms)


def restored_clock(order: ExecuteOrder, since_ms: int | None, now_mono_ms: int) -> OpenClock:
    """Read the clock of an order out of the ledger, noted *since_ms* ago.

    ``None`` = in another boot: its time counts as used up, its age as unknown.
    """
    if since_ms is None:
        deadline_mono_ms = None if order.ttl_ms is None else now_mono_ms
        return OpenClock(deadline_mono_ms, None)
    deadline_mono_ms = None
    if order.ttl_ms is not None:
        deadline_mono_ms = now_mono_ms + max(0, order.ttl_ms - since_ms)
    age_ms = order.age_ms
    aged_from_mono_ms = None if age_ms is None else now_mono_ms - age_ms - since_ms
    return OpenClock(deadline_mono_ms, aged_from_mono_ms)


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


def price_of(quote: tuple[Quote, int] | None, order: ExecuteOrder) -> Decimal | None:
    """Return what the open would pay by now; ``None`` = no quote is fresh enough to tell."""
    if quote is None or quote[1] > QUOTE_FRESH_MS:
        return None
    return quote[0].entry_price(order.side)


def refuse_slippage(
    quote: tuple[Quote, int] | None, first_price: Decimal | None, order: ExecuteOrder
) -> Refusal | None:
    """Refuse an open whose price has run away while it waited here; a better one always passes.

    Its limit is what the Core's had left when it was sent; *first_price* is the first that was
    known after it came.
    """
    price, limit_points = price_of(quote, order), order.max_slippage_points
    if quote is None or price is None or first_price is None or limit_points is None:
        return None
    spread = quote[0].ask - quote[0].bid
    if not (spread > 0 and quote[0].spread_points > 0):
        return None  # Without a spread the quote does not tell what a point is.
    worse_points = (price - first_price) * order.side.sign * quote[0].spread_points / spread
    if worse_points <= limit_points:
        return None
    sentence = f"price {worse_points:.1f} pt worse than when it came > max {limit_points} pt"
    return Refusal(ErrorCode.SLIPPAGE_EXCEEDED, sentence)
