"""An inquiry: all that was decided about one trade, for every follower, and by which rule."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId, CommandId, StrategyId, Ticket, TradeId
from echo.domain.intents import ActionKind
from echo.domain.journal import DecisionRecord, TradeRecord
from echo.domain.quantities import NO_TIMESTAMPS, Timestamps
from echo.domain.sizing import Inputs

RULES: Final[dict[ErrorCode, str]] = {
    ErrorCode.RISK_POLICY_MISSING: "risk/{account}/{strategy}",
    ErrorCode.RISK_POLICY_INVALID: "risk/{account}/{strategy}",
    ErrorCode.STOP_REQUIRED: "risk/{account}/{strategy}/risk_type",
    ErrorCode.VOLUME_BELOW_MIN: "risk/{account}/{strategy}/tiny_trade",
    ErrorCode.SPREAD_EXCEEDED: "policy/{account}/max_spread",
    ErrorCode.SLIPPAGE_EXCEEDED: "policy/{account}/max_slippage",
    ErrorCode.DELAY_EXCEEDED: "policy/{account}/max_delay_ms",
    ErrorCode.STALE: "policy/{account}/max_delay_ms",
    ErrorCode.SIDE_FILTERED: "policy/{account}/sides",
    ErrorCode.SYMBOL_FILTERED: "policy/{account}/symbols_include, symbols_exclude",
    ErrorCode.WINDOW_BLOCKED: "windows, policy/{account}/on_open, on_close, on_modify",
    ErrorCode.SESSION_CLOSED: "the symbol's trading hours",
    ErrorCode.TRADE_DISABLED: "what the broker permits",
    ErrorCode.PAUSED: "modes",
    ErrorCode.CLOSE_ONLY: "modes",
    ErrorCode.MAX_TRADES: "policy/{account}/max_open_trades",
    ErrorCode.MAX_LOTS: "policy/{account}/max_lots",
    ErrorCode.LIMIT_HEADROOM: "the account's limits",
    ErrorCode.LIMIT_REACHED: "the account's limits",
    ErrorCode.HANDSHAKE_NOT_READY: "the account's registration",
    ErrorCode.SYMBOL_NOT_MAPPED: "the account's registration",
    ErrorCode.SPEC_MISSING: "core/specs/max_age_ms",
    ErrorCode.QUOTE_STALE: "core/risk/quote_max_age_ms",
    ErrorCode.CLOSED_BEFORE_OPEN: "a close overtakes an open that was not sent",
    ErrorCode.UNSUPPORTED_BY_PEER: "what the terminal's EA can do",
}
"""Which rule a code speaks for; of what is not here the broker decided."""

FOLLOWS: Final = "the master's {kind} is repeated"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldAction:
    """One action of the master; ``sentence`` says what it was, ``timestamps`` how it came."""

    seq: int
    kind: ActionKind
    received_at_ms: int
    sentence: str
    traceparent: str = ""
    timestamps: Timestamps = NO_TIMESTAMPS


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How far a decision's command came, and what was answered; ``None`` = nothing of it."""

    stage: str
    status: str
    attempt: int
    last_error: str
    ticket: Ticket | None = None
    price: Decimal | None = None
    lot: Decimal | None = None
    spread_points: Decimal | None = None
    slippage_points: Decimal | None = None
    latency_ms: int | None = None
    command_id: CommandId | None = None
    timestamps: Timestamps = NO_TIMESTAMPS


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDecision:
    """What one action came to on one follower; ``carried`` ``None`` = nothing was sent."""

    seq: int
    kind: ActionKind
    account_id: AccountId
    outcome: Outcome
    code: ErrorCode
    sentence: str
    rule: str
    inputs: Inputs
    decided_at_ms: int
    settled_at_ms: int | None
    carried: Carried | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What a follower holds of the trade, or held."""

    account_id: AccountId
    ticket: Ticket
    symbol: str
    open_price: Decimal
    lot_initial: Decimal
    lot_remaining: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquest:
    """One trade with all that was decided about it.

    ``undecided`` counts followers of an action that have no decision yet: a fan-out under way.
    """

    trade: TradeRecord
    actions: tuple[ToldAction, ...]
    decisions: tuple[ToldDecision, ...]
    holdings: tuple[Holding, ...]

    @property
    def trade_id(self) -> TradeId:
        """The trade's identity."""
        return self.trade.trade_id

    @property
    def undecided(self) -> int:
        """Followers times actions, less decisions."""
        return len(self.actions) * len(self.trade.followers) - len(self.decisions)


def rule_of(row: DecisionRecord, strategy: StrategyId) -> str:
    """Say by which rule an outcome came about."""
    named = RULES.get(row.code)
    if named is not None:
        return named.format(account=row.account_id, strategy=strategy)
    if row.kind is not ActionKind.OPEN:
        return FOLLOWS.format(kind=row.kind)
    inputs = dict(row.inputs)
    if "risk_type" in inputs:
        return f"{inputs['risk_type']}, version {inputs.get('policy_version', 1)}"
    return "the broker" if row.code is not ErrorCode.NO_ERROR else ""
