"""What may be asked of the demo, and what is answered where it may not."""

from decimal import Decimal

import pytest

from echo.apps.demo.options import DemoOptions


@pytest.mark.parametrize(
    "options",
    [
        DemoOptions(),
        DemoOptions(seconds=5, speed=Decimal("0.001"), masters=1, slaves=1),
        DemoOptions(seconds=3_600, speed=Decimal(1_000), masters=20, slaves=100, legacy=100),
        DemoOptions(broker_delay="0"),
    ],
)
def test_what_lies_within_the_bounds_is_played(options: DemoOptions) -> None:
    assert options.complaints == ()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (DemoOptions(seconds=4), "--seconds 4 is not 5 to 3600"),
        (DemoOptions(seconds=3_601), "--seconds 3601 is not 5 to 3600"),
        (DemoOptions(speed=Decimal(0)), "--speed 0 is not above 0 and up to 1000"),
        (DemoOptions(speed=Decimal(1_001)), "--speed 1001 is not above 0 and up to 1000"),
        (DemoOptions(speed=Decimal("NaN")), "--speed NaN is not above 0 and up to 1000"),
        (DemoOptions(masters=0), "--masters 0 is not 1 to 20"),
        (DemoOptions(masters=21), "--masters 21 is not 1 to 20"),
        (DemoOptions(slaves=0), "--slaves 0 is not 1 to 100"),
        (DemoOptions(slaves=101), "--slaves 101 is not 1 to 100"),
        (DemoOptions(legacy=-1), "--legacy -1 is not 0 to the 6 slaves"),
        (DemoOptions(slaves=2, legacy=3), "--legacy 3 is not 0 to the 2 slaves"),
        (DemoOptions(broker_delay="fast"), "--broker-delay fast is neither real nor 0"),
    ],
)
def test_what_does_not_is_named_with_its_bounds(options: DemoOptions, complaint: str) -> None:
    assert options.complaints == (complaint,)


def test_all_complaints_come_together() -> None:
    assert len(DemoOptions(seconds=1, masters=0, broker_delay="fast").complaints) == 3


def test_terminals_are_paper_or_ea() -> None:
    assert DemoOptions(terminals="ea").complaints == ()
    assert DemoOptions(terminals="toy").complaints == ("--terminals toy is neither paper nor ea",)
