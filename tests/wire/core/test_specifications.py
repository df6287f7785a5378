"""Specifications, in the stream and in the domain."""

from dataclasses import replace

import pytest
from hypothesis import given

from echo.domain.specs import SymbolSpecReport
from echo.wire.core.specifications import read_spec_report, write_spec_report
from echo.wire.pb import common_pb2 as pb
from echo.wire.refusals import WireError, WireReason
from tests.wire import strategies as our
from tests.wire.pipe.samples import SPECIFICATION, SPECIFICATIONS


@given(our.SPEC_REPORTS)
def test_reports_are_read_as_they_were_written(report: SymbolSpecReport) -> None:
    message = pb.SymbolSpecReport()
    write_spec_report(message, report)

    assert read_spec_report(message) == report


def test_a_word_that_the_stream_does_not_know_is_refused() -> None:
    odd = replace(SPECIFICATIONS, symbols=(replace(SPECIFICATION, execution_mode="by post"),))

    with pytest.raises(WireError, match="execution_mode 'by post'") as refusal:
        write_spec_report(pb.SymbolSpecReport(), odd)

    assert refusal.value.reason is WireReason.UNKNOWN_VALUE


def test_a_symbol_without_its_sections_is_refused() -> None:
    message = pb.SymbolSpecReport(account_id="7")
    message.symbols.add(canonical_symbol="XAUUSD", broker_symbol="GOLD")

    with pytest.raises(WireError, match="spread_type 0") as refusal:
        read_spec_report(message)

    assert refusal.value.reason is WireReason.UNKNOWN_VALUE


def test_a_day_that_is_none_is_refused() -> None:
    message = pb.SymbolSpecReport()
    write_spec_report(message, SPECIFICATIONS)
    message.symbols[0].sessions[0].day = 8  # type: ignore[assignment]  # a number of tomorrow

    with pytest.raises(WireError, match="weekday 8"):
        read_spec_report(message)
