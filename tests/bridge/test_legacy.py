import pytest

from echo.bridge.legacy import nothing_to_close, turned_away
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
