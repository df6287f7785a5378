"""Canonical symbols: one name for an instrument, whatever each broker calls it."""

import re
from collections.abc import Iterable
from typing import Final

PREFIXES: Final = "#._"
_SEPARATED: Final = re.compile(r"[._-]")
FUSED_SUFFIXES: Final = (
    "CASH",
    "PRO",
    "RAW",
    "ECN",
    "STD",
    "MINI",
    "MICRO",
    "CENT",
    "M",
    "C",
    "I",
    "R",
    "B",
    "X",
)
_KEPT: Final = re.compile(r"[^A-Z0-9/_-]")

SYNONYMS: Final[dict[str, str]] = {
    synonym: group[0]
    for group in (
        ("XAUUSD", "GOLD"),
        ("XAGUSD", "SILVER"),
        ("GER40", "DAX", "GER30", "DE30", "DE40", "DAX40"),
        ("NAS100", "NDX", "US100", "USTEC"),
        ("US30", "DJ30", "WS30", "DJIA"),
        ("US500", "SPX500", "SP500"),
    )
    for synonym in group
}

# fmt: off
MAJORS: Final = frozenset(
    (
        "EURUSD", "GBPUSD", "USDJPY", "USDCHF", "AUDUSD", "NZDUSD", "USDCAD", "EURGBP",
        "EURJPY", "EURCHF", "EURAUD", "EURCAD", "EURNZD", "GBPJPY", "GBPCHF", "GBPAUD",
        "GBPCAD", "GBPNZD", "AUDJPY", "AUDCHF", "AUDCAD", "AUDNZD", "NZDJPY", "NZDCHF",
        "NZDCAD", "CADJPY", "CADCHF", "CHFJPY", "XAUUSD", "XAGUSD", "GER40", "NAS100",
        "US30", "US500", "UK100", "JP225", "BTCUSD", "ETHUSD",
    )
)
# fmt: on


def normalize_canonical(name: str, catalogue: Iterable[str] = MAJORS) -> str | None:
    """Return the canonical name of a broker's *name*, or ``None`` where it cannot be told.

    Trim, upper-case, strip known broker prefixes and suffixes; fused suffixes (``EURUSDm``) only
    where what remains is catalogued, so that nothing is guessed.  A plain name that the
    catalogue does not know is kept if it is 3 to 20 of ``A-Z 0-9 / - _``.
    """
    known = catalogue if isinstance(catalogue, (set, frozenset)) else frozenset(catalogue)
    bare = name.strip().upper().lstrip(PREFIXES)
    for candidate in _candidates(bare):
        cleaned = _KEPT.sub("", candidate)
        for spelling in (cleaned, cleaned.replace("/", "").replace("-", "").replace("_", "")):
            for canonical in (SYNONYMS.get(spelling, spelling), spelling):
                if canonical in known:
                    return canonical
    kept = _KEPT.sub("", bare)
    return kept if 3 <= len(kept) <= 20 else None


def _candidates(bare: str) -> Iterable[str]:
    """Yield *bare* and what is left of it without a suffix, the most literal reading first."""
    yield bare
    stem = _SEPARATED.split(bare, maxsplit=1)[0]
    yield stem
    for text in (bare, stem):
        for suffix in FUSED_SUFFIXES:
            if text.endswith(suffix) and len(text) > len(suffix) + 2:
                yield text.removesuffix(suffix)
