"""Recorded market data: bid and ask of a symbol over time, compact and quick to search."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from echo.domain.copies import replace
from echo.terminal.histories.grid import decode_text
from echo.terminal.packed import PackedUnreadable, unpack_single
from echo.terminal.tick_rows import Quote, columns_of, numeric_quotes, table_quotes

DIGITS_MAX: Final = 8


class TicksUnreadable(ValueError):
    """A file holds no ticks that can be read; the message says what it does hold."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ticks:
    """Bid and ask of one symbol, ordered by time; at least one tick.

    Prices are integers in units of 10^-`digits`: a day fits in a few megabytes, and is searched
    without making a number of every price.
    """

    times_ms: Sequence[int]
    """Market time, UTC epoch ms, ascending; several ticks may share one."""
    bids: Sequence[int]
    asks: Sequence[int]
    digits: int
    """Decimals of the prices: of the finest price in the file, 0 to 8."""
    crossed: int = 0
    """Ticks left out because their ask was not above their bid: nobody trades at such prices."""
    malformed: int = 0
    """Lines left out because they could not be read."""

    def __len__(self) -> int:
        return len(self.times_ms)

    @property
    def first_ms(self) -> int:
        """Time of the first tick."""
        return self.times_ms[0]

    @property
    def last_ms(self) -> int:
        """Time of the last tick."""
        return self.times_ms[-1]

    @property
    def point(self) -> Decimal:
        """The smallest price step that the file shows."""
        return Decimal(1).scaleb(-self.digits)

    def index_at(self, at_ms: int) -> int:
        """Index of the tick in force at a moment: the last one at or before it; -1: none yet."""
        return bisect_right(self.times_ms, at_ms) - 1

    def prices(self, index: int) -> tuple[Decimal, Decimal]:
        """Bid and ask of one tick."""
        return (
            Decimal(self.bids[index]).scaleb(-self.digits),
            Decimal(self.asks[index]).scaleb(-self.digits),
        )

    def at(self, at_ms: int) -> tuple[Decimal, Decimal] | None:
        """Bid and ask in force at a moment; ``None``: before the first tick."""
        index = self.index_at(at_ms)
        return None if index < 0 else self.prices(index)

    def between(self, start_ms: int, end_ms: int) -> range:
        """Indexes of the ticks from *start_ms* on and before *end_ms*."""
        return range(bisect_left(self.times_ms, start_ms), bisect_left(self.times_ms, end_ms))

    def marked_up(self, points: int) -> "Ticks":
        """The market of a broker that adds a fixed mark-up to every ask of this one.

        Args:
            points: What is added, in steps of `point`, >= 0.

        Raises:
            ValueError: *points* is negative.
        """
        if points < 0:
            raise ValueError(f"a mark-up is not negative: {points=}")
        return replace(self, asks=array("q", [ask + points for ask in self.asks]))


def read_ticks(data: bytes, *, day_start_ms: int, shift_ms: int = 0) -> Ticks:
    """Read a file of ticks, as it is, packed by gzip, or alone in a zip.

    Args:
        data: The file.
        day_start_ms: UTC epoch ms of the midnight that times like Lean's are counted from; tables
            with full times do not need it.
        shift_ms: What is added to every time: minus the distance of the file's clock from UTC, so
            +5 h for a broker at UTC-5.

    Raises:
        TicksUnreadable: no tick with an ask above its bid is in it.
    """
    try:
        text = decode_text(unpack_single(data))
    except PackedUnreadable as error:
        raise TicksUnreadable(f"the file of ticks cannot be opened: {error}") from error
    lines = text.count("\n") + (not text.endswith("\n") and bool(text))
    quotes = numeric_quotes(text, day_start_ms=day_start_ms)
    if len(quotes) <= lines // 2:
        rows = [line for line in text.splitlines() if line.strip()]
        columns = columns_of(rows)
        if columns is None:
            begins = repr(rows[0][:60]) if rows else "nothing"
            raise TicksUnreadable(
                f"no ticks in {len(rows)} lines, beginning with {begins}; expected lines of "
                "ms_since_midnight,bid,ask or a table with the columns time, bid and ask"
            )
        lines = len(rows) - columns.headed
        quotes = list(table_quotes(rows, columns))
    return _ticks_of(quotes, shift_ms=shift_ms, malformed=lines - len(quotes))


def _ticks_of(quotes: list[Quote], *, shift_ms: int, malformed: int) -> Ticks:
    digits = max((max(len(quote[2]), len(quote[4])) for quote in quotes), default=0)
    if digits > DIGITS_MAX:
        quotes = [_rounded(quote) for quote in quotes]
        digits = max(max(len(quote[2]), len(quote[4])) for quote in quotes)
    times, bids, asks = array("q"), array("q"), array("q")
    for at_ms, bid, bid_decimals, ask, ask_decimals in quotes:
        bid_units = int(bid + bid_decimals.ljust(digits, "0"))
        ask_units = int(ask + ask_decimals.ljust(digits, "0"))
        if ask_units > bid_units > 0:
            times.append(at_ms + shift_ms)
            bids.append(bid_units)
            asks.append(ask_units)
    crossed = len(quotes) - len(times)
    if not times:
        raise TicksUnreadable(
            f"no usable tick: {crossed} with an ask not above the bid, {malformed} unreadable lines"
        )
    if any(times[index] > times[index + 1] for index in range(len(times) - 1)):
        order = sorted(range(len(times)), key=times.__getitem__)
        times, bids, asks = (array("q", map(of.__getitem__, order)) for of in (times, bids, asks))
    return Ticks(
        times_ms=times, bids=bids, asks=asks, digits=digits, crossed=crossed, malformed=malformed
    )


def _rounded(quote: Quote) -> Quote:
    """Undo binary fractions: 1.3914700000000001 was written for 1.39147."""
    settled = []
    for whole, decimals in ((quote.bid, quote.bid_decimals), (quote.ask, quote.ask_decimals)):
        price = round(Decimal(f"{whole}.{decimals}"), DIGITS_MAX)
        bare, _, kept = f"{price:f}".partition(".")
        settled += [bare, kept.rstrip("0")]
    return Quote(quote.at_ms, *settled)
