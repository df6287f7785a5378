"""What is told about telling is in the table of both programs."""

from echo.links.telemetry.table import AGENT_METRICS, CORE_METRICS
from echo.links.telemetry.telling_table import TELLING


def test_both_programs_tell_how_their_telling_goes() -> None:
    assert set(TELLING) <= set(CORE_METRICS)
    assert set(TELLING) <= set(AGENT_METRICS)
