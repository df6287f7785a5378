"""Caps of size: how many lots, and how much value, an account may hold at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from itertools import pairwise
from typing import Final, TypeVar

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.exposure import Exposure
from echo.domain.specs import SymbolMapping

LEVERAGE_MAX: Final = Decimal(10_000)
_Cap = TypeVar("_Cap", Decimal, int)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotCaps:
    """What may be held; ``None`` = as much as the broker lets.

    Attributes:
        per_trade, per_symbol, per_account: Lots, > 0; everything open or on its way counts, also
            what Echo did not open.
        leverage: The value of everything that is held, over the equity; > 0.
        open_trades: Positions open or on their way, >= 1.
    """

    per_trade: Decimal | None = None
    per_symbol: Decimal | None = None
    per_account: Decimal | None = None
    leverage: Decimal | None = None
    open_trades: int | None = None

    @property
    def is_set(self) -> bool:
        """Whether there is any."""
        return any(getattr(self, each.name) is not None for each in fields(self))

    def complaints(self) -> Iterator[str]:
        """Say what makes no sense."""
        ordered = [
            ("per trade", self.per_trade),
            ("per symbol", self.per_symbol),
            ("per account", self.per_account),
        ]
        given = [(name, cap) for name, cap in ordered if cap is not None]
        for name, cap in given:
            if not (cap.is_finite() and cap > 0):
                yield f"{cap} lots {name} is not above 0"
                return
        for (small, low), (large, high) in pairwise(given):
            if low > high:
                yield f"{low} lots {small} are more than {high} lots {large}"
        if self.leverage is not None and not (
            self.leverage.is_finite() and 0 < self.leverage <= LEVERAGE_MAX
        ):
            yield f"a leverage of {self.leverage} is not above 0, at most {LEVERAGE_MAX}"
        if self.open_trades is not None and self.open_trades < 1:
            yield f"{self.open_trades} open trades are none"

    def tighter(self, other: "LotCaps") -> "LotCaps":
        """Return the tighter of both, cap by cap."""
        return LotCaps(
            per_trade=_least(self.per_trade, other.per_trade),
            per_symbol=_least(self.per_symbol, other.per_symbol),
            per_account=_least(self.per_account, other.per_account),
            leverage=_least(self.leverage, other.leverage),
            open_trades=_least(self.open_trades, other.open_trades),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Where a new position would be opened; ``tick_value`` ``None`` = unknown."""

    spec: SymbolMapping
    entry_price: Decimal
    tick_value: Decimal | None
    equity: Decimal | None


def refuse_more_trades(caps: LotCaps, exposures: Sequence[Exposure]) -> Refusal | None:
    """Refuse an entry while as many positions are open as may be."""
    if caps.open_trades is None or len(exposures) < caps.open_trades:
        return None
    return Refusal(
        ErrorCode.MAX_TRADES, f"{len(exposures)} trades are open >= max {caps.open_trades}"
    )


def free_lots(
    caps: LotCaps, exposures: Sequence[Exposure], market: Market
) -> Decimal | Refusal | None:
    """Return how many lots the caps leave for one more trade; ``None`` = they do not mind.

    What is less than the broker's smallest lot is refused, with the cap that is in the way.
    """
    spec = market.spec
    held = sum((each.lot for each in exposures), Decimal(0))
    here = sum((each.lot for each in exposures if each.symbol == spec.canonical_symbol), Decimal(0))
    left: list[tuple[Decimal, str]] = []
    if caps.per_trade is not None:
        left.append((caps.per_trade, f"max {caps.per_trade} lots per trade"))
    if caps.per_symbol is not None:
        told = f"{here} lots of {spec.canonical_symbol} are open, max {caps.per_symbol} per symbol"
        left.append((caps.per_symbol - here, told))
    if caps.per_account is not None:
        told = f"{held} lots are open, max {caps.per_account} per account"
        left.append((caps.per_account - held, told))
    if caps.leverage is not None:
        by_leverage = _by_leverage(caps.leverage, exposures, market)
        if isinstance(by_leverage, Refusal):
            return by_leverage
        left.append(by_leverage)
    if not left:
        return None
    least, told = min(left)
    if least >= spec.min_lot:
        return least
    return Refusal(
        ErrorCode.MAX_LOTS,
        f"{told}: {max(least, Decimal(0)):f} lots are left < minimum {spec.min_lot}",
    )


def _by_leverage(
    leverage: Decimal, exposures: Sequence[Exposure], market: Market
) -> tuple[Decimal, str] | Refusal:
    """Value per lot = price x tick value / tick size: the contract, in account currency."""
    spec, tick_value = market.spec, market.tick_value
    if tick_value is None or not tick_value > 0:
        return Refusal(
            ErrorCode.SPEC_MISSING,
            f"tick value of {spec.broker_symbol} is {tick_value}, not > 0: max_leverage needs it",
        )
    if market.equity is None:
        return Refusal(
            ErrorCode.SPEC_MISSING, "the account has not reported its equity: max_leverage needs it"
        )
    held = sum((each.value for each in exposures), Decimal(0))
    room = leverage * market.equity - held
    lots = room * spec.tick_size / (market.entry_price * tick_value)
    return lots, f"{held:.2f} is held of {leverage} times the equity of {market.equity:.2f}"


def _least(one: _Cap | None, other: _Cap | None) -> _Cap | None:
    return min((cap for cap in (one, other) if cap is not None), default=None)
