"""Rows about trades: each record written as a row, and read back, beside each other.

The order of the columns is that of the statements in ``journal.sql``.
"""

from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

import msgspec

from echo.domain.answers import AckStage, Outcome
from echo.domain.commands import CancelPendings, Command, CommandKind, Flatten
from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId
from echo.domain.intents import ActionKind, MasterAction, action_content
from echo.domain.journal import (
    ActionRecord,
    CommandProgress,
    CommandRecord,
    CommandState,
    CommandStatus,
    CopyRecord,
    DecisionRecord,
    ExecutionRecord,
    OperationRecord,
    RetryRecord,
    TradeRecord,
    TradeStatus,
)
from echo.domain.quantities import Side
from echo.stores.sqlite.cells import (
    Row,
    decimal_or_none,
    json_of,
    json_of_inputs,
    json_of_tuple,
    read_inputs,
    text_of,
    text_or_null,
)
from echo.wire.core import action_bytes, command_bytes, read_action, read_command

COMMAND_TYPES: Final = {
    CommandKind.EXECUTE: "execute_order",
    CommandKind.CLOSE: "close_order",
    CommandKind.MODIFY: "modify_order",
    CommandKind.REDUCE: "reduce_order",
    CommandKind.CANCEL: "cancel_pendings",
    CommandKind.FLATTEN: "flatten",
}
CLOSING: Final = frozenset({CommandKind.CLOSE, CommandKind.REDUCE, CommandKind.FLATTEN})
"""Kinds of command whose answers lie in ``closes``; all others lie in ``executions``."""

_ACCOUNTS: Final = msgspec.json.Decoder(tuple[AccountId, ...])


def trade_row(record: TradeRecord) -> Row:
    """Return the row of ``put_trade``."""
    return (
        record.trade_id,
        record.master_account_id,
        record.master_client_id,
        record.master_ticket,
        record.strategy_id,
        record.magic_number,
        record.symbol,
        record.side,
        text_of(record.lot),
        text_of(record.price),
        text_or_null(record.stop_loss),
        text_or_null(record.take_profit),
        record.comment,
        record.status,
        text_of(record.volume_initial),
        text_of(record.volume_remaining),
        record.timeframe,
        text_or_null(record.atr),
        record.attempt,
        record.opened_at_ms,
        record.updated_at_ms,
        json_of_tuple(record.followers),
        int(record.settled),
    )


def read_trade(row: Any) -> TradeRecord:
    """Read a row of ``unsettled_trades``."""
    return TradeRecord(
        trade_id=row[0],
        master_account_id=row[1],
        master_client_id=row[2],
        master_ticket=row[3],
        strategy_id=row[4],
        magic_number=row[5],
        symbol=row[6],
        side=Side(row[7]),
        lot=Decimal(row[8]),
        price=Decimal(row[9]),
        stop_loss=decimal_or_none(row[10]),
        take_profit=decimal_or_none(row[11]),
        comment=row[12],
        status=TradeStatus(row[13]),
        volume_initial=Decimal(row[14]),
        volume_remaining=Decimal(row[15]),
        timeframe=row[16],
        atr=decimal_or_none(row[17]),
        attempt=row[18],
        opened_at_ms=row[19],
        updated_at_ms=row[20],
        followers=_ACCOUNTS.decode(row[21]),
        settled=bool(row[22]),
    )


def action_row(record: ActionRecord) -> Row:
    """Return the row of ``put_action``."""
    return (
        record.trade_id,
        record.seq,
        record.kind,
        _content(record.action),
        action_bytes(record.action),
        record.received_at_ms,
    )


def read_action_record(row: Any) -> ActionRecord:
    """Read a row of ``unsettled_actions``."""
    return ActionRecord(
        trade_id=row[0],
        seq=row[1],
        kind=ActionKind(row[2]),
        action=read_action(row[3]),
        received_at_ms=row[4],
    )


def decision_row(record: DecisionRecord) -> Row:
    """Return the row of ``put_decision``."""
    return (
        record.trade_id,
        record.seq,
        record.account_id,
        record.kind,
        record.outcome,
        record.code.name,
        record.sentence,
        json_of_inputs(record.inputs),
        record.command_id,
        record.decided_at_ms,
        record.settled_at_ms,
    )


def read_decision(row: Any) -> DecisionRecord:
    """Read a row of ``unsettled_decisions``."""
    return DecisionRecord(
        trade_id=row[0],
        seq=row[1],
        account_id=row[2],
        kind=ActionKind(row[3]),
        outcome=Outcome(row[4]),
        code=ErrorCode[row[5]],
        sentence=row[6],
        inputs=read_inputs(row[7]),
        command_id=row[8],
        decided_at_ms=row[9],
        settled_at_ms=row[10],
    )


def command_row(record: CommandRecord) -> Row:
    """Return the row of ``put_command``."""
    return (
        record.command_id,
        _trade_of(record.command),
        record.account_id,
        record.agent_id,
        COMMAND_TYPES[record.command.kind],
        command_bytes(record.command),
        record.created_at_ms,
    )


def progress_row(record: CommandProgress) -> Row:
    """Return the row of ``put_progress``."""
    return (
        record.stage,
        record.status,
        record.attempt,
        record.last_error,
        record.updated_at_ms,
        record.command_id,
    )


def read_command_state(row: Any) -> CommandState:
    """Read a row of ``unsettled_commands``."""
    record = CommandRecord(
        command_id=row[0],
        account_id=row[1],
        agent_id=row[2],
        command=read_command(row[3]),
        created_at_ms=row[8],
    )
    if row[9] is None:
        return CommandState(record=record, progress=None)
    progress = CommandProgress(
        command_id=row[0],
        stage=AckStage(row[4]),
        status=CommandStatus(row[5]),
        attempt=row[6],
        last_error=row[7],
        updated_at_ms=row[9],
    )
    return CommandState(record=record, progress=progress)


def retry_row(record: RetryRecord) -> Row:
    """Return the row of ``put_retry``."""
    return (
        record.command_id,
        record.created_at_ms,
        record.stage,
        record.attempt,
        record.error,
        record.duration_ms,
    )


def execution_row(record: ExecutionRecord) -> Row:
    """Return the row of ``put_execution`` and of ``put_close``."""
    result = record.result
    answer = json_of(result)
    # The key follows from what was answered and when it came: the same record gives the same row.
    digest = sha256(f"{record.received_at_ms}|{record.agent_id}|{answer}".encode()).hexdigest()
    return (
        f"{record.command_id}:{digest[:12]}",
        record.command_id,
        record.trade_id,
        result.kind,
        record.account_id,
        record.agent_id,
        result.ticket,
        text_or_null(result.executed_price),
        text_or_null(result.executed_lot),
        text_or_null(result.spread_points),
        text_or_null(result.slippage_points),
        result.new_ticket,
        int(result.success),
        result.error_code.name,
        result.error_message,
        int(result.doubt),
        int(result.stored),
        int(result.late),
        json_of_tuple(result.candidates),
        result.ledger_n,
        result.execution_time_ms,
        json_of(result.timestamps),
        record.received_at_ms,
    )


def copy_row(record: CopyRecord) -> Row:
    """Return the row of ``put_copy``."""
    return (
        record.trade_id,
        record.account_id,
        record.ticket,
        record.symbol,
        text_of(record.open_price),
        text_of(record.lot_initial),
        text_of(record.lot_remaining),
        record.updated_at_ms,
    )


def read_copy(row: Any) -> CopyRecord:
    """Read a row of ``unsettled_copies``."""
    return CopyRecord(
        trade_id=row[0],
        account_id=row[1],
        ticket=row[2],
        symbol=row[3],
        open_price=Decimal(row[4]),
        lot_initial=Decimal(row[5]),
        lot_remaining=Decimal(row[6]),
        updated_at_ms=row[7],
    )


def operation_row(record: OperationRecord) -> Row:
    """Return the row of ``put_operation``."""
    return (
        record.asked_at_ms,
        record.action,
        record.command_id or "",
        record.by,
        record.outcome,
        record.ticket,
        record.sentence,
    )


def _content(action: MasterAction) -> str:
    """Spell what makes two reports one action; equal numbers are spelled alike."""
    return json_of_tuple(
        text_of(part.normalize()) if isinstance(part, Decimal) else part
        for part in action_content(action)
    )


def _trade_of(command: Command) -> str | None:
    return None if isinstance(command, CancelPendings | Flatten) else command.trade_id
