"""What a cell of a statement says: numbers, times, sides and comments, as terminals write them.

Every function here answers ``None`` to a text that it does not understand, whatever the text is.
"""

import re
from calendar import monthrange, timegm
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from echo.domain.quantities import Side

INT64_MAX: Final = 2**63 - 1
UINT64_MAX: Final = 2**64 - 1


class CloseKind(StrEnum):
    """What ended a trade."""

    SL = "sl"
    TP = "tp"
    SO = "so"
    """Stop-out: the broker closed it for lack of margin."""
    MANUAL = "manual"
    """By hand or by an expert advisor: anything but a level."""


# Terminals write "buy" and "sell" in every language; the rest is what people's exports say.
_SIDES: Final = {
    **dict.fromkeys(("buy", "long", "op_buy", "compra", "kauf", "покупка"), Side.BUY),
    **dict.fromkeys(
        ("sell", "short", "op_sell", "venta", "venda", "verkauf", "продажа"), Side.SELL
    ),
}
_SIDE_CODES: Final = {"0": Side.BUY, "b": Side.BUY, "1": Side.SELL, "s": Side.SELL}
_PENDING: Final = re.compile(
    r"(?:op_)?(?:buy|sell)[ _]?(?:stop[ _]?limit|limit|stop)", re.IGNORECASE
)
_OFF_BOOK: Final = frozenset(
    {"balance", "credit", "deposit", "withdrawal", "bonus", "correction", "commission"}
)

_NUMBER: Final = re.compile(r"[+-]?\d{1,18}(?:\.\d{0,18})?|[+-]?\.\d{1,18}")
_GROUPING: Final = re.compile(r"[\s'’]")
_WHOLE: Final = re.compile(r"\d{1,20}")

_CLOCK: Final = r"(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)"
_ZONE: Final = r"\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?"
_YEAR_FIRST: Final = re.compile(
    r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})" + _CLOCK + _ZONE, re.IGNORECASE
)
_YEAR_LAST: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})" + _CLOCK + r"\s*(?:Z|UTC|GMT)?")
_DAY_FIRST: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})" + _CLOCK + _ZONE, re.IGNORECASE)

_KIND: Final = re.compile(r"\[\s*(sl|tp|so)\b|^(sl|tp|so)(?=\s*$|\s*:|\s+\d)", re.IGNORECASE)
_KIND_LEVEL: Final = re.compile(r"\b(?:sl|tp)\s+(\d{1,9}(?:\.\d{1,9})?)", re.IGNORECASE)
_FROM: Final = re.compile(r"\bfrom\s+#\s?(\d{1,19})\b", re.IGNORECASE)
_TO: Final = re.compile(r"\bto\s+#\s?(\d{1,19})\b", re.IGNORECASE)
_MAGIC: Final = re.compile(r"#(\d{1,20})(?![\d.])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What a trade's comment tells; ``None`` where it tells nothing."""

    kind: CloseKind | None = None
    level: Decimal | None = None
    """The price that MT5 writes beside ``sl`` or ``tp``."""
    magic: int | None = None
    from_ticket: int | None = None
    to_ticket: int | None = None

    @property
    def is_silent(self) -> bool:
        """Whether nothing was understood at all."""
        return self == NO_REMARK


NO_REMARK: Final = Remark()


def decimal_of(text: str) -> Decimal | None:
    """Read a plain number; spaces and apostrophes group digits, ``.`` or ``,`` marks decimals.

    Where both marks occur the last one marks decimals; several equal ones group digits.  A single
    comma is taken for a decimal comma: prices have decimals far more often than thousands.
    """
    bare = _GROUPING.sub("", text[:64]).replace("\N{MINUS SIGN}", "-")
    if "," in bare:
        last = max(bare.rfind(","), bare.rfind("."))
        if bare.count(bare[last]) > 1:
            bare = bare.replace(",", "") if bare[last] == "," else bare.replace(",", ".")
        else:
            bare = re.sub("[.,]", "", bare[:last]) + "." + bare[last + 1 :]
    return Decimal(bare) if _NUMBER.fullmatch(bare) else None


def positive_of(text: str) -> Decimal | None:
    """Read a number > 0."""
    number = decimal_of(text)
    return number if number is not None and number > 0 else None


def level_of(text: str) -> Decimal | None:
    """Read a stop or target price; terminals write 0 or nothing where there is none."""
    return positive_of(text)


def ticket_of(text: str) -> int | None:
    """Read a ticket: 1 to 2^63 - 1, digits may be grouped by spaces."""
    bare = _GROUPING.sub("", text[:64]).removeprefix("#").removesuffix(".0")
    if not _WHOLE.fullmatch(bare):
        return None
    ticket = int(bare)
    return ticket if 0 < ticket <= INT64_MAX else None


def magic_of(text: str) -> int | None:
    """Read a magic number; 0 means that no expert advisor was at work, hence ``None``."""
    bare = _GROUPING.sub("", text[:64]).removesuffix(".0")
    if not _WHOLE.fullmatch(bare):
        return None
    magic = int(bare)
    return magic if 0 < magic <= UINT64_MAX else None


def side_of(text: str) -> Side | None:
    """Read the side of a market position, written as a word."""
    return _SIDES.get(text.strip().lower())


def side_code_of(text: str) -> Side | None:
    """Read a side, also as MQL numbers it (0 buy, 1 sell) or as one letter."""
    bare = text.strip().lower()
    return _SIDES.get(bare) or _SIDE_CODES.get(bare)


def is_pending(text: str) -> bool:
    """Whether a type names a pending order, such as ``buy limit``."""
    return _PENDING.fullmatch(text.strip()) is not None


def is_off_book(text: str) -> bool:
    """Whether a type names a booking on the account that is no trade."""
    return text.strip().lower() in _OFF_BOOK


def civil_ms(*, date: tuple[int, int, int], clock: tuple[int, int, int]) -> int | None:
    """Count ms since 1970-01-01 00:00 of the same, unnamed zone; ``None``: no such moment."""
    year, month, day = date
    hour, minute, second = clock
    if not (1970 <= year <= 2199 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]):
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    return timegm((year, month, day, hour, minute, second)) * 1000


def _zoned_time_of(text: str) -> tuple[int, int | None] | None:
    """Wall-clock ms and, where the text names a zone, how far that is ahead of UTC, in ms."""
    bare = text.strip()[:48]
    if found := _YEAR_FIRST.fullmatch(bare):
        year, _, month, day, *clock, fraction, zone = found.groups()
    elif found := _DAY_FIRST.fullmatch(bare):
        day, month, year, *clock, fraction, zone = found.groups()
    else:
        return None
    hour, minute, second = (int(part or 0) for part in clock)
    wall_ms = civil_ms(date=(int(year), int(month), int(day)), clock=(hour, minute, second))
    if wall_ms is None:
        return None
    wall_ms += int((fraction or "0").ljust(3, "0")[:3])
    if zone is None:
        return wall_ms, None
    if zone.upper() in {"Z", "UTC", "GMT"}:
        return wall_ms, 0
    ahead = (int(zone[1:3]) * 60 + int(zone[-2:])) * 60_000
    return wall_ms, -ahead if zone[0] == "-" else ahead


def broker_time_of(text: str) -> int | None:
    """Read a broker's wall-clock time as ms since 1970-01-01 00:00 of that same wall clock.

    Understood: year first with ``.``, ``-`` or ``/``, day first with ``.``; then hours and
    minutes, seconds and a fraction optional.  A zone, where named, is left out of account.
    """
    found = _zoned_time_of(text)
    return None if found is None else found[0]


def leads_with_day(texts: Iterable[str]) -> bool:
    """Whether dates like ``25/3/2019 11:56`` among *texts* lead with the day.

    Decided by any number above 12; where all dates are ambiguous the month is taken to lead, as
    in the exports of the large statistics sites.
    """
    dates = (_YEAR_LAST.fullmatch(text.strip()[:48]) for text in texts)
    return any(found is not None and int(found[1]) > 12 for found in dates)


def year_last_time_of(text: str, *, day_first: bool) -> int | None:
    """Read ``a/b/2019 11:56`` as a broker's wall-clock time, once it is known which is the day."""
    bare = text.strip()[:48]
    found = _YEAR_LAST.fullmatch(bare)
    if found is None:
        return None
    day, month = (found[1], found[2]) if day_first else (found[2], found[1])
    return broker_time_of(f"{found[3]}/{month}/{day}{bare[found.end(3) :]}")


def utc_time_of(text: str) -> int | None:
    """Read a time as UTC epoch ms; without a named zone the text is taken to be in UTC."""
    found = _zoned_time_of(text)
    return None if found is None else found[0] - (found[1] or 0)


def epoch_of(text: str) -> int | None:
    """Read Unix seconds or milliseconds between the years 2001 and 2100 as ms."""
    number = decimal_of(text)
    if number is None:
        return None
    if 10**9 <= number < 41 * 10**8:
        return int(number * 1000)
    return int(number) if 10**12 <= number < 41 * 10**11 else None


def remark_of(text: str) -> Remark:
    """Read a comment: ``#magic ...``, ``[sl]``, ``[tp 1.0925]``, ``so: 49%``, ``to #7``."""
    bare = text[:512].strip()
    if not bare:
        return NO_REMARK
    kind = _KIND.search(bare)
    level = _KIND_LEVEL.search(bare) if kind else None
    magic = _MAGIC.match(bare)
    origin, successor = _FROM.search(bare), _TO.search(bare)
    return Remark(
        kind=CloseKind((kind[1] or kind[2]).lower()) if kind else None,
        level=level_of(level[1]) if level else None,
        magic=magic_of(magic[1]) if magic else None,
        from_ticket=ticket_of(origin[1]) if origin else None,
        to_ticket=ticket_of(successor[1]) if successor else None,
    )
