"""What is told about stops has the names that dashboards ask for."""

from echo.links.telemetry.stop_table import STOPS
from echo.links.telemetry.table import CORE_METRICS


def test_the_core_tells_of_stops() -> None:
    assert set(STOPS) <= set(CORE_METRICS)
    assert all(each.name.startswith("echo_core.stop_offset_") for each in STOPS)
