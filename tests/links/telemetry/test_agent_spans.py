"""The terminals' steps are reported by their Agent, placed by the Core's clock."""

from dataclasses import replace
from decimal import Decimal
from typing import cast

from echo.domain.answers import Receipt
from echo.domain.copy_facts import IntentForwarded
from echo.domain.facts import Fact
from echo.domain.ids import CommandId
from echo.domain.link_facts import ClockCompared
from echo.domain.traces import Span
from echo.links.telemetry import agent_spans
from echo.links.telemetry import spans as told
from echo.links.telemetry.agent_spans import AgentTrace
from echo.links.telemetry.core_spans import CoreTrace
from tests.domain.stories import INTENT
from tests.links.telemetry.facts import (
    AGENT_FACTS,
    ANSWERED,
    BEGUN_MS,
    FILLED,
    HEARD,
    SENT,
    STAMPS,
    TRACE_ID,
    WRITTEN,
)

AT_MS = BEGUN_MS + 7
FORWARDED = cast(IntentForwarded, AGENT_FACTS[0])


def traced(*facts: Fact, at_ms: int = AT_MS) -> dict[str, Span]:
    trace = AgentTrace()
    return {span.name: span for fact in facts for span in trace.trace(fact, at_ms)}


def test_the_way_down_hangs_on_the_cores_step_and_ends_at_the_broker() -> None:
    found = traced(WRITTEN, HEARD, ANSWERED)
    worker, _ = CoreTrace().trace(SENT, AT_MS)
    order = [told.TO_AGENT, told.PIPE, told.SLAVE_EA, told.BROKER]

    assert list(found) == order
    assert [found[name].parent_id for name in order] == [
        worker.span_id,
        *(found[name].span_id for name in order[:-1]),
    ]
    assert {span.trace_id for span in found.values()} == {TRACE_ID}
    assert [found[name].component for name in order] == ["agent", "agent", "slave_ea", "slave_ea"]


def test_times_are_the_stamps() -> None:
    found = traced(WRITTEN, HEARD, ANSWERED)
    times = {
        name: (span.start_ms - BEGUN_MS, span.end_ms - BEGUN_MS) for name, span in found.items()
    }

    assert times == {
        told.TO_AGENT: (4, 5),
        told.PIPE: (5, 7),
        told.SLAVE_EA: (6, 257),
        told.BROKER: (7, 257),
    }


def test_a_host_whose_clock_is_behind_the_cores_is_placed_by_it() -> None:
    behind = ClockCompared(peer="core", ahead_ms=90, error_ms=4)
    ours = replace(WRITTEN, received_at_ms=BEGUN_MS + 5 - 90)
    result = replace(
        ANSWERED.result,
        timestamps=replace(
            STAMPS,
            t5_slave_ea_recv_ms=BEGUN_MS + 6 - 90,
            t6_order_send_ms=BEGUN_MS + 7 - 90,
            t7_order_filled_ms=BEGUN_MS + 257 - 90,
        ),
    )
    found = traced(behind, ours, replace(ANSWERED, result=result))

    receive, execute = found[told.TO_AGENT], found[told.SLAVE_EA]
    assert (receive.start_ms, receive.end_ms) == (BEGUN_MS + 4, BEGUN_MS + 5)
    assert (execute.start_ms, execute.end_ms) == (BEGUN_MS + 6, BEGUN_MS + 257)
    assert {(span.clock_offset_ms, span.compared) for span in found.values()} == {(-90, True)}


def test_clocks_that_agree_are_compared_all_the_same() -> None:
    found = traced(ClockCompared(peer="core", ahead_ms=2, error_ms=4), HEARD)

    assert (found[told.PIPE].clock_offset_ms, found[told.PIPE].compared) == (0, True)


def test_the_masters_step_is_reported_here() -> None:
    found = traced(AGENT_FACTS[0])

    assert found[told.MASTER_EA].parent_id == ""
    assert found[told.MASTER_EA].attributes["buffer_depth"] == 2


def test_the_trace_begins_with_what_was_opened() -> None:
    opened = replace(FORWARDED, intent=replace(INTENT, atr=Decimal("0.002"), timeframe="M15"))
    found = traced(opened)[told.MASTER_EA].attributes

    assert found["echo.symbol"] == INTENT.symbol
    assert found["echo.order_side"] == INTENT.side.value
    assert (found["echo.lot_size"], found["echo.price"]) == (INTENT.lot, INTENT.price)
    assert (found["echo.ticket"], found["echo.magic_number"]) == (
        INTENT.ticket,
        INTENT.magic_number,
    )
    assert (found["echo.timeframe"], found["echo.atr"]) == ("M15", Decimal("0.002"))
    assert found["echo.client_id"] == INTENT.client_id
    assert "echo.price" not in traced(FORWARDED)[told.MASTER_EA].attributes


def test_a_repeated_action_makes_no_second_step_and_one_without_stamps_or_trace_none() -> None:
    assert traced(FORWARDED)[told.MASTER_EA].start_ms == BEGUN_MS
    for changed in (
        replace(FORWARDED, attempt=2),
        replace(FORWARDED, traceparent="00-x-y-01"),
        replace(FORWARDED, timestamps=None),
        replace(FORWARDED, timestamps=replace(STAMPS, t1_agent_recv_ms=None)),
    ):
        assert traced(changed) == {}


def test_an_old_master_does_not_tell_when_it_began() -> None:
    old = replace(FORWARDED, timestamps=replace(STAMPS, t0_master_ea_ms=400_000))

    root = traced(old)[told.MASTER_EA]
    assert root.start_ms == root.end_ms == BEGUN_MS + 1


def test_an_old_terminal_tells_how_long_and_not_when() -> None:
    ticks = replace(
        ANSWERED.result,
        timestamps=replace(
            STAMPS,
            t5_slave_ea_recv_ms=400_000,
            t6_order_send_ms=400_001,
            t7_order_filled_ms=400_251,
        ),
    )
    found = traced(replace(WRITTEN, confirmed=False), replace(ANSWERED, result=ticks))

    execute = found[told.SLAVE_EA]
    assert (execute.end_ms, execute.end_ms - execute.start_ms) == (AT_MS, 251)
    assert found[told.PIPE].end_ms == AT_MS


def test_an_answer_that_says_only_when_it_was_done_began_when_it_was_heard() -> None:
    close = replace(
        ANSWERED.result,
        timestamps=replace(STAMPS, t5_slave_ea_recv_ms=None, t6_order_send_ms=None),
    )
    found = traced(HEARD, replace(ANSWERED, result=close))

    assert (found[told.SLAVE_EA].start_ms, told.BROKER in found) == (AT_MS, False)
    assert traced(replace(ANSWERED, result=close)) == {}


def test_a_refusal_is_a_failed_step() -> None:
    no = replace(ANSWERED, result=replace(ANSWERED.result, success=False))

    found = traced(no)
    assert (found[told.SLAVE_EA].ok, told.BROKER in found) == (False, False)
    assert found[told.SLAVE_EA].attributes["echo.status"] == "rejected"


def test_a_terminal_that_will_not_take_it_yet_fails_a_step_of_its_own() -> None:
    trace = AgentTrace()
    [retry] = trace.trace(replace(HEARD, result=Receipt.RETRY), AT_MS)
    [taken] = trace.trace(replace(HEARD, attempt=2), AT_MS + 100)

    assert (retry.ok, taken.ok) == (False, True)
    assert retry.span_id != taken.span_id
    assert taken.attributes["echo.attempt"] == 2


def test_repeats_make_no_second_step() -> None:
    assert traced(replace(WRITTEN, attempt=2), replace(ANSWERED, attempt=2)) == {}
    trace = AgentTrace()
    assert len(list(trace.trace(HEARD, AT_MS))) == 1
    assert list(trace.trace(HEARD, AT_MS)) == []


def test_what_belongs_to_no_trace_has_no_steps() -> None:
    bare = (replace(WRITTEN, traceparent=""), replace(HEARD, traceparent=""))

    assert traced(*bare, replace(ANSWERED, traceparent=""), FILLED) == {}


def test_what_is_never_answered_is_forgotten() -> None:
    trace = AgentTrace()
    for number in range(agent_spans.REMEMBERED_MAX + 9):
        list(trace.trace(replace(HEARD, command_id=CommandId(str(number))), AT_MS))

    assert len(trace._heard_ms) == agent_spans.REMEMBERED_MAX
