"""Every tolerance and every column of a policy can be set; changes count at once."""

from dataclasses import fields

from echo.config.policy_keys import POLICY_KEYS
from echo.config.setting import Reload
from echo.domain.policy import CopyOptions, RiskPolicy

TOLERANCES = {each.parts[-1] for each in POLICY_KEYS if each.parts[0] == "policy"}
COLUMNS = {each.parts[-1] for each in POLICY_KEYS if each.parts[0] == "risk"}


def test_every_tolerance_can_be_set() -> None:
    elsewhere = {"comment_text", "windows", "session_zone"}
    named = {each.name.removesuffix("_points") for each in fields(CopyOptions)} - elsewhere

    assert named == TOLERANCES - {"risk_fixed"}


def test_every_column_of_a_policy_can_be_set() -> None:
    named = {each.name for each in fields(RiskPolicy)} - {"commission_rate_pct"}

    assert (named | {"commission_rate"}) - {"account_id", "strategy_id", "version"} == COLUMNS


def test_policies_change_without_a_restart() -> None:
    assert {each.reload for each in POLICY_KEYS} == {Reload.LIVE}


def test_older_spellings_are_known() -> None:
    aliases = {each.parts[-1]: each.aliases for each in POLICY_KEYS if each.aliases}

    assert aliases == {
        "max_spread": ("max_spread_points",),
        "max_slippage": ("max_slippage_points",),
        "max_delay_ms": ("max_age_ms",),
        "catastrophic_sl": ("catastrophic_sl_points",),
    }
