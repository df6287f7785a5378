"""Trading lines of EAs are read, with all that EAs in the field do differently."""

import json
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.answers import NO_ACCOUNT, ExecutionResult, PipeDeliveryAck, Receipt
from echo.domain.commands import CommandKind
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE
from echo.domain.intents import ActionKind, TradeClose, TradeIntent, TradeModify
from echo.domain.quantities import NO_TIMESTAMPS, Side, Timestamps
from echo.domain.sessions import Ping
from echo.wire.pipe import FromEa, read_ea_line, write_from_ea
from echo.wire.pipe.messages import Part
from echo.wire.refusals import WireError, WireReason
from tests.wire import strategies as our
from tests.wire.pipe.lines import CLOSE, INTENT, RESULT, line
from tests.wire.pipe.samples import COMMAND, TRADE
from tests.wire.pipe.test_messages import FROM_EA, contents


def read_one(raw: bytes) -> FromEa | Part:
    [message] = read_ea_line(raw)
    return message


def refused(raw: bytes) -> WireError:
    with pytest.raises(WireError) as refusal:
        read_ea_line(raw)
    return refusal.value


def test_an_intent_of_the_oldest_eas_needs_no_more_than_this() -> None:
    intent = read_one(line("trade_intent", INTENT))

    assert isinstance(intent, TradeIntent)
    assert (intent.seq, intent.attempt, intent.strategy_id) == (0, 1, "")
    assert (intent.stop_loss, intent.take_profit, intent.age_ms) == (None, None, None)
    assert intent.timestamps is NO_TIMESTAMPS


def test_numbers_are_read_with_the_digits_that_were_written() -> None:
    raw = line("trade_intent", INTENT).replace(b'"lot_size": 0.2', b'"lot_size": 0.200')

    intent = read_one(raw)

    assert isinstance(intent, TradeIntent)
    assert str(intent.lot) == "0.200"
    assert intent.price == Decimal("4015.1")


def test_an_upper_case_id_of_version_4_is_lower_cased() -> None:
    legacy = "3F2504E0-4F89-41D3-9A0C-0000305E82C3"

    intent = read_one(line("trade_intent", INTENT | {"trade_id": legacy}))

    assert isinstance(intent, TradeIntent)
    assert intent.trade_id == legacy.lower()


def test_levels_of_zero_are_none_and_magic_numbers_of_zero_are_kept() -> None:
    payload = INTENT | {"stop_loss": 0.0, "take_profit": None, "magic_number": 0}

    intent = read_one(line("trade_intent", payload))

    assert isinstance(intent, TradeIntent)
    assert (intent.stop_loss, intent.take_profit, intent.magic_number) == (None, None, 0)


def test_the_side_is_read_leniently_and_never_guessed() -> None:
    intent = read_one(line("trade_intent", INTENT | {"order_side": " sell"}))

    assert isinstance(intent, TradeIntent)
    assert intent.side is Side.SELL
    assert refused(line("trade_intent", INTENT | {"order_side": "long"})).reason is (
        WireReason.UNKNOWN_VALUE
    )


@pytest.mark.parametrize("field", sorted(INTENT))
def test_an_intent_without_a_required_field_is_refused(field: str) -> None:
    error = refused(line("trade_intent", {k: v for k, v in INTENT.items() if k != field}))

    assert error.reason is WireReason.MISSING_FIELD
    assert f"`{field}`" in error.sentence


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("trade_id", "1", WireReason.BAD_IDENTIFIER),
        ("account_id", "6110 0781", WireReason.BAD_IDENTIFIER),
        ("account_id", "", WireReason.BAD_IDENTIFIER),
        ("client_id", "x" * 65, WireReason.BAD_IDENTIFIER),
        ("ticket", "7", WireReason.WRONG_TYPE),
        ("ticket", 1.5, WireReason.WRONG_TYPE),
        ("ticket", 2**63, WireReason.OUT_OF_RANGE),
        ("attempt", 2**31, WireReason.OUT_OF_RANGE),
        ("seq", -1, WireReason.OUT_OF_RANGE),
        ("buffer_depth", 2**32, WireReason.OUT_OF_RANGE),
        ("price", 1e300, WireReason.OUT_OF_RANGE),
        ("price", "Infinity", WireReason.NOT_FINITE),
        ("stop_loss", "NaN", WireReason.NOT_FINITE),
        ("atr", "sNaN", WireReason.NOT_FINITE),
        ("timestamps", [], WireReason.WRONG_TYPE),
    ],
)
def test_a_field_of_another_kind_is_refused(field: str, value: object, reason: WireReason) -> None:
    assert refused(line("trade_intent", INTENT | {field: value})).reason is reason


def test_a_legacy_close_is_whole_and_last() -> None:
    close = read_one(line("trade_close", CLOSE | {"close_price": 0}))

    assert isinstance(close, TradeClose)
    assert (close.seq, close.kind) == (SEQ_CLOSE, ActionKind.CLOSE)
    assert (close.account_id, close.close_price, close.symbol) == ("61100781", None, "")


def test_a_part_is_never_read_as_the_whole() -> None:
    part = CLOSE | {"seq": 3, "lot_size": 0.1}

    assert refused(line("trade_close", part)).reason is WireReason.MISSING_FIELD
    reduction = read_one(line("trade_close", part | {"volume_remaining": 0.1, "new_ticket": 9}))
    assert isinstance(reduction, TradeClose)
    assert reduction.kind is ActionKind.REDUCE
    assert (reduction.volume_remaining, reduction.new_ticket) == (Decimal("0.1"), 9)


def test_a_removed_level_is_not_an_unchanged_one() -> None:
    payload = CLOSE | {"seq": 1, "symbol": "XAUUSD", "magic_number": 7, "stop_loss": 0}

    modify = read_one(line("trade_modify", payload))

    assert isinstance(modify, TradeModify)
    assert (modify.stop_loss, modify.take_profit) == (Decimal(0), None)
    assert modify.account_id == "61100781"


def test_a_legacy_result_keeps_only_stamps_that_survived() -> None:
    stamps = {f"t{n}": -2_147_483_648 for n in range(1, 5)}
    names = {
        "t0_master_ea_ms": 77,
        "t1_agent_recv_ms": stamps["t1"],
        "t4_agent_recv_ms": stamps["t4"],
        "t5_slave_ea_recv_ms": -5,
        "t7_order_filled_ms": 0,
    }

    result = read_one(line("execution_result", RESULT | {"timestamps": names}))

    assert isinstance(result, ExecutionResult)
    assert result.timestamps == Timestamps(t0_master_ea_ms=77, t5_slave_ea_recv_ms=-5)


@pytest.mark.parametrize(
    ("name", "message", "success", "code"),
    [
        ("ERR_UNKNOWN", "code=131", False, ErrorCode.INVALID_VOLUME),
        ("ERR_TIMEOUT", "code=141", False, ErrorCode.TOO_MANY_REQUESTS),
        ("NO_MONEY", "", False, ErrorCode.NO_MONEY),
        ("ERR_NOT_ENOUGH_MONEY", "code=134", False, ErrorCode.NO_MONEY),
        ("ERR_NO_ERROR", "", False, ErrorCode.UNKNOWN),
        ("ERR_SOMETHING", "handshake_not_ready", False, ErrorCode.UNKNOWN),
        ("ERR_UNKNOWN", "code=131", True, ErrorCode.NO_ERROR),
    ],
)
def test_legacy_codes_are_found_behind_their_names(
    name: str, message: str, success: bool, code: ErrorCode
) -> None:
    payload = RESULT | {"error_code": name, "error_message": message, "success": success}

    result = read_one(line("execution_result", payload))

    assert isinstance(result, ExecutionResult)
    assert result.error_code is code


@pytest.mark.parametrize(
    ("name", "success", "code"),
    [
        ("ERR_TIMEOUT", False, ErrorCode.TIMEOUT),
        ("ERR_NOT_FOUND", True, ErrorCode.NOT_FOUND),
        ("NOT_FOUND", True, ErrorCode.NOT_FOUND),
        ("ERR_OF_TOMORROW", True, ErrorCode.NO_ERROR),
        ("ERR_OF_TOMORROW", False, ErrorCode.UNKNOWN),
        ("ERR_NO_ERROR", False, ErrorCode.UNKNOWN),
    ],
)
def test_codes_of_protocol_3_mean_what_they_say(name: str, success: bool, code: ErrorCode) -> None:
    payload = RESULT | {"command_kind": "close", "error_code": name, "success": success}

    result = read_one(line("close_result", payload | {"error_message": "code=10012"}))

    assert isinstance(result, ExecutionResult)
    assert result.error_code is code


@pytest.mark.parametrize("ticket", [-1, 0])
def test_no_ticket_is_none(ticket: int) -> None:
    result = read_one(line("execution_result", RESULT | {"ticket": ticket}))

    assert isinstance(result, ExecutionResult)
    assert result.ticket is None


def test_a_legacy_close_result_takes_price_and_time_from_where_they_are() -> None:
    payload = {k: v for k, v in RESULT.items() if k != "trade_id"} | {"close_price": 4019.9}

    result = read_one(line("close_result", payload, timestamp_ms=812_345))

    assert isinstance(result, ExecutionResult)
    assert (result.kind, result.trade_id) == (CommandKind.CLOSE, "")
    assert (result.executed_price, result.execution_time_ms) == (Decimal("4019.9"), 812_345)
    assert result.account_id == "70001"


def test_a_time_that_a_result_names_is_believed() -> None:
    payload = RESULT | {"execution_time_ms": 5}

    result = read_one(line("close_result", payload, timestamp_ms=812_345))

    assert isinstance(result, ExecutionResult)
    assert result.execution_time_ms == 5


def test_the_type_of_a_result_names_its_kind_unless_the_result_does() -> None:
    kinds = [
        read_one(line(name, RESULT | extra))
        for name, extra in [
            ("execution_result", {}),
            ("modify_result", {}),
            ("execution_result", {"command_kind": "flatten"}),
        ]
    ]

    assert [each.kind for each in kinds if isinstance(each, ExecutionResult)] == [
        CommandKind.EXECUTE,
        CommandKind.MODIFY,
        CommandKind.FLATTEN,
    ]
    error = refused(line("execution_result", RESULT | {"command_kind": "double"}))
    assert error.reason is WireReason.UNKNOWN_VALUE


def test_a_receipt_may_leave_out_whose_it_is() -> None:
    receipt = read_one(line("pipe_delivery_ack", {"command_id": COMMAND, "result": "ok"}))

    assert receipt == PipeDeliveryAck(command_id=COMMAND, account_id=NO_ACCOUNT, result=Receipt.OK)


def test_a_ping_is_returned_with_its_id_untouched() -> None:
    raw = json.dumps({"type": "ping", "id": TRADE.upper(), "timestamp_ms": 5, "role": "slave"})

    assert read_ea_line(raw.encode()) == (
        Ping(ping_id=TRADE.upper(), timestamp_ms=5, role="slave"),
    )
    assert refused(b'{"type":"ping","id":"a\\"b"}').reason is WireReason.BAD_IDENTIFIER


def test_an_unknown_type_is_refused_by_its_name() -> None:
    error = refused(line("teleport", {}))

    assert (error.reason, "'teleport'" in error.sentence) == (WireReason.UNKNOWN_TYPE, True)


@pytest.mark.parametrize("payload", [None, [], "x", 3])
def test_a_payload_that_is_no_object_is_refused(payload: object) -> None:
    assert refused(line("trade_intent", payload)).reason is WireReason.WRONG_TYPE


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(noise: bytes) -> None:
    with pytest.raises(WireError):
        read_ea_line(noise)


@given(FROM_EA, st.data())
def test_a_damaged_line_is_read_or_refused(message: FromEa, data: st.DataObject) -> None:
    [raw, *_] = contents(write_from_ea(message, 3, 5))
    at = data.draw(st.integers(0, len(raw) - 1))
    damaged = raw[:at] + data.draw(st.binary(max_size=3)) + raw[at + 1 :]
    with suppress(WireError):  # anything else that is raised fails the test
        assert isinstance(read_ea_line(damaged), tuple)


def numbers_of(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in numbers_of(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in numbers_of(each)]
    return [value]


@given(our.ACTIONS)
def test_numbers_are_bare(action: FromEa) -> None:
    parsed = json.loads(write_from_ea(action, 3, 5), parse_float=Decimal)

    assert not any(isinstance(leaf, float) for leaf in numbers_of(parsed))
    assert isinstance(parsed["payload"]["ticket"], int)
