"""What is written down before anything is sent: the rows of the journal, as values.

Every record is an upsert by its derived key, so that committing one twice changes nothing.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from echo.domain.accounts import AccountInfo
from echo.domain.answers import AckStage, ExecutionResult, Outcome
from echo.domain.commands import Command
from echo.domain.errors import ErrorCode
from echo.domain.handshake import HandshakeMetadata, Role, SymbolRegistrationResult
from echo.domain.ids import AccountId, AgentId, ClientId, CommandId, StrategyId, Ticket, TradeId
from echo.domain.intents import ActionKind, MasterAction
from echo.domain.limits_record import LimitsRecord
from echo.domain.policy import RiskPolicy
from echo.domain.quantities import Side
from echo.domain.rulings import PolicyRecord, Ruling, SettingSeen, SwitchRecord, WindowRecord
from echo.domain.sealing import sealed
from echo.domain.sizing import Inputs
from echo.domain.specs import Quote, SymbolMapping, SymbolSpecification

REMEMBERED_MS: Final = 7 * 86_400_000
"""A trade that was settled so long before the latest one need not be held in memory."""
REMEMBERED_MAX: Final = 50_000
"""Nor any beyond so many; the id of one takes about 200 bytes."""


class TradeStatus(StrEnum):
    """Where a master's trade stands."""

    PENDING = "PENDING"
    FILLED = "FILLED"
    REJECTED = "REJECTED"
    CANCELLED = "CANCELLED"
    PARTIALLY_CLOSED = "PARTIALLY_CLOSED"
    CLOSED = "CLOSED"


class CommandStatus(StrEnum):
    """Where a command stands in delivery; its business outcome is the decision's."""

    PENDING = "pending"
    INFLIGHT = "inflight"
    DELIVERED = "delivered"
    ACKED = "acked"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    CANCELLED = "cancelled"


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRecord:
    """A master's trade.  Upserted whole on every change of its state."""

    trade_id: TradeId
    master_account_id: AccountId
    master_client_id: ClientId
    master_ticket: Ticket
    strategy_id: StrategyId
    symbol: str
    """Canonical."""
    side: Side
    lot: Decimal
    price: Decimal
    magic_number: int
    stop_loss: Decimal | None
    take_profit: Decimal | None
    comment: str
    status: TradeStatus
    volume_initial: Decimal
    volume_remaining: Decimal
    attempt: int
    opened_at_ms: int
    updated_at_ms: int
    followers: tuple[AccountId, ...]
    """Pinned when the open was journaled: who joins later does not follow this trade."""
    settled: bool
    """Closed, and every action has a final outcome on every follower."""
    timeframe: str = ""
    """What the master declared, empty = nothing; for readers."""
    atr: Decimal | None = None
    """The master's average true range at the open, in quote currency; for readers."""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRecord:
    """One action of a master, as it was reported; written once."""

    trade_id: TradeId
    seq: int
    kind: ActionKind
    action: MasterAction
    received_at_ms: int


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """What an action came to on one follower; upserted until its outcome is final."""

    trade_id: TradeId
    seq: int
    account_id: AccountId
    kind: ActionKind
    outcome: Outcome
    code: ErrorCode
    sentence: str
    inputs: Inputs
    command_id: CommandId | None
    decided_at_ms: int
    settled_at_ms: int | None


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRecord:
    """A command, durable before its first frame leaves."""

    command_id: CommandId
    account_id: AccountId
    agent_id: AgentId | None
    """``None`` while no Agent owns the account."""
    command: Command
    created_at_ms: int


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class CommandProgress:
    """How far a command's delivery has come."""

    command_id: CommandId
    stage: AckStage
    status: CommandStatus
    attempt: int
    last_error: str
    updated_at_ms: int


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRecord:
    """One repeated or refused delivery, for operators."""

    command_id: CommandId
    stage: AckStage
    attempt: int
    error: str
    duration_ms: int
    created_at_ms: int


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionRecord:
    """One answer of a slave EA, as it came; the first success of a command is its fill."""

    command_id: CommandId
    trade_id: TradeId
    account_id: AccountId
    agent_id: AgentId
    result: ExecutionResult
    received_at_ms: int


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRecord:
    """What a follower holds of a trade: the ticket map, upserted on every change."""

    trade_id: TradeId
    account_id: AccountId
    ticket: Ticket
    symbol: str
    """The slave broker's."""
    open_price: Decimal
    lot_initial: Decimal
    lot_remaining: Decimal
    updated_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRecord:
    """An account's last introduction: role, Agent, what its EA can do."""

    account_id: AccountId
    agent_id: AgentId
    role: Role
    metadata: HandshakeMetadata
    last_connected_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolMapRecord:
    """All symbols of an account; replaces whatever was known of it."""

    account_id: AccountId
    symbols: tuple[SymbolMapping, ...]
    reported_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecRecord:
    """The latest full specifications of an account's symbols."""

    account_id: AccountId
    symbols: tuple[SymbolSpecification, ...]
    reported_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRecord:
    """The latest quote of one symbol, for readers; never on the copy path."""

    quote: Quote


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStateRecord:
    """An account's latest money, for readers."""

    info: AccountInfo
    updated_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationRecord:
    """One verdict about an account and its symbols."""

    result: SymbolRegistrationResult
    metadata: HandshakeMetadata


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerMark:
    """The highest record of a slave EA's ledger whose answer is journaled."""

    account_id: AccountId
    ledger_n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSessionRecord:
    """The epoch of an Agent's latest session; older frames are refused."""

    agent_id: AgentId
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRecord:
    """What a person had the Core do, and when; ``action`` is ``resend``, ``settle``, ``reconcile``.

    ``command_id`` ``None`` = it concerned no single command; ``outcome`` and ``ticket`` are those
    of a settlement.
    """

    asked_at_ms: int
    by: str
    action: str
    command_id: CommandId | None
    outcome: Outcome | None
    ticket: Ticket | None
    sentence: str


Record = (
    TradeRecord
    | ActionRecord
    | DecisionRecord
    | CommandRecord
    | CommandProgress
    | RetryRecord
    | ExecutionRecord
    | CopyRecord
    | AccountRecord
    | SymbolMapRecord
    | SpecRecord
    | QuoteRecord
    | AccountStateRecord
    | EvaluationRecord
    | LedgerMark
    | AgentSessionRecord
    | OperationRecord
    | Ruling
    | LimitsRecord
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandState:
    """A command as the journal knows it."""

    record: CommandRecord
    progress: CommandProgress | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """Everything the Core must know to go on where it, or another, stopped.

    Unsettled trades come with all their rows; of those settled lately only the ids, so that a
    late repeat is known for one.
    """

    trades: tuple[TradeRecord, ...] = ()
    actions: tuple[ActionRecord, ...] = ()
    decisions: tuple[DecisionRecord, ...] = ()
    commands: tuple[CommandState, ...] = ()
    copies: tuple[CopyRecord, ...] = ()
    settled: frozenset[TradeId] = frozenset()
    settled_since_ms: int = 0
    """Of trades that were settled before only the journal knows; 0 = all are in ``settled``."""
    left_alone: frozenset[tuple[TradeId, AccountId]] = frozenset()
    """Copies whose close ended ``manual``: Echo does not touch what is left of them."""
    accounts: tuple[AccountRecord, ...] = ()
    symbol_maps: tuple[SymbolMapRecord, ...] = ()
    policies: tuple[RiskPolicy, ...] = ()
    ledger_marks: tuple[LedgerMark, ...] = ()
    agent_epochs: tuple[AgentSessionRecord, ...] = ()
    policy_records: tuple[PolicyRecord, ...] = ()
    """The latest of each account, strategy and origin, those withdrawn included."""
    windows: tuple[WindowRecord, ...] = ()
    """Those that were not removed."""
    switches: tuple[SwitchRecord, ...] = ()
    """Those that are not ``live``."""
    limits: tuple[LimitsRecord, ...] = ()
    settings: tuple[SettingSeen, ...] = ()
    """Every key that settings ever had, with what they last said of it; in the order of keys."""
