"""Caches are told about by name, never by what lies in them."""

from echo.domain.cache_facts import CacheName, CacheResult
from echo.links.telemetry.cache_table import CACHES


def test_labels_are_names_and_results_and_hence_few() -> None:
    assert {label for each in CACHES for label in each.labels} == {"cache", "result"}
    assert len(CacheName) * len(CacheResult) <= 50
