"""Tells what a master did, by comparing what was known of its positions with what is there."""

from collections.abc import Mapping
from dataclasses import dataclass

from echo.domain.accounts import Deal, Position
from echo.domain.copies import replace
from echo.domain.ids import SEQ_CLOSE, Ticket, TradeId
from echo.domain.intents import MasterAction, TradeClose, TradeIntent, TradeModify
from echo.terminal.lineage import current_position, rest_by_shape
from echo.terminal.view import TerminalView


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """One trade as it was last reported; ``seq`` is the last number used for it."""

    trade_id: TradeId
    position: Position
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Appeared:
    """A position that is not known."""

    position: Position


@dataclass(frozen=True, slots=True)
class Moved:
    """Levels that are not as they were."""

    trade: Tracked
    position: Position


@dataclass(frozen=True, slots=True)
class Shrunk:
    """Less volume than there was, under the old ticket or a new one."""

    trade: Tracked
    position: Position


@dataclass(frozen=True, slots=True)
class Vanished:
    """No longer open; ``deal`` is its last part in the history, if that shows it."""

    trade: Tracked
    deal: Deal | None


Change = Appeared | Moved | Shrunk | Vanished


def changes(tracked: Mapping[Ticket, Tracked], view: TerminalView) -> list[Change]:
    """Compare; *view* must be conclusive, for what is missing in it counts as closed."""
    present = {each.ticket: each for each in view.positions}
    now_at = {ticket: present.get(ticket) or current_position(ticket, view) for ticket in tracked}
    explained = {each.ticket for each in now_at.values() if each is not None}
    found: list[Change] = []
    for ticket, trade in tracked.items():
        position = now_at[ticket] or rest_by_shape(trade.position, view, explained)
        if position is None:
            found.append(Vanished(trade, _last_deal(ticket, view)))
            continue
        explained.add(position.ticket)
        if position.lot < trade.position.lot or position.ticket != ticket:
            found.append(Shrunk(trade, position))
        if _levels(position) != _levels(trade.position):
            found.append(Moved(trade, position))
    found.extend(Appeared(each) for ticket, each in present.items() if ticket not in explained)
    return found


def _levels(position: Position) -> tuple[object, object]:
    return position.stop_loss, position.take_profit


def _last_deal(ticket: Ticket, view: TerminalView) -> Deal | None:
    for deal in reversed(view.history):
        if deal.ticket == ticket or deal.position_id == ticket:
            return deal
    return None


def reason_of(deal: Deal | None) -> str:
    """Name why a position was closed, by the deal's own word or the mark that MT4 leaves."""
    if deal is None:
        return "manual"
    for reason in ("sl", "tp", "so"):
        if deal.reason == reason or deal.comment.endswith(f"[{reason}]"):
            return reason
    return "manual"


def after(trade: Tracked | None, action: MasterAction) -> Tracked | None:
    """Return what is known of a trade once *action* has been reported; ``None`` = it is over."""
    match action:
        case TradeIntent():
            return Tracked(
                trade_id=action.trade_id,
                position=Position(
                    ticket=action.ticket,
                    symbol=action.symbol,
                    side=action.side,
                    lot=action.lot,
                    open_price=action.price,
                    stop_loss=action.stop_loss,
                    take_profit=action.take_profit,
                    magic_number=action.magic_number,
                    comment=action.comment,
                    open_time_ms=opened_at_ms(action.trade_id),
                ),
            )
        case TradeModify() if trade is not None:
            return replace(trade, seq=action.seq, position=_with_levels(trade.position, action))
        case TradeClose() if trade is not None and action.seq != SEQ_CLOSE:
            return replace(
                trade,
                seq=action.seq,
                position=replace(
                    trade.position,
                    ticket=action.new_ticket or trade.position.ticket,
                    lot=action.volume_remaining or trade.position.lot,
                ),
            )
        case _:
            return None


def _with_levels(position: Position, action: TradeModify) -> Position:
    stop_loss, take_profit = position.stop_loss, position.take_profit
    if action.stop_loss is not None:
        stop_loss = action.stop_loss or None
    if action.take_profit is not None:
        take_profit = action.take_profit or None
    return replace(position, stop_loss=stop_loss, take_profit=take_profit)


def opened_at_ms(trade_id: TradeId) -> int:
    """Read the open time, in the broker's clock, back out of a trade id."""
    return int(trade_id[:8] + trade_id[9:13], 16)
