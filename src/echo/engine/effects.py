"""What the Core's shell must carry out.

Effects leave in one first-in-first-out line: an effect waits until every record emitted before
it, by any event, is on disk.  Only `SendNow` overtakes.
"""

from dataclasses import dataclass

from echo.domain.facts import Fact
from echo.domain.ids import AgentId, TradeId
from echo.domain.journal import Record
from echo.domain.operations import Answer
from echo.domain.sealing import sealed
from echo.domain.sessions import CoreToAgent
from echo.engine.events import TimerKey


@sealed
@dataclass(frozen=True, slots=True)
class Persist:
    """Write *record*.  A *lazy* one may wait for the next commit, or for a quarter of a second."""

    record: Record
    lazy: bool = False


@sealed
@dataclass(frozen=True, slots=True)
class Send:
    """Hand *message* to the Agent's stream *session*; dropped when that stream is over."""

    agent_id: AgentId
    session: int
    message: CoreToAgent


@sealed
@dataclass(frozen=True, slots=True)
class SendNow:
    """Like `Send`, without waiting for the journal: pulses and clock probes promise nothing."""

    agent_id: AgentId
    session: int
    message: CoreToAgent


@dataclass(frozen=True, slots=True)
class EndSession:
    """Close an Agent's stream."""

    agent_id: AgentId
    session: int
    reason: str


@sealed
@dataclass(frozen=True, slots=True)
class Arm:
    """Raise `Due` with *key* at *due_mono_ms*; replaces a timer of the same key."""

    key: TimerKey
    due_mono_ms: int


@sealed
@dataclass(frozen=True, slots=True)
class Disarm:
    """Forget the timer *key*, if there is one."""

    key: TimerKey


@dataclass(frozen=True, slots=True)
class Recall:
    """Ask the journal whether the trade is stored and over, and raise `Recalled` with its word."""

    trade_id: TradeId


@sealed
@dataclass(frozen=True, slots=True)
class Observe:
    """Tell telemetry."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer the operator who asked *request_id*."""

    request_id: int
    answer: Answer


Effect = Persist | Send | SendNow | EndSession | Arm | Disarm | Recall | Observe | Reply
