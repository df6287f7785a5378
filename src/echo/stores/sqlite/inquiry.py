"""Inquiries at a journal: which trade had this ticket, what was decided about it, who changed what.

Whether a Core has the journal open or not makes no difference: nothing is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import msgspec

from echo.domain.answers import AckStage
from echo.domain.ids import CommandId, Ticket, TradeId
from echo.domain.inquiry import Carried, Holding, Inquest, ToldAction, ToldDecision, rule_of
from echo.domain.intents import MasterAction, TradeIntent, TradeModify
from echo.domain.journal import DecisionRecord, TradeRecord
from echo.domain.quantities import Timestamps
from echo.domain.rulings import ConfigChange
from echo.ports.errors import JournalUnavailable
from echo.stores.sqlite.cells import decimal_or_none
from echo.stores.sqlite.reading import looking_into
from echo.stores.sqlite.rule_rows import read_change
from echo.stores.sqlite.statements import read_statements
from echo.stores.sqlite.trade_rows import (
    read_action_record,
    read_copy,
    read_decision,
    read_trade,
)

FOUND_MAX: Final = 20
"""Trades that one question may find."""

LATENCY_MS_MAX: Final = 600_000
"""More is not a latency but two clocks: legacy terminals stamp ticks since their start."""

ABOUT: Final = ("trade", "actions", "decisions", "commands", "answers", "copies")
"""Statements that together tell of one trade."""

_STAMPS: Final = msgspec.json.Decoder(Timestamps)
BAD_ROW: Final = (ValueError, LookupError, ArithmeticError, TypeError, msgspec.MsgspecError)


def find_trades(path: Path, asked: str) -> tuple[TradeId, ...]:
    """Return trades that *asked* names: a ticket of master or slave, or the beginning of an id.

    At most `FOUND_MAX`; of a ticket's the newest first, for brokers count anew.

    Raises:
        JournalUnavailable: there is no journal at *path*, or it cannot be read.
    """
    statements = read_statements("inquiry")
    with looking_into(path) as connection:
        found: list[Any] = []
        if asked.isascii() and asked.isdecimal() and int(asked) < 1 << 63:
            by_ticket = (int(asked), FOUND_MAX)
            found += connection.execute(statements["trades_by_ticket"], by_ticket)
        if not found:
            by_id = (asked.lower(), FOUND_MAX)
            found += connection.execute(statements["trades_by_id"], by_id)
        return tuple(TradeId(row[0]) for row in found)


def read_inquest(path: Path, trade_id: TradeId) -> Inquest | None:
    """Return everything that was decided about a trade; ``None`` = the journal has no such trade.

    Raises:
        JournalUnavailable: there is no journal at *path*, it cannot be read, or not understood.
    """
    statements = read_statements("inquiry")
    with looking_into(path) as connection:
        try:
            rows = {
                name: connection.execute(statements[name], (trade_id,)).fetchall() for name in ABOUT
            }
            return inquest_of(rows)
        except BAD_ROW as error:
            raise JournalUnavailable(
                f"{path}: a row of trade {trade_id} cannot be understood: {error}"
            ) from error


def read_changes(path: Path, beginning: str, rows_max: int) -> tuple[ConfigChange, ...]:
    """Return changes of rules whose key begins so, the latest first.

    Raises:
        JournalUnavailable: there is no journal at *path*, or it is older than such a record.
    """
    statements = read_statements("inquiry")
    with looking_into(path) as connection:
        found = connection.execute(statements["changes"], (beginning, rows_max))
        return tuple(map(read_change, found))


def inquest_of(rows: Mapping[str, Sequence[Any]]) -> Inquest | None:
    """Put the rows of one trade together: statement of `ABOUT` -> what it found."""
    trades = [read_trade(row) for row in rows["trade"]]
    if not trades:
        return None
    [trade] = trades
    commands = {row[0]: row for row in rows["commands"]}
    answers = {row[0]: row for row in rows["answers"]}
    return Inquest(
        trade=trade,
        actions=tuple(
            ToldAction(
                seq=record.seq,
                kind=record.kind,
                received_at_ms=record.received_at_ms,
                sentence=_told(record.action),
                traceparent=record.action.traceparent,
                timestamps=record.action.timestamps,
            )
            for record in map(read_action_record, rows["actions"])
        ),
        decisions=tuple(
            _decision(row, trade, commands.get(row.command_id), answers.get(row.command_id))
            for row in map(read_decision, rows["decisions"])
        ),
        holdings=tuple(
            Holding(
                account_id=copy.account_id,
                ticket=copy.ticket,
                symbol=copy.symbol,
                open_price=copy.open_price,
                lot_initial=copy.lot_initial,
                lot_remaining=copy.lot_remaining,
            )
            for copy in map(read_copy, rows["copies"])
        ),
    )


def _decision(row: DecisionRecord, trade: TradeRecord, command: Any, answer: Any) -> ToldDecision:
    return ToldDecision(
        seq=row.seq,
        kind=row.kind,
        account_id=row.account_id,
        outcome=row.outcome,
        code=row.code,
        sentence=row.sentence,
        rule=rule_of(row, trade.strategy_id),
        inputs=row.inputs,
        decided_at_ms=row.decided_at_ms,
        settled_at_ms=row.settled_at_ms,
        carried=None if command is None else _carried(command, answer),
    )


def _carried(command: Any, answer: Any) -> Carried:
    command_id, stage, status, attempt, last_error = command
    told = Carried(
        stage=AckStage(stage).name,
        status=status,
        attempt=attempt,
        last_error=last_error,
        command_id=CommandId(str(command_id)),
    )
    if answer is None:
        return told
    _, ticket, price, lot, spread, slippage, stamps = answer
    timestamps = _STAMPS.decode(stamps)
    return replace(
        told,
        ticket=None if ticket is None else Ticket(ticket),
        price=decimal_or_none(price),
        lot=decimal_or_none(lot),
        spread_points=decimal_or_none(spread),
        slippage_points=decimal_or_none(slippage),
        latency_ms=_latency_ms(timestamps),
        timestamps=timestamps,
    )


def _latency_ms(stamps: Timestamps) -> int | None:
    """From the master's detection to the fill; as good as the two hosts' clocks agree."""
    first, last = stamps.t0_master_ea_ms, stamps.t7_order_filled_ms
    if first is None or last is None or not 0 <= last - first <= LATENCY_MS_MAX:
        return None
    return last - first


def _told(action: MasterAction) -> str:
    if isinstance(action, TradeIntent):
        stop, target = action.stop_loss or "none", action.take_profit or "none"
        return f"{action.side} {action.lot} at {action.price}, stop {stop}, target {target}"
    if isinstance(action, TradeModify):
        stop = "as it was" if action.stop_loss is None else action.stop_loss or "removed"
        target = "as it was" if action.take_profit is None else action.take_profit or "removed"
        return f"stop {stop}, target {target}"
    left = action.volume_remaining
    return "everything" if not left else f"down to {left} lots"
