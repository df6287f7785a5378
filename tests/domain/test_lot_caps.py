"""Caps of size: lots per trade, symbol and account, open trades, leverage."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.lot_caps import LotCaps, Market, free_lots, refuse_more_trades
from tests.domain.exposures import EURUSD, held

MARKET = Market(
    spec=EURUSD, entry_price=Decimal("1.10000"), tick_value=Decimal(1), equity=Decimal(10_000)
)
GOLD = held("4.00", symbol="XAUUSD")
CAPS = LotCaps(per_trade=Decimal(2), per_symbol=Decimal(3), per_account=Decimal(6))


@pytest.mark.parametrize(
    ("caps", "left"),
    [
        (LotCaps(), None),
        (LotCaps(per_trade=Decimal(2)), 2),
        (LotCaps(per_symbol=Decimal(3)), 2),
        (LotCaps(per_account=Decimal(6)), 1),
        (CAPS, 1),
        (LotCaps(per_trade=Decimal("0.50"), per_account=Decimal(6)), Decimal("0.5")),
    ],
)
def test_the_tightest_cap_is_what_is_left(caps: LotCaps, left: object) -> None:
    assert free_lots(caps, (held(), GOLD), MARKET) == left


def test_leverage_counts_everything_that_is_held() -> None:
    """1 lot of EURUSD is 110,000 USD: 30 times 10,000 leaves 190,000, 1.72 lots."""
    found = free_lots(LotCaps(leverage=Decimal(30)), (held(),), MARKET)

    assert isinstance(found, Decimal)
    assert found.quantize(Decimal("0.0001")) == Decimal("1.7273")


@pytest.mark.parametrize(
    ("caps", "market", "code", "said"),
    [
        (
            LotCaps(per_symbol=Decimal("1.005")),
            MARKET,
            ErrorCode.MAX_LOTS,
            "1.00 lots of EURUSD are open, max 1.005 per symbol: 0.005 lots are left < minimum"
            " 0.01",
        ),
        (
            LotCaps(leverage=Decimal(5)),
            MARKET,
            ErrorCode.MAX_LOTS,
            "110000.00 is held of 5 times the equity of 10000.00: 0 lots are left < minimum 0.01",
        ),
        (
            LotCaps(leverage=Decimal(5)),
            replace(MARKET, tick_value=None),
            ErrorCode.SPEC_MISSING,
            "tick value of EURUSD.x is None, not > 0: max_leverage needs it",
        ),
        (
            LotCaps(leverage=Decimal(5)),
            replace(MARKET, equity=None),
            ErrorCode.SPEC_MISSING,
            "the account has not reported its equity: max_leverage needs it",
        ),
    ],
)
def test_a_full_account_says_which_cap_it_is(
    caps: LotCaps, market: Market, code: ErrorCode, said: str
) -> None:
    assert free_lots(caps, (held(),), market) == Refusal(code, said)


def test_so_many_trades_and_no_more() -> None:
    caps = LotCaps(open_trades=2)

    assert refuse_more_trades(caps, (held(),)) is None
    assert refuse_more_trades(LotCaps(), (held(),) * 99) is None
    assert refuse_more_trades(caps, (held(), GOLD)) == Refusal(
        ErrorCode.MAX_TRADES, "2 trades are open >= max 2"
    )


@pytest.mark.parametrize(
    ("caps", "why"),
    [
        (LotCaps(per_trade=Decimal("NaN")), "NaN lots per trade is not above 0"),
        (LotCaps(per_account=Decimal(0)), "0 lots per account is not above 0"),
        (replace(CAPS, per_trade=Decimal(4)), "4 lots per trade are more than 3 lots per symbol"),
        (replace(CAPS, per_account=Decimal(1)), "3 lots per symbol are more than 1 lots per"),
        (LotCaps(leverage=Decimal(-1)), "leverage of -1"),
        (LotCaps(leverage=Decimal("Infinity")), "leverage of Infinity"),
        (LotCaps(open_trades=0), "0 open trades"),
    ],
)
def test_senseless_caps_are_named(caps: LotCaps, why: str) -> None:
    assert any(why in each for each in caps.complaints())
    assert not list(CAPS.complaints())


def test_two_sets_of_caps_are_the_tighter_of_both() -> None:
    both = CAPS.tighter(LotCaps(per_trade=Decimal(1), per_symbol=Decimal(9), open_trades=3))

    assert both == replace(CAPS, per_trade=Decimal(1), open_trades=3)
    assert both.is_set
    assert not LotCaps().is_set
