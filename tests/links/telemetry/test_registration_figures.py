"""Figures about terminals: who was told what, and what became of their symbols."""

from prometheus_client import generate_latest

from echo.domain.facts import Fact
from echo.domain.handshake import RegistrationStatus, Role
from echo.domain.ids import AccountId
from echo.domain.link_facts import ChangesMissed
from echo.domain.registration_facts import ReportOutcome
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.registration_figures import AgentFigures, RegistrationFigures
from echo.links.telemetry.table import AGENT_METRICS, CORE_METRICS
from tests.links.telemetry.facts import AGENT, evaluated, forwarded, reported


def core_told(*facts: Fact) -> str:
    meters = Meters(CORE_METRICS)
    figures = RegistrationFigures(meters)
    for fact in facts:
        figures.take(fact)
    return generate_latest(meters.registry).decode()


def agent_told(*facts: Fact) -> str:
    meters = Meters(AGENT_METRICS)
    figures = AgentFigures(meters, AGENT)
    for fact in facts:
        figures.take(fact)
    return generate_latest(meters.registry).decode()


def test_a_terminal_counts_under_its_latest_version_only() -> None:
    text = core_told(
        evaluated(RegistrationStatus.ACCEPTED),
        evaluated(RegistrationStatus.WARNING),
        evaluated(RegistrationStatus.WARNING, account_id=AccountId("70002")),
    )

    assert 'echo_handshake_version_gauge{component="slave_ea",version="3"} 2.0' in text
    assert 'echo_core_handshake_status_total{status="WARNING"} 2.0' in text


def test_errors_and_warnings_are_counted_apart() -> None:
    text = core_told(evaluated(RegistrationStatus.REJECTED))

    assert 'echo_handshake_rejected_total{issue="SPEC_INVALID"} 1.0' in text
    assert 'echo_handshake_warning_total{issue="SPEC_STALE",scope="symbol"} 2.0' in text


def test_symbols_are_counted_by_what_was_thought_of_them() -> None:
    text = core_told(reported(ReportOutcome.TAKEN))

    for result, symbols in (("known", 1), ("invalid", 1), ("unknown", 2)):
        assert f'echo_symbols_validate_total{{validation_result="{result}"}} {symbols}.0' in text
    assert 'echo_symbols_loaded_total{source="report"} 1.0' in text


def test_a_report_that_was_refused_loads_nothing() -> None:
    text = core_told(reported(ReportOutcome.DUPLICATE), reported(ReportOutcome.STALE))

    assert "echo_symbols_loaded_total{" not in text
    assert "echo_symbols_duplicates_total 1.0" in text
    assert "echo_symbols_handshake_stale_total 1.0" in text


def test_changes_that_nobody_announced_are_counted_by_their_channel() -> None:
    text = core_told(
        ChangesMissed(channel="echo_handshake_result", count=2),
        ChangesMissed(channel="echo_handshake_result", count=1),
    )

    name = "echo_core_handshake_notify_miss_total"
    assert f'{name}{{channel="echo_handshake_result"}} 3.0' in text


def test_what_masters_and_slaves_are_told_is_counted_apart() -> None:
    text = agent_told(forwarded(Role.MASTER), forwarded(Role.SLAVE), forwarded(Role.SLAVE))

    assert 'echo_master_handshake_status_total{status="ACCEPTED"} 1.0' in text
    assert 'echo_slave_handshake_status_total{status="ACCEPTED"} 2.0' in text
    assert "echo_handshake_feedback_latency_ms_sum 12.0" in text
