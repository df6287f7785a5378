"""Caches are counted from what decisions tell anyway, and by what they say of themselves."""

from prometheus_client import generate_latest

from echo.domain.cache_facts import CacheAsked, CacheName, CacheResult, CacheStanding
from echo.domain.copy_facts import CopyDecided
from echo.domain.errors import ErrorCode
from echo.domain.facts import Fact
from echo.domain.ids import AccountId, StrategyId, TradeId
from echo.links.telemetry.cache_figures import CacheFigures
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.table import CORE_METRICS


def decided(
    code: ErrorCode = ErrorCode.NO_ERROR,
    spec_age_ms: int | None = 400,
    quote_age_ms: int | None = 20,
) -> CopyDecided:
    return CopyDecided(
        trade_id=TradeId("01890a5d-ac96-774b-bcce-b302099a8057"),
        account_id=AccountId("7001"),
        strategy_id=StrategyId("magic_1"),
        symbol="XAUUSD",
        code=code,
        spec_age_ms=spec_age_ms,
        quote_age_ms=quote_age_ms,
    )


def counted(*facts: Fact) -> tuple[dict[CacheName, CacheStanding], str]:
    meters = Meters(CORE_METRICS)
    figures = CacheFigures(meters)
    for fact in facts:
        figures.take(fact)
        figures.flush()
    return (
        {each.cache: each for each in figures.standings()},
        generate_latest(meters.registry).decode(),
    )


def short(each: CacheStanding) -> tuple[int, int, int]:
    return each.hits, each.misses, each.passed_over


def test_a_copy_found_all_that_it_needed() -> None:
    found, text = counted(decided(), decided(spec_age_ms=600, quote_age_ms=21))

    for name in (CacheName.POLICIES, CacheName.MAPPINGS, CacheName.SPECS, CacheName.QUOTES):
        assert short(found[name]) == (2, 0, 0)
    assert (found[CacheName.SPECS].age_ms_mean, found[CacheName.SPECS].age_ms_max) == (500, 600)
    assert (found[CacheName.QUOTES].age_ms_mean, found[CacheName.QUOTES].age_ms_max) == (20, 21)
    assert found[CacheName.POLICIES].age_ms_mean is None, "policies are pushed: they have no age"
    assert 'echo_cache_lookups_total{cache="quotes",result="hit"} 2.0' in text
    assert 'echo_cache_age_ms_sum_total{cache="specs"} 1000.0' in text


def test_without_a_policy_nothing_further_was_looked_up() -> None:
    found, _ = counted(decided(ErrorCode.RISK_POLICY_MISSING))

    assert short(found[CacheName.POLICIES]) == (0, 1, 0)
    assert {short(each) for name, each in found.items() if name != "policies"} == {(0, 0, 0)}


def test_without_a_name_there_is_neither_specification_nor_quote() -> None:
    found, _ = counted(decided(ErrorCode.SYMBOL_NOT_MAPPED, None, None))

    assert short(found[CacheName.MAPPINGS]) == (0, 1, 0)
    assert short(found[CacheName.SPECS]) == short(found[CacheName.QUOTES]) == (0, 0, 0)


def test_what_is_not_there_is_a_miss_and_what_is_too_old_is_passed_over() -> None:
    found, text = counted(
        decided(ErrorCode.SPEC_MISSING, None, None),
        decided(ErrorCode.SPEC_MISSING, 60_000),
        decided(ErrorCode.QUOTE_STALE, 10, 2_000),
    )

    assert short(found[CacheName.SPECS]) == (1, 1, 1)
    assert short(found[CacheName.QUOTES]) == (1, 1, 1)
    assert found[CacheName.SPECS].age_ms_max == 10, "what was not used has no age here"
    assert 'echo_cache_lookups_total{cache="specs",result="stale"} 1.0' in text


def test_caches_of_overviews_speak_for_themselves() -> None:
    name = CacheName.OVERVIEWS_REDIS
    found, text = counted(
        CacheAsked(cache=name, result=CacheResult.HIT, age_ms=1_500),
        CacheAsked(cache=name, result=CacheResult.MISS),
        CacheAsked(cache=name, result=CacheResult.SPOILED),
        CacheAsked(cache=name, result=CacheResult.UNAVAILABLE),
    )

    assert short(found[name]) == (1, 1, 2)
    assert found[name].age_ms_max == 1_500
    for result in ("hit", "miss", "spoiled", "unavailable"):
        assert f'{{cache="overviews_redis",result="{result}"}} 1.0' in text


def test_meters_come_up_to_date_when_they_are_read_and_count_nothing_twice() -> None:
    meters = Meters(CORE_METRICS)
    figures = CacheFigures(meters)
    line = 'echo_cache_lookups_total{cache="policies",result="hit"}'
    seen = []
    for _ in range(2):
        figures.take(decided())
        figures.flush()
        figures.flush()
        text = generate_latest(meters.registry).decode()
        seen.append(next(each for each in text.splitlines() if each.startswith(line)))

    assert seen == [f"{line} 1.0", f"{line} 2.0"]
