"""What is watched of limits: a part that the journal gives back, and one that it does not."""

from decimal import Decimal

from echo.domain.funds import Funds
from echo.domain.headroom import ClosedLoss
from echo.domain.quantities import Side
from echo.engine.limit_watch import LimitWatch


def test_forgetting_what_is_durable_keeps_what_the_terminal_said() -> None:
    funds = Funds(balance=Decimal(1), equity=Decimal(1), currency="USD")
    watch = LimitWatch(told=funds, funds=funds, seen_mono_ms=7)
    watch.closed = (ClosedLoss(symbol="EURUSD", side=Side.BUY, loss=Decimal(1), at_ms=1),)
    watch.forget_durable()

    assert [len(watch.closed), len(watch.states), len(watch.uses)] == [0, 0, 0]
    assert (watch.funds, watch.seen_mono_ms) == (funds, 7)
