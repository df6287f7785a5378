"""What a master did: opened, modified, reduced or closed a position."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from echo.domain.ids import SEQ_CLOSE, AccountId, ClientId, StrategyId, Ticket, TradeId
from echo.domain.quantities import NO_TIMESTAMPS, Side, Timestamps
from echo.domain.sealing import sealed

NO_STRATEGY: Final = StrategyId("")
"""The master declares none: its magic number tells its trades apart."""


class ActionKind(StrEnum):
    """The four things a master can do to a trade."""

    OPEN = "open"
    MODIFY = "modify"
    REDUCE = "reduce"
    CLOSE = "close"


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class TradeIntent:
    """A master opened a position at market.

    ``stop_loss`` and ``take_profit`` are prices, ``None`` = not set.  ``age_ms`` counts from
    detection on the sender's monotonic clock, ``None`` = unknown; ``sent_mono_ms`` is the last
    sender's monotonic clock when the frame left, but from an EA it is its Agent's clock, as the
    EA knows it at least: the Agent cannot ask its EAs for theirs.
    """

    trade_id: TradeId
    account_id: AccountId
    client_id: ClientId
    ticket: Ticket
    symbol: str
    side: Side
    lot: Decimal
    price: Decimal
    magic_number: int
    seq: int = 0
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    strategy_id: StrategyId = NO_STRATEGY
    server: str = ""
    comment: str = ""
    volume_initial: Decimal | None = None
    timeframe: str = ""
    atr: Decimal | None = None
    attempt: int = 1
    buffer_depth: int | None = None
    age_ms: int | None = None
    sent_mono_ms: int | None = None
    timestamps: Timestamps = NO_TIMESTAMPS
    traceparent: str = ""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class TradeModify:
    """A master changed its stops: ``None`` = unchanged, 0 = removed, else the new price."""

    trade_id: TradeId
    seq: int
    account_id: AccountId
    client_id: ClientId
    ticket: Ticket
    symbol: str
    magic_number: int
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    timestamps: Timestamps = NO_TIMESTAMPS
    traceparent: str = ""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class TradeClose:
    """A master closed all or part of a position.

    A full close has ``seq`` `SEQ_CLOSE`; anything less is a reduction, and ``volume_remaining``
    says what is left of it, in lots.  ``new_ticket`` is MT4's number for the remainder.  A
    legacy EA sends neither, only full closes, with a trade id that may be fresh.
    """

    trade_id: TradeId
    account_id: AccountId
    client_id: ClientId
    ticket: Ticket
    symbol: str
    magic_number: int
    seq: int = SEQ_CLOSE
    close_price: Decimal | None = None
    profit: Decimal | None = None
    reason: str = ""
    lot: Decimal | None = None
    volume_remaining: Decimal | None = None
    new_ticket: Ticket | None = None
    timestamps: Timestamps = NO_TIMESTAMPS
    traceparent: str = ""

    @property
    def kind(self) -> ActionKind:
        """CLOSE for the whole, REDUCE for a part."""
        return ActionKind.CLOSE if self.seq == SEQ_CLOSE else ActionKind.REDUCE


MasterAction = TradeIntent | TradeModify | TradeClose


def action_kind(action: MasterAction) -> ActionKind:
    """Name what *action* does."""
    match action:
        case TradeIntent():
            return ActionKind.OPEN
        case TradeModify():
            return ActionKind.MODIFY
        case TradeClose():
            return action.kind


def action_content(action: MasterAction) -> tuple[object, ...]:
    """Return what makes two reports of one action the same: everything but how they travelled.

    The same (trade, seq) with other content means that a master EA lost its outbox and counts
    again.
    """
    match action:
        case TradeIntent():
            return ("open", action.symbol.upper(), action.side, action.lot, action.price)
        case TradeModify():
            return ("modify", action.stop_loss, action.take_profit)
        case TradeClose():
            # A close is final whatever else it says; a reduction is what it leaves.
            return (action.kind.value, action.volume_remaining if action.seq != SEQ_CLOSE else None)
