"""A small market and trades on it, for tests of replays."""

from array import array
from decimal import Decimal

from echo.domain.quantities import Side
from echo.terminal.histories.cells import CloseKind
from echo.terminal.histories.trades import HistoricTrade
from echo.terminal.ticks import Ticks

START_MS = 1_000_000_000
HOUR_MS = 3_600_000
WINDOW_MS = (START_MS, START_MS + HOUR_MS)


def rising(*, points_per_minute: int = 10, spread: int = 2, minutes: int = 60) -> Ticks:
    """One tick a second; bid 1.00000 at the start, rising (or falling) steadily."""
    bids = [100_000 + points_per_minute * second // 60 for second in range(minutes * 60)]
    return Ticks(
        times_ms=array("q", [START_MS + second * 1000 for second in range(minutes * 60)]),
        bids=array("q", bids),
        asks=array("q", [bid + spread for bid in bids]),
        digits=5,
    )


def trade(
    ticket: int = 1,
    *,
    opened_ms: int = 0,
    held_ms: int = 600_000,
    symbol: str = "eurusd.",
    side: Side = Side.BUY,
    lots: str = "0.10",
    magic: int | None = None,
    price: str = "2.0000",
    sl: str | None = None,
    tp: str | None = None,
    from_ticket: int | None = None,
) -> HistoricTrade:
    """A closed trade; the price level of its history is another than that of the market."""
    return HistoricTrade(
        ticket=ticket,
        magic=magic,
        symbol=symbol,
        side=side,
        lots=Decimal(lots),
        opened_at_ms=opened_ms,
        open_price=Decimal(price),
        sl_final=None if sl is None else Decimal(sl),
        tp_final=None if tp is None else Decimal(tp),
        closed_at_ms=opened_ms + held_ms,
        close_price=Decimal(price),
        close_kind=CloseKind.MANUAL,
        from_ticket=from_ticket,
    )
