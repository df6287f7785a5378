"""What comes back: receipts of delivery, outcomes of commands, acknowledgements of actions."""

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Final

from echo.domain.commands import CommandKind
from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId, CommandId, MessageId, Ticket, TradeId
from echo.domain.quantities import NO_TIMESTAMPS, Timestamps
from echo.domain.sealing import sealed

NO_ACCOUNT: Final = AccountId("")
"""An answer that names no account: its command knows."""


class Outcome(StrEnum):
    """How an action ended on one account.  Everything but PENDING and IN_DOUBT is final."""

    PENDING = "pending"
    FILLED = "filled"
    MODIFIED = "modified"
    REDUCED = "reduced"
    CLOSED = "closed"
    UNCHANGED = "unchanged"
    SUPERSEDED = "superseded"
    NOTHING_TO_MODIFY = "nothing_to_modify"
    NOTHING_TO_CLOSE = "nothing_to_close"
    OMITTED = "omitted"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    MANUAL = "manual"
    SHADOWED = "shadowed"
    """Decided in a dry run: nothing was sent."""

    @property
    def is_final(self) -> bool:
        """Whether nothing can change it any more."""
        return self not in {Outcome.PENDING, Outcome.IN_DOUBT}


class AckStage(IntEnum):
    """How far a command has come."""

    NONE = 0
    CORE_ACCEPTED = 1
    AGENT_BUFFERED = 2
    PIPE_DELIVERED = 3
    EA_CONFIRMED = 4


class AckResult(IntEnum):
    """How a stage went."""

    PENDING = 1
    OK = 2
    FAILED = 3


class Receipt(StrEnum):
    """Answer of the next hop to an action or a command: taken, come again, or never."""

    OK = "OK"
    RETRY = "RETRY"
    FAILED = "FAILED"


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class TradeIntentAck:
    """To a master EA: this action will not be forgotten (OK), or why it was not taken.

    With RETRY and `SEQ_CONFLICT`, ``last_seq`` is the highest number known for the trade: the EA
    counts on from there.
    """

    trade_id: TradeId
    seq: int
    result: Receipt
    account_id: AccountId
    command_id: str = ""
    attempt: int = 1
    error_code: ErrorCode = ErrorCode.NO_ERROR
    error_message: str = ""
    observed_at_ms: int = 0
    last_seq: int | None = None
    stage: AckStage = AckStage.CORE_ACCEPTED


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class PipeDeliveryAck:
    """From a slave EA: the command has arrived.  It proves nothing about execution."""

    command_id: CommandId
    account_id: AccountId
    result: Receipt
    error_message: str = ""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAck:
    """From an Agent: how far it has brought a command."""

    command_id: CommandId
    stage: AckStage
    result: AckResult
    attempt: int = 1
    observed_at_ms: int = 0
    error_code: ErrorCode = ErrorCode.NO_ERROR
    error_message: str = ""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionResult:
    """From a slave EA: what became of a command.

    ``success`` alone says whether it was done; with success, `NOT_FOUND` means that there was
    nothing left to do it to.  ``ticket`` ``None`` = no position.  ``doubt``: the EA cannot tell;
    ``stored``: a repeat of an earlier answer; ``late``: found after the fact; ``ledger_n``: the
    EA's ledger record that holds it.  Prices in quote currency, lots in lots.
    """

    command_id: CommandId
    trade_id: TradeId
    kind: CommandKind
    success: bool
    account_id: AccountId = NO_ACCOUNT
    ticket: Ticket | None = None
    error_code: ErrorCode = ErrorCode.NO_ERROR
    error_message: str = ""
    executed_price: Decimal | None = None
    executed_lot: Decimal | None = None
    spread_points: Decimal | None = None
    slippage_points: Decimal | None = None
    new_ticket: Ticket | None = None
    doubt: bool = False
    stored: bool = False
    late: bool = False
    candidates: tuple[Ticket, ...] = ()
    ledger_n: int | None = None
    execution_time_ms: int | None = None
    timestamps: Timestamps = NO_TIMESTAMPS
    traceparent: str = ""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class ResultAck:
    """To a slave EA: the result of *command_id* is journaled, stop repeating it."""

    command_id: CommandId
    account_id: AccountId
    ledger_n: int = 0


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAck:
    """Core to Agent: the frame *message_id* is journaled, or was refused for good."""

    message_id: MessageId
    success: bool = True
    error: str = ""
