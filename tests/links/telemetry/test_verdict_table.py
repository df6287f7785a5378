"""The table of a verdict's steps says what is sent, and below what."""

from echo.links.telemetry import registration_spans
from echo.links.telemetry.verdict_table import VERDICT


def test_every_step_has_a_line_and_hangs_on_one_before_it() -> None:
    names = [step.name for step in VERDICT]
    spans = {
        value
        for name, value in vars(registration_spans).items()
        if name.isupper() and isinstance(value, str) and value
    }

    assert len(names) == len(set(names))
    assert set(names) == spans
    for place, step in enumerate(VERDICT):
        assert step.below in {"", *names[:place]}
        assert step.name.partition(".")[0] in {"core", "agent", "ea"}
