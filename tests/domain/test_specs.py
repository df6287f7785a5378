"""Specs that a terminal made up are told from real ones; quotes have two sides."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.ids import AccountId
from echo.domain.quantities import Side
from echo.domain.specs import Quote, SymbolMapping, spec_complaint

SPEC = SymbolMapping(
    canonical_symbol="EURUSD",
    broker_symbol="EURUSD.x",
    digits=5,
    point=Decimal("0.00001"),
    tick_size=Decimal("0.00001"),
    min_lot=Decimal("0.01"),
    max_lot=Decimal(50),
    lot_step=Decimal("0.01"),
)


def test_a_sound_spec_has_no_complaint() -> None:
    assert spec_complaint(SPEC) is None
    assert spec_complaint(replace(SPEC, digits=0, stop_level_points=0)) is None
    assert spec_complaint(replace(SPEC, min_lot=Decimal(50))) is None


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"point": Decimal(0)}, "point is 0, not > 0"),
        ({"tick_size": Decimal(0)}, "tick_size is 0, not > 0"),
        (
            {"min_lot": Decimal("0.00")},
            "min_lot is 0.00, not > 0; an EA that prints two decimals cannot tell thousandths of"
            " a lot",
        ),
        ({"max_lot": Decimal(-1)}, "max_lot is -1, not > 0"),
        ({"lot_step": Decimal("NaN")}, "lot_step is NaN, not > 0"),
        ({"tick_size": Decimal("Infinity")}, "tick_size is Infinity, not > 0"),
        ({"min_lot": Decimal(60)}, "min_lot 60 > max_lot 50"),
        ({"digits": -1}, "digits is -1, not 0 to 10"),
        ({"digits": 11}, "digits is 11, not 0 to 10"),
        ({"stop_level_points": -5}, "stop_level is -5 points, not >= 0"),
    ],
)
def test_made_up_specs_are_named_with_their_number(
    changes: dict[str, object], complaint: str
) -> None:
    assert spec_complaint(replace(SPEC, **changes)) == complaint  # type: ignore[arg-type]  # a table of fields


def test_a_buy_pays_the_ask_and_leaves_at_the_bid() -> None:
    quote = Quote(
        account_id=AccountId("1"),
        canonical_symbol="EURUSD",
        broker_symbol="EURUSD",
        bid=Decimal("1.1"),
        ask=Decimal("1.2"),
        spread_points=Decimal(1),
        timestamp_ms=0,
    )

    assert (quote.entry_price(Side.BUY), quote.exit_price(Side.BUY)) == (quote.ask, quote.bid)
    assert (quote.entry_price(Side.SELL), quote.exit_price(Side.SELL)) == (quote.bid, quote.ask)
