"""The Core's figures say what a trader would count by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest
from prometheus_client import generate_latest

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.facts import Fact
from echo.domain.intents import ActionKind
from echo.domain.quantities import Timestamps
from echo.links.telemetry.core_figures import CoreFigures, between_ms
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.table import CORE_METRICS
from tests.links.telemetry.facts import (
    DECIDED,
    FILLED,
    STAMPS,
    refused,
    settled,
)


def told(*facts: Fact) -> str:
    meters = Meters(CORE_METRICS)
    figures = CoreFigures(meters)
    for fact in facts:
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


@pytest.mark.parametrize(
    ("stamps", "expected"),
    [
        (STAMPS, 1),
        (Timestamps(t0_master_ea_ms=5, t1_agent_recv_ms=5), 0),
        (Timestamps(t0_master_ea_ms=6, t1_agent_recv_ms=5), None),
        (Timestamps(t1_agent_recv_ms=5), None),
    ],
)
def test_stamps_that_are_missing_or_run_backwards_are_not_compared(
    stamps: Timestamps, expected: int | None
) -> None:
    assert between_ms(stamps, "t0_master_ea_ms", "t1_agent_recv_ms") == expected


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
