"""What a slave account is told to do."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from echo.domain.ids import AccountId, CommandId, Ticket, TradeId
from echo.domain.quantities import NO_TIMESTAMPS, Side, Timestamps
from echo.domain.sealing import sealed


class CommandKind(StrEnum):
    """The kinds of command, as journal and wire name them."""

    EXECUTE = "execute"
    CLOSE = "close"
    MODIFY = "modify"
    REDUCE = "reduce"
    CANCEL = "cancel"
    FLATTEN = "flatten"


class Residual(StrEnum):
    """What to do when a reduction would leave less than the broker's smallest lot."""

    CLOSE = "close"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Protect:
    """Levels to set by modification after the fill, because the order may not carry them."""

    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class ExecuteOrder:
    """Open at market: the only step that is not idempotent, and the only one that grows stale.

    ``symbol`` is the slave broker's.  ``ttl_ms`` is what is left of the entry's time when the
    frame left its sender at ``sent_mono_ms`` (that sender's monotonic clock); ``age_ms`` how old
    the command was then.  ``None`` limits do not limit.  ``first``: no frame of it has left the
    Core before, so that nobody else can have brought it to its EA.
    """

    command_id: CommandId
    trade_id: TradeId
    account_id: AccountId
    symbol: str
    side: Side
    lot: Decimal
    magic_number: int
    seq: int = 0
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    comment: str = ""
    protect: Protect | None = None
    ttl_ms: int | None = None
    age_ms: int | None = None
    sent_mono_ms: int | None = None
    max_slippage_points: Decimal | None = None
    max_spread_points: Decimal | None = None
    session_epoch: int = 0
    timestamps: Timestamps = NO_TIMESTAMPS
    first: bool = False
    traceparent: str = ""

    kind = CommandKind.EXECUTE


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyOrder:
    """Set stops to these prices: ``None`` = leave as it is, 0 = remove."""

    command_id: CommandId
    trade_id: TradeId
    account_id: AccountId
    seq: int
    ticket: Ticket
    symbol: str
    magic_number: int
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    session_epoch: int = 0
    timestamps: Timestamps = NO_TIMESTAMPS
    traceparent: str = ""

    kind = CommandKind.MODIFY


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class ReduceOrder:
    """Close the part above ``remaining_lot``: a state to reach, so a repeat changes nothing.

    ``again``: a life of the EA that has ended since may have read it, and the broker may still
    come to do what that one asked for.
    """

    command_id: CommandId
    trade_id: TradeId
    account_id: AccountId
    seq: int
    ticket: Ticket
    symbol: str
    magic_number: int
    remaining_lot: Decimal
    residual: Residual = Residual.KEEP
    again: bool = False
    session_epoch: int = 0
    timestamps: Timestamps = NO_TIMESTAMPS
    traceparent: str = ""

    kind = CommandKind.REDUCE


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class CloseOrder:
    """Close one ticket whole.  Never late, never refused by filters."""

    command_id: CommandId
    trade_id: TradeId
    account_id: AccountId
    ticket: Ticket
    symbol: str
    magic_number: int
    seq: int
    session_epoch: int = 0
    timestamps: Timestamps = NO_TIMESTAMPS
    traceparent: str = ""

    kind = CommandKind.CLOSE


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelPendings:
    """Delete pending orders; ``None`` = any magic number, any symbol."""

    command_id: CommandId
    account_id: AccountId
    magic_number: int | None = None
    symbol: str | None = None

    kind = CommandKind.CANCEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Flatten:
    """Close these tickets now: kill switch and account limits."""

    command_id: CommandId
    account_id: AccountId
    tickets: tuple[Ticket, ...]
    reason: str = ""

    kind = CommandKind.FLATTEN


TradeCommand = ExecuteOrder | ModifyOrder | ReduceOrder | CloseOrder
"""Commands that belong to a lane: one trade on one account."""

Command = TradeCommand | CancelPendings | Flatten
