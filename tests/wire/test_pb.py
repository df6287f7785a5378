"""The generated protobuf modules: fresh, complete, and numbered as every peer expects."""

import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from echo.wire import pb
from echo.wire.pb import agent_pb2, agent_pb2_grpc, common_pb2, trade_pb2

ROOT = Path(__file__).resolve().parents[2]
FILES = (common_pb2.DESCRIPTOR, trade_pb2.DESCRIPTOR, agent_pb2.DESCRIPTOR)

# Every message that crosses the wire: number, name, type where it is not the obvious one,
# "?" = proto3 optional, "[]" = repeated, "map" = string keys.
MESSAGE_TABLE = """
AccountConnected: 1 account_id, 2 connected_at_ms int64, 3 client_type string?, 4 broker string?
AccountDisconnected: 1 account_id, 2 disconnected_at_ms int64, 3 reason string?
AccountInfo: 1 account_id, 2 balance, 3 equity, 4 margin, 5 margin_free, 6 margin_level,
  7 timestamp_ms int64, 8 currency
AccountSymbolsReport: 1 account_id, 2 symbols SymbolMapping[], 3 reported_at_ms int64,
  4 metadata HandshakeMetadata
Ack: 1 message_id string, 2 success bool, 3 error string?
AgentBatch: 1 messages AgentMessage[]
AgentHeartbeat: 1 agent_id, 2 timestamp_ms int64, 3 connected_clients string[],
  4 pending_commands int32?, 40 mono_ms int64, 41 echo_mono_ms int64, 42 held_ms int64
AgentHello: 1 agent_id, 2 version, 3 hostname, 4 os, 5 connected_clients string[],
  6 owned_accounts string[], 7 symbols map, 8 protocol_version uint32,
  9 supports_lossless_delivery bool
AgentMessage: 1 agent_id string, 2 timestamp_ms int64, 3 message_id string, 10 hello AgentHello,
  11 trade_intent, 12 trade_close, 13 trade_modify, 14 execution_result, 15 state_snapshot,
  16 heartbeat AgentHeartbeat, 17 account_connected, 18 account_disconnected,
  19 account_symbols_report, 20 symbol_spec_report, 21 symbol_quote_snapshot, 22 command_ack,
  23 spans AgentSpans, 24 batch AgentBatch, 25 open_trades OpenTrades, 26 clock_echo ClockEcho
AgentSpan: 1 name, 2 traceparent, 3 start_ms, 4 end_ms, 5 clock_offset_ms, 6 attributes map
AgentSpans: 1 spans[]
CancelPendings: 1 command_id, 2 target_account_id, 3 magic_number?, 4 symbol?
ClockEcho: 1 mono_ms int64, 2 echo_mono_ms int64, 3 held_ms int64
CloseOrder: 1 command_id, 2 trade_id, 3 timestamp_ms, 4 ticket int64, 5 target_client_id,
  6 target_account_id, 7 symbol, 8 magic_number int64, 9 lot_size double?, 20 timestamps,
  21 traceparent, 30 seq, 43 session_epoch
CommandAck: 1 command_id, 2 stage AckStage, 3 result AckResult, 4 attempt uint32,
  5 observed_at_ms int64, 6 error_code ErrorCode, 7 error_message
ConfigUpdate: 1 version string, 2 config map
CoreBatch: 1 messages CoreMessage[]
CoreHello: 1 required_protocol_version uint32, 2 lossless_required bool, 3 service_version string,
  4 compat_mode_active bool
CoreMessage: 1 timestamp_ms int64, 2 message_id string, 10 execute_order, 11 close_order,
  12 modify_order, 13 config_update, 14 ack, 15 symbol_registration_result, 16 core_hello,
  17 delivery_heartbeat, 18 trade_intent_ack, 19 cancel_pendings, 20 flatten, 21 batch CoreBatch,
  22 result_ack, 23 core_redirect, 24 reduce_order
CoreRedirect: 1 partition int32, 2 address string, 3 epoch int64
Deal: 1 ticket, 2 symbol, 3 side, 4 volume, 5 open_price, 6 close_price, 7 open_time_ms,
  8 close_time_ms, 9 profit, 10 swap, 11 commission, 12 magic_number, 13 comment, 14 reason,
  15 position_id
DeliveryHeartbeat: 1 heartbeat_interval_ms uint32, 2 retry_backoff_ms uint32[],
  3 max_retries uint32, 4 ack_timeout_ms uint32, 40 mono_ms int64, 41 echo_mono_ms int64,
  42 held_ms int64
ExecuteOrder: 1 command_id, 2 trade_id, 3 timestamp_ms, 4 target_client_id, 5 target_account_id,
  6 symbol, 7 side, 8 lot_size double, 9 magic_number int64, 10 stop_loss?, 11 take_profit?,
  12 comment?, 20 timestamps, 21 traceparent, 22 expires_at_ms int64, 30 seq, 31 ttl_ms int64?,
  40 max_slippage_points double?, 41 max_spread_points double?, 42 protect Protect,
  43 session_epoch int64, 44 age_ms int64?, 45 sent_mono_ms int64?, 46 first bool
ExecutionResult: 1 command_id, 2 trade_id, 3 success bool, 4 ticket int64, 5 error_code ErrorCode,
  6 error_message?, 7 executed_price double?, 8 execution_time_ms int64?, 20 timestamps,
  21 traceparent, 22 executed_lot double?, 23 command_kind CommandKind, 40 spread_points double?,
  41 slippage_points double?, 42 new_ticket int64?, 43 doubt bool, 44 stored bool, 45 late bool,
  46 candidates int64[], 47 ledger_n int64
Flatten: 1 command_id, 2 target_account_id, 3 tickets int64[], 4 reason
HandshakeCapabilities: 1 features[], 2 metrics[]
HandshakeMetadata: 1 protocol_version int32, 2 client_semver, 3 required_features[],
  4 optional_features[], 5 capabilities HandshakeCapabilities, 6 terminal_build int32, 7 broker,
  8 pipe_role, 40 account_mode AccountMode, 41 currency, 42 leverage int32, 43 server,
  44 terminal string, 45 ea_config_hash, 46 instance, 47 ledger_n int64, 48 symbol_mappings string,
  49 ledger_id string
ModifyOrder: 1 command_id, 2 trade_id, 3 timestamp_ms, 4 ticket int64, 5 new_stop_loss?,
  6 new_take_profit?, 7 target_client_id, 8 target_account_id, 9 symbol, 10 magic_number int64,
  20 timestamps, 21 traceparent, 30 seq, 43 session_epoch
OpenTrade: 1 trade_id, 2 tag, 3 ticket int64, 4 volume
OpenTrades: 1 account_id, 2 epoch, 3 trades[], 5 hash
PingRequest: 1 agent_id string
PingResponse: 1 status string, 2 timestamp_ms int64, 3 protocol_min int32, 4 protocol_max int32,
  5 core_version, 6 ready bool
PipeDeliveryAck: 1 command_id, 2 target_account_id, 3 result PipeDeliveryAckResult,
  4 error_message, 5 observed_at_ms int64
PositionInfo: 1 ticket int64, 2 symbol, 3 side, 4 volume, 5 open_price, 6 stop_loss?,
  7 take_profit?, 8 profit, 9 magic_number int64, 10 comment?, 11 open_time_ms int64
Protect: 1 stop_loss double?, 2 take_profit double?
ReduceOrder: 1 command_id, 2 trade_id, 3 seq, 4 target_client_id, 5 target_account_id,
  6 ticket int64, 7 symbol, 8 magic_number, 9 remaining_lot double, 10 residual, 11 session_epoch,
  12 traceparent, 13 timestamps
ResultAck: 1 command_id, 2 ledger_n int64
SessionRange: 1 start_minute uint32, 2 end_minute uint32
SessionWindow: 1 day Weekday, 2 quote_sessions[], 3 trade_sessions[]
StateSnapshot: 1 accounts AccountInfo[], 2 positions PositionInfo[], 3 timestamp_ms int64,
  40 epoch string, 41 sequence int64, 42 complete bool, 43 connected bool, 44 history Deal[],
  45 pendings PositionInfo[], 46 tick_values[]
SwapSpec: 1 swap_type, 2 swap_long, 3 swap_short, 4 triple_swap_day Weekday
SymbolGeneral: 1 spread_type, 2 fixed_spread_points double, 3 digits int32, 4 stops_level int32,
  5 contract_size double, 6 margin_currency, 7 profit_calculation_mode, 8 margin_calculation_mode,
  9 margin_hedge double, 10 margin_percentage double, 11 trade_permission, 12 execution_mode,
  13 gtc_mode, 14 tick_value double
SymbolInfo: 1 broker_symbol, 2 canonical_symbol, 3 digits int32, 4 point, 5 tick_size,
  6 tick_value, 7 min_lot, 8 max_lot, 9 lot_step, 10 stop_level int32, 11 contract_size?,
  12 description?
SymbolMapping: 1 canonical_symbol, 2 broker_symbol, 3 digits int32, 4 point, 5 tick_size,
  6 min_lot, 7 max_lot, 8 lot_step, 9 stop_level int32, 10 contract_size double?,
  11 tick_value double?, 40 trade_permission TradePermission
SymbolQuoteSnapshot: 1 account_id, 2 canonical_symbol, 3 broker_symbol, 4 bid, 5 ask,
  6 spread_points, 7 timestamp_ms int64
SymbolRegistrationEntry: 1 canonical_symbol, 2 broker_symbol, 3 status, 4 warnings[], 5 errors[],
  6 spec_age_ms int64, 7 evaluated_at_ms int64
SymbolRegistrationIssue: 1 code, 2 message, 3 metadata map
SymbolRegistrationResult: 1 account_id, 2 pipe_role, 3 protocol_version int32, 4 agent_id,
  5 core_version, 6 status, 7 errors[], 8 warnings[], 9 symbols SymbolRegistrationEntry[],
  10 evaluated_at_ms int64, 11 evaluation_id, 12 client_semver, 40 ledger_n int64,
  41 ledger_id string
SymbolSpecReport: 1 account_id, 2 symbols SymbolSpecification[], 3 reported_at_ms int64
SymbolSpecification: 1 canonical_symbol, 2 broker_symbol, 3 general, 4 volume, 5 swap,
  6 sessions SessionWindow[]
TickValue: 1 canonical_symbol, 2 tick_value
TimestampMetadata: 1 t0_master_ea_ms, 2 t1_agent_recv_ms, 3 t2_core_recv_ms, 4 t3_core_send_ms,
  5 t4_agent_recv_ms, 6 t5_slave_ea_recv_ms, 7 t6_order_send_ms, 8 t7_order_filled_ms
TradeClose: 1 trade_id, 2 timestamp_ms, 3 client_id, 4 account_id, 5 ticket int64, 6 symbol,
  7 magic_number int64, 8 close_price double, 9 profit double?, 10 reason?, 11 command_id,
  12 traceparent, 20 timestamps, 30 seq, 40 lot_size double?, 41 volume_remaining double?,
  42 new_ticket int64?
TradeIntent: 1 trade_id, 2 timestamp_ms int64, 3 client_id, 4 symbol, 5 side OrderSide,
  6 lot_size double, 7 price double, 8 magic_number int64, 9 ticket int64, 10 stop_loss double?,
  11 take_profit double?, 12 comment?, 13 attempt int32?, 20 timestamps TimestampMetadata,
  21 strategy_id, 22 account_id, 23 command_id, 24 buffer_depth uint32, 25 traceparent,
  30 seq int64, 40 timeframe string, 41 atr double?, 42 volume_initial double?, 43 age_ms int64?,
  44 sent_mono_ms int64?, 45 server string
TradeIntentAck: 1 trade_id, 2 command_id, 3 attempt uint32, 4 result TradeIntentAckResult,
  5 error_code, 6 error_message, 7 observed_at_ms int64, 40 seq, 41 last_seq, 42 stage AckStage
TradeModify: 1 trade_id, 2 timestamp_ms, 3 ticket int64, 4 new_stop_loss double?,
  5 new_take_profit double?, 6 client_id, 7 account_id, 8 symbol, 9 magic_number int64,
  10 command_id, 11 traceparent, 20 timestamps, 30 seq
VolumeSpec: 1 min_volume, 2 max_volume, 3 volume_step
"""

# Every enum: number and name without the prefix; 0 is always UNSPECIFIED.
ENUM_TABLE = """
AccountMode: 1 HEDGING, 2 NETTING
AckResult: 1 PENDING, 2 OK, 3 FAILED
AckStage: 1 CORE_ACCEPTED, 2 AGENT_BUFFERED, 3 PIPE_DELIVERED, 4 EA_CONFIRMED
CommandKind: 1 EXECUTE, 2 CLOSE, 3 MODIFY, 4 REDUCE, 5 CANCEL, 6 FLATTEN
ErrorCode: 1 INVALID_PRICE, 2 INVALID_STOPS, 3 INVALID_VOLUME, 4 MARKET_CLOSED, 5 NO_MONEY,
  6 PRICE_CHANGED, 7 OFF_QUOTES, 8 BROKER_BUSY, 9 REQUOTE, 10 TOO_MANY_REQUESTS, 11 TIMEOUT,
  12 TRADE_DISABLED, 13 LONG_ONLY, 14 SHORT_ONLY, 1001 SPEC_MISSING, 1002 RISK_POLICY_MISSING,
  1003 RISK_POLICY_INVALID, 1004 STOP_REQUIRED, 1005 SPREAD_EXCEEDED, 1006 SLIPPAGE_EXCEEDED,
  1007 DELAY_EXCEEDED, 1008 WINDOW_BLOCKED, 1009 HANDSHAKE_NOT_READY, 1010 NOT_FOUND,
  1011 DUPLICATE, 1012 SYMBOL_NOT_MAPPED, 1013 VOLUME_BELOW_MIN, 1014 QUOTE_STALE,
  1015 LIMIT_HEADROOM, 1016 LIMIT_REACHED, 1017 STALE, 1018 CLOSED_BEFORE_OPEN,
  1019 SINGLE_FLIGHT, 1020 LEDGER_UNWRITABLE, 1021 NOT_EXECUTED, 1022 UNSUPPORTED_BY_PEER,
  1023 SEQ_CONFLICT, 1024 SIDE_FILTERED, 1025 SYMBOL_FILTERED, 1026 PAUSED, 1027 CLOSE_ONLY,
  1028 MAX_TRADES, 1029 MAX_LOTS, 1030 SESSION_CLOSED, 1999 UNKNOWN
ExecutionMode: 1 REQUEST, 2 INSTANT, 3 MARKET, 4 EXCHANGE
GTCMode: 1 GTC, 2 DAY, 3 GTC_AND_DAY
MarginCalculationMode: 1 FOREX, 2 CFD, 3 CFD_LEVERAGE, 4 EXCHANGE
OrderSide: 1 BUY, 2 SELL
OrderStatus: 1 PENDING, 2 FILLED, 3 REJECTED, 4 CANCELLED, 5 EXPIRED
OrderType: 1 MARKET, 2 LIMIT, 3 STOP, 4 STOP_LIMIT
PipeDeliveryAckResult: 1 OK, 2 RETRY, 3 FAILED
ProfitCalculationMode: 1 FOREX, 2 CFD, 3 FUTURES, 4 EXCHANGE
Residual: 1 CLOSE, 2 KEEP
SpreadType: 1 FLOATING, 2 FIXED
SwapType: 1 POINTS, 2 CURRENCY, 3 CURRENCY_SYMBOL, 4 INTEREST_CURRENT
SymbolRegistrationIssueCode: 1 CANONICAL_NOT_ALLOWED, 2 SPEC_STALE, 3 RISK_POLICY_MISSING,
  4 PROTOCOL_VERSION_UNSUPPORTED, 5 FEATURE_MISSING, 6 ACCOUNT_MODE_UNSUPPORTED,
  7 DUPLICATE_CANONICAL, 8 SPEC_INVALID, 9 ROLE_MISMATCH, 10 AMBIGUOUS_SYMBOL
SymbolRegistrationStatus: 1 ACCEPTED, 2 WARNING, 3 REJECTED
TradeIntentAckResult: 1 OK, 2 RETRY, 3 FAILED
TradePermission: 1 DISABLED, 2 CLOSE_ONLY, 3 FULL
Weekday: 1 SUNDAY, 2 MONDAY, 3 TUESDAY, 4 WEDNESDAY, 5 THURSDAY, 6 FRIDAY, 7 SATURDAY
"""


def rows(table: str) -> dict[str, list[str]]:
    """Read a table: name -> its entries."""
    joined = re.sub(r",\n\s+", ", ", table.strip())
    return {
        name: entries.split(", ")
        for name, entries in (line.split(": ", 1) for line in joined.splitlines())
    }


MESSAGES = rows(MESSAGE_TABLE)
ENUMS = rows(ENUM_TABLE)
DESCRIPTORS: dict[str, Descriptor] = {
    name: message for file in FILES for name, message in file.message_types_by_name.items()
}
ENUM_DESCRIPTORS = {name: enum for file in FILES for name, enum in file.enum_types_by_name.items()}
SCALARS = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_DOUBLE: "double",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_UINT32: "uint32",
}


def type_name(field: FieldDescriptor) -> str:
    """Return the type as the table spells it."""
    if field.message_type is not None:
        return "map" if field.message_type.GetOptions().map_entry else field.message_type.name
    return field.enum_type.name if field.enum_type is not None else SCALARS[field.type]


def mark(field: FieldDescriptor) -> str:
    """Return how often the field occurs, as the table marks it."""
    if field.is_repeated:
        return "" if type_name(field) == "map" else "[]"
    scalar = field.message_type is None
    return "?" if scalar and field.has_presence else ""


def upper_snake(name: str) -> str:
    """Return the prefix of an enum's values: GTCMode -> GTC_MODE."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).upper()


def test_committed_modules_are_what_the_generator_writes(tmp_path: Path) -> None:
    (tmp_path / "gone_pb2.py").write_text("")  # of a proto that was deleted since

    subprocess.run(
        [sys.executable, "tools/generate_pb.py", "--out", tmp_path], cwd=ROOT, check=True
    )

    home = Path(next(iter(pb.__path__)))
    fresh = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    committed = {path.name: path.read_bytes() for path in home.glob("*.py*") if path.is_file()}
    assert committed == fresh


def test_there_are_no_messages_or_enums_beside_the_tables() -> None:
    assert DESCRIPTORS.keys() == MESSAGES.keys()
    assert ENUM_DESCRIPTORS.keys() == ENUMS.keys()


@pytest.mark.parametrize("message", MESSAGES)
def test_message_has_exactly_the_fields_of_the_table(message: str) -> None:
    actual = []
    for entry, field in zip(
        MESSAGES[message], sorted(DESCRIPTORS[message].fields, key=lambda f: f.number), strict=True
    ):
        stated = len(entry.split(" ")) == 3  # the table leaves out types that go without saying
        parts = [str(field.number), field.name] + ([type_name(field)] if stated else [])
        actual.append(" ".join(parts) + mark(field))

    assert actual == MESSAGES[message]


@pytest.mark.parametrize("enum", ENUMS)
def test_enum_has_exactly_the_values_of_the_table(enum: str) -> None:
    prefix = upper_snake(enum)
    expected = {f"{prefix}_UNSPECIFIED": 0}
    for entry in ENUMS[enum]:
        number, name = entry.split(" ")
        expected[f"{prefix}_{name}"] = int(number)

    assert {v.name: v.number for v in ENUM_DESCRIPTORS[enum].values} == expected


@pytest.mark.parametrize(
    ("pattern", "types"),
    [
        (r"(.*_)?tickets?|position_id|candidates", {"int64"}),
        (r"magic_number|seq|last_seq|session_epoch|ledger_n", {"int64"}),
        (r".*_ms", {"int64", "uint32"}),
        (r"\w+_id|symbol|traceparent|comment|reason|\w+_symbol", {"string"}),
        (
            r".*_price|\w*lots?|.*_points|.*_loss|.*profit|margin(_free|_level|_hedge|_percentage)?|price",
            {"double"},
        ),
        (r"balance|equity|bid|ask|point|tick_\w+|\w*volume\w*|.*_step|atr", {"double"}),
        (r"swap|swap_long|swap_short|commission|contract_size", {"double"}),
    ],
)
def test_fields_of_one_meaning_share_one_type(pattern: str, types: set[str]) -> None:
    numbers = {"position_id"}  # a ticket by another name
    found = {
        f"{message.name}.{field.name}": type_name(field)
        for message in DESCRIPTORS.values()
        for field in message.fields
        if re.fullmatch(pattern, field.name)
        and (field.message_type is None)
        and (field.name not in numbers or types == {"int64"})
    }

    assert found
    assert {name: t for name, t in found.items() if t not in types} == {}


def test_an_mt5_ticket_survives() -> None:
    ticket = 2**62 + 1

    read = trade_pb2.TradeClose.FromString(trade_pb2.TradeClose(ticket=ticket).SerializeToString())

    assert read.ticket == ticket


def test_absent_and_zero_levels_differ() -> None:
    removed = trade_pb2.TradeModify(new_stop_loss=0.0)

    read = trade_pb2.TradeModify.FromString(removed.SerializeToString())

    assert read.HasField("new_stop_loss")
    assert not read.HasField("new_take_profit")


def test_service_keeps_the_name_that_deployed_peers_call() -> None:
    service = agent_pb2.DESCRIPTOR.services_by_name["AgentService"]
    stream = service.methods_by_name["StreamBidi"]

    assert [file.package for file in FILES] == ["echo.v1"] * 3
    assert [file.name.rpartition("/")[0] for file in FILES] == ["echo/v1"] * 3
    assert service.full_name == "echo.v1.AgentService"
    assert (stream.client_streaming, stream.server_streaming) == (True, True)
    assert (stream.input_type.name, stream.output_type.name) == ("AgentMessage", "CoreMessage")


def test_stub_calls_the_full_method_names() -> None:
    """The stub asks its channel for one callable per method, by path."""

    class Paths:
        def __init__(self) -> None:
            self.asked: list[str] = []

        def stream_stream(self, path: str, **_: object) -> None:
            self.asked.append(path)

        unary_unary = stream_stream

    paths = Paths()
    agent_pb2_grpc.AgentServiceStub(paths)  # type: ignore[arg-type]  # a channel that only listens

    assert paths.asked == ["/echo.v1.AgentService/StreamBidi", "/echo.v1.AgentService/Ping"]


def test_messages_pickle_by_the_module_they_live_in() -> None:
    message = agent_pb2.Ack(message_id="a:1", success=True)

    assert type(message).__module__ == "echo.wire.pb.agent_pb2"
    assert pickle.loads(pickle.dumps(message)) == message  # noqa: S301  # our own bytes
