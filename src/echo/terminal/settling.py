"""The entries that executed requests leave in the book."""

from decimal import Decimal

from echo.domain.accounts import Position
from echo.domain.ids import Ticket
from echo.domain.quantities import floor_to_step
from echo.terminal.book import BookEntry, BookKind
from echo.terminal.fates import Fate
from echo.terminal.market import BrokerRules
from echo.terminal.orders import OrderRequest, PlacePending, SendOrder
from echo.terminal.view import MT4, Price


def comment_of(asked: str, fate: Fate, rules: BrokerRules) -> str:
    """What the server stores of a comment: it replaces, cuts at the tail, or keeps."""
    stored = asked if fate.comment is None else fate.comment
    chars = rules.comment_chars_max if fate.comment_chars is None else fate.comment_chars
    return stored[: min(chars, rules.comment_chars_max)]


def filled_lot(order: SendOrder | PlacePending, fate: Fate, rules: BrokerRules) -> Decimal:
    """How much is filled: all, or the fate's share rounded down to what the broker can hold."""
    symbol = rules.symbol(order.symbol)
    if fate.lot_share is None or symbol is None:
        return order.lot
    part = floor_to_step(order.lot * fate.lot_share, symbol.lot_step)
    return max(part, symbol.min_lot)


def open_entry(
    order: SendOrder | PlacePending,
    *,
    ticket: Ticket,
    at_ms: int,
    price: Price,
    lot: Decimal,
    comment: str,
) -> BookEntry:
    """A position at the market's price, or a pending order at its own."""
    pending = isinstance(order, PlacePending)
    return BookEntry(
        kind=BookKind.PENDED if pending else BookKind.OPENED,
        at_ms=at_ms,
        ticket=ticket,
        symbol=order.symbol,
        side=order.side,
        lot=lot,
        price=order.price if isinstance(order, PlacePending) else price.entry(order.side),
        stop_loss=order.stop_loss,
        take_profit=order.take_profit,
        magic_number=order.magic_number,
        comment=comment,
        asked=order.comment,
        ref=order.ref,
        stop=isinstance(order, PlacePending) and order.stop,
    )


def close_entry(
    position: Position,
    lot: Decimal | None,
    *,
    price: Decimal,
    at_ms: int,
    rules: BrokerRules,
    next_ticket: Ticket,
    reason: str,
    ref: str,
    fate: Fate,
) -> BookEntry:
    """The close of *lot*, or of all: MT4 moves what is left to a new ticket, MT5 keeps the old."""
    mt4 = rules.terminal == MT4
    part = lot is not None and lot < position.lot
    closed = position.lot if lot is None else lot
    comment = position.comment
    if part and mt4:
        comment = comment_of(f"from #{position.ticket}", fate, rules)
    elif reason and mt4:
        comment = f"{comment}[{reason}]"[: rules.comment_chars_max]
    symbol = rules.symbol(position.symbol)
    return BookEntry(
        kind=BookKind.REDUCED if part else BookKind.CLOSED,
        at_ms=at_ms,
        ticket=position.ticket,
        lot=closed,
        price=price,
        comment=comment,
        profit=Decimal(0)
        if symbol is None
        else symbol.profit(
            position.side,
            closed,
            opened=position.open_price,
            closed=price,
            currency=rules.currency,
        ),
        reason=reason or "manual",
        ref=ref,
        new_ticket=next_ticket if part and mt4 else None,
        deal=Ticket(0) if mt4 else next_ticket,
    )


def triggered_entry(order: Position, *, price: Price, at_ms: int) -> BookEntry:
    """The position that a pending order becomes, under its own ticket."""
    return BookEntry(
        kind=BookKind.OPENED,
        at_ms=at_ms,
        ticket=order.ticket,
        symbol=order.symbol,
        side=order.side,
        lot=order.lot,
        price=price.entry(order.side),
        stop_loss=order.stop_loss,
        take_profit=order.take_profit,
        magic_number=order.magic_number,
        comment=order.comment,
        asked=order.comment,
    )


def refused_entry(order: OrderRequest, *, at_ms: int, code: int) -> BookEntry:
    """A request that was not executed."""
    return BookEntry(kind=BookKind.REFUSED, at_ms=at_ms, code=code, ref=order.ref)
