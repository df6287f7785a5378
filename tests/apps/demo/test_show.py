"""What a person reads while the demo runs, and what is left at its end."""

from dataclasses import replace

import pytest
from rich.console import Console, RenderableType

from echo.apps.demo.cast import cast
from echo.apps.demo.show import Ending, Moment, as_json, moment_table, starting, summary
from echo.apps.demo.takings import Latencies, Takings
from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, TradeId
from echo.domain.intents import ActionKind
from echo.domain.reconciliation import Discrepancy, JournaledDecision, JournaledTrade

PEOPLE = cast(1, 2, legacy=1)
MASTER, SLAVE = PEOPLE.masters[0].account_id, PEOPLE.slaves[0].account_id
TRADE = TradeId("0145d921-2800-718b-ba1b-d7d44d061972")
TIMES = Latencies(p50=3.25, p95=8.5, p99=12.0, count=40)
TRADES = (
    JournaledTrade(
        trade_id=TRADE,
        master_account_id=MASTER,
        followers=(SLAVE,),
        seqs=(SEQ_OPEN, 1, 2, SEQ_CLOSE),
    ),
)
MOMENT = Moment(
    elapsed_s=12.4,
    seconds=45,
    market="2014-05-08 12:12:24 UTC",
    trades=TRADES,
    decisions=(),
    latencies=TIMES,
    news=(),
)
TAKINGS = Takings(
    masters=2,
    slaves=6,
    actions=10,
    decisions=50,
    outcomes={"filled": 30, "closed": 15, "omitted": 5},
    omitted={"SPREAD_EXCEEDED": 5},
    failed={},
    discrepancies=(),
    unexplained=0,
    latencies=TIMES,
)
ENDING = Ending(seconds=47.24, skipped_symbols={"GBPUSD": 3}, interrupted=False, folder=None)


def told(drawing: RenderableType) -> str:
    console = Console(width=140, color_system=None)
    with console.capture() as capture:
        console.print(drawing)
    return capture.get()


def row(text: str, name: str) -> list[str]:
    """The words of the line that is about *name*."""
    [line] = [each for each in text.splitlines() if name in each.split()]
    return line.strip("│ ").split()


def decided(kind: ActionKind, outcome: Outcome, *, code: ErrorCode) -> JournaledDecision:
    return JournaledDecision(
        trade_id=TRADE, seq=0, account_id=SLAVE, kind=kind, outcome=outcome, code=code
    )


def trouble(count: int) -> tuple[Discrepancy, ...]:
    return tuple(
        Discrepancy(kind="lost", trade_id=TRADE, account_id=SLAVE, sentence=f"loss {number}")
        for number in range(count)
    )


def test_before_there_is_anything_to_see_it_says_who_plays() -> None:
    assert "1 master and 2 slaves" in told(starting(PEOPLE))
    assert "2 masters and 1 slave …" in told(starting(cast(2, 1)))


def test_a_master_s_row_counts_its_actions() -> None:
    assert row(told(moment_table(PEOPLE, MOMENT)), MASTER)[-4:] == ["master", "1", "2", "1"]


def test_a_slave_s_row_counts_what_was_done_and_why_something_was_not() -> None:
    none = ErrorCode.NO_ERROR
    decisions = (
        decided(ActionKind.OPEN, Outcome.FILLED, code=none),
        decided(ActionKind.OPEN, Outcome.FILLED, code=none),
        decided(ActionKind.MODIFY, Outcome.MODIFIED, code=none),
        decided(ActionKind.REDUCE, Outcome.REDUCED, code=none),
        decided(ActionKind.CLOSE, Outcome.CLOSED, code=none),
        decided(ActionKind.OPEN, Outcome.OMITTED, code=ErrorCode.SPREAD_EXCEEDED),
        decided(ActionKind.OPEN, Outcome.IN_DOUBT, code=none),
        decided(ActionKind.CLOSE, Outcome.PENDING, code=none),
    )
    text = told(moment_table(PEOPLE, replace(MOMENT, decisions=decisions)))

    words = row(text, SLAVE)
    assert " ".join(words[words.index("slave") :]) == (
        "slave 2 2 1 1 1 in doubt, 1 SPREAD_EXCEEDED"
    )
    assert "1 under way" in text


def test_an_old_ea_is_shown_as_one() -> None:
    assert "slave v2" in told(moment_table(PEOPLE, MOMENT))


@pytest.mark.parametrize(
    ("elapsed_s", "said"),
    [(-1.6, "the market opens in 2 s"), (12.4, "12 of 45 s"), (45.1, "settling")],
)
def test_it_says_where_it_is(elapsed_s: float, said: str) -> None:
    assert said in told(moment_table(PEOPLE, replace(MOMENT, elapsed_s=elapsed_s)))


def test_the_pace_is_shown_once_something_was_copied() -> None:
    assert "p50 3.2 ms, p95 8.5 ms" in told(moment_table(PEOPLE, MOMENT))
    assert "p50" not in told(moment_table(PEOPLE, replace(MOMENT, latencies=None)))


def test_only_the_latest_news_are_shown() -> None:
    news = tuple(f"news {number}" for number in range(6))
    text = told(moment_table(PEOPLE, replace(MOMENT, news=news)))

    assert [each for each in news if each in text] == ["news 2", "news 3", "news 4", "news 5"]


def test_scripts_find_every_figure_under_its_key() -> None:
    found = as_json(TAKINGS, ENDING)

    assert found == {
        "masters": 2,
        "slaves": 6,
        "actions": 10,
        "decisions": 50,
        "filled": 30,
        "modified": 0,
        "reduced": 0,
        "closed": 15,
        "omitted": {"SPREAD_EXCEEDED": 5},
        "failed": {},
        "outcomes": {"filled": 30, "closed": 15, "omitted": 5},
        "entries": None,
        "lost": 0,
        "duplicated": 0,
        "orphans": 0,
        "in_doubt": 0,
        "unexplained": 0,
        "latency_ms": {"p50": 3.25, "p95": 8.5, "p99": 12.0},
        "copies_timed": 40,
        "skipped_symbols": {"GBPUSD": 3},
        "seconds": 47.2,
        "interrupted": False,
        "folder": None,
    }


def test_without_a_copy_scripts_find_no_latency() -> None:
    found = as_json(replace(TAKINGS, latencies=None), ENDING)

    assert (found["latency_ms"], found["copies_timed"]) == (None, 0)


def test_a_summary_tells_what_agrees() -> None:
    text = told(summary(TAKINGS, ENDING))

    assert "nothing lost, nothing twice" in text
    assert "30 filled" in text
    assert "5 SPREAD_EXCEEDED" in text
    assert "over 40 copies" in text
    assert "3 GBPUSD" in text
    assert row(text, "lost")[-1] == "0"


def test_a_summary_names_what_disagrees_but_not_without_end() -> None:
    text = told(summary(replace(TAKINGS, discrepancies=trouble(23)), ENDING))

    assert "DISAGREE" in text
    assert "nothing lost" not in text
    assert row(text.split("DISAGREE")[0], "lost")[-1] == "23"
    assert f"account {SLAVE}: loss 0" in text
    assert "loss 20" not in text
    assert "and 3 more" in text


def test_an_interrupted_run_claims_nothing() -> None:
    text = told(summary(TAKINGS, replace(ENDING, interrupted=True)))

    assert "Stopped before the end" in text
    assert "nothing lost" not in text


def test_what_is_kept_is_named() -> None:
    assert "logs in /tmp/desk" in told(summary(TAKINGS, replace(ENDING, folder="/tmp/desk")))
