"""What is special about EAs without a ledger: they forget, do not confirm, and read slowly."""

import re
from typing import Final

from echo.domain.commands import CommandKind
from echo.domain.errors import IN_DOUBT_MT4, MT4_CODES, RETRYABLE_MT4, ErrorCode, Refusal

LEFT_MS_MIN: Final = 2_000
"""A legacy EA reads once a second and knows no time to live: below this it might be too late."""
HEARD_MS_MAX: Final = 5_000
"""A legacy EA that has said nothing for longer may not be reading either."""
UNREAD_MS: Final = 2_000
"""An open that has had no answer for so long may lie unread in the pipe; none goes behind it."""
ANSWER_MS: Final = 65_000
"""Whoever has not said for so long what came of an open will not say it any more."""
RESULT_MS: Final = 2_000
"""How long a result may still follow a command that was turned away on receipt."""

_BROKERS_NUMBER: Final = re.compile(r"code=(\d{1,9})")

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


def proves_nothing(kind: CommandKind, message: str) -> bool:
    """Whether a failed open may have been executed all the same.

    The EA passes on the number that its broker gave it, as ``code=<n>``.  After a time-out, and
    after numbers that nobody knows, an order may exist; without a number the EA did not ask.
    """
    found = _BROKERS_NUMBER.search(message)
    if kind is not CommandKind.EXECUTE or found is None:
        return False
    number = int(found[1])
    return number in IN_DOUBT_MT4 or number not in MT4_CODES.keys() | RETRYABLE_MT4
