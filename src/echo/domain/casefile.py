"""A case: everything that the journal holds about one trade, as an auditor needs it."""

from dataclasses import dataclass
from decimal import Decimal

from echo.domain.answers import AckStage, Outcome
from echo.domain.commands import CommandKind
from echo.domain.ids import AccountId, CommandId, Ticket, TradeId
from echo.domain.intents import ActionKind
from echo.domain.journal import CommandStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledTrade:
    """The trade's own row."""

    trade_id: TradeId
    followers: tuple[AccountId, ...]
    settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledAction:
    """One acknowledged action; ``told`` is the (trade, number) in its stored message."""

    seq: int
    kind: ActionKind
    received_at_ms: int
    told: tuple[TradeId, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledDecision:
    """What an action came to on one follower."""

    seq: int
    account_id: AccountId
    kind: ActionKind
    outcome: Outcome
    sentence: str
    command_id: CommandId | None
    decided_at_ms: int
    settled_at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledCommand:
    """One command; ``told`` is the (command, trade, account) in its stored message.

    ``seq`` ``None`` = it belongs to no action.  ``remaining_lot``: of a reduction.
    """

    command_id: CommandId
    account_id: AccountId
    kind: CommandKind
    seq: int | None
    stage: AckStage
    status: CommandStatus
    last_error: str
    created_at_ms: int
    told: tuple[CommandId, TradeId, AccountId]
    remaining_lot: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledAnswer:
    """One answer of a terminal; ``repeated``: its command had succeeded before."""

    command_id: CommandId
    account_id: AccountId
    kind: CommandKind
    success: bool
    doubt: bool
    repeated: bool
    ticket: Ticket | None
    new_ticket: Ticket | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledCopy:
    """What a follower holds."""

    account_id: AccountId
    ticket: Ticket
    lot_initial: Decimal
    lot_remaining: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledTwin:
    """A ticket of this trade's copy that is also one of another trade's."""

    account_id: AccountId
    ticket: Ticket
    other: TradeId


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledSettlement:
    """A person's word about one command."""

    command_id: CommandId
    outcome: Outcome | None
    ticket: Ticket | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """All rows of one trade, in the order of their keys.

    ``trade_id`` empty: what belongs to no trade.  ``trade`` ``None`` = rows without a trade.
    ``unreadable``: a sentence for each row that holds what Echo does not write.
    """

    trade_id: TradeId
    trade: FiledTrade | None = None
    actions: tuple[FiledAction, ...] = ()
    decisions: tuple[FiledDecision, ...] = ()
    commands: tuple[FiledCommand, ...] = ()
    answers: tuple[FiledAnswer, ...] = ()
    copies: tuple[FiledCopy, ...] = ()
    twins: tuple[FiledTwin, ...] = ()
    settlements: tuple[FiledSettlement, ...] = ()
    unreadable: tuple[str, ...] = ()
