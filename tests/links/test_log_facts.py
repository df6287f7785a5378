"""Facts as lines of a log.  Its fields are the promise; its sentences are not."""

import io
import json
import threading
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

import pytest

from echo.domain.answers import AckStage, Outcome
from echo.domain.errors import ErrorCode
from echo.domain.facts import (
    Alarm,
    CommandSent,
    DecisionSettled,
    DeliveryRetried,
    Fact,
    LinkChanged,
)
from echo.domain.ids import AccountId, AgentId, CommandId, TradeId
from echo.domain.intents import ActionKind
from echo.links import log_facts
from echo.links.log_facts import LogFacts
from echo.ports.telemetry import FactSink

SETTLED = DecisionSettled(
    trade_id=TradeId("t"),
    seq=0,
    kind=ActionKind.OPEN,
    account_id=AccountId("200"),
    symbol="EURUSD",
    outcome=Outcome.OMITTED,
    code=ErrorCode.SPREAD_EXCEEDED,
    sentence='spread 31 "points"\n> 20',
)


class Paper(io.BytesIO):
    """A stream that can still be read when it is closed."""

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture
def paper() -> Paper:
    return Paper()


def test_a_fact_becomes_one_line_of_its_fields(paper: Paper) -> None:
    log: FactSink = LogFacts("echo-core", paper)
    log.observe(SETTLED)
    assert isinstance(log, LogFacts)
    log.close()

    [line] = paper.lines()
    assert line["fact"] == "DecisionSettled"
    assert line["program"] == "echo-core"
    assert line["level"] == "info"
    assert line["outcome"] == "omitted"
    assert line["code"] == ErrorCode.SPREAD_EXCEEDED
    assert line["sentence"] == SETTLED.sentence
    assert datetime.fromisoformat(line["at"]).utcoffset() is not None


def test_facts_keep_their_order(paper: Paper) -> None:
    log = LogFacts(stream=paper)
    for n in range(100):
        log.observe(LinkChanged(peer=str(n), up=True))
    log.close()

    assert [line["peer"] for line in paper.lines()] == [str(n) for n in range(100)]


@pytest.mark.parametrize(("level", "lines"), [("debug", 3), ("info", 2), ("error", 1)])
def test_facts_below_the_level_are_left_out(paper: Paper, level: str, lines: int) -> None:
    log = LogFacts(stream=paper, level=level)
    log.observe(
        CommandSent(
            command_id=CommandId("c"), account_id=AccountId("2"), agent_id=AgentId("a"), attempt=1
        )
    )
    log.observe(SETTLED)
    log.observe(Alarm(key="journal", code="x", sentence="y"))
    log.close()

    assert len(paper.lines()) == lines


def test_every_kind_of_fact_has_a_level() -> None:
    assert set(get_args(Fact)) == set(log_facts.LEVEL_OF)


class Stuck(Paper):
    """A terminal that nobody reads, until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.let_go = threading.Event(), threading.Event()

    def write(self, data: Any, /) -> int:
        self.begun.set()
        self.let_go.wait()
        return super().write(data)


def test_a_log_that_nobody_reads_holds_up_nobody_and_says_what_it_lost() -> None:
    paper = Stuck()
    log = LogFacts(stream=paper)
    log.observe(SETTLED)
    paper.begun.wait()
    for _ in range(log_facts.WAITING_MAX + 5):
        log.observe(SETTLED)
    paper.let_go.set()
    log.close()

    lines = paper.lines()
    assert len(lines) == 1 + log_facts.WAITING_MAX + 1
    assert lines[-1]["code"] == "log_overflow"


def test_a_log_that_is_gone_is_no_reason_to_stop(paper: Paper) -> None:
    log = LogFacts(stream=paper)
    paper.close()
    log.observe(
        DeliveryRetried(
            command_id=CommandId("c"),
            account_id=AccountId("2"),
            agent_id=AgentId("a1"),
            stage=AckStage.NONE,
            attempt=2,
        )
    )
    log.observe(SETTLED)

    log.close()

    assert not log._writer.is_alive()


def test_lines_about_a_trade_name_its_trace(paper: Paper) -> None:
    trade = "01890a5d-ac96-774b-bcce-b302099a8057"
    trace = "0af7651916cd43dd8448eb211c80319c"
    sent = CommandSent(
        command_id=CommandId("c"), account_id=AccountId("2"), agent_id=AgentId("a"), attempt=1
    )
    log = LogFacts(stream=paper, level="debug")
    log.observe(replace(sent, traceparent=f"00-{trace}-b7ad6b7169203331-01"))
    log.observe(replace(sent, trade_id=TradeId(trade)))
    log.observe(replace(sent, trade_id=TradeId("T1")))
    log.close()

    traces = [line.get("trace_id") for line in paper.lines()]
    assert traces == [trace, trade.replace("-", ""), None]
