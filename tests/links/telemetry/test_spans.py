"""A trade is one trace: programs on several hosts make its spans and agree on their ids."""

from dataclasses import replace
from typing import cast

from echo.domain.answers import Outcome
from echo.domain.copy_facts import IntentForwarded
from echo.domain.ids import CommandId
from echo.domain.quantities import Timestamps
from echo.links.telemetry import spans as told
from echo.links.telemetry.spans import spans_of_agent, spans_of_core, trace_id_of
from tests.links.telemetry.facts import (
    AGENT_FACTS,
    BEGUN_MS,
    FILLED,
    STAMPS,
    TRACE_ID,
    TRACEPARENT,
)

FORWARDED = cast(IntentForwarded, AGENT_FACTS[0])


def test_the_first_span_is_the_masters_and_the_others_hang_on_it() -> None:
    [root] = spans_of_agent(FORWARDED)
    steps = list(spans_of_core(FILLED))

    assert (root.name, root.parent_id, root.trace_id) == (told.MASTER_EA, "", TRACE_ID)
    assert (root.start_ms, root.end_ms) == (BEGUN_MS, BEGUN_MS + 1)
    assert steps[0].parent_id == root.span_id
    assert [step.parent_id for step in steps[1:]] == [step.span_id for step in steps[:-1]]
    assert {step.trace_id for step in steps} == {TRACE_ID}


def test_followers_share_the_way_to_the_core_and_nothing_after_it() -> None:
    ours = list(spans_of_core(FILLED))
    theirs = list(spans_of_core(replace(FILLED, command_id=CommandId("another"))))

    assert ours[0].span_id == theirs[0].span_id
    assert not {each.span_id for each in ours[1:]} & {each.span_id for each in theirs[1:]}


def test_a_repeat_makes_no_second_span() -> None:
    assert list(spans_of_agent(replace(FORWARDED, attempt=2))) == []


def test_a_terminal_without_a_trace_has_no_spans() -> None:
    assert list(spans_of_core(replace(FILLED, traceparent=""))) == []
    assert list(spans_of_agent(replace(FORWARDED, traceparent="00-x-y-01"))) == []
    assert list(spans_of_agent(replace(FORWARDED, timestamps=None))) == []


def test_a_step_whose_stamps_are_missing_is_left_out_and_the_chain_holds() -> None:
    stamps = replace(STAMPS, t4_agent_recv_ms=None)

    steps = list(spans_of_core(replace(FILLED, timestamps=stamps)))

    assert [step.name for step in steps] == [told.FORWARD, told.DECIDE, told.SLAVE_EA]
    assert steps[2].parent_id == steps[1].span_id


def test_clocks_that_disagree_are_marked_and_never_give_a_negative_length() -> None:
    stamps = Timestamps(t1_agent_recv_ms=1_000, t2_core_recv_ms=940)

    [step] = spans_of_core(replace(FILLED, timestamps=stamps))

    assert (step.start_ms, step.end_ms, step.clock_offset_ms) == (1_000, 1_000, -60)


def test_a_failure_is_marked() -> None:
    assert all(step.ok for step in spans_of_core(FILLED))
    assert not any(step.ok for step in spans_of_core(replace(FILLED, outcome=Outcome.FAILED)))


def test_other_facts_have_no_spans() -> None:
    assert list(spans_of_core(FORWARDED)) == list(spans_of_agent(FILLED)) == []


def test_a_trace_id_is_taken_from_where_it_is_one() -> None:
    assert trace_id_of(TRACEPARENT) == TRACE_ID
    assert trace_id_of("") == trace_id_of("00-short-id-01") == ""
