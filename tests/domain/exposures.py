"""Positions and symbols in round numbers: one lot of EURUSD is worth 1 USD a point."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from echo.domain.exposure import Exposure
from echo.domain.quantities import Side
from echo.domain.specs import SymbolMapping

POINT = Decimal("0.00001")
EURUSD = SymbolMapping(
    canonical_symbol="EURUSD",
    broker_symbol="EURUSD.x",
    digits=5,
    point=POINT,
    tick_size=POINT,
    min_lot=Decimal("0.01"),
    max_lot=Decimal(50),
    lot_step=Decimal("0.01"),
    contract_size=Decimal(100_000),
    tick_value=Decimal(1),
)


def held(
    lot: str = "1.00",
    *,
    stop: str | None = "1.09900",
    profit: str = "0",
    side: Side = Side.BUY,
    **changes: Any,
) -> Exposure:
    """A position opened at 1.10000; its stop is 100 points away, if nothing else is said."""
    return replace(
        Exposure(
            name="ticket 9001",
            symbol="EURUSD",
            side=side,
            lot=Decimal(lot),
            open_price=Decimal("1.10000"),
            stop_price=None if stop is None else Decimal(stop),
            profit=Decimal(profit),
            tick_value=Decimal(1),
            tick_size=POINT,
            point=POINT,
        ),
        **changes,
    )
