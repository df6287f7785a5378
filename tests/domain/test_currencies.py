"""Currencies of accounts are those of ISO 4217, and a few that brokers have of their own."""

import pytest

from echo.domain.currencies import is_currency
from echo.domain.instruments import CURRENCIES


@pytest.mark.parametrize("code", [*sorted(CURRENCIES), "AED", "USC", "BTC"])
def test_accounts_are_kept_in_it(code: str) -> None:
    assert is_currency(code)


@pytest.mark.parametrize("code", ["", "usd", "XQQ", "USDT", "DOLLAR"])
def test_it_is_no_currency(code: str) -> None:
    assert not is_currency(code)
