"""Finds the open of a trade of which the Core has never heard, to say it once more.

An Agent that acknowledged an open while the Core was away, and then lost its ledger, took the
open with it.  The master learns of that when the Core refuses a later action of the trade.
"""

from collections.abc import Iterable

import msgspec

from echo.domain.accounts import Deal
from echo.domain.ids import SEQ_OPEN, StrategyId, Ticket, TradeId, derive_trade_id
from echo.domain.intents import ActionKind, TradeIntent
from echo.terminal.detection import opened_at_ms
from echo.terminal.events import FileRecord
from echo.terminal.settings import EaSettings
from echo.terminal.view import TerminalView
from echo.wire.records import RecordKind


def open_in_records(records: Iterable[FileRecord], trade_id: TradeId) -> TradeIntent | None:
    """Return the open of a trade as it was noted, or ``None``."""
    for record in records:
        if record["t"] != RecordKind.INTENT or record["kind"] != ActionKind.OPEN:
            continue
        action = record["action"]
        if action["trade_id"] == trade_id and action.get("seq", SEQ_OPEN) == SEQ_OPEN:
            return msgspec.convert(action, TradeIntent)
    return None


def open_in_history(
    view: TerminalView, settings: EaSettings, trade_id: TradeId
) -> TradeIntent | None:
    """Return the open of a closed position as the terminal's history tells it, or ``None``.

    A rest keeps the open time of what it was split off, so that a trade's first ticket is among
    the deals of its open time.
    """
    opened_ms = opened_at_ms(trade_id)
    for deal in view.history:
        if deal.open_time_ms == opened_ms and trade_id in _ids(deal, view, settings):
            return TradeIntent(
                trade_id=trade_id,
                account_id=settings.account_id,
                client_id=settings.client_id,
                ticket=deal.ticket,
                symbol=deal.symbol,
                side=deal.side,
                lot=deal.lot,
                price=deal.open_price,
                magic_number=deal.magic_number,
                strategy_id=settings.strategy_id or StrategyId(f"magic_{deal.magic_number}"),
                server=view.server,
                volume_initial=deal.lot,
            )
    return None


def _ids(deal: Deal, view: TerminalView, settings: EaSettings) -> set[TradeId]:
    """The trade ids that a deal's position may have: MT5 names it apart from the deal."""
    return {
        derive_trade_id(
            server=view.server,
            account_id=settings.account_id,
            root_ticket=Ticket(root),
            opened_at_ms=deal.open_time_ms,
        )
        for root in (deal.ticket, deal.position_id)
        if root
    }
