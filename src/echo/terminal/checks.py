"""What a broker checks before it executes, in the order in which MT4 servers do.

Numbers are MT4's; `code_for` turns them into the terminal's.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final, NamedTuple

from echo.domain.accounts import Position
from echo.domain.quantities import Side
from echo.domain.specs import TradePermission
from echo.terminal.holdings import Holdings
from echo.terminal.market import BrokerRules, SymbolRules, too_near
from echo.terminal.orders import (
    CloseLot,
    DeletePending,
    OrderRequest,
    PlacePending,
    SendOrder,
    SetLevels,
)
from echo.terminal.view import MT4, Price

INVALID_PRICE: Final = 129
INVALID_STOPS: Final = 130
INVALID_VOLUME: Final = 131
MARKET_CLOSED: Final = 132
TRADE_DISABLED: Final = 133
NO_MONEY: Final = 134
OFF_QUOTES: Final = 136
REQUOTE: Final = 138
FROZEN: Final = 145
UNKNOWN_SYMBOL: Final = 4106
UNKNOWN_TICKET: Final = 4108

_MT5: Final = {
    6: 10031,
    128: 10012,
    129: 10015,
    130: 10016,
    131: 10014,
    132: 10018,
    133: 10017,
    134: 10019,
    135: 10020,
    136: 10021,
    137: 10011,
    138: 10004,
    141: 10024,
    145: 10029,
    146: 10004,
    4106: 10014,
    4108: 10036,
}


@dataclass(slots=True)
class Door:
    """What of a broker is open just now."""

    connected: bool = True
    """The terminal reaches the server."""
    trading: bool = True
    """The account may trade."""
    synchronised: bool = True
    """Positions and history have arrived in the terminal."""
    history_from_ms: int = 0
    """By the broker's clock: the terminal shows no older deals."""
    closed_markets: set[str] = field(default_factory=set)
    """The broker's symbols that are not traded now."""
    stop_levels: dict[str, int] = field(default_factory=dict)
    """By the broker's symbol: the stop level that holds now, in points, in place of its rule."""

    def now(self, symbol: SymbolRules) -> SymbolRules:
        """Return the rules of *symbol* that hold now."""
        points = self.stop_levels.get(symbol.name)
        return symbol if points is None else replace(symbol, stop_level_points=points)


class Objection(NamedTuple):
    """Why not, as an MT4 code and a sentence."""

    code: int
    sentence: str


def code_for(code: int, terminal: str) -> int:
    """Return the number that *terminal* would show for MT4's *code*."""
    return code if terminal == MT4 else _MT5.get(code, 10011)


def object_to(
    order: OrderRequest,
    *,
    rules: BrokerRules,
    door: Door,
    prices: Mapping[str, Price],
    holdings: Holdings,
    margin_free: Callable[[], Decimal],
) -> Objection | None:
    """Say why the broker will not execute *order*, or ``None``.

    *margin_free* tells the money that new positions may bind.
    """
    if not door.trading:
        return Objection(TRADE_DISABLED, "trading is disabled on this account")
    if isinstance(order, DeletePending):
        known = order.ticket in holdings.pendings
        return None if known else Objection(UNKNOWN_TICKET, f"no pending order {order.ticket}")
    position = None
    if isinstance(order, SetLevels | CloseLot):
        position = holdings.positions.get(order.ticket)
        if position is None:
            return Objection(UNKNOWN_TICKET, f"no position {order.ticket}")
    name = order.symbol if isinstance(order, SendOrder | PlacePending) else _symbol(position)
    symbol, price = rules.symbol(name), prices.get(name)
    if symbol is None:
        return Objection(UNKNOWN_SYMBOL, f"no symbol {name}")
    if name in door.closed_markets:
        return Objection(MARKET_CLOSED, f"the market of {name} is closed")
    if price is None:
        return Objection(OFF_QUOTES, f"{name} has no price")
    symbol = door.now(symbol)
    match order:
        case SendOrder() | PlacePending():
            return _object_to_open(order, symbol, price, margin_free, rules)
        case SetLevels() if position is not None:
            return _object_to_frozen(position, price, symbol) or _object_to_levels(
                position.side, order, price, symbol
            )
        case CloseLot() if position is not None:
            return _object_to_frozen(position, price, symbol) or _object_to_close(
                order, position, symbol
            )
        case _:
            return None


def _symbol(position: Position | None) -> str:
    return "" if position is None else position.symbol


def _object_to_open(
    order: SendOrder | PlacePending,
    symbol: SymbolRules,
    price: Price,
    margin_free: Callable[[], Decimal],
    rules: BrokerRules,
) -> Objection | None:
    if symbol.trade_permission is not TradePermission.FULL:
        return Objection(TRADE_DISABLED, f"{symbol.name} is {symbol.trade_permission}")
    objection = _object_to_lot(order.lot, symbol)
    if objection is not None:
        return objection
    at = order.price if isinstance(order, PlacePending) else price.entry(order.side)
    if isinstance(order, SendOrder):
        objection = _object_to_price(order, symbol, price)
        measured = price
    else:
        measured = Price(bid=at, ask=at)
    objection = objection or _object_to_levels(order.side, order, measured, symbol)
    if objection is not None:
        return objection
    margin = symbol.margin(order.lot, at, rules.leverage, rules.currency)
    free = margin_free()
    if margin > free:
        return Objection(NO_MONEY, f"{order.lot} lots bind {margin}, {free} is free")
    return None


def _object_to_price(order: SendOrder, symbol: SymbolRules, price: Price) -> Objection | None:
    if order.price is None or order.deviation_points is None:
        return None
    worse = (price.entry(order.side) - order.price) * order.side.sign / symbol.point
    if worse <= order.deviation_points:
        return None
    return Objection(REQUOTE, f"{worse:.1f} pt worse than asked, {order.deviation_points} allowed")


def _object_to_lot(lot: Decimal, symbol: SymbolRules) -> Objection | None:
    if not symbol.min_lot <= lot <= symbol.max_lot or lot % symbol.lot_step:
        return Objection(
            INVALID_VOLUME,
            f"{lot} lots of {symbol.name}: {symbol.min_lot} to {symbol.max_lot}"
            f" in steps of {symbol.lot_step}",
        )
    return None


def _object_to_levels(
    side: Side, order: SendOrder | PlacePending | SetLevels, price: Price, symbol: SymbolRules
) -> Objection | None:
    complaint = too_near(
        side,
        price=price,
        stop_loss=order.stop_loss,
        take_profit=order.take_profit,
        rules=symbol,
    )
    return None if complaint is None else Objection(INVALID_STOPS, complaint)


def _object_to_frozen(position: Position, price: Price, symbol: SymbolRules) -> Objection | None:
    """Nothing of a position is changed while a level of it is about to be reached."""
    least = symbol.freeze_level_points * symbol.point
    if not least:
        return None
    for level in (position.stop_loss, position.take_profit):
        if level is not None and abs(price.exit(position.side) - level) <= least:
            return Objection(FROZEN, f"{position.ticket} is frozen: {level} is within {least}")
    return None


def _object_to_close(order: CloseLot, position: Position, symbol: SymbolRules) -> Objection | None:
    if order.lot is None or order.lot == position.lot:
        return None
    rest = position.lot - order.lot
    if rest < symbol.min_lot or order.lot < symbol.min_lot or order.lot % symbol.lot_step:
        return Objection(INVALID_VOLUME, f"{order.lot} of {position.lot} lots cannot be closed")
    return None
