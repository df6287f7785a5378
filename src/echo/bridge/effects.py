"""What the Agent's shell must carry out, in this order."""

from dataclasses import dataclass

from echo.bridge.events import TimerKey
from echo.domain.answers import ResultAck, TradeIntentAck
from echo.domain.commands import Command
from echo.domain.facts import Fact
from echo.domain.handshake import SymbolRegistrationResult
from echo.domain.ids import MessageId
from echo.domain.ledger import LedgerEntry
from echo.domain.sealing import sealed
from echo.domain.sessions import AgentToCore, DeliveryConfig, EaSession, Pong

ToEaMessage = (
    Pong
    | Command
    | SymbolRegistrationResult
    | TradeIntentAck
    | ResultAck
    | DeliveryConfig
    | EaSession
)
"""Everything that an Agent says to an EA."""


@sealed
@dataclass(frozen=True, slots=True)
class SendEa:
    """Write *message* to the pipe *session*, spelled for *protocol_version* (1, 2 or 3)."""

    session: int
    protocol_version: int
    message: ToEaMessage


@sealed
@dataclass(frozen=True, slots=True)
class SendCore:
    """Hand *message* to the stream; with *message_id* the Core acknowledges it."""

    stream: int
    message_id: MessageId | None
    message: AgentToCore


@sealed
@dataclass(frozen=True, slots=True)
class Note:
    """Write to the ledger and answer with `Noted(note)`; numbers rise, one write at a time."""

    note: int
    puts: tuple[LedgerEntry, ...]
    drops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EndPipe:
    """Close the pipe *session*."""

    session: int
    reason: str


@dataclass(frozen=True, slots=True)
class EndStream:
    """Close the stream to the Core; the link connects again."""

    stream: int
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


@sealed
@dataclass(frozen=True, slots=True)
class Observe:
    """Tell telemetry."""

    fact: Fact


Effect = SendEa | SendCore | Note | EndPipe | EndStream | Arm | Disarm | Observe
