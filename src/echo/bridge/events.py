"""What can happen to the Agent."""

from dataclasses import dataclass

from echo.bridge.settings import BridgeSettings
from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.answers import ExecutionResult, PipeDeliveryAck
from echo.domain.handshake import Handshake, Role
from echo.domain.ids import AccountId
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.ledger import LedgerContents
from echo.domain.sealing import sealed
from echo.domain.sessions import CoreToAgent, Ping
from echo.domain.specs import Quote, SymbolSpecReport

FromEa = (
    Handshake
    | Ping
    | TradeIntent
    | TradeModify
    | TradeClose
    | ExecutionResult
    | PipeDeliveryAck
    | SymbolSpecReport
    | Quote
    | StateSnapshot
    | OpenTrades
)
"""Everything that an EA says, whatever its protocol version, as domain values."""

TimerKey = tuple[str, ...]
"""Names a timer: its purpose first, then whom it is for."""


@dataclass(frozen=True, slots=True)
class Restored:
    """The ledger was read: the first event of every life."""

    contents: LedgerContents
    boot_id: str
    boot_ms: int


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """New settings are in force."""

    settings: BridgeSettings


@dataclass(frozen=True, slots=True)
class PipeOpened:
    """An EA connected to the pipe of (role, account)."""

    session: int
    role: Role
    account_id: AccountId


@sealed
@dataclass(frozen=True, slots=True)
class EaSaid:
    """An EA sent a line that could be read."""

    session: int
    message: FromEa


@dataclass(frozen=True, slots=True)
class EaRefused:
    """An EA sent a line that could not be read; the link lives on."""

    session: int
    reason: str
    sentence: str


@dataclass(frozen=True, slots=True)
class PipeClosed:
    """An EA is gone."""

    session: int
    reason: str


@dataclass(frozen=True, slots=True)
class CoreUp:
    """A stream to the Core opened."""

    stream: int


@sealed
@dataclass(frozen=True, slots=True)
class CoreSaid:
    """The Core sent a message."""

    stream: int
    message: CoreToAgent


@dataclass(frozen=True, slots=True)
class CoreDown:
    """The stream is over."""

    stream: int
    reason: str


@dataclass(frozen=True, slots=True)
class Noted:
    """The ledger writes up to *note* are on disk."""

    note: int


@dataclass(frozen=True, slots=True)
class NoteFailed:
    """The ledger writes up to *note* failed; nothing of them is on disk."""

    note: int
    sentence: str


@sealed
@dataclass(frozen=True, slots=True)
class Due:
    """A timer is due; checked against the state, for it may have been overtaken."""

    key: TimerKey


Event = (
    Restored
    | SettingsChanged
    | PipeOpened
    | EaSaid
    | EaRefused
    | PipeClosed
    | CoreUp
    | CoreSaid
    | CoreDown
    | Noted
    | NoteFailed
    | Due
)
