"""Policies and tolerances come out of settings as the domain wants them."""

from decimal import Decimal

import pytest

from echo.config.policies import policy_book, policy_complaints, policy_warnings
from echo.config.reading import read_settings
from echo.domain.commands import Residual
from echo.domain.ids import AccountId, StrategyId
from echo.domain.policy import (
    CommentMode,
    CopyOptions,
    OnUnprotected,
    PolicyBook,
    RiskPolicy,
    RiskType,
    SlTpMode,
)
from echo.domain.quantities import Side

SLAVE = AccountId("7001")
OTHER = AccountId("7002")


def book(flat: dict[str, object]) -> PolicyBook:
    reading = read_settings(flat)
    assert reading.complaints == ()
    return policy_book(reading.values)


def policy(flat: dict[str, object], strategy: str = "magic_7") -> RiskPolicy | None:
    return book(flat).policy(SLAVE, StrategyId(strategy))


def complaints(flat: dict[str, object]) -> tuple[str, ...]:
    return read_settings(flat).complaints


def test_fixed_lot() -> None:
    found = policy(
        {"risk/7001/magic_7/risk_type": "FIXED_LOT", "risk/7001/magic_7/lot_size": "0.1"}
    )

    assert found == RiskPolicy(
        account_id=SLAVE,
        strategy_id=StrategyId("magic_7"),
        risk_type=RiskType.FIXED_LOT,
        lot_size=Decimal("0.1"),
    )


def test_fixed_risk_with_everything() -> None:
    row = "risk/7001/*/"

    found = policy(
        {
            f"{row}risk_type": "FIXED_RISK",
            f"{row}amount": 100,
            f"{row}currency": "EUR",
            f"{row}min_lot_override": "0.02",
            f"{row}max_lot_override": 5,
            f"{row}commission_per_lot": 7,
            f"{row}commission_rate": "0.003",
            f"{row}master_accounts": "61100781, 61100782",
            f"{row}valid_until_ms": 1_893_456_000_000,
        }
    )

    assert found == RiskPolicy(
        account_id=SLAVE,
        strategy_id=StrategyId("*"),
        risk_type=RiskType.FIXED_RISK,
        amount=Decimal(100),
        currency="EUR",
        min_lot_override=Decimal("0.02"),
        max_lot_override=Decimal(5),
        commission_per_lot=Decimal(7),
        commission_rate_pct=Decimal("0.003"),
        master_accounts=frozenset({AccountId("61100781"), AccountId("61100782")}),
        valid_until_ms=1_893_456_000_000,
    )


@pytest.mark.parametrize("name", ["*", "default"])
def test_default_is_another_name_of_any_strategy(name: str) -> None:
    row = f"risk/7001/{name}/"

    found = policy({f"{row}risk_type": "FIXED_LOT", f"{row}lot_size": 1}, "whatever")

    assert found is not None
    assert found.strategy_id == "*"


def test_fixed_amount_of_an_account_holds_where_it_has_no_row() -> None:
    flat: dict[str, object] = {
        "core/risk/default_currency": "EUR",
        "policy/7001/risk_fixed": 50,
        "risk/7001/magic_7/risk_type": "FIXED_LOT",
        "risk/7001/magic_7/lot_size": 1,
    }

    named, others = policy(flat), policy(flat, "magic_8")

    assert named is not None
    assert named.risk_type is RiskType.FIXED_LOT
    assert others is not None
    assert (others.risk_type, others.amount, others.currency) == (
        RiskType.FIXED_RISK,
        Decimal(50),
        "EUR",
    )


def test_row_for_any_strategy_goes_before_the_fixed_amount() -> None:
    found = policy(
        {
            "policy/7001/risk_fixed": 50,
            "risk/7001/*/risk_type": "FIXED_LOT",
            "risk/7001/*/lot_size": 1,
        }
    )

    assert found is not None
    assert found.risk_type is RiskType.FIXED_LOT


def test_fixed_amount_for_all_accounts_holds_for_every_slave() -> None:
    found = book(
        {
            "core/slave_accounts": "7001,7002",
            "policy/*/risk_fixed": 50,
            "policy/7002/risk_fixed": 60,
        }
    )

    amounts = {each.account_id: each.amount for each in found.policies}
    assert amounts == {SLAVE: Decimal(50), OTHER: Decimal(60)}


def test_no_row_is_no_policy() -> None:
    assert policy({}) is None


def test_account_without_tolerances_has_the_defaults_of_the_domain() -> None:
    assert book({}).options(SLAVE) == CopyOptions()


def test_tolerances_of_an_account_stand_on_those_of_all() -> None:
    found = book(
        {"policy/*/max_spread": 30, "policy/*/copy_sl_tp": False, "policy/7001/max_spread": 9}
    )

    assert found.options(SLAVE) == CopyOptions(max_spread_points=Decimal(9), copy_sl_tp=False)
    assert found.options(OTHER) == CopyOptions(max_spread_points=Decimal(30), copy_sl_tp=False)


def test_every_tolerance() -> None:
    given: dict[str, object] = {
        "max_spread_points": 25,
        "max_slippage": "10.5",
        "max_age_ms": 800,
        "copy_sl_tp": "no",
        "sl_tp_mode": "price",
        "sl_offset": -3,
        "tp_offset": 4,
        "catastrophic_sl": 500,
        "comment": "text: my own words",
        "protect_within_ms": 900,
        "on_unprotected": "close",
        "modify_coalesce_ms": 100,
        "wait_improvement_ms": 2000,
        "wait_improvement": "1.5",
        "reenter_within_ms": 60000,
        "reenter_slippage": 8,
        "residual": "close",
        "sides": ["SELL"],
        "symbols_include": "xauusd",
        "symbols_exclude": ["GER40"],
        "magic_ranges": "100-199,500",
    }

    found = book({f"policy/7001/{name}": value for name, value in given.items()})

    assert found.options(SLAVE) == CopyOptions(
        max_spread_points=Decimal(25),
        max_slippage_points=Decimal("10.5"),
        max_delay_ms=800,
        copy_sl_tp=False,
        sl_tp_mode=SlTpMode.PRICE,
        sl_offset_points=Decimal(-3),
        tp_offset_points=Decimal(4),
        catastrophic_sl_points=Decimal(500),
        comment=CommentMode.TEXT,
        comment_text="my own words",
        protect_within_ms=900,
        on_unprotected=OnUnprotected.CLOSE,
        modify_coalesce_ms=100,
        wait_improvement_ms=2_000,
        wait_improvement_points=Decimal("1.5"),
        reenter_within_ms=60_000,
        reenter_slippage_points=Decimal(8),
        residual=Residual.CLOSE,
        sides=frozenset({Side.SELL}),
        symbols_include=frozenset({"XAUUSD"}),
        symbols_exclude=frozenset({"GER40"}),
        magic_ranges=((100, 199), (500, 500)),
    )


@pytest.mark.parametrize(
    ("flat", "complaint"),
    [
        ({"risk/7001/*/lot_size": 1}, "risk/7001/*/risk_type is missing"),
        (
            {"risk/7001/*/risk_type": "FIXED_LOT"},
            "risk/7001/*/lot_size is missing: FIXED_LOT needs it",
        ),
        (
            {"risk/7001/*/risk_type": "FIXED_RISK", "risk/7001/*/currency": "USD"},
            "risk/7001/*/amount is missing: FIXED_RISK needs it",
        ),
        (
            {"risk/7001/*/risk_type": "FIXED_RISK", "risk/7001/*/amount": 5},
            "risk/7001/*/currency = '' is not three capitals",
        ),
        (
            {
                "risk/7001/*/risk_type": "FIXED_RISK",
                "risk/7001/*/amount": 5,
                "risk/7001/*/currency": "usd",
            },
            "risk/7001/*/currency = 'usd' is not three capitals",
        ),
        (
            {
                "risk/7001/*/risk_type": "FIXED_LOT",
                "risk/7001/*/lot_size": 1,
                "risk/7001/*/min_lot_override": 2,
                "risk/7001/*/max_lot_override": 1,
            },
            "risk/7001/*/min_lot_override = 2 is above max_lot_override = 1",
        ),
        (
            {"risk/*/magic_7/risk_type": "FIXED_LOT", "risk/*/magic_7/lot_size": 1},
            "risk/*/magic_7: '*' is not an account",
        ),
        (
            {"policy/my account/max_spread": 1},
            "policy/my account/max_spread: 'my account' is neither an account nor *",
        ),
        (
            {"policy/7001/comment": "text:"},
            "policy/7001/comment = 'text:' is none of tag, tag+rr, none and text:WORDS"
            " (1 to 31 printable characters of ASCII)",
        ),
        (
            {"policy/7001/sides": "BUY,LONG"},
            "policy/7001/sides = BUY, LONG holds more than BUY and SELL",
        ),
        (
            {"policy/7001/magic_ranges": "1-5, 9-7"},
            "policy/7001/magic_ranges: '9-7' is not a range such as 100-199",
        ),
        (
            {
                "risk/7001/*/risk_type": "FIXED_LOT",
                "risk/7001/*/lot_size": 1,
                "risk/7001/*/master_accounts": "a/b",
            },
            "risk/7001/*/master_accounts: 'a/b' is not an account",
        ),
    ],
)
def test_policy_that_makes_no_sense_is_refused(flat: dict[str, object], complaint: str) -> None:
    assert complaints(flat) == (complaint,)


def test_one_row_under_two_names_is_refused() -> None:
    found = complaints(
        {
            "risk/7001/*/risk_type": "FIXED_LOT",
            "risk/7001/*/lot_size": 1,
            "risk/7001/default/lot_size": 2,
        }
    )

    assert found == (
        "risk/7001/default/lot_size and risk/7001/*/lot_size are two names of one row: keep one",
    )


@pytest.mark.parametrize("name", ["*", "default"])
def test_row_with_an_unreadable_value_is_complained_about_once(name: str) -> None:
    found = complaints(
        {f"risk/7001/{name}/risk_type": "FIXED_LOT", f"risk/7001/{name}/lot_size": "much"}
    )

    assert found == (f"risk/7001/{name}/lot_size = 'much' is not a number",)


def test_values_read_without_complaints_have_none() -> None:
    assert policy_complaints(read_settings({}).values) == []


def test_half_of_a_pair_is_warned_about() -> None:
    values = read_settings(
        {
            "core/slave_accounts": "7001",
            "risk/7002/*/risk_type": "FIXED_LOT",
            "risk/7002/*/lot_size": 1,
        }
    ).values

    assert policy_warnings(values) == [
        "account 7001 has no policy under risk/7001: it copies nothing",
        "risk/7002 is given, but 7002 is not in core/slave_accounts: it copies nothing",
    ]
