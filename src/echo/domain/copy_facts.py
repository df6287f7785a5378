"""Facts about single copies: what was decided, what went down a pipe, what came of it.

Each fact holds everything that a counter, a span or a report about it needs.
"""

from dataclasses import dataclass
from decimal import Decimal

from echo.domain.answers import AckStage, ExecutionResult, Outcome, Receipt
from echo.domain.commands import CommandKind, ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.handshake import NO_AGENT
from echo.domain.ids import NO_TRADE, AccountId, AgentId, CommandId, StrategyId, TradeId
from echo.domain.intents import ActionKind, TradeIntent
from echo.domain.quantities import Timestamps
from echo.domain.sealing import sealed
from echo.domain.sizing import Inputs


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class CopyDecided:
    """An entry was decided for one follower.

    ``code`` `NO_ERROR` = it is copied; ``inputs`` are the numbers behind the size, empty when it
    was omitted.  ``spec_age_ms``, ``quote_age_ms`` and ``spread_points`` ``None`` = not known when
    it was decided.
    """

    trade_id: TradeId
    account_id: AccountId
    strategy_id: StrategyId
    symbol: str
    code: ErrorCode
    inputs: Inputs = ()
    spec_age_ms: int | None = None
    quote_age_ms: int | None = None
    spread_points: Decimal | None = None
    contract_size_known: bool = True
    """Whether the symbol's terminal tells its contract size."""
    traceparent: str = ""
    decided_at_ms: int = 0
    """Unix ms; 0 = not told."""
    order: ExecuteOrder | None = None
    """What was ordered; ``None`` = nothing."""
    point: Decimal | None = None
    """Of the slave's symbol, in quote currency; ``None`` = the symbol is not known."""
    digits: int = 0
    offsets_points: tuple[Decimal, Decimal] = (Decimal(0), Decimal(0))
    """By how much the account moves stop and target away from the price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerMissing:
    """A command waits, because no Agent that is connected owns its account."""

    command_id: CommandId
    account_id: AccountId
    trade_id: TradeId = NO_TRADE
    traceparent: str = ""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class ResultTaken:
    """A slave's answer was taken in, for the first time.

    ``slippage_points`` is how much worse the fill was than the master's, in the order's direction
    (negative = better), in points of the slave's symbol; ``slippage_money`` the same in account
    currency; ``None`` = not an entry, or the numbers for it are not known.
    """

    command_id: CommandId
    trade_id: TradeId
    account_id: AccountId
    agent_id: AgentId
    strategy_id: StrategyId
    symbol: str
    kind: CommandKind
    outcome: Outcome
    code: ErrorCode
    timestamps: Timestamps
    slippage_points: Decimal | None = None
    slippage_money: Decimal | None = None
    spread_points: Decimal | None = None
    traceparent: str = ""
    master_agent_id: AgentId = NO_AGENT
    """Whose clock stamped what came before the Core."""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class IntentForwarded:
    """The Agent passed a master's action on to the Core; ``attempt`` counts from 1."""

    account_id: AccountId
    trade_id: TradeId
    seq: int
    kind: ActionKind
    attempt: int
    buffer_depth: int | None = None
    """Actions that wait in the EA's outbox; ``None`` = the EA does not tell."""
    timestamps: Timestamps | None = None
    traceparent: str = ""
    intent: TradeIntent | None = None
    """What was opened; ``None`` = nothing, it is another action."""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class CommandWritten:
    """The Agent wrote a command to its EA's pipe; ``attempt`` counts from 1 in a pipe session."""

    command_id: CommandId
    account_id: AccountId
    attempt: int
    trade_id: TradeId = NO_TRADE
    traceparent: str = ""
    received_at_ms: int = 0
    """When the Agent got it, Unix ms; 0 = not told."""
    sent_at_ms: int | None = None
    """When it left the Core, on the Core's clock; ``None`` = not stamped."""
    confirmed: bool = True
    """Whether its EA says when it has arrived; older ones do not."""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class CommandHeard:
    """An EA said that a command has arrived; ``latency_ms`` since it was last written."""

    command_id: CommandId
    account_id: AccountId
    result: Receipt
    latency_ms: int
    attempt: int = 1
    trade_id: TradeId = NO_TRADE
    traceparent: str = ""
    received_at_ms: int = 0
    """When the Agent got it, Unix ms; 0 = not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultForwarded:
    """The Agent passed an EA's answer on to the Core; ``attempt`` counts from 1."""

    result: ExecutionResult
    attempt: int
    command_id: CommandId
    trade_id: TradeId
    account_id: AccountId
    traceparent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BacklogSeen:
    """How much had no outcome at one moment; ``oldest_ms`` 0 = nothing at that stage.

    ``accounts_silent`` counts accounts that have introduced themselves once and are not here.
    """

    commands: int
    oldest_ms: tuple[tuple[AckStage, int], ...]
    accounts_connected: int = 0
    accounts_silent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTimed:
    """How long the engine took over what it took in at *at_ms* (Unix ms); told before the rest.

    Entries are decided in a turn for many followers together.  Times are Unix microseconds.
    """

    at_ms: int
    begun_at_us: int
    ended_at_us: int


CopyFact = (
    CopyDecided
    | OwnerMissing
    | ResultTaken
    | IntentForwarded
    | CommandWritten
    | CommandHeard
    | ResultForwarded
    | BacklogSeen
    | TurnTimed
)
