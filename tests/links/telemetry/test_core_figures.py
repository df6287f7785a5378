"""The Core's figures say what a trader would count by hand."""

from dataclasses import replace
from decimal import Decimal

from prometheus_client import generate_latest

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.facts import Fact
from echo.domain.ids import AgentId
from echo.domain.intents import ActionKind
from echo.domain.link_facts import ClockCompared
from echo.domain.quantities import Timestamps
from echo.links.telemetry.core_figures import CoreFigures
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.table import CORE_METRICS
from tests.links.telemetry.facts import (
    BEGUN_MS,
    DECIDED,
    FILLED,
    ORDER,
    SAME_CLOCK,
    STAMPS,
    refused,
    settled,
)


def told(*facts: Fact) -> str:
    meters = Meters(CORE_METRICS)
    figures = CoreFigures(meters)
    for fact in (SAME_CLOCK, *facts):
        figures.take(fact)
    return generate_latest(meters.registry).decode()


def test_every_hop_is_between_its_two_stamps() -> None:
    text = told(FILLED)

    assert "echo_latency_agent_to_core_ms_sum 1.0" in text
    assert "echo_latency_core_process_ms_sum 2.0" in text
    assert "echo_latency_core_to_agent_ms_sum 1.0" in text
    assert "echo_latency_agent_to_slave_ms_sum 1.0" in text
    assert "echo_latency_slave_execution_ms_sum 251.0" in text
    assert "echo_latency_e2e_ms_sum 257.0" in text


def test_the_way_from_terminal_to_terminal_leaves_the_broker_out() -> None:
    assert 'latency_e2e_ms_sum{account_id="70001"} 7.0' in told(FILLED)


def test_only_fills_are_timed() -> None:
    assert "echo_latency_e2e_ms_count 0.0" in told(replace(FILLED, outcome=Outcome.FAILED))


def test_hosts_whose_clocks_differ_are_timed_by_one_clock_and_that_is_marked() -> None:
    master, slave = AgentId("north"), AgentId("south")
    ours = STAMPS
    theirs = replace(
        STAMPS,
        t0_master_ea_ms=(ours.t0_master_ea_ms or 0) + 5_000,
        t1_agent_recv_ms=(ours.t1_agent_recv_ms or 0) + 5_000,
        t4_agent_recv_ms=(ours.t4_agent_recv_ms or 0) - 90,
        t5_slave_ea_recv_ms=(ours.t5_slave_ea_recv_ms or 0) - 90,
        t6_order_send_ms=(ours.t6_order_send_ms or 0) - 90,
        t7_order_filled_ms=(ours.t7_order_filled_ms or 0) - 90,
    )
    text = told(
        ClockCompared(peer=master, ahead_ms=5_000, error_ms=4),
        ClockCompared(peer=slave, ahead_ms=-90, error_ms=4),
        replace(FILLED, timestamps=theirs, agent_id=slave, master_agent_id=master),
    )

    assert "echo_latency_agent_to_core_ms_sum 1.0" in text
    assert "echo_latency_core_to_agent_ms_sum 1.0" in text
    assert "echo_latency_e2e_ms_sum 257.0" in text
    assert 'latency_e2e_ms_sum{account_id="70001"} 7.0' in text
    assert 'echo_clock_corrected_total{hop="e2e"} 1.0' in text
    assert 'hop="slave_execution"' not in text
    assert 'echo_clock_offset_ms{agent_id="south"} -90.0' in text


def test_hosts_whose_clocks_were_never_compared_are_not_timed() -> None:
    stranger = replace(FILLED, agent_id=AgentId("south"), master_agent_id=AgentId("north"))
    text = told(stranger)

    assert "echo_latency_e2e_ms_count 0.0" in text
    assert "echo_latency_agent_to_core_ms_count 0.0" in text
    assert "echo_latency_core_process_ms_sum 2.0" in text
    assert "echo_latency_slave_execution_ms_sum 251.0" in text
    assert "disagreements_total{" not in text


def test_stamps_that_run_backwards_further_than_clocks_differ_are_counted_instead() -> None:
    backwards = Timestamps(t1_agent_recv_ms=BEGUN_MS + 60, t2_core_recv_ms=BEGUN_MS)
    rounded = Timestamps(t1_agent_recv_ms=BEGUN_MS + 2, t2_core_recv_ms=BEGUN_MS)
    text = told(replace(FILLED, timestamps=backwards), replace(FILLED, timestamps=rounded))

    assert 'echo_clock_disagreements_total{hop="agent_to_core"} 1.0' in text
    assert "echo_latency_agent_to_core_ms_sum 0.0" in text
    assert "echo_latency_agent_to_core_ms_count 1.0" in text


def test_ticks_of_an_old_terminal_are_never_compared_with_times() -> None:
    old_slave = replace(
        STAMPS,
        t5_slave_ea_recv_ms=400_000,
        t6_order_send_ms=400_001,
        t7_order_filled_ms=400_250,
    )
    old_master = replace(STAMPS, t0_master_ea_ms=400_000)
    text = told(replace(FILLED, timestamps=old_slave), replace(FILLED, timestamps=old_master))

    assert "echo_latency_slave_execution_ms_sum 501.0" in text
    assert "echo_latency_agent_to_slave_ms_count 1.0" in text
    assert "echo_latency_e2e_ms_count 0.0" in text
    assert "disagreements_total{" not in text


def test_stops_are_told_with_their_offsets_and_distance() -> None:
    moved = replace(
        DECIDED,
        inputs=(("ask", Decimal("2310.00")),),
        order=ORDER,
        point=Decimal("0.001"),
        digits=3,
        offsets_points=(Decimal(50), Decimal(50)),
    )
    text = told(moved, replace(moved, order=replace(ORDER, protect=None)))

    assert 'stop_offset_applied_total{level="stop_loss"} 1.0' in text
    assert 'level="take_profit"' not in text
    assert "stop_offset_distance_pips_sum 1000.0" in text
    assert "stop_offset_fallback_total 1.0" in text


def test_slippage_is_averaged_and_its_worst_kept() -> None:
    text = told(FILLED, replace(FILLED, slippage_points=Decimal(-1), slippage_money=Decimal(-2)))

    assert 'avg_slippage_points{account_id="70001"} 1.0' in text
    assert 'max_slippage_points{account_id="70001"} 3.0' in text
    assert 'echo_slippage_money_lost_total{account_id="70001"} 1.5' in text


def test_a_lot_that_was_made_smaller_is_a_clamp() -> None:
    text = told(DECIDED, replace(DECIDED, inputs=(("lot_size", Decimal(1)), ("lot", Decimal(1)))))

    assert 'volume_guard_decision_total{decision="clamp",reason=""} 1.0' in text
    assert 'volume_guard_decision_total{decision="pass_through",reason=""} 1.0' in text


def test_a_refusal_by_the_market_is_none_by_the_policy() -> None:
    text = told(refused(ErrorCode.SPREAD_EXCEEDED), refused(ErrorCode.STOP_REQUIRED))

    assert "SPREAD_EXCEEDED" not in text
    assert 'policy_rejected_total{reason="STOP_REQUIRED"} 1.0' in text


def test_what_was_missed_is_counted_with_its_reason() -> None:
    text = told(
        settled(Outcome.OMITTED, ErrorCode.WINDOW_BLOCKED),
        settled(Outcome.FAILED, ErrorCode.NO_MONEY),
        settled(Outcome.FILLED, ErrorCode.NO_ERROR),
        replace(settled(Outcome.OMITTED, ErrorCode.STALE), kind=ActionKind.CLOSE),
    )

    assert 'missed_trades_count_total{account_id="70001"} 2.0' in text
    assert 'orders_rejected_count_total{reason="NO_MONEY"} 1.0' in text
    assert 'blocked_by_window_count_total{account_id="70001"} 1.0' in text
    assert "STALE" not in text
