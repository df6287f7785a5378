"""What terminals say by themselves: lists of open trades and snapshots of accounts."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from echo.domain.accounts import OpenTrade, OpenTrades, Position, StateSnapshot
from echo.domain.ids import AccountId, Ticket, order_tag
from echo.domain.quantities import Side
from echo.engine.effects import Effect
from tests.engine.scenes import MASTER, SLAVE, TICKET, TRADE, Desk

FILLED_TICKET = 9001


def entry(ticket: int = FILLED_TICKET, lot: str = "0.10", **changes: Any) -> OpenTrade:
    return replace(OpenTrade(ticket=Ticket(ticket), lot=Decimal(lot), trade_id=TRADE), **changes)


def masters(lot: str = "1.00", ticket: int = TICKET, **changes: Any) -> OpenTrade:
    return entry(ticket, lot, **changes)


def tagged(ticket: int = FILLED_TICKET, comment: str = order_tag(TRADE)) -> OpenTrade:
    """A position whose terminal has no record of it, only its comment."""
    return entry(ticket, trade_id="", tag=comment)


def listing(*trades: OpenTrade, account_id: AccountId = MASTER, epoch: str = "ea-1") -> OpenTrades:
    return OpenTrades(account_id=account_id, epoch=epoch, trades=trades)


def position(ticket: int = FILLED_TICKET, **changes: Any) -> Position:
    return replace(
        Position(
            ticket=Ticket(ticket),
            symbol="EURUSD.x",
            side=Side.BUY,
            lot=Decimal("0.10"),
            open_price=Decimal("1.10010"),
            magic_number=7,
        ),
        **changes,
    )


def foreign(ticket: int = 77) -> Position:
    """A position that a person opened by hand."""
    return position(ticket, symbol="XAUUSD.x", open_price=Decimal(4000), magic_number=0)


def snapshot(*positions: Position, account_id: AccountId = SLAVE, **changes: Any) -> StateSnapshot:
    return replace(
        StateSnapshot(
            account_id=account_id,
            info=None,
            positions=positions,
            epoch="ea-1",
            complete=True,
            connected=True,
        ),
        **changes,
    )


def say_every(
    stage: Desk, message: OpenTrades | StateSnapshot, *, seconds: int, every_ms: int = 5_000
) -> list[Effect]:
    """Have the terminal say the same at once, and again for *seconds*; return what it led to."""
    led_to = list(stage.say(numbered(stage, message), message_id=None))
    for _ in range(seconds * 1_000 // every_ms):
        stage.later(every_ms)
        led_to += stage.say(numbered(stage, message), message_id=None)
    return led_to


def numbered(stage: Desk, message: OpenTrades | StateSnapshot) -> OpenTrades | StateSnapshot:
    """Terminals number their snapshots, upwards."""
    if isinstance(message, OpenTrades):
        return message
    return replace(message, sequence=stage.now.mono_ms)
