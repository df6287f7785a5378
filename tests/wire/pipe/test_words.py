"""The words of the pipe."""

import pytest

from echo.domain.quantities import Side
from echo.domain.specs import TradePermission
from echo.wire.pipe import words
from echo.wire.pipe.fields import word
from echo.wire.refusals import WireError


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("points", "points"),
        ("USD", "currency"),
        (" eur ", "currency"),
        ("currency", "currency"),
        ("Interest Current", "interest_current"),
        ("currency-symbol", "currency_symbol"),
    ],
)
def test_a_swap_is_in_points_or_money(text: str, meaning: str) -> None:
    assert words.swap_type(text) == meaning


@pytest.mark.parametrize("text", ["", "us", "dollars", "U$D", "123"])
def test_other_units_of_swap_are_refused(text: str) -> None:
    with pytest.raises(WireError, match="swap_type"):
        words.swap_type(text)


@pytest.mark.parametrize(
    ("text", "day"), [("sunday", 1), ("Mon", 2), ("WEDNESDAY", 4), (" sat", 7)]
)
def test_days_may_be_cut_to_three_letters(text: str, day: int) -> None:
    assert words.day_number(text) == day


def test_what_is_no_day_is_refused() -> None:
    with pytest.raises(WireError, match="weekday 'mo'"):
        words.day_number("mo")


@pytest.mark.parametrize(
    ("text", "permission"),
    [
        ("full_access", TradePermission.FULL),
        ("full", TradePermission.FULL),
        ("Close-Only", TradePermission.CLOSE_ONLY),
        ("disabled", TradePermission.DISABLED),
    ],
)
def test_permissions_have_an_older_spelling(text: str, permission: TradePermission) -> None:
    assert word(words.TRADE_PERMISSIONS, text, "trade_permission") is permission


def test_sides_are_read_whatever_their_case() -> None:
    assert word(words.SIDES, "BUY", "side") is Side.BUY
    assert word(words.SIDES, "Sell", "side") is Side.SELL
    with pytest.raises(WireError):
        word(words.SIDES, "BUYSTOP", "side")
