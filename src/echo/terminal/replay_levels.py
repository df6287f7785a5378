"""Stops and targets of a replayed position: distances of the history, put where the market allows.

A history knows only the last levels.  Those that had been trailed across the entry, or lie nearer
than the market's spread, cannot be sent with the open; they are set as soon as the market has
moved far enough, or never.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from echo.domain.quantities import Side
from echo.terminal.histories.trades import HistoricTrade
from echo.terminal.replay_script import Modify, stop_price, target_price

SHARE_UNIT: Final = Decimal("1E-8")
CLEARANCE_SHARE: Final = Decimal("0.00005")
"""How far beyond the market a level must lie, as a share of the entry: entries slip a little."""

PricesAt = Callable[[int], tuple[Decimal, Decimal] | None]
"""Bid and ask at a moment of the replay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelScript:
    """The levels of one position over its life."""

    sl_share: Decimal | None
    """With the open."""
    tp_share: Decimal | None
    """With the open."""
    modifies: tuple[Modify, ...]
    late: int
    dropped: int


def shares_of(trade: HistoricTrade) -> tuple[Decimal | None, Decimal | None]:
    """Distances of the final stop and target from the open price, as signed shares of it.

    Positive where a stop limits a loss and a target takes a profit; rounded to 1e-8.
    """
    sign, entry = trade.side.sign, trade.open_price
    sl, tp = trade.sl_final, trade.tp_final
    return (
        None if sl is None else (sign * (entry - sl) / entry).quantize(SHARE_UNIT),
        None if tp is None else (sign * (tp - entry) / entry).quantize(SHARE_UNIT),
    )


def level_script(
    trade: HistoricTrade,
    *,
    key: str,
    prices_at: PricesAt,
    open_ms: int,
    close_ms: int,
    step_ms: int,
) -> LevelScript:
    """Plan the levels of a position that lives from *open_ms* to *close_ms*.

    Args:
        trade: The last part of the position in the history.
        key: The position's key in the script.
        prices_at: The market of the master.
        open_ms: When the position is opened.
        close_ms: When its last part is closed.
        step_ms: How often a level that has no room yet is looked at again.
    """
    opened = prices_at(open_ms)
    wanted = dict(zip(("sl", "tp"), shares_of(trade), strict=True))
    named = {name for name, share in wanted.items() if share is not None}
    if opened is None:
        return LevelScript(sl_share=None, tp_share=None, modifies=(), late=0, dropped=len(named))
    entry = opened[1] if trade.side is Side.BUY else opened[0]
    market = _Market(side=trade.side, entry=entry)
    # A level beyond the entry cannot come with the open, even if the market should allow it.
    placed = {
        name: share
        for name, share in wanted.items()
        if share is not None and share > 0 and market.has_room(name, share, opened)
    }
    at_open = dict(placed)
    modifies: list[Modify] = []
    for at_ms in range(open_ms + step_ms, close_ms - step_ms + 1, step_ms):
        waiting = named - placed.keys()
        prices = prices_at(at_ms) if waiting else None
        if prices is None:
            break
        fitting = {
            name: share
            for name in sorted(waiting)
            if (share := wanted[name]) is not None and market.has_room(name, share, prices)
        }
        if fitting:
            placed |= fitting
            modifies.append(_modify(key, at_ms, placed))
    return LevelScript(
        sl_share=at_open.get("sl"),
        tp_share=at_open.get("tp"),
        modifies=tuple(modifies),
        late=len(placed) - len(at_open),
        dropped=len(named) - len(placed),
    )


def _modify(key: str, at_ms: int, placed: dict[str, Decimal]) -> Modify:
    return Modify(key=key, at_ms=at_ms, sl_share=placed.get("sl"), tp_share=placed.get("tp"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Market:
    """Where levels of a position may lie."""

    side: Side
    entry: Decimal

    def has_room(self, name: str, share: Decimal, prices: tuple[Decimal, Decimal]) -> bool:
        """Whether the broker would take the level: clear of the price that closes the position."""
        closing = prices[0] if self.side is Side.BUY else prices[1]
        if name == "sl":
            distance = closing - stop_price(self.entry, self.side, share)
        else:
            distance = target_price(self.entry, self.side, share) - closing
        return self.side.sign * distance > self.entry * CLEARANCE_SHARE
