"""What a cache is asked is told in words that fit into a metric's labels."""

from enum import StrEnum

import pytest

from echo.domain.cache_facts import CacheAsked, CacheName, CacheResult


@pytest.mark.parametrize("words", [CacheName, CacheResult])
def test_words_are_labels(words: type[StrEnum]) -> None:
    assert all(each.value.replace("_", "").isalpha() and each.islower() for each in words)


def test_without_a_hit_there_is_no_age() -> None:
    assert CacheAsked(cache=CacheName.SPECS, result=CacheResult.MISS).age_ms is None
