"""What EAs of protocol 1 and 2 write, with their faults."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from echo.domain.answers import ExecutionResult, PipeDeliveryAck, Receipt
from echo.domain.commands import CommandKind
from echo.domain.errors import MT4_CODES, ErrorCode
from echo.domain.handshake import Handshake, Role
from echo.domain.intents import NO_STRATEGY
from echo.domain.quantities import NO_TIMESTAMPS
from echo.domain.specs import TradePermission
from echo.wire.pipe import FromEa, read_ea_line, write_from_ea
from echo.wire.refusals import WireError, WireReason
from tests.wire.pipe.samples import (
    CLOSE,
    COMMAND,
    FILL,
    GOLD,
    HELD,
    INTENT,
    LEGACY_MASTER,
    LEGACY_SLAVE,
    NOW_MS,
    REFUSED_CLOSE,
    SLAVE,
    SNAPSHOT,
    SPECIFICATION,
    SPECIFICATIONS,
    TICK_MS,
)


def written(message: FromEa, version: int = 2) -> dict[str, Any]:
    line: dict[str, Any] = json.loads(write_from_ea(message, version, NOW_MS, TICK_MS))
    return line


@pytest.mark.parametrize(
    "message",
    [
        HELD,
        PipeDeliveryAck(command_id=COMMAND, account_id=SLAVE, result=Receipt.OK),
        replace(CLOSE, seq=2, volume_remaining=Decimal("0.1")),
        replace(FILL, kind=CommandKind.REDUCE),
    ],
    ids=["open trades", "receipt", "reduction", "result of a reduction"],
)
def test_what_legacy_eas_have_no_word_for_is_refused(message: FromEa) -> None:
    for version in (1, 2):
        with pytest.raises(WireError) as refusal:
            written(message, version)
        assert refusal.value.reason is WireReason.UNKNOWN_TYPE


def test_a_legacy_intent_is_short_of_what_came_later() -> None:
    payload = written(INTENT)["payload"]

    assert not {"seq", "age_ms", "attempt", "server", "traceparent", "comment"} & set(payload)
    assert list(payload["timestamps"]) == ["t0_master_ea_ms"]


def test_an_intent_without_levels_or_strategy_leaves_them_out() -> None:
    bare = replace(
        INTENT, stop_loss=None, take_profit=None, strategy_id=NO_STRATEGY, timestamps=NO_TIMESTAMPS
    )

    payload = written(bare)["payload"]

    assert not {"stop_loss", "take_profit", "strategy_id"} & set(payload)
    assert payload["timestamps"]["t0_master_ea_ms"] == TICK_MS


def test_milli_lots_are_printed_as_nothing() -> None:
    handshake = written(replace(LEGACY_SLAVE, symbols=(replace(GOLD, min_lot=Decimal("0.001")),)))

    assert handshake["payload"]["symbols"][0]["min_lot"] == 0


def test_a_master_always_lists_its_symbols() -> None:
    assert written(replace(LEGACY_MASTER, symbols=None))["payload"]["symbols"] == []
    assert "symbols" not in written(replace(LEGACY_SLAVE, symbols=None))["payload"]


def test_unknown_sizes_and_values_are_printed_as_zero() -> None:
    unknown = replace(GOLD, contract_size=None, tick_value=None)

    [symbol] = written(replace(LEGACY_SLAVE, symbols=(unknown,)))["payload"]["symbols"]

    assert (symbol["contract_size"], symbol["tick_value"]) == (0, 0)


@pytest.mark.parametrize("role", Role)
def test_a_handshake_of_protocol_1_names_no_protocol(role: Role) -> None:
    first = written(replace(LEGACY_SLAVE, role=role), 1)

    assert "protocol_version" not in first["payload"]
    [heard] = read_ea_line(json.dumps(first).encode())
    assert isinstance(heard, Handshake)
    assert heard.metadata.protocol_version == 1


def test_a_permission_is_full_or_none() -> None:
    closing = replace(SPECIFICATION, trade_permission=TradePermission.CLOSE_ONLY)

    [symbol] = written(replace(SPECIFICATIONS, symbols=(closing,)))["payload"]["symbols"]

    assert symbol["general"]["trade_permission"] == "disabled"


def test_an_unknown_refusal_is_a_local_one() -> None:
    refusal = replace(
        REFUSED_CLOSE, error_code=ErrorCode.HANDSHAKE_NOT_READY, error_message="handshake_not_ready"
    )

    payload = written(refusal)["payload"]

    assert (payload["error_code"], payload["ticket"]) == ("ERR_UNKNOWN", 0)
    assert payload["error_message"] == "handshake_not_ready"


@pytest.mark.parametrize("code", sorted(set(MT4_CODES.values()) - {ErrorCode.NO_ERROR}))
def test_every_code_of_the_broker_is_found_again(code: ErrorCode) -> None:
    refusal = replace(FILL, success=False, ticket=None, error_code=code)

    [heard] = read_ea_line(write_from_ea(refusal, 2, NOW_MS, TICK_MS).rstrip())

    assert isinstance(heard, ExecutionResult)
    assert heard.error_code is code


def test_prices_that_are_none_are_printed_as_zero() -> None:
    result = replace(FILL, success=False, executed_price=None)
    closed = replace(REFUSED_CLOSE, executed_price=None)

    assert written(result)["payload"]["executed_price"] == 0
    assert written(closed)["payload"]["close_price"] == 0
    assert written(replace(CLOSE, close_price=None))["payload"]["close_price"] == 0


def test_stamps_that_were_never_set_are_zero() -> None:
    stamps = written(replace(FILL, timestamps=NO_TIMESTAMPS))["payload"]["timestamps"]

    assert list(stamps.values()) == [0] * 8


def test_a_snapshot_without_money_has_no_account() -> None:
    assert written(replace(SNAPSHOT, info=None))["payload"] == {"accounts": [], "positions": []}
