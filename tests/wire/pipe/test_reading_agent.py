"""Lines of Agents are read by EAs of every age."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.answers import NO_ACCOUNT, AckStage, Receipt, ResultAck, TradeIntentAck
from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.errors import ErrorCode
from echo.domain.handshake import IssueCode, RegistrationStatus, SymbolRegistrationResult
from echo.domain.ids import SEQ_CLOSE
from echo.domain.quantities import NO_TIMESTAMPS
from echo.domain.sessions import Pong
from echo.wire.pipe import read_agent_line, write_to_ea
from echo.wire.refusals import WireError, WireReason
from tests.wire.pipe.lines import LANE, line
from tests.wire.pipe.samples import CLOSE_ORDER, COMMAND, NOW_MS, ORDER, TRADE


def refused(raw: bytes) -> WireReason:
    with pytest.raises(WireError) as refusal:
        read_agent_line(raw)
    return refusal.value.reason


def test_a_legacy_ea_hears_the_essence_of_an_order() -> None:
    heard = read_agent_line(write_to_ea(ORDER, 2, NOW_MS).rstrip(b"\n"))

    assert isinstance(heard, ExecuteOrder)
    assert (heard.symbol, heard.lot, heard.stop_loss) == (ORDER.symbol, ORDER.lot, ORDER.stop_loss)
    assert (heard.seq, heard.ttl_ms, heard.session_epoch) == (0, None, 0)
    assert heard.timestamps == ORDER.timestamps


def test_a_legacy_ea_hears_every_close_as_the_last_action() -> None:
    heard = read_agent_line(write_to_ea(CLOSE_ORDER, 2, NOW_MS).rstrip(b"\n"))

    assert isinstance(heard, CloseOrder)
    assert (heard.ticket, heard.seq) == (CLOSE_ORDER.ticket, SEQ_CLOSE)


def test_a_pong_of_an_older_agent_shows_no_clock() -> None:
    raw = json.dumps({"type": "pong", "id": COMMAND.upper(), "timestamp_ms": 5, "echo_ms": 4})

    assert read_agent_line(raw.encode()) == Pong(
        ping_id=COMMAND.upper(), timestamp_ms=5, echo_ms=4, mono_ms=0
    )


def test_an_answer_needs_no_more_than_trade_and_result() -> None:
    heard = read_agent_line(line("trade_intent_ack", {"trade_id": TRADE, "result": "OK"}))

    assert heard == TradeIntentAck(
        trade_id=TRADE, seq=0, result=Receipt.OK, account_id=NO_ACCOUNT, stage=AckStage.NONE
    )


@pytest.mark.parametrize(
    ("result", "name", "code"),
    [
        ("RETRY", "ERR_SEQ_CONFLICT", ErrorCode.SEQ_CONFLICT),
        ("FAILED", "SPEC_MISSING", ErrorCode.SPEC_MISSING),
        ("FAILED", "ERR_OF_TOMORROW", ErrorCode.UNKNOWN),
        ("OK", "ERR_OF_TOMORROW", ErrorCode.NO_ERROR),
    ],
)
def test_a_reason_of_a_newer_agent_does_not_hide_what_to_do(
    result: str, name: str, code: ErrorCode
) -> None:
    payload = {"trade_id": TRADE, "result": result, "error_code": name}

    heard = read_agent_line(line("trade_intent_ack", payload))

    assert isinstance(heard, TradeIntentAck)
    assert (heard.result.value, heard.error_code) == (result, code)


def test_a_result_ack_may_leave_out_whose_it_is() -> None:
    heard = read_agent_line(line("result_ack", {"command_id": COMMAND.upper()}))

    assert heard == ResultAck(command_id=COMMAND, account_id=NO_ACCOUNT, ledger_n=0)


def test_status_and_issues_are_read_in_both_spellings() -> None:
    issue = {"code": "SPEC_STALE"}
    entry = {"canonicalSymbol": "A", "brokerSymbol": "B", "status": "REJECTED"}
    payload = {
        "accountId": "7",
        "status": "SYMBOL_REGISTRATION_STATUS_WARNING",
        "warnings": [issue, {"code": "SYMBOL_REGISTRATION_ISSUE_CODE_SPEC_STALE"}],
        "symbols": [entry | {"specAgeMs": 12, "evaluatedAtMs": "-13"}],
    }

    heard = read_agent_line(line("symbol_registration_result", payload))

    assert isinstance(heard, SymbolRegistrationResult)
    assert heard.status is RegistrationStatus.WARNING
    assert [each.code for each in heard.warnings] == [IssueCode.SPEC_STALE] * 2
    assert heard.symbols[0].status is RegistrationStatus.REJECTED
    assert (heard.symbols[0].spec_age_ms, heard.symbols[0].evaluated_at_ms) == (12, -13)


@pytest.mark.parametrize("text", ["", "x", "1.5", str(2**63), str(-(2**63) - 1), "٣", "9" * 5000])
def test_a_time_that_is_no_64_bit_integer_is_refused(text: str) -> None:
    payload = {"accountId": "7", "status": "ACCEPTED", "evaluatedAtMs": text}

    assert refused(line("symbol_registration_result", payload)) is WireReason.OUT_OF_RANGE


ORDER_PAYLOAD = LANE | {"order_side": "BUY", "lot_size": 0.1}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"order_side": "HOLD"}, WireReason.UNKNOWN_VALUE),
        ({"lot_size": "NaN"}, WireReason.NOT_FINITE),
        ({"protect": {"stop_loss": 1e200}}, WireReason.OUT_OF_RANGE),
        ({"target_account_id": ""}, WireReason.BAD_IDENTIFIER),
        ({"command_id": "7"}, WireReason.BAD_IDENTIFIER),
        ({"ttl_ms": 1.5}, WireReason.WRONG_TYPE),
    ],
)
def test_an_order_that_is_not_clear_is_refused(
    fields: dict[str, object], reason: WireReason
) -> None:
    assert refused(line("execute_order", ORDER_PAYLOAD | fields)) is reason


def test_an_order_without_stamps_has_none() -> None:
    heard = read_agent_line(line("execute_order", ORDER_PAYLOAD))

    assert isinstance(heard, ExecuteOrder)
    assert heard.timestamps is NO_TIMESTAMPS


def test_what_is_unknown_is_refused_by_its_type() -> None:
    assert refused(line("order_coffee", {})) is WireReason.UNKNOWN_TYPE


@given(st.binary(max_size=200))
def test_any_bytes_are_refused(noise: bytes) -> None:
    refused(noise)
