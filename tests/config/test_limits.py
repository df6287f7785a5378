"""Limits out of settings: per account, shared by all, and refused whole when they make no sense."""

from decimal import Decimal
from pathlib import Path

import pytest

from echo.config.limits import account_limits, limit_complaints
from echo.config.reading import read_settings
from echo.domain.account_limits import AccountLimits
from echo.domain.ids import AccountId
from echo.domain.lot_caps import LotCaps

ONE, TWO = AccountId("2001"), AccountId("2002")
PACKED = {
    "policy/2001/limit_pack": "ftmo-2-step",
    "policy/2001/limit_initial_balance": 100_000,
}


def limits(**flat: object) -> dict[AccountId, AccountLimits]:
    reading = read_settings({key.replace("__", "/"): value for key, value in flat.items()})
    assert not reading.complaints
    return account_limits(reading.values)


def complaints(flat: dict[str, object]) -> list[str]:
    return list(read_settings(flat).complaints)


def test_without_settings_there_are_no_limits() -> None:
    assert limits() == {}
    assert limits(policy__2001__max_spread=30) == {}
    assert limits(policy__2001__limit_slippage=30) == {}


def test_a_pack_is_put_on_the_account_s_own_balance() -> None:
    found = limits(
        **PACKED, policy__2001__limit_currency="EUR", policy__2001__limit_headroom="omit"
    )

    assert found.keys() == {ONE}
    assert [each.rule_id for each in found[ONE].rules] == ["daily-loss", "overall-loss"]
    assert {each.initial_balance for each in found[ONE].rules} == {Decimal(100_000)}
    assert (found[ONE].pack, found[ONE].currency, found[ONE].scale) == ("ftmo-2-step", "EUR", False)
    assert found[ONE].margins.slippage_points == 20


def test_what_holds_for_everybody_is_set_once_and_overridden_by_name() -> None:
    found = limits(
        core__slave_accounts="2001,2002",
        **{
            "policy/*/max_lots": 5,
            "policy/*/limit_no_stop_points": 300,
            "policy/2002/max_lots": 2,
            "policy/2002/max_leverage": 30,
            "policy/2002/max_open_trades": 4,
        },
    )

    assert found[ONE].caps == LotCaps(per_trade=Decimal(5))
    assert found[TWO].caps == LotCaps(per_trade=Decimal(2), leverage=Decimal(30), open_trades=4)
    assert found[TWO].margins.assumed_stop_points == 300


def test_an_own_cap_and_that_of_a_pack_are_the_tighter_of_both(tmp_path: Path) -> None:
    pack = tmp_path / "own.toml"
    pack.write_text(
        'name = "own"\nverified_on = 2026-11-21\n[[rule]]\nid = "size"\nkind = "max_lots"\n'
        'per_trade = 3\nper_symbol = 4\nsource = "contract"\nverified_on = 2026-11-21\n'
    )
    found = limits(
        policy__2001__limit_pack=str(pack),
        policy__2001__limit_initial_balance=5_000,
        policy__2001__max_lots_symbol=9,
        policy__2001__max_lots=1,
    )

    assert found[ONE].caps == LotCaps(per_trade=Decimal(1), per_symbol=Decimal(4))


def test_what_was_checked_is_what_is_put_into_force(tmp_path: Path) -> None:
    """A file that is emptied in between must neither stop the Core nor loosen a limit."""
    pack = tmp_path / "own.toml"
    text = (
        'name = "own"\nverified_on = 2026-11-21\n[[rule]]\nid = "size"\nkind = "max_lots"\n'
        'per_trade = 3\nsource = "contract"\nverified_on = 2026-11-21\n'
    )
    pack.write_text(text)
    flat: dict[str, object] = {
        "policy/2001/limit_pack": str(pack),
        "policy/2001/limit_initial_balance": 5_000,
    }
    reading = read_settings(flat)
    pack.write_text("")

    assert account_limits(reading.values)[ONE].caps == LotCaps(per_trade=Decimal(3))
    assert "name is missing" in complaints(flat)[0]
    pack.write_text(text.replace("= 3", "= 2"))
    assert not complaints(flat)
    assert account_limits(reading.values)[ONE].caps == LotCaps(per_trade=Decimal(2))


@pytest.mark.parametrize(
    ("flat", "why"),
    [
        (
            {"policy/2001/limit_pack": "ftmo-2-step"},
            "policy/2001/limit_initial_balance is missing: limit_pack needs it",
        ),
        ({**PACKED, "policy/2001/limit_pack": "ftmo"}, "there is no pack 'ftmo'"),
        ({**PACKED, "policy/2001/limit_pack": "/nowhere/own.toml"}, "No such file"),
        ({**PACKED, "policy/2001/limit_initial_balance": "NaN"}, "is not a finite number"),
        ({**PACKED, "policy/2001/limit_initial_balance": -5}, "is below 0.01"),
        ({**PACKED, "policy/2001/limit_currency": "usd"}, "'usd' is not three capitals"),
        (
            {"policy/2001/max_lots": 5, "policy/2001/max_lots_account": 2},
            "policy/2001: 5 lots per trade are more than 2 lots per account",
        ),
        (
            {"policy/2001/limit_pack": "futures-50k", "policy/2001/limit_initial_balance": 500},
            "1000 is more than 100 % of 500",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_reason(flat: dict[str, object], why: str) -> None:
    assert any(why in each for each in complaints(flat)), complaints(flat)


def test_a_complaint_is_made_once() -> None:
    reading = read_settings({"core/slave_accounts": "2001,2002", "policy/*/limit_pack": "ftmo"})

    assert len(limit_complaints(reading.values)) == 2
