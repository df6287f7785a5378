"""What is special about EAs without a ledger: they forget, do not confirm, and read slowly."""

from typing import Final

from echo.domain.commands import CommandKind
from echo.domain.errors import ErrorCode, Refusal

LEFT_MS_MIN: Final = 2_000
"""A legacy EA reads once a second and knows no time to live: below this it might be too late."""
HEARD_MS_MAX: Final = 5_000
"""A legacy EA that has said nothing for longer may not be reading either."""
UNREAD_MS: Final = 2_000
"""An open that has had no answer for so long may lie unread in the pipe; none goes behind it."""
RESULT_MS: Final = 2_000
"""How long a result may still follow a command that was turned away on receipt."""

_TURNED_AWAY: Final = {
    "unknown_symbol": ErrorCode.SYMBOL_NOT_MAPPED,
    "symbol_not_available": ErrorCode.SYMBOL_NOT_MAPPED,
    "order_not_found": ErrorCode.NOT_FOUND,
    "ticket_not_found": ErrorCode.NOT_FOUND,
    "no_order_found": ErrorCode.NOT_FOUND,
    "handshake_not_ready": ErrorCode.HANDSHAKE_NOT_READY,
    "symbol_disabled": ErrorCode.TRADE_DISABLED,
    "price_unavailable": ErrorCode.OFF_QUOTES,
}


def turned_away(message: str) -> Refusal:
    """Read the word with which a legacy EA turns a command away on receipt."""
    word = message.strip().lower().replace(" ", "_")
    code = _TURNED_AWAY.get(word, ErrorCode.UNKNOWN)
    return Refusal(code, f"the EA turned the command away: {message or 'no reason given'}")


def nothing_to_close(kind: CommandKind, code: ErrorCode, message: str) -> bool:
    """Whether a failed close only says that the position is gone: then it is no failure."""
    if kind is not CommandKind.CLOSE:
        return False
    return code is ErrorCode.NOT_FOUND or turned_away(message).code is ErrorCode.NOT_FOUND
