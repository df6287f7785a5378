"""The market of a replay: recorded ticks, at the pace of the host's clock times a factor."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from echo.terminal.ticks import Ticks
from echo.terminal.view import Price


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketClock:
    """Turns the host's time into the market's.

    ``started_wall_ms``: when the replay begins, Unix ms; ``market_start_ms``: what the market's
    clock shows then; ``speed``: market seconds per second.
    """

    started_wall_ms: int
    market_start_ms: int
    speed: Decimal

    def elapsed_ms(self, wall_ms: int) -> int:
        """Host ms since the replay began; negative before."""
        return wall_ms - self.started_wall_ms

    def market_ms(self, wall_ms: int) -> int:
        """Market time at *wall_ms*; it stands still before the replay begins."""
        return self.market_start_ms + int(max(0, self.elapsed_ms(wall_ms)) * self.speed)


class Feed:
    """Walks through the ticks of several markets, each by its name."""

    def __init__(self, ticks: Mapping[str, Ticks]) -> None:
        self._ticks = dict(ticks)
        self._cursor = dict.fromkeys(ticks, -1)

    def moves(self, market_ms: int, *, every: frozenset[str]) -> Iterator[dict[str, Price]]:
        """Yield what happened up to *market_ms*: each tick of the markets named in *every*.

        Of the others only the newest: nobody holds a position whose stop a skipped tick could
        have touched.
        """
        newest: dict[str, Price] = {}
        for market, ticks in self._ticks.items():
            start, index = self._cursor[market], ticks.index_at(market_ms)
            if index <= start:
                continue
            self._cursor[market] = index
            if market in every and start >= 0:
                for step in range(start + 1, index):
                    yield {market: Price(*ticks.prices(step))}
            newest[market] = Price(*ticks.prices(index))
        if newest:
            yield newest
