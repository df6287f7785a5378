"""The collector: bounded, in order, and figures keep the names that dashboards ask for."""

import re
from typing import Any

import pytest

from echo.links.telemetry.metric import Kind, Metric
from echo.links.telemetry.table import METRICS
from tests.deploy.composition import config_of

SIGNALS = ("metrics", "traces", "logs")


def config() -> dict[str, Any]:
    found: dict[str, Any] = config_of("otelcol", "config.yaml")
    return found


def named_in_prometheus(metric: Metric) -> str:
    """Do what the collector's three statements do, to one metric as it comes over OTLP."""
    [group] = config()["processors"]["transform/names"]["metric_statements"]
    dots, duration, counter = group["statements"]
    name, is_sum = metric.name, metric.kind is Kind.COUNTER
    found = re.fullmatch(r'replace_pattern\(name, "(.+)", "(.+)"\)', dots)
    assert found is not None
    name = re.sub(found[1].replace("\\\\", "\\"), found[2], name)
    ending = r'set\(name, Concat\(\[name, "(\w+)"\], "_"\)\) where (.+)'
    for statement in (duration, counter):
        found = re.fullmatch(ending, statement)
        assert found is not None
        if all(holds(each, metric, name, is_sum) for each in found[2].split(" and ")):
            name = f"{name}_{found[1]}"
    return name


def holds(condition: str, metric: Metric, name: str, is_sum: bool) -> bool:
    match condition:
        case "type == METRIC_DATA_TYPE_SUM" | "is_monotonic":
            return is_sum
        case "type != METRIC_DATA_TYPE_SUM":
            return not is_sum
        case 'unit == "ms"':
            return metric.unit == "ms"
        case _:
            pass
    found = re.fullmatch(r'not IsMatch\(name, "(.+)"\)', condition)
    assert found is not None, condition
    return re.search(found[1], name) is None


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_a_figure_has_one_name_by_whichever_way_it_comes(metric: Metric) -> None:
    assert named_in_prometheus(metric) == metric.exposed_name


def test_the_exporter_adds_no_endings_of_its_own_and_lets_exemplars_through() -> None:
    exporter = config()["exporters"]["prometheus"]

    assert exporter["add_metric_suffixes"] is False
    assert exporter["enable_open_metrics"] is True


@pytest.mark.parametrize("signal", SIGNALS)
def test_work_is_refused_before_memory_is_short_and_sent_in_batches(signal: str) -> None:
    processors = config()["service"]["pipelines"][signal]["processors"]

    assert processors[0] == "memory_limiter"
    assert processors[-1] == "batch"


def test_its_limit_leaves_room_in_its_container() -> None:
    limiter = config()["processors"]["memory_limiter"]

    assert limiter["limit_mib"] + limiter["spike_limit_mib"] < 512


def test_whatever_is_used_is_declared_and_the_other_way_round() -> None:
    service = config()["service"]
    for kind in ("receivers", "processors", "exporters"):
        used = {each for pipe in service["pipelines"].values() for each in pipe[kind]}
        assert used == set(config()[kind])
    assert set(service["extensions"]) == set(config()["extensions"])
    assert set(service["pipelines"]) == set(SIGNALS)


@pytest.mark.parametrize("place", [("jaeger", "config.yaml")], ids="/".join)
def test_jaeger_s_parts_are_declared_too(place: tuple[str, str]) -> None:
    jaeger = config_of(*place)
    [pipeline] = jaeger["service"]["pipelines"].values()

    assert set(jaeger["service"]["extensions"]) == set(jaeger["extensions"])
    for kind in ("receivers", "processors", "exporters"):
        assert set(pipeline[kind]) == set(jaeger[kind])
    store = jaeger["exporters"]["jaeger_storage_exporter"]["trace_storage"]
    assert store == jaeger["extensions"]["jaeger_query"]["storage"]["traces"]
    assert store in jaeger["extensions"]["jaeger_storage"]["backends"]
