"""The table and what feeds it agree: no metric without a fact, none twice, none unbounded."""

import re

import pytest

from echo.domain.ids import AccountId
from echo.links.telemetry.core_figures import CoreFigures
from echo.links.telemetry.meters import OTHER, Meters
from echo.links.telemetry.metric import Kind, Metric
from echo.links.telemetry.registration_figures import AgentFigures, RegistrationFigures
from echo.links.telemetry.table import AGENT_METRICS, CORE_METRICS, METRICS
from tests.links.telemetry.facts import AGENT, AGENT_FACTS, CORE_FACTS, FILLED, replaced

UNBOUNDED = frozenset({"trade_id", "command_id", "ticket", "trace_id", "symbol", "sentence"})


def fed(metrics: tuple[Metric, ...]) -> Meters:
    """Return the meters of a program after one of every fact."""
    meters = Meters(metrics)
    if metrics is CORE_METRICS:
        core, registration = CoreFigures(meters), RegistrationFigures(meters)
        for fact in CORE_FACTS:
            core.take(fact)
            registration.take(fact)
    else:
        agent = AgentFigures(meters, AGENT)
        for fact in AGENT_FACTS:
            agent.take(fact)
    return meters


def shown(meters: Meters, metric: Metric) -> list[float]:
    """Return what was counted of *metric*: totals, states, or how many were observed."""
    ending = {Kind.COUNTER: "", Kind.GAUGE: "", Kind.HISTOGRAM: "_count"}[metric.kind]
    wanted = metric.exposed_name + ending
    return [
        sample.value
        for family in meters.registry.collect()
        for sample in family.samples
        if sample.name == wanted
    ]


@pytest.mark.parametrize("metric", CORE_METRICS, ids=lambda metric: metric.name)
def test_the_core_emits_what_the_table_promises(metric: Metric) -> None:
    assert sum(map(abs, shown(fed(CORE_METRICS), metric))) > 0


@pytest.mark.parametrize("metric", AGENT_METRICS, ids=lambda metric: metric.name)
def test_the_agent_emits_what_the_table_promises(metric: Metric) -> None:
    assert sum(map(abs, shown(fed(AGENT_METRICS), metric))) > 0


def test_names_are_unique_also_where_dots_are_not_allowed() -> None:
    assert len({each.name for each in METRICS}) == len(METRICS)
    assert len({each.exposed_name for each in METRICS}) == len(METRICS)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_labels_are_words_with_few_values(metric: Metric) -> None:
    assert not UNBOUNDED & set(metric.labels)
    assert all(re.fullmatch(r"[a-z_.]+", label) for label in metric.labels)
    assert metric.told
    assert not metric.told.endswith(".")
    assert bool(metric.bounds) == (metric.kind is Kind.HISTOGRAM)


def test_a_large_desk_has_a_bounded_number_of_series() -> None:
    meters = Meters(CORE_METRICS)
    core = CoreFigures(meters)
    for number in range(200):
        for _ in range(20):
            core.take(replaced(FILLED, account_id=AccountId(f"{70_001 + number}")))

    series = sum(len(family.samples) for family in meters.registry.collect())

    assert series < 10_000


def test_series_beyond_the_bound_are_counted_together() -> None:
    meters = Meters(CORE_METRICS, series_max=3)
    core = CoreFigures(meters)
    for number in range(9):
        core.take(replaced(FILLED, account_id=AccountId(f"{70_001 + number}")))

    [family] = [each for each in meters.registry.collect() if each.name == "latency_e2e_ms"]
    counts = {
        sample.labels["account_id"]: sample.value
        for sample in family.samples
        if sample.name == "latency_e2e_ms_count"
    }
    assert counts == {"70001": 1, "70002": 1, "70003": 1, OTHER: 6}
