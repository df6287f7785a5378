"""The words of the pipe: what each one means, and how each meaning is spelled."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from echo.domain.answers import Receipt
from echo.domain.commands import CommandKind, Residual
from echo.domain.handshake import AccountMode, Role
from echo.domain.quantities import Side
from echo.domain.specs import SpreadType, TradePermission
from echo.wire.pipe.fields import word

SIDES: Final = MappingProxyType(
    {"buy": Side.BUY, "sell": Side.SELL, "BUY": Side.BUY, "SELL": Side.SELL}
)
RECEIPTS: Final = MappingProxyType(
    {spelling: each for each in Receipt for spelling in (each.value, each.value.lower())}
)
ROLES: Final = MappingProxyType({each.value: each for each in Role})
ACCOUNT_MODES: Final = MappingProxyType({each.value: each for each in AccountMode})
COMMAND_KINDS: Final = MappingProxyType({each.value: each for each in CommandKind})
RESIDUALS: Final = MappingProxyType({each.value: each for each in Residual})
SPREAD_TYPES: Final = MappingProxyType({each.value: each for each in SpreadType})

TRADE_PERMISSIONS: Final[Mapping[str, TradePermission]] = MappingProxyType(
    {each.value: each for each in TradePermission} | {"full_access": TradePermission.FULL}
)

PROFIT_MODES: Final[Mapping[str, str]] = MappingProxyType(
    {name: name for name in ("forex", "cfd", "futures", "exchange")}
)
MARGIN_MODES: Final[Mapping[str, str]] = MappingProxyType(
    {name: name for name in ("forex", "cfd", "cfd_leverage", "exchange")}
)
EXECUTION_MODES: Final[Mapping[str, str]] = MappingProxyType(
    {name: name for name in ("request", "instant", "market", "exchange")}
)
GTC_MODES: Final[Mapping[str, str]] = MappingProxyType(
    {"gtc": "gtc", "day": "day", "gtc_and_day": "gtc_and_day", "good_till_cancel": "gtc"}
)
SWAP_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {name: name for name in ("points", "currency", "currency_symbol", "interest_current")}
)

WEEKDAYS: Final = (*("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"),)
"""In the order of their numbers, 1 to 7."""

_WEEKDAYS_READ: Final[Mapping[str, str]] = MappingProxyType(
    {spelling: name for name in WEEKDAYS for spelling in (name, name[:3])}
)

_CURRENCY_LETTERS: Final = 3


def swap_type(text: str) -> str:
    """Return the unit of a swap; a currency code means money in that currency."""
    bare = text.strip()
    if len(bare) == _CURRENCY_LETTERS and bare.isascii() and bare.isalpha():
        return "currency"
    return word(SWAP_TYPES, text, "swap_type")


def weekday(text: str) -> str:
    """Return the full name of a day, of which the first three letters are enough."""
    return word(_WEEKDAYS_READ, text, "weekday")


def day_number(text: str) -> int:
    """Return 1 for a Sunday to 7 for a Saturday."""
    return WEEKDAYS.index(weekday(text)) + 1
