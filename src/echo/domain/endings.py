"""What brokers put behind a symbol's name: account types, contract sizes, expiries.

Seen in the market watches of some 240 brokers.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from echo.domain.instruments import CURRENCIES, QUOTED_IN, TICKERS, InstrumentKind, listed

LETTERS_MAX: Final = 5
"""A lower-case tail of more letters is a word, and may mean anything."""

_WORDS: Final = re.compile(r"[A-Za-z0-9&]+")
_DATED: Final = re.compile(r"([FGHJKMNQUVXZ]|[A-Z]{2,3})\d{2}|[FGHJKMNQUVXZ]\d|(19|20)?\d{2}[01]\d")
_MONTHS: Final = listed(
    "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC JA FE MR AP MA JU JN JL AU SE OC NO DE"
)
_EXCHANGES: Final = listed("N O L OQ NYSE NAS NASDAQ US UK LSE AS PA MI XETRA TSX HK")


class Ending(StrEnum):
    """What an ending tells about the contract."""

    NONE = "none"
    MINI = "mini"
    MICRO = "micro"
    CENT = "cent"
    DATED = "dated"


_SIZES: Final = {
    "MINI": Ending.MINI,
    "MICRO": Ending.MICRO,
    "MIC": Ending.MICRO,
    "CENT": Ending.CENT,
    "CENTS": Ending.CENT,
}
_FUTURES: Final = frozenset({"FUT", "FUTU", "FUTURE", "FUTURES"})
_PAIRS: Final = frozenset({InstrumentKind.FOREX, InstrumentKind.METAL, InstrumentKind.CRYPTO})
_PLAIN: Final = listed(
    "CASH SPOT PRO RAW ECN STD STP VIP ZERO FX SB PM MT4 MT5 A B C D E F G H I M N P Q R S T V X Z"
)
"""Endings that name an account type, a feed or a server, never an instrument."""


def words_of(text: str) -> list[str]:
    """Split a spelling at everything that is neither letter nor digit."""
    return _WORDS.findall(text)


def ending_of(
    stem: str,
    rest: Sequence[str],
    kind: InstrumentKind,
    *,
    fused: bool = False,
    prefixed: bool = False,
) -> Ending | str:
    """Judge what is behind the name *stem*.

    Args:
        stem: Upper case.
        rest: The words behind it.
        fused: Whether nothing separates the first of them from the name: then it may be a part
            of another name, and must be known, or be set off by its small letters.
        prefixed: Whether the spelling began with ``#``, as those of shares do.

    Returns:
        What it tells, or a sentence that says why the name is in doubt.
    """
    if prefixed and stem in TICKERS and kind is not InstrumentKind.INDEX:
        return f"#{stem} may be a share"
    told = Ending.NONE
    for position, word in enumerate(rest):
        doubt = _doubt(stem, word, kind, fused=fused and position == 0)
        if doubt:
            return doubt
        size = _size(word.upper())
        told = told if size is Ending.NONE else size
    return told


def _size(upper: str) -> Ending:
    if upper in _FUTURES or _is_date(upper):
        return Ending.DATED
    return _SIZES.get(upper, Ending.NONE)


def _doubt(stem: str, word: str, kind: InstrumentKind, *, fused: bool) -> str:
    """Say why *word* makes the name doubtful; empty = it does not."""
    upper = word.upper()
    if stem in TICKERS and upper in _EXCHANGES:
        return f"{stem} with {word} behind it may be a share or a fund"
    if upper in CURRENCIES and upper not in {"USD", QUOTED_IN.get(stem)}:
        return f"{stem} in {upper} may be another instrument"
    if fused and word == "T" and stem.endswith("USD"):
        return f"{stem}{word} is quoted in Tether, a coin"
    if fused and word == "C" and kind is InstrumentKind.CRYPTO:
        return f"{stem}{word} may be quoted in a coin"
    if fused and stem in TICKERS and len(word) == 1 and word.isupper():
        return f"{stem}{word} may be a share or a fund"
    if upper == "USD" or _size(upper) is not Ending.NONE or _is_plain(word, kind, fused=fused):
        return ""
    return f"what {word} behind {stem} means is not known"


def _is_plain(word: str, kind: InstrumentKind, *, fused: bool) -> bool:
    if word.isdigit():
        # US30.10 may be anything; a server's number behind a pair of currencies is nothing.
        return not fused and (len(word) == 1 or kind in _PAIRS)
    if word.upper() in _PLAIN:
        return True
    return word.isalpha() and len(word) <= LETTERS_MAX and (word.islower() or not fused)


def _is_date(upper: str) -> bool:
    if _DATED.fullmatch(upper) is None:
        return False
    letters = upper.rstrip("0123456789")
    return len(letters) <= 1 or letters in _MONTHS
