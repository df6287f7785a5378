"""When symbols that an account has not mapped may be refused, and when not any more."""

import pytest

from echo.domain.ids import AccountId
from echo.domain.registry import Advice, coverage


def accounts(count: int) -> list[AccountId]:
    return [AccountId(str(2_000 + n)) for n in range(count)]


@pytest.mark.parametrize(
    ("active", "silent", "advice"),
    [
        pytest.param(0, 0, Advice.WAIT, id="nobody was here"),
        pytest.param(15, 0, Advice.REJECT, id="everybody tells"),
        pytest.param(1, 1, Advice.WARN, id="the only one is silent"),
        pytest.param(20, 2, Advice.WAIT, id="ten percent are not more than ten percent"),
        pytest.param(20, 3, Advice.WARN, id="fifteen percent are"),
        pytest.param(100, 1, Advice.WAIT, id="one of a hundred"),
    ],
)
def test_advice(active: int, silent: int, advice: Advice) -> None:
    everybody = accounts(active)
    found = coverage(everybody, everybody[silent:], hours=48, unknown_action="warn")

    assert found.advice is advice
    assert (found.active, found.reporting) == (active, active - silent)
    assert found.silent == tuple(everybody[:silent])


def test_who_tells_without_having_been_here_lately_does_not_count() -> None:
    found = coverage(accounts(1), accounts(9), hours=48, unknown_action="reject")

    assert (found.active, found.reporting, found.advice) == (1, 1, Advice.REJECT)


def test_the_sentence_has_the_numbers() -> None:
    found = coverage(accounts(8), accounts(6), hours=48, unknown_action="reject")

    assert found.sentence == (
        "6 of 8 accounts that were here within 48 h told their symbols; 25 % are silent, more than"
        " 10 %: unknown symbols must warn"
    )
