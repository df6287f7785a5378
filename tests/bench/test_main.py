"""What is made of measured times: no position is forgotten, no figure is flattered."""

import pytest

from bench.__main__ import last_slave_ms, machine, quantile, report
from bench.eas import Trip
from bench.floor import Floor

FLOOR = Floor(followers=2, pipe_ms=0.5, grpc_ms=1.0, commit_ms=0.5)


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 3), (0.8, 5), (0.99, 5), (1.0, 5)])
def test_a_quantile_is_a_measured_value_and_never_too_low(share: float, value: float) -> None:
    assert quantile([5, 1, 4, 2, 3], share) == value


def test_a_trip_lasts_until_the_last_slave_has_it() -> None:
    trips = [Trip(sent_s=1.0, arrived_s=[1.002, 1.005]), Trip(sent_s=2.0, arrived_s=[2.004, 2.001])]

    assert last_slave_ms(trips, 2) == pytest.approx([5.0, 4.0])


@pytest.mark.parametrize("arrived_s", [[], [1.1], [1.1, 1.2, 1.3]], ids=["none", "one", "thrice"])
def test_a_position_that_did_not_reach_each_slave_once_spoils_the_measurement(
    arrived_s: list[float],
) -> None:
    with pytest.raises(RuntimeError, match="1 of 1 positions did not reach every slave once"):
        last_slave_ms([Trip(sent_s=1.0, arrived_s=arrived_s)], 2)


def test_figures_stand_beside_the_floor_and_the_machine() -> None:
    figures = report({2: (FLOOR, [3.0, 4.0, 9.0])})

    assert figures["p50_ms"] == {"2": 4.0}
    assert figures["p99_ms"] == {"2": 9.0}
    assert figures["floor"]["2"]["total_ms"] == 2.0
    assert figures["ratio_p50"] == {"2": 2.0}
    assert figures["ratio_p99"] == {"2": 4.5}
    assert figures["samples"] == {"2": 3}
    assert figures["machine"] == machine()


def test_the_machine_is_named() -> None:
    found = machine()

    assert found["cores"] >= 1
    assert found["processor"]
    assert found["python"].startswith("3.")
