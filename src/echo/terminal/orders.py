"""What a terminal asks of its broker, and what the broker answers.

Every request carries a ``ref`` of its sender; the answer returns it.  Levels are prices, ``None`` =
none.  Codes are the broker's own numbers (docs.mql4.com, "Error Codes"; www.mql5.com, "Trade Server
Return Codes").
"""

from dataclasses import dataclass
from decimal import Decimal

from echo.domain.ids import Ticket
from echo.domain.quantities import Side
from echo.domain.sealing import sealed


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class SendOrder:
    """Open at the market.

    With both *price* and *deviation_points*, a market that has become worse than the price by more
    than that is answered by a requote instead of a fill.
    """

    ref: str
    symbol: str
    side: Side
    lot: Decimal
    magic_number: int = 0
    comment: str = ""
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    price: Decimal | None = None
    deviation_points: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePending:
    """Open when the market reaches *price*: from the far side (*stop*), or at a better price."""

    ref: str
    symbol: str
    side: Side
    lot: Decimal
    price: Decimal
    stop: bool = False
    magic_number: int = 0
    comment: str = ""
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLevels:
    """Give a position these two levels."""

    ref: str
    ticket: Ticket
    stop_loss: Decimal | None
    take_profit: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseLot:
    """Close *lot* of a position; ``None`` = all of it."""

    ref: str
    ticket: Ticket
    lot: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletePending:
    """Delete a pending order."""

    ref: str
    ticket: Ticket


OrderRequest = SendOrder | PlacePending | SetLevels | CloseLot | DeletePending


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A position was opened; ``ref`` is empty when a pending order opened it."""

    ref: str
    ticket: Ticket
    lot: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A pending order was placed."""

    ref: str
    ticket: Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelsSet:
    """The levels are set."""

    ref: str
    ticket: Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class LotClosed:
    """*lot* of *ticket* was closed and *remaining* is left, under *new_ticket* where it has one.

    ``ref`` is empty, and ``reason`` ``sl``, ``tp`` or ``so``, when the broker closed by itself.
    """

    ref: str
    ticket: Ticket
    lot: Decimal
    price: Decimal
    remaining: Decimal
    new_ticket: Ticket | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """The pending order is gone."""

    ref: str
    ticket: Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The broker, or the terminal in its place, answers with a code."""

    ref: str
    code: int
    sentence: str = ""


BrokerEvent = Filled | Placed | LevelsSet | LotClosed | Deleted | Refused
