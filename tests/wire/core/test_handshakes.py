"""Handshakes and verdicts, in the stream and in the domain."""

from dataclasses import replace

import pytest
from hypothesis import given

from echo.domain.handshake import AccountSymbolsReport, Role, SymbolRegistrationResult
from echo.wire.core import handshakes
from echo.wire.pb import common_pb2 as pb
from echo.wire.refusals import WireError, WireReason
from tests.wire import strategies as our
from tests.wire.pipe.samples import GOLD, INTRODUCTION, ISSUE, NOW_MS, SLAVE, VERDICT

REPORT = AccountSymbolsReport(
    account_id=SLAVE, symbols=(GOLD,), reported_at_ms=NOW_MS, metadata=INTRODUCTION.metadata
)


@given(our.symbols_reports(our.maybe(our.several(our.MAPPINGS))))
def test_reports_are_read_as_they_were_written(report: AccountSymbolsReport) -> None:
    message = pb.AccountSymbolsReport()
    handshakes.write_symbols_report(message, report)

    assert handshakes.read_symbols_report(message) == report


def test_an_empty_list_of_symbols_is_not_a_missing_one() -> None:
    empty, missing = pb.AccountSymbolsReport(), pb.AccountSymbolsReport()
    handshakes.write_symbols_report(empty, replace(REPORT, symbols=()))
    handshakes.write_symbols_report(missing, replace(REPORT, symbols=None))

    assert handshakes.read_symbols_report(empty).symbols == ()
    assert handshakes.read_symbols_report(missing).symbols is None


@given(our.REGISTRATIONS)
def test_verdicts_are_read_as_they_were_written(verdict: SymbolRegistrationResult) -> None:
    message = pb.SymbolRegistrationResult()
    handshakes.write_registration(message, verdict)

    assert handshakes.read_registration(message) == verdict


def test_metadata_of_issues_is_sorted() -> None:
    issue = replace(ISSUE, metadata=(("z", "1"), ("a", "2"), ("m", "3")))
    message = pb.SymbolRegistrationResult()
    handshakes.write_registration(message, replace(VERDICT, errors=(issue,)))

    [read] = handshakes.read_registration(message).errors

    assert read.metadata == (("a", "2"), ("m", "3"), ("z", "1"))


def test_an_older_agent_does_not_say_the_role() -> None:
    message = pb.AccountSymbolsReport()
    handshakes.write_symbols_report(message, REPORT)
    message.metadata.ClearField("pipe_role")

    metadata = handshakes.read_symbols_report(message).metadata

    assert metadata is not None
    assert metadata.pipe_role is Role.SLAVE


@pytest.mark.parametrize("text", ["", "MASTER", "watcher"])
def test_a_role_is_one_of_two(text: str) -> None:
    with pytest.raises(WireError, match="role") as refusal:
        handshakes.read_role(text)

    assert refusal.value.reason is WireReason.UNKNOWN_VALUE


def test_a_symbol_with_a_number_that_is_none_is_refused() -> None:
    message = pb.AccountSymbolsReport()
    handshakes.write_symbols_report(message, REPORT)
    message.symbols[0].point = float("nan")

    with pytest.raises(WireError) as refusal:
        handshakes.read_symbols_report(message)

    assert refusal.value.reason is WireReason.NOT_FINITE
