"""Doubles become the decimals that they were meant to be, and nothing else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.wire.core.numbers import double, number
from echo.wire.refusals import WireError, WireReason
from tests.wire import strategies as our


@given(our.NUMBERS)
def test_what_terminals_print_survives(value: Decimal) -> None:
    assert number(double(value)) == value


@given(st.floats(-9e14, 9e14))
def test_any_double_becomes_plain_digits_close_by(value: float) -> None:
    read = number(value)
    exponent = read.as_tuple().exponent

    assert isinstance(exponent, int)
    assert -8 <= exponent <= 0
    assert not (exponent and str(read).endswith("0"))
    assert abs(read - Decimal(value)) <= Decimal("0.5e-8") + abs(Decimal(value)) / 2**52


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (100.0, "100"),
        (-2500000.0, "-2500000"),
        (0.1 + 0.2, "0.3"),
        (1.1e-5, "0.000011"),
        (1e-8, "1E-8"),
        (5e-9, "0"),
        (4e-9, "0"),
        (-1.5e-8, "-2E-8"),
        (4015.1, "4015.1"),
        (1.123456789, "1.12345679"),
        (0.999999999, "1"),
    ],
)
def test_noise_beyond_the_8th_place_goes(value: float, text: str) -> None:
    assert str(number(value)) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused_in_both_directions(value: float) -> None:
    with pytest.raises(WireError) as reading:
        number(value)
    with pytest.raises(WireError) as writing:
        double(Decimal(value))

    assert {reading.value.reason, writing.value.reason} == {WireReason.NOT_FINITE}


@pytest.mark.parametrize("value", [1e15, -1e300])
def test_what_no_market_knows_is_refused_in_both_directions(value: float) -> None:
    with pytest.raises(WireError) as reading:
        number(value)
    with pytest.raises(WireError) as writing:
        double(Decimal(value))

    assert {reading.value.reason, writing.value.reason} == {WireReason.OUT_OF_RANGE}
