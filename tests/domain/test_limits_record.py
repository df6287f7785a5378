"""What is kept of limits is a value: equal when it says the same."""

from dataclasses import replace

from tests.stores import examples as ex


def test_equal_standings_are_equal_records() -> None:
    assert replace(ex.LIMITS) == ex.LIMITS
    assert replace(ex.LIMITS, suspended="in EUR") != ex.LIMITS
    assert hash(replace(ex.LIMITS)) == hash(ex.LIMITS)
