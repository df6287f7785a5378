"""Canonical JSON: same value, same bytes, and back to the same value."""

import subprocess
import sys
from dataclasses import fields, replace
from datetime import time
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echo.domain.account_limits import AccountLimits
from echo.domain.closing_time import ClosingTime
from echo.domain.headroom import IdeaRule
from echo.domain.ids import AccountId
from echo.domain.limit_rules import LimitKind, LimitRule
from echo.domain.lot_caps import LotCaps
from echo.domain.policy import CopyOptions, PolicyBook, RiskPolicy, RiskType
from echo.domain.quantities import Instant, Side
from echo.domain.reset_time import ResetTime
from echo.domain.sessions import AgentToCore, CoreToAgent
from echo.engine.events import Event
from echo.engine.settings import EngineSettings
from echo.services.core.canonical import canonical, from_canonical

EVERYTHING = [*get_args(AgentToCore), *get_args(CoreToAgent), *get_args(Event)]


@settings(max_examples=60)
@given(st.sampled_from(EVERYTHING).flatmap(st.from_type))
def test_every_value_comes_back_as_it_was(value: object) -> None:
    """By its bytes: some numbers (NaN) are not even equal to themselves."""
    back = from_canonical(canonical(value))

    assert type(back) is type(value)
    assert canonical(back) == canonical(value)


def test_policies_come_back_as_they_were() -> None:
    account, other = AccountId("200"), AccountId("201")
    policy = RiskPolicy(
        account_id=account,
        strategy_id="s",  # type: ignore[arg-type]  # as text
        risk_type=RiskType.FIXED_LOT,
        lot_size=Decimal("0.10"),
    )
    own = CopyOptions(max_delay_ms=1, sides=frozenset({Side.SELL}))
    default = replace(CopyOptions(), max_spread_points=Decimal(20))

    back = from_canonical(canonical(PolicyBook([policy], {account: own}, default)))

    assert back.policies == (policy,)
    assert (back.options(account), back.options(other)) == (own, default)


def test_limits_come_back_as_they_were() -> None:
    account = AccountId("200")
    evening = ResetTime(time(18), "America/New_York")
    daily = LimitRule(
        rule_id="daily",
        kind=LimitKind.DAILY_LOSS,
        limit=Decimal(5),
        initial_balance=Decimal(100_000),
        reset=evening,
    )
    closing = ClosingTime(
        rule_id="close", closes=ResetTime(time(16, 10), evening.zone), reopens=evening
    )
    limits = AccountLimits(
        rules=(daily,),
        ideas=(IdeaRule(rule_id="idea", limit=Decimal(900)),),
        closings=(closing,),
        caps=LotCaps(leverage=Decimal(30)),
    )

    back = from_canonical(canonical(PolicyBook(limits={account: limits})))

    assert back.limits(account) == limits
    assert back.limits(AccountId("201")) is None


def test_bytes_do_not_depend_on_the_process() -> None:
    """Sets iterate differently from process to process."""
    program = (
        "from echo.engine.settings import EngineSettings;"
        "from echo.services.core.canonical import canonical;"
        "print(canonical(EngineSettings()).hex())"
    )
    command = [sys.executable, "-c", program]
    told = [
        subprocess.run(command, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True)
        for seed in ("1", "2")
    ]

    assert told[0].stdout == told[1].stdout == canonical(EngineSettings()).hex().encode() + b"\n"


def test_a_number_keeps_its_digits() -> None:
    assert str(from_canonical(canonical(Decimal("0.10")))) == "0.10"


def test_every_field_is_written() -> None:
    text = canonical(EngineSettings()).decode()

    assert all(f'"{each.name}"' in text for each in fields(EngineSettings))


@pytest.mark.parametrize("value", [1.5, object(), b"bytes"], ids=["float", "object", "bytes"])
def test_what_is_no_domain_value_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [b"{", b'{"a":1}', b'{"@":"Nothing"}', b'{"@":"Side","=":"UP"}', b'{"@":"Popen","=":"x"}'],
)
def test_what_was_not_written_here_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        from_canonical(data)


def test_mappings_are_values_too() -> None:
    value = {AccountId("b"): (Side.BUY, None, True), AccountId("a"): ()}

    assert from_canonical(canonical(value)) == value
    assert canonical(value) == canonical(dict(reversed(value.items())))


def test_an_instant_is_read_back() -> None:
    assert from_canonical(canonical(Instant(1, 2))) == Instant(1, 2)
