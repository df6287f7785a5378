"""What an account holds and is worth, as its terminal says."""

from dataclasses import dataclass
from decimal import Decimal

from echo.domain.ids import AccountId, Ticket
from echo.domain.quantities import Side
from echo.domain.sealing import sealed


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInfo:
    """An account's money, in ``currency``; equity can be negative."""

    account_id: AccountId
    balance: Decimal
    equity: Decimal
    margin: Decimal
    margin_free: Decimal
    margin_level: Decimal
    currency: str
    timestamp_ms: int = 0


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One open position, or one pending order, in broker terms."""

    ticket: Ticket
    symbol: str
    side: Side
    lot: Decimal
    open_price: Decimal
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    profit: Decimal = Decimal(0)
    magic_number: int = 0
    comment: str = ""
    open_time_ms: int = 0


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """One closed position out of a terminal's history."""

    ticket: Ticket
    symbol: str
    side: Side
    lot: Decimal
    open_price: Decimal
    close_price: Decimal
    open_time_ms: int
    close_time_ms: int
    profit: Decimal = Decimal(0)
    swap: Decimal = Decimal(0)
    commission: Decimal = Decimal(0)
    magic_number: int = 0
    comment: str = ""
    reason: str = ""
    position_id: int = 0


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class TickValue:
    """What one lot gains or loses per tick, in account currency; moves with the market."""

    canonical_symbol: str
    tick_value: Decimal


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class StateSnapshot:
    """An account at one moment.

    ``complete``: all positions are listed; ``connected``: the terminal is online and its history
    synchronised; ``epoch``: the EA's start; only a snapshot with all three may prove that a
    position is gone.
    """

    account_id: AccountId
    info: AccountInfo | None
    positions: tuple[Position, ...] = ()
    timestamp_ms: int = 0
    epoch: str = ""
    sequence: int = 0
    complete: bool = False
    connected: bool = False
    history: tuple[Deal, ...] = ()
    pendings: tuple[Position, ...] = ()
    tick_values: tuple[TickValue, ...] = ()


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTrade:
    """One position that carries an Echo trade: by id when the EA knows it, else by tag."""

    ticket: Ticket
    lot: Decimal
    trade_id: str = ""
    tag: str = ""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTrades:
    """All Echo trades open on an account, every 5 s, with a hash to compare cheaply."""

    account_id: AccountId
    epoch: str
    trades: tuple[OpenTrade, ...]
    hash: str = ""
