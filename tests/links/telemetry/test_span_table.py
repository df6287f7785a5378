"""The table of spans is one tree, and what it says of parents is what is sent."""

from dataclasses import replace

from echo.links.telemetry.agent_spans import AgentTrace
from echo.links.telemetry.core_spans import CoreTrace
from echo.links.telemetry.span_table import TRADE
from tests.links.telemetry.facts import (
    AGENT_FACTS,
    ANSWERED,
    BEGUN_MS,
    DECIDED,
    HEARD,
    ORDER,
    RECEIVED,
    SENT,
    WRITTEN,
)


def test_every_span_of_the_table_is_sent_below_the_one_it_names() -> None:
    core, agent = CoreTrace(), AgentTrace()
    sent = [
        *(
            span
            for fact in (
                RECEIVED,
                replace(DECIDED, order=ORDER),
                SENT,
                replace(SENT, again=True),
            )
            for span in core.trace(fact, BEGUN_MS + 4)
        ),
        *(
            span
            for fact in (AGENT_FACTS[0], WRITTEN, HEARD, ANSWERED)
            for span in agent.trace(fact, BEGUN_MS + 7)
        ),
    ]
    names = {span.span_id: span.name for span in sent}

    assert {span.name: names.get(span.parent_id, "") for span in sent} == {
        step.name: step.below for step in TRADE
    }
