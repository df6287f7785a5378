"""Facts are frozen and have no identity of their own: telemetry may count, nobody may decide."""

from dataclasses import fields

import pytest

from echo.domain.facts import Alarm, DecisionSettled, Fact


@pytest.mark.parametrize("fact", list(Fact.__args__), ids=lambda fact: fact.__name__)
def test_facts_are_frozen_values_made_by_name(fact: type) -> None:
    assert fact.__dataclass_params__.frozen  # type: ignore[attr-defined]  # set by the decorator
    assert all(each.kw_only for each in fields(fact))
    assert "__slots__" in vars(fact)


def test_an_alarm_need_not_be_about_an_account() -> None:
    assert Alarm(key="journal", code="JOURNAL_DEGRADED", sentence="4 s").account_id is None


def test_a_latency_is_unknown_after_a_restart() -> None:
    assert DecisionSettled.__dataclass_fields__["latency_ms"].default is None
