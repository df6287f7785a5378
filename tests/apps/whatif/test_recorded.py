"""What became of commands is found by their ids."""

from dataclasses import replace

import pytest

from echo.apps.whatif.recorded import Recorded
from echo.domain.answers import ExecutionResult
from echo.domain.commands import CommandKind
from echo.domain.raw_events import RawEvent
from tests.engine.scenes import trade_id_of
from tests.services.core.days import linked_of, notes_of, traded_day


@pytest.fixture
def day() -> list[RawEvent]:
    return [each.event for each in linked_of(notes_of(traded_day()))]


def test_answers_and_prices_of_a_day(day: list[RawEvent]) -> None:
    recorded = Recorded()
    recorded.take(day)

    kinds = [each.kind for each in recorded.results.values()]
    assert kinds == [CommandKind.EXECUTE, CommandKind.CLOSE] * 2
    assert set(recorded.master_prices) == {trade_id_of(6_000), trade_id_of(6_001)}
    assert recorded.close_prices == {}
    assert recorded.settled == {}


def test_the_first_sure_answer_counts(day: list[RawEvent]) -> None:
    recorded = Recorded()
    recorded.take(day)
    sure = next(iter(recorded.results.values()))
    in_doubt = replace(sure, doubt=True, success=False)
    other: ExecutionResult = replace(sure, success=False)

    for first, then, kept in ((in_doubt, sure, sure), (sure, other, sure)):
        found = Recorded()
        found._result(first)
        found._result(then)
        assert list(found.results.values()) == [kept]
