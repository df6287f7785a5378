"""What travels on a pipe, as domain values."""

from dataclasses import dataclass

from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.answers import ExecutionResult, PipeDeliveryAck, ResultAck, TradeIntentAck
from echo.domain.commands import Command
from echo.domain.handshake import Handshake, SymbolRegistrationResult
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.sessions import DeliveryConfig, EaSession, Ping, Pong
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
"""Everything that an EA says, whatever its protocol version."""

ToEa = (
    Pong
    | Command
    | SymbolRegistrationResult
    | TradeIntentAck
    | ResultAck
    | DeliveryConfig
    | EaSession
)
"""Everything that an Agent says to an EA."""

Parted = Handshake | SymbolSpecReport | StateSnapshot | OpenTrades
"""Messages whose lists may be too long for one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One line of a message that comes in several: *message* holds this part of its lists.

    ``part`` counts from 1 to ``parts``, which is at least 2.
    """

    message: Parted
    part: int
    parts: int
