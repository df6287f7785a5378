"""Tolerances of one symbol go over those of its account, and those over what holds for all."""

from decimal import Decimal

import pytest

from echo.config.policies import policy_book
from echo.config.reading import read_settings
from echo.config.setting import Reload
from echo.config.symbol_keys import OF_THE_ACCOUNT, SYMBOL_KEYS
from echo.domain.ids import AccountId
from echo.domain.windows import WindowAction

FLAT: dict[str, object] = {
    "policy/*/max_spread": 30,
    "policy/*/XAUUSD/max_spread": 60,
    "policy/7001/max_spread": 20,
    "policy/7001/xauusd/max_spread": 45,
    "policy/7001/XAUUSD/on_close": "defer",
    "policy/7002/max_slippage": 5,
}


@pytest.mark.parametrize(
    ("account", "symbol", "points"),
    [
        ("7001", "XAUUSD", 45),
        ("7001", "EURUSD", 20),
        ("7001", None, 20),
        ("7002", "XAUUSD", 60),
        ("7002", "EURUSD", 30),
        ("7009", "XAUUSD", 60),
        ("7009", "EURUSD", 30),
    ],
)
def test_the_narrowest_that_is_set_counts(account: str, symbol: str | None, points: int) -> None:
    reading = read_settings(FLAT)
    assert reading.complaints == ()
    options = policy_book(reading.values).options(AccountId(account), symbol)

    assert options.max_spread_points == Decimal(points)


def test_what_a_symbol_does_not_set_is_its_accounts() -> None:
    book = policy_book(read_settings(FLAT).values)

    assert book.options(AccountId("7002"), "XAUUSD").max_slippage_points == 5
    assert book.options(AccountId("7001"), "XAUUSD").windows.on_close is WindowAction.DEFER
    assert book.options(AccountId("7001"), "EURUSD").windows.on_close is WindowAction.ALLOW
    assert len(book.all_options) == 1 + 2 + 3


def test_a_symbol_that_nobody_knows_is_refused() -> None:
    reading = read_settings({"policy/7001/XAUSUD/max_spread": 45})

    assert reading.complaints == (
        "policy/7001/XAUSUD/max_spread: 'XAUSUD' is not a canonical symbol",
    )


def test_what_cannot_differ_from_symbol_to_symbol_has_no_such_key() -> None:
    assert not {each.parts[-1] for each in SYMBOL_KEYS} & OF_THE_ACCOUNT
    assert {each.reload for each in SYMBOL_KEYS} == {Reload.LIVE}
