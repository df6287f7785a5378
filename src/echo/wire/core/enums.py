"""Enumerations of the stream and words of the domain, in both directions.

0 is never a value of its own: where a message may leave the word out, its reader says so.
"""

from collections.abc import Mapping
from typing import Final, Generic, TypeVar

from echo.domain.answers import AckResult, AckStage, Receipt
from echo.domain.commands import CommandKind, Residual
from echo.domain.errors import ErrorCode
from echo.domain.handshake import AccountMode, IssueCode, RegistrationStatus
from echo.domain.quantities import Side
from echo.domain.specs import SpreadType, TradePermission
from echo.wire.pb import common_pb2 as pb
from echo.wire.refusals import WireError, WireReason, quoted

_W = TypeVar("_W")
_N = TypeVar("_N", bound=int)

SIDES: Final = {Side.BUY: pb.ORDER_SIDE_BUY, Side.SELL: pb.ORDER_SIDE_SELL}
RECEIPTS: Final = {
    Receipt.OK: pb.TRADE_INTENT_ACK_RESULT_OK,
    Receipt.RETRY: pb.TRADE_INTENT_ACK_RESULT_RETRY,
    Receipt.FAILED: pb.TRADE_INTENT_ACK_RESULT_FAILED,
}
ACK_STAGES: Final = {
    AckStage.NONE: pb.ACK_STAGE_UNSPECIFIED,
    AckStage.CORE_ACCEPTED: pb.ACK_STAGE_CORE_ACCEPTED,
    AckStage.AGENT_BUFFERED: pb.ACK_STAGE_AGENT_BUFFERED,
    AckStage.PIPE_DELIVERED: pb.ACK_STAGE_PIPE_DELIVERED,
    AckStage.EA_CONFIRMED: pb.ACK_STAGE_EA_CONFIRMED,
}
ACK_RESULTS: Final = {
    AckResult.PENDING: pb.ACK_RESULT_PENDING,
    AckResult.OK: pb.ACK_RESULT_OK,
    AckResult.FAILED: pb.ACK_RESULT_FAILED,
}
COMMAND_KINDS: Final = {
    CommandKind.EXECUTE: pb.COMMAND_KIND_EXECUTE,
    CommandKind.CLOSE: pb.COMMAND_KIND_CLOSE,
    CommandKind.MODIFY: pb.COMMAND_KIND_MODIFY,
    CommandKind.REDUCE: pb.COMMAND_KIND_REDUCE,
    CommandKind.CANCEL: pb.COMMAND_KIND_CANCEL,
    CommandKind.FLATTEN: pb.COMMAND_KIND_FLATTEN,
}
RESIDUALS: Final = {Residual.CLOSE: pb.RESIDUAL_CLOSE, Residual.KEEP: pb.RESIDUAL_KEEP}
ACCOUNT_MODES: Final = {
    AccountMode.HEDGING: pb.ACCOUNT_MODE_HEDGING,
    AccountMode.NETTING: pb.ACCOUNT_MODE_NETTING,
}
STATUSES: Final = {
    RegistrationStatus.ACCEPTED: pb.SYMBOL_REGISTRATION_STATUS_ACCEPTED,
    RegistrationStatus.WARNING: pb.SYMBOL_REGISTRATION_STATUS_WARNING,
    RegistrationStatus.REJECTED: pb.SYMBOL_REGISTRATION_STATUS_REJECTED,
}
SPREAD_TYPES: Final = {
    SpreadType.FLOATING: pb.SPREAD_TYPE_FLOATING,
    SpreadType.FIXED: pb.SPREAD_TYPE_FIXED,
}
TRADE_PERMISSIONS: Final = {
    TradePermission.DISABLED: pb.TRADE_PERMISSION_DISABLED,
    TradePermission.CLOSE_ONLY: pb.TRADE_PERMISSION_CLOSE_ONLY,
    TradePermission.FULL: pb.TRADE_PERMISSION_FULL,
}
PROFIT_MODES: Final = {
    "forex": pb.PROFIT_CALCULATION_MODE_FOREX,
    "cfd": pb.PROFIT_CALCULATION_MODE_CFD,
    "futures": pb.PROFIT_CALCULATION_MODE_FUTURES,
    "exchange": pb.PROFIT_CALCULATION_MODE_EXCHANGE,
}
MARGIN_MODES: Final = {
    "forex": pb.MARGIN_CALCULATION_MODE_FOREX,
    "cfd": pb.MARGIN_CALCULATION_MODE_CFD,
    "cfd_leverage": pb.MARGIN_CALCULATION_MODE_CFD_LEVERAGE,
    "exchange": pb.MARGIN_CALCULATION_MODE_EXCHANGE,
}
EXECUTION_MODES: Final = {
    "request": pb.EXECUTION_MODE_REQUEST,
    "instant": pb.EXECUTION_MODE_INSTANT,
    "market": pb.EXECUTION_MODE_MARKET,
    "exchange": pb.EXECUTION_MODE_EXCHANGE,
}
GTC_MODES: Final = {
    "gtc": pb.GTC_MODE_GTC,
    "day": pb.GTC_MODE_DAY,
    "gtc_and_day": pb.GTC_MODE_GTC_AND_DAY,
}
SWAP_TYPES: Final = {
    "points": pb.SWAP_TYPE_POINTS,
    "currency": pb.SWAP_TYPE_CURRENCY,
    "currency_symbol": pb.SWAP_TYPE_CURRENCY_SYMBOL,
    "interest_current": pb.SWAP_TYPE_INTEREST_CURRENT,
}
WEEKDAYS: Final = {
    "sunday": pb.WEEKDAY_SUNDAY,
    "monday": pb.WEEKDAY_MONDAY,
    "tuesday": pb.WEEKDAY_TUESDAY,
    "wednesday": pb.WEEKDAY_WEDNESDAY,
    "thursday": pb.WEEKDAY_THURSDAY,
    "friday": pb.WEEKDAY_FRIDAY,
    "saturday": pb.WEEKDAY_SATURDAY,
}

ISSUES: Final[Mapping[IssueCode, pb.SymbolRegistrationIssueCode]] = {
    code: getattr(pb, f"SYMBOL_REGISTRATION_ISSUE_CODE_{code.value}") for code in IssueCode
}
CODES: Final[Mapping[ErrorCode, pb.ErrorCode]] = {
    code: getattr(pb, f"ERROR_CODE_{code.name}") for code in ErrorCode if code
} | {ErrorCode.NO_ERROR: pb.ERROR_CODE_UNSPECIFIED}
"""No error is what a message says when it says nothing."""


class Reader(Generic[_W]):
    """Reads one enumeration.

    Args:
        table: The words and their numbers.
        name: Of the field, for sentences.
    """

    __slots__ = ("_name", "_words")

    def __init__(self, table: Mapping[_W, int], name: str) -> None:
        self._words = {number: word for word, number in table.items()}
        self._name = name

    def __call__(self, number: int) -> _W:
        """Return the word of *number*.

        Raises:
            WireError: there is none; a newer peer may know more.
        """
        word = self._words.get(number)
        if word is None:
            raise WireError(WireReason.UNKNOWN_VALUE, f"{self._name} {number} is not known")
        return word


def spelled(table: Mapping[str, _N], word: str, name: str) -> _N:
    """Return the number of a *word* that the domain keeps as text.

    Raises:
        WireError: there is none.
    """
    number = table.get(word)
    if number is None:
        raise WireError(WireReason.UNKNOWN_VALUE, f"{name} {quoted(word)} is not known")
    return number


side: Final = Reader(SIDES, "side")
receipt: Final = Reader(RECEIPTS, "result")
ack_stage: Final = Reader(ACK_STAGES, "stage")
ack_result: Final = Reader(ACK_RESULTS, "result")
command_kind: Final = Reader(COMMAND_KINDS, "command_kind")
residual: Final = Reader(RESIDUALS, "residual")
account_mode: Final = Reader(ACCOUNT_MODES, "account_mode")
status: Final = Reader(STATUSES, "status")
issue: Final = Reader(ISSUES, "issue code")
error_code: Final = Reader(CODES, "error_code")
spread_type: Final = Reader(SPREAD_TYPES, "spread_type")
trade_permission: Final = Reader(TRADE_PERMISSIONS, "trade_permission")
profit_mode: Final = Reader(PROFIT_MODES, "profit_calculation_mode")
margin_mode: Final = Reader(MARGIN_MODES, "margin_calculation_mode")
execution_mode: Final = Reader(EXECUTION_MODES, "execution_mode")
gtc_mode: Final = Reader(GTC_MODES, "gtc_mode")
swap_type: Final = Reader(SWAP_TYPES, "swap_type")
weekday: Final = Reader(WEEKDAYS, "weekday")
