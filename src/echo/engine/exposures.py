"""Everything that an account holds or is about to hold, as limits count it.

What its terminal shows, foreign positions included; copies that were filled after the terminal
looked; and opens on their way, those in doubt included, for they may exist.
"""

from collections.abc import Iterator
from decimal import Decimal

from echo.domain.accounts import Position
from echo.domain.answers import Outcome
from echo.domain.commands import ExecuteOrder
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.exposure import Exposure
from echo.domain.ids import Ticket, TradeId
from echo.domain.protection import Levels, translate
from echo.domain.specs import SymbolMapping
from echo.engine.state import AccountState, Lane, State, TradeState

_ON_ITS_WAY = frozenset({Outcome.PENDING, Outcome.IN_DOUBT})


def exposures(state: State, account: AccountState) -> tuple[Exposure, ...] | Refusal:
    """Return all of them, or why one cannot be counted."""
    copies = {
        lane.ticket: (trade, lane)
        for trade, lane in copies_of(state, account)
        if lane.opened is Outcome.FILLED and lane.ticket is not None
    }
    found: list[Exposure] = []
    for position in account.limits.positions:
        trade, lane = copies.pop(position.ticket, (None, None))
        exposure = _shown(state, account, position, trade, lane)
        if isinstance(exposure, Refusal):
            return exposure
        found.append(exposure)
    for trade, lane in copies_of(state, account):
        unseen = lane.ticket in copies if lane.opened is Outcome.FILLED else True
        if not unseen or lane.open_command_id is None:
            continue
        unfilled = _unseen(state, account, trade, lane)
        if isinstance(unfilled, Refusal):
            return unfilled
        found.append(unfilled)
    return tuple(found)


def copies_of(state: State, account: AccountState) -> Iterator[tuple[TradeState, Lane]]:
    """Yield the account's copies that are open, on their way, or in doubt."""
    for trade_id in account.followed:
        trade = state.trades[trade_id]
        lane = trade.lanes[account.account_id]
        if lane.opened in _ON_ITS_WAY or (lane.opened is Outcome.FILLED and not lane.closed):
            yield trade, lane


def tick_value_of(account: AccountState, spec: SymbolMapping) -> Decimal | None:
    """Return the newest tick value of a symbol; ``None`` = none is known that makes sense."""
    told = account.tick_values.get(spec.canonical_symbol)
    value = told[0] if told is not None else spec.tick_value
    return value if value is not None and value > 0 else None


def _shown(
    state: State,
    account: AccountState,
    position: Position,
    trade: TradeState | None,
    lane: Lane | None,
) -> Exposure | Refusal:
    canonical = account.canonical_of.get(position.symbol.upper())
    spec = account.symbols.get(canonical or "")
    tick_value = tick_value_of(account, spec) if spec is not None else None
    if spec is None or tick_value is None:
        return _uncountable(f"ticket {position.ticket}", position.symbol)
    stop_price = position.stop_loss or None
    if stop_price is None and trade is not None and lane is not None:
        # It is set after the fill; until then what will be set counts.
        stop_price = _wanted_stop(state, account, trade, spec, lane.open_price)
    return Exposure(
        name=f"ticket {position.ticket}",
        symbol=spec.canonical_symbol,
        side=position.side,
        lot=position.lot,
        open_price=position.open_price,
        stop_price=stop_price,
        profit=position.profit,
        tick_value=tick_value,
        tick_size=spec.tick_size,
        point=spec.point,
    )


def _unseen(
    state: State, account: AccountState, trade: TradeState, lane: Lane
) -> Exposure | Refusal:
    spec = account.symbols.get(trade.canonical or "")
    tick_value = tick_value_of(account, spec) if spec is not None else None
    name = _name(trade.trade_id, lane.ticket)
    if spec is None or tick_value is None:
        return _uncountable(name, lane.symbol)
    lot, price = lane.lot_remaining, lane.open_price
    if lane.opened is not Outcome.FILLED:
        command = state.commands.get(lane.open_command_id) if lane.open_command_id else None
        order = command.command if command is not None else None
        lot = order.lot if isinstance(order, ExecuteOrder) else trade.volume_initial
        quoted = account.quotes.get(spec.canonical_symbol)
        price = quoted[0].entry_price(trade.intent.side) if quoted else trade.intent.price
    return Exposure(
        name=name,
        symbol=spec.canonical_symbol,
        side=trade.intent.side,
        lot=lot,
        open_price=price,
        stop_price=_wanted_stop(state, account, trade, spec, price),
        profit=Decimal(0),
        tick_value=tick_value,
        tick_size=spec.tick_size,
        point=spec.point,
    )


def _wanted_stop(
    state: State, account: AccountState, trade: TradeState, spec: SymbolMapping, entry: Decimal
) -> Decimal | None:
    return translate(
        trade.intent.side,
        master_entry=trade.intent.price,
        master_levels=Levels(stop_loss=trade.stop_loss, take_profit=trade.take_profit),
        slave_entry=entry,
        spec=spec,
        options=state.book.options(account.account_id),
    ).stop_loss


def _name(trade_id: TradeId, ticket: Ticket | None) -> str:
    return f"the copy of {trade_id}" if ticket is None else f"ticket {ticket}"


def _uncountable(name: str, symbol: str) -> Refusal:
    return Refusal(
        ErrorCode.LIMIT_HEADROOM,
        f"{name} is in {symbol}, of which no tick value is known: its worst case cannot be told",
    )
