"""One dictionary of codes for logs, stores and both wires, and refusals as values.

Sources: return codes of OrderSend (docs.mql4.com, "Error Codes") and trade server return codes
(www.mql5.com, "Trade Server Return Codes").
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from echo.domain.sealing import sealed


class ErrorCode(IntEnum):
    """Why something was refused or failed.  Numbers are those of the wire; names are stable."""

    NO_ERROR = 0
    INVALID_PRICE = 1
    INVALID_STOPS = 2
    INVALID_VOLUME = 3
    MARKET_CLOSED = 4
    NO_MONEY = 5
    PRICE_CHANGED = 6
    OFF_QUOTES = 7
    BROKER_BUSY = 8
    REQUOTE = 9
    TOO_MANY_REQUESTS = 10
    TIMEOUT = 11
    TRADE_DISABLED = 12
    LONG_ONLY = 13
    SHORT_ONLY = 14
    SPEC_MISSING = 1001
    RISK_POLICY_MISSING = 1002
    RISK_POLICY_INVALID = 1003
    STOP_REQUIRED = 1004
    SPREAD_EXCEEDED = 1005
    SLIPPAGE_EXCEEDED = 1006
    DELAY_EXCEEDED = 1007
    WINDOW_BLOCKED = 1008
    HANDSHAKE_NOT_READY = 1009
    NOT_FOUND = 1010
    DUPLICATE = 1011
    SYMBOL_NOT_MAPPED = 1012
    VOLUME_BELOW_MIN = 1013
    QUOTE_STALE = 1014
    LIMIT_HEADROOM = 1015
    LIMIT_REACHED = 1016
    STALE = 1017
    CLOSED_BEFORE_OPEN = 1018
    SINGLE_FLIGHT = 1019
    LEDGER_UNWRITABLE = 1020
    NOT_EXECUTED = 1021
    UNSUPPORTED_BY_PEER = 1022
    SEQ_CONFLICT = 1023
    SIDE_FILTERED = 1024
    SYMBOL_FILTERED = 1025
    PAUSED = 1026
    CLOSE_ONLY = 1027
    MAX_TRADES = 1028
    MAX_LOTS = 1029
    SESSION_CLOSED = 1030
    UNKNOWN = 1999


@sealed
@dataclass(frozen=True, slots=True)
class Refusal:
    """A "no" by policy, market or peer: *code* for programs, *sentence* with its numbers."""

    code: ErrorCode
    sentence: str


OMISSION_CODES: Final = frozenset(
    {
        ErrorCode.STALE,
        ErrorCode.CLOSED_BEFORE_OPEN,
        ErrorCode.SINGLE_FLIGHT,
        ErrorCode.SPREAD_EXCEEDED,
        ErrorCode.SLIPPAGE_EXCEEDED,
        ErrorCode.DELAY_EXCEEDED,
        ErrorCode.HANDSHAKE_NOT_READY,
        ErrorCode.UNSUPPORTED_BY_PEER,
        ErrorCode.SYMBOL_NOT_MAPPED,
        ErrorCode.SESSION_CLOSED,
    }
)
"""Codes with which a terminal says that it did not even ask its broker."""

MISSED_CODES: Final = frozenset(
    {
        ErrorCode.MARKET_CLOSED,
        ErrorCode.NO_MONEY,
        ErrorCode.OFF_QUOTES,
        ErrorCode.BROKER_BUSY,
        ErrorCode.REQUOTE,
        ErrorCode.PRICE_CHANGED,
        ErrorCode.TOO_MANY_REQUESTS,
        ErrorCode.TIMEOUT,
        ErrorCode.SPEC_MISSING,
        ErrorCode.DELAY_EXCEEDED,
        ErrorCode.HANDSHAKE_NOT_READY,
        ErrorCode.QUOTE_STALE,
        ErrorCode.STALE,
        ErrorCode.SINGLE_FLIGHT,
        ErrorCode.LEDGER_UNWRITABLE,
        ErrorCode.NOT_EXECUTED,
        ErrorCode.SESSION_CLOSED,
        ErrorCode.UNKNOWN,
    }
)
"""Codes of entries that should have been made: no rule of the account's stood in their way."""

RETRYABLE_MT4: Final = frozenset({129, 135, 136, 138, 146})
"""Definite refusals that may pass a moment later; anything not listed is definite or in doubt."""

RETRYABLE_MT5: Final = frozenset({10004, 10020, 10021})

IN_DOUBT_MT4: Final = frozenset({1, 2, 6, 128, 137, 141, 142, 143})
"""After these nobody but the broker knows whether an order exists."""

IN_DOUBT_MT5: Final = frozenset({10011, 10012, 10031})

MT4_CODES: Final[dict[int, ErrorCode]] = {
    0: ErrorCode.NO_ERROR,
    128: ErrorCode.TIMEOUT,
    129: ErrorCode.INVALID_PRICE,
    130: ErrorCode.INVALID_STOPS,
    131: ErrorCode.INVALID_VOLUME,
    132: ErrorCode.MARKET_CLOSED,
    133: ErrorCode.TRADE_DISABLED,
    134: ErrorCode.NO_MONEY,
    135: ErrorCode.PRICE_CHANGED,
    136: ErrorCode.OFF_QUOTES,
    137: ErrorCode.BROKER_BUSY,
    138: ErrorCode.REQUOTE,
    140: ErrorCode.LONG_ONLY,
    141: ErrorCode.TOO_MANY_REQUESTS,
    145: ErrorCode.INVALID_STOPS,
    146: ErrorCode.BROKER_BUSY,
    4108: ErrorCode.NOT_FOUND,
}

MT5_CODES: Final[dict[int, ErrorCode]] = {
    10004: ErrorCode.REQUOTE,
    10008: ErrorCode.NO_ERROR,
    10009: ErrorCode.NO_ERROR,
    10010: ErrorCode.NO_ERROR,
    10011: ErrorCode.UNKNOWN,
    10012: ErrorCode.TIMEOUT,
    10014: ErrorCode.INVALID_VOLUME,
    10015: ErrorCode.INVALID_PRICE,
    10016: ErrorCode.INVALID_STOPS,
    10017: ErrorCode.TRADE_DISABLED,
    10018: ErrorCode.MARKET_CLOSED,
    10019: ErrorCode.NO_MONEY,
    10020: ErrorCode.PRICE_CHANGED,
    10021: ErrorCode.OFF_QUOTES,
    10024: ErrorCode.TOO_MANY_REQUESTS,
    10029: ErrorCode.INVALID_STOPS,
    10031: ErrorCode.UNKNOWN,
    10036: ErrorCode.NOT_FOUND,
    10042: ErrorCode.LONG_ONLY,
    10043: ErrorCode.SHORT_ONLY,
}

_NUMBER_IN_MESSAGE: Final = re.compile(r"code=(\d{1,9})")
_LEGACY_NAMES: Final = {
    "NOT_ENOUGH_MONEY": ErrorCode.NO_MONEY,
    "NONE": ErrorCode.NO_ERROR,
    "UNSPECIFIED": ErrorCode.NO_ERROR,
}


def code_from_pipe(text: str, message: str, *, success: bool) -> ErrorCode:
    """Read an EA's ``error_code``, with or without ``ERR_``.

    Legacy EAs hide the broker's number in *message* as ``code=<n>`` behind ``ERR_UNKNOWN``, and
    call 141 a time-out; the number is believed over the name.  Success is never inferred from it.
    """
    if success:
        return ErrorCode.NO_ERROR
    name = text.removeprefix("ERR_")
    code = _LEGACY_NAMES.get(name) or ErrorCode.__members__.get(name, ErrorCode.UNKNOWN)
    found = _NUMBER_IN_MESSAGE.search(message)
    if found and code in {ErrorCode.UNKNOWN, ErrorCode.TIMEOUT}:
        code = MT4_CODES.get(int(found[1]), ErrorCode.UNKNOWN)
    return ErrorCode.UNKNOWN if code is ErrorCode.NO_ERROR else code


def code_to_pipe(code: ErrorCode) -> str:
    """Spell *code* for an EA: the name behind ``ERR_``."""
    return f"ERR_{code.name}"
