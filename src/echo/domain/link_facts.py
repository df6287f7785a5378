"""Facts about pipes and clocks: who connected, how fast a pipe answers, how clocks differ."""

from dataclasses import dataclass

from echo.domain.handshake import Role
from echo.domain.ids import AccountId, AgentId
from echo.domain.traces import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeConnected:
    """Somebody connected to an EA's pipe; whether it will be served, its handshake decides."""

    account_id: AccountId
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class PingHeard:
    """An EA said how long its last ping took to be answered, in ms."""

    account_id: AccountId
    rtt_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportHeld:
    """A report of an EA left the Agent after it had waited for its turn."""

    account_id: AccountId
    waited_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCompared:
    """How far *peer*'s wall clock is ahead of this program's, and how wrong that may be."""

    peer: str
    ahead_ms: int
    error_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpansReported:
    """An Agent handed its spans over for export."""

    agent_id: AgentId
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesMissed:
    """Changes of a table that its *channel* had not announced, found by reading it again."""

    channel: str
    count: int


LinkFact = PipeConnected | PingHeard | ReportHeld | ClockCompared | SpansReported | ChangesMissed
