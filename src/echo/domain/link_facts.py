"""Facts about pipes and clocks, and about collectors: who is there, how fast, how clocks differ."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorChanged:
    """A collector takes what it is sent, or does so no more; *address* is ``host:port``."""

    address: str
    up: bool
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsShed:
    """So many facts were not told: ``what`` of them is missing.

    ``figures``: they were not even counted.  ``spans``: they are in no trace; of those that a
    collector did not take, it is their steps that are counted.  ``logs``: no collector has their
    line; the program's own log has.
    """

    what: str
    facts: int


LinkFact = (
    PipeConnected
    | PingHeard
    | ReportHeld
    | ClockCompared
    | SpansReported
    | ChangesMissed
    | CollectorChanged
    | FactsShed
)
