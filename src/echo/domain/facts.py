"""Facts for people and dashboards: one frozen object per thing that happened.

Facts are carried out after the messages have left; nothing decides by them.
"""

from dataclasses import dataclass
from decimal import Decimal

from echo.domain.answers import AckStage, Outcome
from echo.domain.cache_facts import CacheAsked
from echo.domain.copy_facts import CopyFact
from echo.domain.errors import ErrorCode
from echo.domain.handshake import NO_AGENT
from echo.domain.ids import NO_TRADE, AccountId, AgentId, CommandId, TradeId
from echo.domain.intents import ActionKind
from echo.domain.limit_rules import Stage
from echo.domain.link_facts import LinkFact
from echo.domain.quantities import Timestamps
from echo.domain.registration_facts import AccountEvaluated as AccountEvaluated
from echo.domain.registration_facts import RegistrationFact
from echo.domain.sealing import sealed


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class ActionReceived:
    """A master's action was taken in."""

    trade_id: TradeId
    seq: int
    kind: ActionKind
    account_id: AccountId
    symbol: str
    duplicate: bool
    traceparent: str = ""
    agent_id: AgentId = NO_AGENT
    """Whose frame it came in; its clock stamped what came before."""
    timestamps: Timestamps | None = None
    received_at_ms: int = 0
    """Unix ms; 0 = not told."""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSettled:
    """An action has its outcome on one follower; ``account_id`` is the follower's.

    ``latency_ms`` runs from the Core's receipt of the action to the outcome, on the Core's
    monotonic clock; ``None`` after a restart in between.
    """

    trade_id: TradeId
    seq: int
    kind: ActionKind
    account_id: AccountId
    symbol: str
    outcome: Outcome
    code: ErrorCode
    sentence: str
    latency_ms: int | None = None
    timestamps: Timestamps | None = None
    traceparent: str = ""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSent:
    """A command's frame left the Core; ``attempt`` counts from 1 in an Agent's session.

    ``again``: it is not the first frame of the command.  ``timestamps`` are the command's own,
    from when it was decided; ``None`` for what belongs to no trade.
    """

    command_id: CommandId
    account_id: AccountId
    agent_id: AgentId
    attempt: int
    warning_codes: tuple[str, ...] = ()
    """Of the account's verdict, if it is a warning."""
    again: bool = False
    trade_id: TradeId = NO_TRADE
    traceparent: str = ""
    timestamps: Timestamps | None = None
    ack_timeout_ms: int = 0
    backoff_ms: int = 0
    """How long an acknowledgement is waited for at least, before it is sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRetried:
    """A command is repeated because its stage was not acknowledged."""

    command_id: CommandId
    account_id: AccountId
    agent_id: AgentId
    stage: AckStage
    attempt: int
    trade_id: TradeId = NO_TRADE
    traceparent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatUsed:
    """A peer of an older age is served, without the promises that it cannot keep."""

    peer: str
    protocol_version: int
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChanged:
    """An Agent or an EA came or went."""

    peer: str
    up: bool
    reason: str = ""
    lasted_ms: int | None = None
    """Of a pipe that is gone: for how long it was there; ``None`` = not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRefused:
    """Something unreadable or impossible arrived and was turned away; the link lives on."""

    peer: str
    reason: str
    sentence: str


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something a person should look at; ``key`` names the thing, for repeats and recovery."""

    key: str
    code: str
    sentence: str
    account_id: AccountId | None = None
    trade_id: TradeId = NO_TRADE
    """The one trade that it is about."""
    traceparent: str = ""
    """Of that trade, where it is at hand; its log line is in the trade's trace without it, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorActed:
    """A person asked the running Core to do something; *done* is false when it was refused."""

    by: str
    action: str
    command_id: CommandId | None
    done: bool
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitStageChanged:
    """A limit of an account became more or less serious; money is in its sentence."""

    account_id: AccountId
    rule_id: str
    before: Stage
    stage: Stage
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitAnchored:
    """A limit counts from a new value: a day began, or it is watched for the first time.

    ``estimated``: nobody saw the account at that moment, the stricter of before and after counts.
    """

    account_id: AccountId
    rule_id: str
    anchor_value: Decimal
    floor: Decimal
    estimated: bool
    sentence: str


Fact = (
    ActionReceived
    | DecisionSettled
    | CommandSent
    | DeliveryRetried
    | CacheAsked
    | CopyFact
    | RegistrationFact
    | CompatUsed
    | LinkChanged
    | InputRefused
    | LinkFact
    | OperatorActed
    | LimitStageChanged
    | LimitAnchored
    | Alarm
)
