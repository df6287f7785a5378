"""What brokers put behind a symbol's name: account types, contract sizes, expiries.

Seen in the market watches of some 240 brokers.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from echo.domain.instruments import (
    CURRENCIES,
    LOOKALIKES,
    NAMES,
    QUOTED_IN,
    TICKERS,
    InstrumentKind,
    listed,
)

LETTERS_MAX: Final = 5
"""A lower-case tail of more letters is a word, and may mean anything."""
PAIR_LETTERS: Final = 6
NUMBER_DIGITS_MAX: Final = 2
"""A longer number behind a pair is no server's: it may be the size of a contract."""

_WORDS: Final = re.compile(r"[A-Za-z0-9&]+")
_DATED: Final = re.compile(
    r"([FGHJKMNQUVXZ]|[A-Z]{2,3})(20)?\d{2}|[FGHJKMNQUVXZ]\d|(19|20)?\d{2}(0[1-9]|1[0-2])|20\d{2}"
)
_MONTHS: Final = listed(
    "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC JA FE MR AP MA JU JN JL AU SE OC NO DE"
)
_EXCHANGES: Final = listed(
    "N O L AS ASX AX BR CO DE ETR HE HK IR JP L LN LSE MC MI NAS NASDAQ NYS NYSE OL OQ PA SG"
    " ST SW TO TSX UK US VI XETR XETRA ARCA AMEX BATS"
)
_NOVEMBER_OR_TIMES: Final = "X"
"""``X3`` is a November of futures, or three times the moves."""


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
_FORWARDS: Final = frozenset({"F", "FS", "FT", "FWD"})
"""Futures and forwards, where what is named has both them and a cash price."""
_PAIRS: Final = frozenset({InstrumentKind.FOREX, InstrumentKind.METAL, InstrumentKind.CRYPTO})
_DELIVERED: Final = frozenset({InstrumentKind.INDEX, InstrumentKind.ENERGY, InstrumentKind.SOFT})
_PLAIN: Final = listed(
    "CASH SPOT PRO RAW ECN STD STP VIP ZERO FX SB PM PRIME ISLAMIC SWAPFREE CFD CMD IDX INDEX MT4"
    " MT5 A B C D E F G H I M N P Q R S T V X Z"
)
"""Endings that name an account type, a feed or a server, never an instrument."""
_CODES: Final = listed("USOIL UKOIL NATGAS USTEC USTECH DXY USDX")
"""Names without a digit or a currency that are no word of any language, either."""
_OTHERS: Final = listed(
    "INV LONG SHORT BULL BEAR LEV OTC ETF ETN FUND RSI OPT CALL PUT BASK RATIO TOD USDT USDC BUSD"
)
"""Endings that make another contract of anything."""
_OTHERS_OF: Final = {
    InstrumentKind.INDEX: listed(
        "BIO BOND BONDS BUND COMP DIV EQ EQUAL ESG EW HIGH LOW MID NIGHT NOTE NTR SMALL TECH TR"
        " TRANS UTIL VALUE VOL WEEK WKD WKND Y YEAR YIELD YLD YR YRS"
    ),
    InstrumentKind.METAL: listed("GR GRAM GRAMS GRM KG KILO OPEN TAEL TOLA"),
    InstrumentKind.CRYPTO: listed("PERP SWAP SV GOLD"),
}


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
    if sum(map(str.isdigit, rest)) > 1:
        return f"what {' '.join(rest)} behind {stem} means is not known"
    told = Ending.NONE
    for position, word in enumerate(rest):
        doubt = _doubt(stem, word, kind, fused=fused and position == 0)
        if doubt:
            return doubt
        size = _size(stem, word, kind)
        told = told if size is Ending.NONE else size
    return told


def _size(stem: str, word: str, kind: InstrumentKind) -> Ending:
    upper = word.upper()
    if upper in _FUTURES or _is_date(word):
        return Ending.DATED
    # Behind EURUSD and XAUUSD such letters are an account's; gold by its word has futures.
    is_delivered = kind in _DELIVERED or (kind is InstrumentKind.METAL and not _is_code(stem))
    if is_delivered and upper in _FORWARDS:
        return Ending.DATED
    return _SIZES.get(upper, Ending.NONE)


def _doubt(stem: str, word: str, kind: InstrumentKind, *, fused: bool) -> str:
    """Say why *word* makes the name doubtful; empty = it does not."""
    upper = word.upper()
    if stem in TICKERS and upper in _EXCHANGES and not fused:
        return f"{stem} with {word} behind it may be a share or a fund"
    if upper in CURRENCIES and upper not in {"USD", QUOTED_IN.get(stem)}:
        return f"{stem} in {upper} may be another instrument"
    if upper in _OTHERS or upper in _OTHERS_OF.get(kind, ()):
        return f"{stem} with {word} behind it may be another contract"
    if upper in NAMES or upper in LOOKALIKES:
        return f"{stem} with {word} behind it may be a contract on both"
    if fused:
        doubt = _doubt_fused(stem, word, kind)
        if doubt:
            return doubt
    if _size(stem, word, kind) is Ending.DATED:
        is_times = upper[0] == _NOVEMBER_OR_TIMES and upper[1:].isdigit()
        if is_times and (fused or kind not in {InstrumentKind.ENERGY, InstrumentKind.SOFT}):
            return f"{stem} with {word} behind it may be a multiple of it"
        return ""
    if upper == "USD" or upper in _SIZES or _is_plain(stem, word, kind, fused=fused):
        return ""
    return f"what {word} behind {stem} means is not known"


def _doubt_fused(stem: str, word: str, kind: InstrumentKind) -> str:
    """As ``_doubt``, for what could be a part of the name that it is fused to."""
    if word == "T" and stem.endswith("USD"):
        return f"{stem}{word} is quoted in Tether, a coin"
    if word == "C" and (kind is InstrumentKind.CRYPTO or stem.endswith("USD")):
        return f"{stem}{word} may be quoted in a coin"
    if word == "g" and kind is InstrumentKind.METAL:
        return f"{stem}{word} may be a gram of it"
    if stem in TICKERS and len(word) == 1 and word.isupper():
        return f"{stem}{word} may be a share or a fund"
    return ""


def _is_plain(stem: str, word: str, kind: InstrumentKind, *, fused: bool) -> bool:
    if word.isdigit():
        # US30.10 may be anything; a server's number behind a pair of currencies is nothing.
        return not fused and len(word) <= (NUMBER_DIGITS_MAX if kind in _PAIRS else 1)
    if word.upper() in _PLAIN:
        return True
    if kind is not InstrumentKind.OTHER and not _is_code(stem):
        return False  # Gold with any other word behind it may be a mine, a fund or a basket.
    return word.isalpha() and len(word) <= LETTERS_MAX and (word.islower() or not fused)


def _is_code(stem: str) -> bool:
    """Whether a name is a code, which nobody puts together with words."""
    return (
        stem in _CODES
        or (len(stem) >= PAIR_LETTERS and stem[-3:] in CURRENCIES)
        or any(map(str.isdigit, stem))
    )


def _is_date(word: str) -> bool:
    """Whether *word* is a month of futures; its one letter must be a capital: x10 is none."""
    upper = word.upper()
    if upper in _MONTHS and len(upper) == len("JAN"):
        return True
    if _DATED.fullmatch(upper) is None:
        return False
    letters = upper.rstrip("0123456789")
    return letters in _MONTHS or not letters or (len(letters) == 1 and word[0].isupper())
