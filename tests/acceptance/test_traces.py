"""One trade is one trace, from the master's terminal to the slave's, through real programs."""

from pathlib import Path

from echo.domain.facts import Fact
from echo.links.telemetry import spans as told
from echo.links.telemetry.spans import Span, spans_of_agent, spans_of_core
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
]


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
    spans: list[Span] = [
        span for fact in facts for make in (spans_of_agent, spans_of_core) for span in make(fact)
    ]

    by_name = {span.name: span for span in spans}
    assert sorted(by_name, key=IN_ORDER.index) == IN_ORDER
    assert len({span.trace_id for span in spans}) == 1
    chain = [by_name[name] for name in IN_ORDER]
    assert [span.parent_id for span in chain] == ["", *(span.span_id for span in chain[:-1])]
    assert (chain[-1].end_ms - chain[-1].start_ms, chain[-1].ok) == (250, True)
