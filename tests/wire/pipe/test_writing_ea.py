"""What EAs of protocol 3 write."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.answers import ExecutionResult
from echo.domain.commands import CommandKind
from echo.domain.errors import ErrorCode
from echo.domain.quantities import NO_TIMESTAMPS
from echo.domain.sessions import Ping
from echo.wire.pipe import write_from_ea
from echo.wire.refusals import WireError, WireReason
from tests.wire.pipe.samples import CLOSE, COMMAND, FILL, INTENT, NOW_MS


def written(message: object) -> dict[str, object]:
    line: dict[str, object] = json.loads(write_from_ea(message, 3, NOW_MS))  # type: ignore[arg-type]  # samples only
    return line


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (CommandKind.EXECUTE, "execution_result"),
        (CommandKind.CLOSE, "close_result"),
        (CommandKind.MODIFY, "modify_result"),
        (CommandKind.REDUCE, "execution_result"),
        (CommandKind.CANCEL, "execution_result"),
        (CommandKind.FLATTEN, "execution_result"),
    ],
)
def test_a_result_names_its_kind(kind: CommandKind, name: str) -> None:
    line = written(replace(FILL, kind=kind))

    assert line["type"] == name
    assert line["payload"]["command_kind"] == kind.value  # type: ignore[index]  # an object


def test_what_is_not_known_is_left_out() -> None:
    bare = replace(
        INTENT, stop_loss=None, take_profit=None, atr=None, age_ms=None, timestamps=NO_TIMESTAMPS
    )

    payload = written(bare)["payload"]

    assert isinstance(payload, dict)
    assert not {"stop_loss", "take_profit", "atr", "age_ms", "timestamps"} & set(payload)


def test_flags_are_said_only_when_they_are_up() -> None:
    payload = written(
        ExecutionResult(
            command_id=COMMAND, trade_id=CLOSE.trade_id, kind=CommandKind.CLOSE, success=True
        )
    )["payload"]

    assert isinstance(payload, dict)
    assert not {"doubt", "stored", "late", "candidates", "timestamps"} & set(payload)
    assert payload["error_code"] == f"ERR_{ErrorCode.NO_ERROR.name}"


def test_a_ping_without_a_time_is_sent_now() -> None:
    assert written(Ping(ping_id="p"))["timestamp_ms"] == NOW_MS
    assert written(Ping(ping_id="p", timestamp_ms=7))["timestamp_ms"] == 7


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (replace(INTENT, price=Decimal("Infinity")), WireReason.NOT_FINITE),
        (replace(INTENT, comment="\ud800"), WireReason.NOT_UTF8),
        (replace(INTENT, comment="x" * 65_536), WireReason.TOO_LONG),
    ],
)
def test_what_json_cannot_hold_is_refused(message: object, reason: WireReason) -> None:
    with pytest.raises(WireError) as refusal:
        written(message)

    assert refusal.value.reason is reason
