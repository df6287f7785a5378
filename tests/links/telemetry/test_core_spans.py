"""The Core's steps hang on each other and on the steps of its Agents."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.commands import CancelPendings
from echo.domain.copy_facts import TurnTimed
from echo.domain.errors import ErrorCode
from echo.domain.facts import Fact
from echo.domain.ids import AccountId
from echo.domain.link_facts import ClockCompared, SpansReported
from echo.domain.traces import Span
from echo.links.telemetry import spans as told
from echo.links.telemetry.core_spans import CoreTrace
from tests.links.telemetry.facts import (
    AGENT,
    BEGUN_MS,
    DECIDED,
    FILLED,
    ORDER,
    RECEIVED,
    SAME_CLOCK,
    SENT,
    TRACE_ID,
    TRACEPARENT,
    refused,
)

LEFT_MS = BEGUN_MS + 4
COPIED = replace(DECIDED, order=ORDER)


def traced(*facts: Fact, at_ms: int = LEFT_MS) -> dict[str, Span]:
    trace = CoreTrace()
    return {span.name: span for fact in facts for span in trace.trace(fact, at_ms)}


def test_a_copy_is_a_tree_of_steps() -> None:
    found = traced(SAME_CLOCK, RECEIVED, COPIED, SENT, replace(SENT, again=True, attempt=2))
    parents = {name: span.parent_id for name, span in found.items()}
    ids = {name: span.span_id for name, span in found.items()}

    assert {span.trace_id for span in found.values()} == {TRACE_ID}
    assert parents[told.FORWARD] == TRACEPARENT.split("-")[2]
    assert parents[told.SCHEDULE] == parents[told.DECIDE] == ids[told.FORWARD]
    for name in (told.RISK, told.STOPS, told.JOURNAL, told.RETRY):
        assert parents[name] == ids[told.DECIDE]
    assert parents[told.FALLBACK] == ids[told.STOPS]


def test_what_was_decided_in_a_turn_lasted_as_long_as_the_turn() -> None:
    at_ms = BEGUN_MS + 2
    turn = TurnTimed(
        at_ms=at_ms, begun_at_us=at_ms * 1_000 + 250, ended_at_us=at_ms * 1_000 + 1_320
    )
    found = traced(turn, RECEIVED, replace(COPIED, decided_at_ms=at_ms))

    for name in (told.SCHEDULE, told.RISK, told.STOPS, told.FALLBACK):
        step = found[name]
        assert (step.start_ms, step.start_us) == (at_ms, 250)
        assert (step.end_ms, step.end_us) == (at_ms + 1, 320)


def test_a_moment_of_another_trace_is_given_its_turns_length_too() -> None:
    trace = CoreTrace()
    turn = TurnTimed(at_ms=5_000, begun_at_us=5_000_100, ended_at_us=5_000_900)
    moment = Span(
        trace_id="t",
        span_id="s",
        parent_id="",
        name="n",
        component="c",
        start_ms=5_000,
        end_ms=5_000,
        attributes={},
    )
    assert list(trace.trace(turn, 5_001)) == []

    step = trace.timed(moment)

    assert (step.start_ms, step.start_us, step.end_ms, step.end_us) == (5_000, 100, 5_000, 900)
    assert trace.timed(replace(moment, start_ms=6_000)).end_us == 0


def test_a_turn_that_nobody_timed_is_a_moment_and_none_runs_backwards() -> None:
    at_ms = BEGUN_MS + 2
    other = TurnTimed(at_ms=at_ms - 1, begun_at_us=1, ended_at_us=at_ms * 2_000)
    set_back = TurnTimed(at_ms=at_ms, begun_at_us=at_ms * 1_000 + 9, ended_at_us=at_ms * 900)

    [_, moment] = traced(other, RECEIVED).values()
    [_, stopped] = traced(set_back, RECEIVED).values()

    assert (moment.start_ms, moment.start_us, moment.end_ms, moment.end_us) == (at_ms, 0, at_ms, 0)
    assert (stopped.start_us, stopped.end_ms, stopped.end_us) == (9, at_ms, 9)


def test_the_journal_s_step_ends_when_the_command_has_left() -> None:
    found = traced(SENT)

    for name in (told.DECIDE, told.JOURNAL):
        assert (found[name].start_ms, found[name].end_ms) == (BEGUN_MS + 2, LEFT_MS)
    assert "ack_timeout_ms" not in found[told.JOURNAL].attributes


def test_a_repeat_says_how_long_was_waited_for_an_answer() -> None:
    again = traced(replace(SENT, again=True, attempt=3, warning_codes=("SPEC_STALE",)))

    assert set(again) == {told.RETRY}
    attributes = again[told.RETRY].attributes
    assert (attributes["ack_timeout_ms"], attributes["backoff_ms"]) == (500, 100)
    assert attributes["echo.attempt"] == 3
    assert (attributes["handshake_status"], attributes["warning_codes"]) == (
        "warning",
        "SPEC_STALE",
    )


def test_two_repeats_are_two_steps() -> None:
    again = replace(SENT, again=True)

    first, second = traced(again), traced(again, at_ms=LEFT_MS + 500)
    assert first[told.RETRY].span_id != second[told.RETRY].span_id


def test_a_size_says_what_is_risked_and_a_no_says_why() -> None:
    found = traced(COPIED)[told.RISK].attributes
    no = traced(replace(refused(ErrorCode.STOP_REQUIRED), traceparent=TRACEPARENT))

    assert found["echo.risk.decision"] == "pass"
    assert str(found["echo.lot_size"]) == "0.25"
    assert found["echo.policy_type"] == "FIXED_RISK"
    assert found["echo.risk.commission_per_lot"] == Decimal(7)
    assert found["echo.risk.commission_rate"] == Decimal("0.01")
    assert found["echo.risk.commission_total"] == Decimal("1.75")
    assert found["echo.decision"] == "pass"
    assert set(no) == {told.RISK}
    assert no[told.RISK].attributes["echo.risk.reject_reason"] == "STOP_REQUIRED"
    assert no[told.RISK].parent_id == traced(RECEIVED)[told.FORWARD].span_id


def test_the_step_of_the_stops_says_what_is_ordered() -> None:
    found = traced(COPIED)[told.STOPS].attributes

    assert found["echo.order_side"] == ORDER.side.value
    assert (found["echo.lot_size"], found["echo.magic_number"]) == (ORDER.lot, ORDER.magic_number)


def test_followers_have_steps_of_their_own() -> None:
    other = replace(COPIED, account_id=AccountId("70002"))

    assert traced(COPIED)[told.RISK].span_id != traced(other)[told.RISK].span_id


def test_an_agent_whose_clock_is_off_is_placed_by_the_cores() -> None:
    ahead = ClockCompared(peer=AGENT, ahead_ms=5_000, error_ms=4)
    stamps = replace(RECEIVED.timestamps or FILLED.timestamps, t1_agent_recv_ms=BEGUN_MS + 5_001)
    forward = traced(ahead, replace(RECEIVED, timestamps=stamps))[told.FORWARD]

    assert (forward.start_ms, forward.end_ms) == (BEGUN_MS + 1, BEGUN_MS + 2)
    assert (forward.clock_offset_ms, forward.compared) == (5_000, True)


def test_a_clock_that_was_never_compared_is_marked() -> None:
    stamps = replace(RECEIVED.timestamps or FILLED.timestamps, t1_agent_recv_ms=BEGUN_MS + 42)
    forward = traced(replace(RECEIVED, timestamps=stamps))[told.FORWARD]

    assert (forward.start_ms, forward.end_ms) == (BEGUN_MS + 2, BEGUN_MS + 2)
    assert (forward.clock_offset_ms, forward.compared) == (-40, False)


def test_spans_of_an_agent_are_passed_on() -> None:
    [given] = (traced(SENT)[told.DECIDE],)
    reported = SpansReported(agent_id=AGENT, spans=(given,))

    assert traced(reported) == {told.DECIDE: given}


def test_what_belongs_to_no_trace_has_no_steps() -> None:
    sweep = CancelPendings(command_id=SENT.command_id, account_id=SENT.account_id)
    assert (
        traced(
            replace(RECEIVED, traceparent=""),
            replace(RECEIVED, duplicate=True),
            replace(COPIED, traceparent="00-x-y-01"),
            replace(SENT, traceparent="", timestamps=None, command_id=sweep.command_id),
            FILLED,
        )
        == {}
    )
