"""What Agent and Core tell each other about themselves and the link between them."""

from dataclasses import dataclass

from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.answers import (
    CommandAck,
    ExecutionResult,
    MessageAck,
    ResultAck,
    TradeIntentAck,
)
from echo.domain.commands import Command
from echo.domain.handshake import (
    NO_EVALUATION,
    AccountSymbolsReport,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId, AgentId, EvaluationId
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.sealing import sealed
from echo.domain.specs import Quote, SymbolSpecReport
from echo.domain.traces import AgentSpans


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHello:
    """An Agent's first frame on every stream."""

    agent_id: AgentId
    version: str
    hostname: str
    os: str
    protocol_version: int = 3
    supports_lossless_delivery: bool = True
    owned_accounts: tuple[AccountId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreHello:
    """The Core's answer to `AgentHello`."""

    required_protocol_version: int
    lossless_required: bool
    service_version: str
    compat_mode_active: bool = False


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryHeartbeat:
    """The Core's pulse, with the delivery settings in force and a clock probe.

    ``mono_ms`` is the sender's monotonic clock; ``echo_mono_ms`` returns the last stamp heard
    from the peer, held for ``held_ms``.  All in ms; ``None`` = nothing to return yet.
    """

    heartbeat_interval_ms: int
    retry_backoff_ms: tuple[int, ...]
    max_retries: int
    ack_timeout_ms: int
    mono_ms: int
    echo_mono_ms: int | None = None
    held_ms: int = 0
    wall_ms: int = 0
    """The sender's wall clock at the same moment, Unix ms; 0 = not told."""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHeartbeat:
    """The Agent's pulse and clock probe."""

    agent_id: AgentId
    timestamp_ms: int
    mono_ms: int
    echo_mono_ms: int | None = None
    held_ms: int = 0


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class ClockEcho:
    """A clock probe between heartbeats."""

    mono_ms: int
    echo_mono_ms: int | None = None
    held_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountConnected:
    """An EA of *account_id* is on a pipe of this Agent."""

    account_id: AccountId
    connected_at_ms: int
    role: Role
    broker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDisconnected:
    """That EA is gone."""

    account_id: AccountId
    disconnected_at_ms: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryConfig:
    """To a master EA: how patiently to repeat what is not acknowledged."""

    retry_backoff_ms: tuple[int, ...]
    max_retries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EaSession:
    """To an EA after its handshake: the epoch that its frames belong to, and the link's pace.

    ``ledger_n`` is the highest record of this EA's ledger that the Core has journaled: a file
    that ends before it has lost its memory.  ``ledger_id`` names the file that served the account
    before; where it is another than this EA's, what was sent meanwhile is not in this EA's file.
    """

    session_epoch: int
    heartbeat_interval_ms: int
    retry_backoff_ms: tuple[int, ...]
    max_retries: int
    ledger_n: int = 0
    ledger_id: str = ""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """An EA's probe of the Agent."""

    ping_id: str
    timestamp_ms: int = 0
    role: str = ""
    rtt_ms: int | None = None
    """How long the ping before took to be answered; ``None`` = the EA does not tell."""
    evaluation_id: EvaluationId = NO_EVALUATION
    """Of the verdict that the EA has taken in last; empty = none, or the EA does not tell."""
    verdict_age_ms: int = 0
    """How long ago it did so."""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Pong:
    """The Agent's answer; ``mono_ms`` is its monotonic clock."""

    ping_id: str
    timestamp_ms: int
    echo_ms: int
    mono_ms: int


AgentToCore = (
    AgentHello
    | AgentHeartbeat
    | ClockEcho
    | AccountConnected
    | AccountDisconnected
    | AccountSymbolsReport
    | SymbolSpecReport
    | Quote
    | StateSnapshot
    | OpenTrades
    | TradeIntent
    | TradeModify
    | TradeClose
    | CommandAck
    | ExecutionResult
    | AgentSpans
)
"""Everything that an Agent sends upwards."""

CoreToAgent = (
    CoreHello
    | DeliveryHeartbeat
    | ClockEcho
    | Command
    | MessageAck
    | TradeIntentAck
    | ResultAck
    | SymbolRegistrationResult
)
"""Everything that the Core sends downwards."""
