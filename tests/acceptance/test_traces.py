"""One trade is one trace, from the master's terminal to the slave's, through the real services."""

import time
from pathlib import Path

from echo.domain.facts import Fact
from echo.domain.traces import Span
from echo.links.telemetry import spans as told
from echo.links.telemetry.agent_spans import AgentTrace
from echo.links.telemetry.core_spans import CoreTrace
from tests.acceptance.desk import Desk
from tests.acceptance.plays import short_folder
from tests.acceptance.talk import read_talk

TALK = Path(__file__).parent / "talks" / "a_trade_is_one_trace.talk"
IN_ORDER = [
    told.MASTER_EA,
    told.FORWARD,
    told.DECIDE,
    told.TO_AGENT,
    told.PIPE,
    told.SLAVE_EA,
    told.BROKER,
]
BESIDE = {told.SCHEDULE, told.RISK, told.STOPS, told.JOURNAL}


async def test_every_step_of_a_copy_hangs_on_the_one_before() -> None:
    with short_folder() as folder:
        desk = Desk(read_talk(TALK), folder)
        await desk.open()
        try:
            for step in read_talk(TALK).steps:
                await desk.take(step)
        finally:
            await desk.close()
        facts: list[Fact] = desk.facts.facts
    over_ms = time.time_ns() // 1_000_000
    spans: list[Span] = [
        span
        for trace in (CoreTrace(), AgentTrace())
        for fact in facts
        for span in trace.trace(fact, over_ms)
    ]

    by_name = {span.name: span for span in spans}
    assert set(by_name) == {*IN_ORDER, *BESIDE}
    assert len({span.trace_id for span in spans}) == 1
    chain = [by_name[name] for name in IN_ORDER]
    assert [span.parent_id for span in chain] == ["", *(span.span_id for span in chain[:-1])]
    [*_, execute, fill] = chain
    assert (execute.end_ms - execute.start_ms, execute.ok) == (250, True)
    assert fill.end_ms - fill.start_ms == 249
