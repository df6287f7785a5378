"""What masters do in a replay, and when: the script that a history was turned into.

Moments are milliseconds after the start of the replay on the host's clock.  Levels are shares of
the price at which the position really opens, so that a script fits any market.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from echo.domain.quantities import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Open a position at the market."""

    key: str
    """Names the position in its later actions; unique in the whole plan."""
    at_ms: int
    symbol: str
    """Canonical."""
    side: Side
    lots: Decimal
    magic: int
    """0: traded by hand, as terminals number it."""
    sl_share: Decimal | None
    """Distance of the stop from the entry, as a share of the entry, > 0; ``None``: no stop."""
    tp_share: Decimal | None
    """Distance of the target from the entry, as a share of the entry, > 0; ``None``: no target."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Modify:
    """Set both levels anew; negative shares lie beyond the entry: a stop that secures a profit."""

    key: str
    at_ms: int
    sl_share: Decimal | None
    tp_share: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduce:
    """Close a part of the position."""

    key: str
    at_ms: int
    lots: Decimal
    """What is closed, less than what is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """Close what is left of the position, unless a level did so before."""

    key: str
    at_ms: int


Action = Open | Modify | Reduce | Close


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterScript:
    """What one master does, in order of time; every position is closed at its end."""

    master: str
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayPlan:
    """The scripts of all masters, and an account of what became of the histories."""

    scripts: tuple[MasterScript, ...]
    """One per master, in the order in which the masters were named."""
    market_start_ms: int
    """Market time at the start of the replay, UTC epoch ms."""
    speed: Decimal
    """How many times faster than the host's clock the market runs."""
    end_ms: int
    """No action is later."""
    positions: int
    """Positions that are opened."""
    left_over: int
    """Positions that could have been replayed, had there been time."""
    skipped_symbols: Mapping[str, int]
    """Trades on symbols without ticks, by the symbol's name in the file, most of them first."""
    gaps_capped: int
    """Pauses between two opens that were shortened to fit."""
    holds_shortened: int
    """Positions that are closed sooner than at the market's speed, to fit."""
    levels_late: int
    """Levels on the wrong side of the entry that are set later, by a `Modify`."""
    levels_dropped: int
    """Levels that the market never left room for while the position was open."""

    def market_ms(self, at_ms: int) -> int:
        """Market time, UTC epoch ms, at a moment of the replay."""
        return self.market_start_ms + int(at_ms * self.speed)


def stop_price(entry: Decimal, side: Side, sl_share: Decimal) -> Decimal:
    """Where the stop of a position lies that was opened at *entry*; not rounded."""
    return entry * (1 - side.sign * sl_share)


def target_price(entry: Decimal, side: Side, tp_share: Decimal) -> Decimal:
    """Where the target of a position lies that was opened at *entry*; not rounded."""
    return entry * (1 + side.sign * tp_share)
