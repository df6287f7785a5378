"""Copies of values: equal to what the standard library makes of them."""

import dataclasses
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.commands import ExecuteOrder
from echo.domain.copies import replace
from echo.domain.ids import AccountId, CommandId, TradeId
from echo.domain.quantities import Side, Timestamps

ORDER = ExecuteOrder(
    command_id=CommandId("c"),
    trade_id=TradeId("t"),
    account_id=AccountId("7"),
    symbol="EURUSD",
    side=Side.BUY,
    lot=Decimal("0.10"),
    magic_number=4,
)


@dataclass(frozen=True, slots=True)
class Checked:
    low: int
    high: int

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"{self.low} > {self.high}")


@dataclass(frozen=True)
class Roomy:
    one: int
    two: int


@given(
    ttl_ms=st.none() | st.integers(),
    session_epoch=st.integers(),
    t4=st.none() | st.integers(),
)
def test_a_copy_is_what_the_standard_library_makes(
    ttl_ms: int | None, session_epoch: int, t4: int | None
) -> None:
    stamps = replace(ORDER.timestamps, t4_agent_recv_ms=t4)

    copy = replace(ORDER, ttl_ms=ttl_ms, session_epoch=session_epoch, timestamps=stamps)

    assert copy == dataclasses.replace(
        ORDER,
        ttl_ms=ttl_ms,
        session_epoch=session_epoch,
        timestamps=Timestamps(t4_agent_recv_ms=t4),
    )


def test_the_original_stays_as_it_was() -> None:
    before = dataclasses.replace(ORDER)

    replace(ORDER, lot=Decimal(9))

    assert before == ORDER


def test_a_copy_without_changes_is_equal_and_another_value() -> None:
    copy = replace(ORDER)

    assert copy == ORDER
    assert copy is not ORDER


def test_a_copy_is_frozen_too() -> None:
    copy = replace(ORDER, symbol="XAUUSD")

    with pytest.raises(dataclasses.FrozenInstanceError):
        copy.symbol = "EURUSD"  # type: ignore[misc]  # that it is refused is the point


def test_a_change_of_no_field_is_refused() -> None:
    with pytest.raises(TypeError, match="ExecuteOrder has no field 'colour'"):
        replace(ORDER, colour="red")  # type: ignore[call-arg]  # that it is refused is the point


@pytest.mark.parametrize("value", [Checked(1, 2), Roomy(1, 2)])
def test_a_class_that_is_not_plain_is_refused(value: Checked | Roomy) -> None:
    with pytest.raises(TypeError, match="no plain slotted dataclass"):
        replace(value)
