"""The steps of a trade have names of their own, and a tick is no time."""

import pytest

from echo.links.telemetry import registration_spans, spans
from echo.links.telemetry.spans import TICKS_MAX, is_tick

NAMES = [
    *(spans.MASTER_EA, spans.FORWARD, spans.SCHEDULE, spans.DECIDE, spans.RISK, spans.STOPS),
    *(spans.FALLBACK, spans.JOURNAL, spans.RETRY, spans.TO_AGENT, spans.PIPE, spans.SLAVE_EA),
    *(spans.BROKER, registration_spans.FORWARD, registration_spans.CONSUME),
]


def test_no_two_steps_have_one_name() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert {name.partition(".")[0] for name in NAMES} == {"ea", "agent", "core"}


@pytest.mark.parametrize(
    ("stamp_ms", "tick"),
    [(0, True), (86_400_000, True), (TICKS_MAX - 1, True), (1_750_000_000_000, False)],
)
def test_a_count_since_the_start_of_a_machine_is_no_time(stamp_ms: int, tick: bool) -> None:
    assert is_tick(stamp_ms) is tick
