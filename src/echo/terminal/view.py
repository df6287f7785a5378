"""What a terminal shows of its account and of the market: all that an EA can know of its broker."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from echo.domain.accounts import AccountInfo, Deal, Position
from echo.domain.handshake import AccountMode
from echo.domain.ids import AccountId, Ticket
from echo.domain.quantities import Side
from echo.domain.sealing import sealed
from echo.domain.specs import SessionWindow, SymbolMapping

# Bound once: the class of an enumeration is slow to ask, and these are asked all the time.
_BUY: Final = Side.BUY

MT4 = "mt4"
MT5 = "mt5"


@sealed
@dataclass(frozen=True, slots=True)
class Price:
    """Bid and ask of one symbol, in quote currency; the ask is not below the bid."""

    bid: Decimal
    ask: Decimal

    def entry(self, side: Side) -> Decimal:
        """The price at which *side* would open now."""
        return self.ask if side is _BUY else self.bid

    def exit(self, side: Side) -> Decimal:
        """The price at which *side* would close now; levels are measured from it."""
        return self.bid if side is _BUY else self.ask


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, in quote currency."""

    high: Decimal
    low: Decimal
    close: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What a terminal knows about a symbol beside its specification.

    ``sessions``: when it is quoted and traded, by the broker's clock; empty = it does not say.
    ``bars``: of the EA's chart, the newest, which is not whole yet, last.
    """

    symbol: str
    sessions: tuple[SessionWindow, ...] = ()
    bars: tuple[Bar, ...] = ()


def background_of(backgrounds: Iterable[Background], symbol: str) -> Background:
    """Return what is known about *symbol*, by the broker's name: nothing, if it is not listed."""
    return next((each for each in backgrounds if each.symbol == symbol), Background(symbol=symbol))


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalView:
    """One moment of a terminal, as its own reading functions would tell it.

    ``connected``: the terminal talks to its broker and trading is allowed; ``synchronised``: its
    positions and history are complete, so that a position missing here does not exist.
    ``server_time_ms`` is the broker's clock, in the broker's zone, as open times are.
    ``history_from_ms``: older deals are not shown, whatever happened to them.
    ``chart_s``: the time frame of the EA's chart, in seconds, 0 = no chart.
    """

    account_id: AccountId
    server: str
    server_time_ms: int
    info: AccountInfo
    positions: tuple[Position, ...] = ()
    pendings: tuple[Position, ...] = ()
    history: tuple[Deal, ...] = ()
    symbols: tuple[SymbolMapping, ...] = ()
    connected: bool = True
    synchronised: bool = True
    history_from_ms: int = 0
    broker: str = ""
    terminal: str = MT4
    terminal_build: int = 0
    account_mode: AccountMode = AccountMode.HEDGING
    leverage: int = 0
    chart_s: int = 0
    backgrounds: tuple[Background, ...] = ()

    @property
    def conclusive(self) -> bool:
        """Whether what is missing here is really missing."""
        return self.connected and self.synchronised

    def position(self, ticket: Ticket) -> Position | None:
        """Return the open position *ticket*."""
        return next((each for each in self.positions if each.ticket == ticket), None)

    def symbol(self, name: str) -> SymbolMapping | None:
        """Return what the broker says about its symbol *name*."""
        return next((each for each in self.symbols if each.broker_symbol == name), None)
