"""The table and what feeds it agree: no metric without a fact, none twice, none unbounded."""

import re
from collections import Counter
from dataclasses import fields, replace
from uuid import uuid4

import pytest

from echo.domain.copy_facts import IntentForwarded
from echo.domain.facts import ActionReceived, Fact
from echo.domain.ids import AccountId
from echo.links.telemetry.cache_figures import CacheFigures
from echo.links.telemetry.core_figures import CoreFigures
from echo.links.telemetry.meters import OTHER, Meters
from echo.links.telemetry.metric import MS_BOUNDS, Kind, Metric
from echo.links.telemetry.registration_figures import AgentFigures, RegistrationFigures
from echo.links.telemetry.table import AGENT_METRICS, CORE_METRICS, METRICS
from tests.links.telemetry.facts import AGENT, AGENT_FACTS, CORE_FACTS, FILLED, replaced

UNBOUNDED = frozenset({"trade_id", "command_id", "ticket", "trace_id", "symbol", "sentence"})


def fed(metrics: tuple[Metric, ...]) -> Meters:
    """Return the meters of a program after one of every fact."""
    meters = Meters(metrics)
    if metrics is CORE_METRICS:
        core, registration = CoreFigures(meters), RegistrationFigures(meters)
        caches = CacheFigures(meters)
        for fact in CORE_FACTS:
            caches.take(fact)
            core.take(fact)
            registration.take(fact)
        caches.flush()
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


def series(masters: int, slaves: int) -> tuple[Counter[str], Counter[str]]:
    """Return how many series each metric has in Core and Agent when everybody copies everybody."""
    core, agent = Meters(CORE_METRICS), Meters(AGENT_METRICS)
    takes = [CoreFigures(core).take, RegistrationFigures(core).take, CacheFigures(core).take]
    theirs = AgentFigures(agent, AGENT)
    leaders = [AccountId(str(50_001 + each)) for each in range(masters)]
    for number in range(slaves):
        follower = AccountId(str(70_001 + number))
        for leader in leaders:
            for fact in CORE_FACTS:
                account_id = leader if isinstance(fact, ActionReceived) else follower
                for take in takes:
                    take(owned(fact, account_id))
            for fact in AGENT_FACTS:
                account_id = leader if isinstance(fact, IntentForwarded) else follower
                theirs.take(owned(fact, account_id))
    return counted(core), counted(agent)


def owned(fact: Fact, account_id: AccountId) -> Fact:
    """Return *fact* about another account, and another trade, than before."""
    changes = {"account_id": account_id, "trade_id": str(uuid4()), "command_id": str(uuid4())}
    known = {field.name for field in fields(fact)}
    return replace(fact, **{name: value for name, value in changes.items() if name in known})  # type: ignore[arg-type]  # a union of dataclasses


def counted(meters: Meters) -> Counter[str]:
    return Counter({family.name: len(family.samples) for family in meters.registry.collect()})


@pytest.mark.no_cover
def test_a_large_desk_has_few_series_and_none_for_a_pair_of_accounts() -> None:
    """Twenty masters and two hundred slaves: what grows, grows with accounts, never with pairs."""
    small, large = series(1, 1), series(20, 200)
    buckets = len(MS_BOUNDS) + 3

    for few, many in zip(small, large, strict=True):
        for name, least in few.items():
            assert many[name] <= least + 220 * buckets, name
        assert many.total() < 30_000
    assert large[0].total() > small[0].total() + 200
    wide = {name for name, many in large[0].items() if many > small[0][name] + 200}
    assert wide == {"latency_e2e_ms"}


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
