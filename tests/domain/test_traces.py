"""Ids of steps are derived, so that programs agree on them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.ids import TradeId
from echo.domain.traces import derived_span_id, trace_id_of, trace_of, traceparent

TRACE_ID = "0af7651916cd43dd8448eb211c80319c"
SPAN_ID = "b7ad6b7169203331"


@given(st.text(max_size=9), st.text(max_size=9))
def test_a_step_has_the_same_id_wherever_it_is_worked_out(name: str, whose: str) -> None:
    found = derived_span_id(TRACE_ID, name, whose)

    assert found == derived_span_id(TRACE_ID, name, whose)
    assert len(bytes.fromhex(found)) == 8
    assert found != derived_span_id(TRACE_ID, f"{name}x", whose)


def test_a_traceparent_names_a_trace_and_a_span() -> None:
    assert trace_of(f"00-{TRACE_ID}-{SPAN_ID}-01") == (TRACE_ID, SPAN_ID)
    assert trace_id_of(f"00-{TRACE_ID}-{SPAN_ID}-01") == TRACE_ID


@pytest.mark.parametrize("text", ["", "00-short-id-01", f"00-{TRACE_ID}-{SPAN_ID}"])
def test_what_is_no_traceparent_names_nothing(text: str) -> None:
    assert trace_of(text) is None
    assert trace_id_of(text) == ""


def test_an_action_has_its_own_span_in_its_trades_trace() -> None:
    trade = TradeId("01890A5D-ac96-774b-bcce-b302099a8057")

    assert trace_id_of(traceparent(trade, 0)) == "01890a5dac96774bbcceb302099a8057"
    assert traceparent(trade, 0) == traceparent(trade, 0) != traceparent(trade, 1)
    assert traceparent(TradeId("no uuid"), 0) == ""
