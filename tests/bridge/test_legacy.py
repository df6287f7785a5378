import pytest

from echo.bridge.legacy import nothing_to_close, proves_nothing, turned_away
from echo.domain.commands import CommandKind
from echo.domain.errors import ErrorCode


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("unknown_symbol", ErrorCode.SYMBOL_NOT_MAPPED),
        ("symbol_not_available", ErrorCode.SYMBOL_NOT_MAPPED),
        ("ticket_not_found", ErrorCode.NOT_FOUND),
        ("handshake_not_ready", ErrorCode.HANDSHAKE_NOT_READY),
        (" Symbol_Disabled ", ErrorCode.TRADE_DISABLED),
        ("price_unavailable", ErrorCode.OFF_QUOTES),
        ("what nobody has seen before", ErrorCode.UNKNOWN),
        ("", ErrorCode.UNKNOWN),
    ],
)
def test_words_of_legacy_eas_are_read(message: str, code: ErrorCode) -> None:
    refusal = turned_away(message)

    assert refusal.code is code
    assert (message or "no reason given") in refusal.sentence


@pytest.mark.parametrize(
    ("kind", "code", "message", "gone"),
    [
        pytest.param(CommandKind.CLOSE, ErrorCode.NOT_FOUND, "", True, id="by code"),
        pytest.param(CommandKind.CLOSE, ErrorCode.UNKNOWN, "Ticket not found", True, id="by text"),
        pytest.param(CommandKind.CLOSE, ErrorCode.UNKNOWN, "No order found", True, id="other text"),
        pytest.param(CommandKind.CLOSE, ErrorCode.MARKET_CLOSED, "", False, id="broker's no"),
        pytest.param(CommandKind.EXECUTE, ErrorCode.NOT_FOUND, "", False, id="not a close"),
    ],
)
def test_a_close_of_what_is_gone_is_no_failure(
    kind: CommandKind, code: ErrorCode, message: str, gone: bool
) -> None:
    assert nothing_to_close(kind, code, message) is gone


@pytest.mark.parametrize(
    ("kind", "message", "doubt"),
    [
        pytest.param(CommandKind.EXECUTE, "code=128", True, id="time-out"),
        pytest.param(CommandKind.EXECUTE, "code=141", True, id="too many requests"),
        pytest.param(CommandKind.EXECUTE, "code=7777", True, id="a number nobody knows"),
        pytest.param(CommandKind.EXECUTE, "code=134", False, id="no money"),
        pytest.param(CommandKind.EXECUTE, "code=138", False, id="requote"),
        pytest.param(CommandKind.EXECUTE, "symbol_disabled", False, id="the EA did not ask"),
        pytest.param(CommandKind.CLOSE, "code=128", False, id="a close is asked again"),
    ],
)
def test_an_open_that_failed_without_proof_is_in_doubt(
    kind: CommandKind, message: str, doubt: bool
) -> None:
    assert proves_nothing(kind, message) is doubt
