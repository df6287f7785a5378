"""Overviews cross the door and lie in caches such that nothing else is taken for one."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.answers import Outcome
from echo.domain.cache_facts import CacheName, CacheStanding
from echo.domain.ids import AccountId, StrategyId
from echo.domain.intents import ActionKind
from echo.domain.operations import NotDone, OperationCode
from echo.domain.overviews import (
    AskOverview,
    DecisionsRow,
    LatencyRow,
    Overview,
    OverviewFrom,
    OverviewKind,
    ToldOverview,
    TradesRow,
)
from echo.wire.operations import write_answer
from echo.wire.overviews import (
    overview_key,
    read_caches,
    read_kept,
    read_no_overview,
    read_overview,
    read_overview_question,
    write_caches,
    write_kept,
    write_overview,
    write_overview_question,
)
from echo.wire.refusals import WireError

TRADES = Overview(
    kind=OverviewKind.TRADES,
    read_at_ms=1_750_000_000_000,
    trades=(
        TradesRow(
            master_account_id=AccountId("61100781"),
            strategy_id=StrategyId("magic_1"),
            symbol="#DAX & Co €",
            trades=3,
            settled=2,
            followers=6,
            executions_ok=5,
            executions_failed=1,
            unsettled=0,
        ),
    ),
)
DECISIONS = Overview(
    kind=OverviewKind.DECISIONS,
    read_at_ms=1,
    complete=False,
    decisions=(
        DecisionsRow(
            account_id=AccountId("7001"),
            kind=ActionKind.OPEN,
            outcome=Outcome.OMITTED,
            code="SPREAD_EXCEEDED",
            decisions=9,
        ),
    ),
)
LATENCY = Overview(
    kind=OverviewKind.LATENCY,
    read_at_ms=2,
    latency=(
        LatencyRow(
            account_id=AccountId("7001"),
            executions=2,
            master_ea_to_agent_ms=None,
            agent_to_core_ms=1.5,
            core_process_ms=3.0,
            core_to_agent_ms=4.0,
            agent_to_slave_ea_ms=5.0,
            slave_ea_process_ms=6.0,
            broker_ms=7.125,
            e2e_ms=28.0,
        ),
    ),
)
ALL = (TRADES, DECISIONS, LATENCY)
DAY = date(2026, 11, 2)
ASKED = AskOverview(kind=OverviewKind.TRADES, first=DAY)


@pytest.mark.parametrize("overview", ALL, ids=lambda each: each.kind)
def test_an_answer_comes_back_as_it_was(overview: Overview) -> None:
    told = ToldOverview(overview=overview, age_ms=12, found_in=OverviewFrom.REDIS)

    assert read_overview(write_overview(told)) == told


def test_a_refusal_comes_back_as_it_was() -> None:
    said = NotDone(code=OperationCode.NOT_READY, sentence="the server is away")

    assert read_no_overview(write_answer(said)) == said


@pytest.mark.parametrize(
    "asked",
    [
        ASKED,
        AskOverview(kind=OverviewKind.DECISIONS, first=DAY, last=DAY),
        AskOverview(kind=OverviewKind.LATENCY),
    ],
)
def test_a_question_comes_back_as_it_was(asked: AskOverview) -> None:
    query = dict(pair.split("=") for pair in write_overview_question(asked).split("&") if pair)

    assert read_overview_question(asked.kind, query) == asked


@pytest.mark.parametrize(
    ("kind", "query", "said"),
    [
        ("profit", {}, "there is no overview 'profit', but trades, decisions, latency"),
        ("trades", {"from": "yesterday"}, "from is 'yesterday', not a day: YYYY-MM-DD"),
        ("trades", {"to": "2026-13-01"}, "to is '2026-13-01', not a day"),
        ("latency", {"from": "2026-01-01"}, "ask without from and to"),
    ],
)
def test_a_question_that_means_nothing_is_refused(
    kind: str, query: dict[str, str], said: str
) -> None:
    with pytest.raises(WireError, match=said):
        read_overview_question(kind, query)


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b"[" * 5_000, b'{"overview":1}'])
def test_an_answer_that_is_none_is_refused(body: bytes) -> None:
    for read in (read_overview, read_no_overview, read_caches):
        with pytest.raises(WireError):
            read(body)


def test_how_caches_do_comes_back_as_it_was() -> None:
    one = CacheStanding(
        cache=CacheName.SPECS, hits=3, misses=1, passed_over=0, age_ms_mean=40, age_ms_max=90
    )

    assert read_caches(write_caches((one,))) == (one,)
    assert read_caches(write_caches(None)) is None


def test_keys_tell_journals_questions_and_ages_apart() -> None:
    keys = {
        overview_key("one", ASKED, 5_000),
        overview_key("two", ASKED, 5_000),
        overview_key("one", ASKED, 6_000),
        overview_key("one", AskOverview(kind=OverviewKind.TRADES, last=DAY), 5_000),
        overview_key("one", AskOverview(kind=OverviewKind.DECISIONS, first=DAY), 5_000),
    }

    assert len(keys) == 5
    assert overview_key("one", ASKED, 5_000) in keys


@pytest.mark.parametrize("overview", ALL, ids=lambda each: each.kind)
def test_what_was_kept_comes_back_as_it_was(overview: Overview) -> None:
    assert read_kept("a", write_kept("a", overview)) == overview


@given(data=st.data())
def test_any_byte_that_changed_makes_it_nothing(data: st.DataObject) -> None:
    kept = bytearray(write_kept("a", TRADES))
    at = data.draw(st.integers(0, len(kept) - 1))
    kept[at] ^= data.draw(st.integers(1, 255))

    assert read_kept("a", bytes(kept)) is None


@given(length=st.integers(0, len(write_kept("a", TRADES)) - 1))
def test_what_was_cut_is_nothing(length: int) -> None:
    assert read_kept("a", write_kept("a", TRADES)[:length]) is None


def test_what_was_kept_under_another_name_is_nothing() -> None:
    assert read_kept("b", write_kept("a", TRADES)) is None


def test_what_is_well_kept_and_no_overview_is_nothing() -> None:
    from echo.wire import overviews

    body = msgspec.json.encode({"kind": "trades"})

    assert read_kept("a", overviews._sum("a", body) + body) is None
