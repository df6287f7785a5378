"""Canonical symbols: one name for an instrument, whatever each broker calls it.

A broker's spelling is a known name with something before or behind it.  What is before or behind
is taken off only where it cannot be part of a name: anything that could mean another instrument
makes the spelling ambiguous, and then nothing is guessed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from echo.domain.endings import Ending, ending_of, words_of
from echo.domain.instruments import CATALOGUE, LOOKALIKES, NAMES, InstrumentKind
from echo.domain.lookalikes import nearest
from echo.domain.sealing import sealed

PREFIXES: Final = "#._"
CANONICAL_PATTERN: Final = "[A-Z0-9/_-]{3,20}"
"""What a canonical name looks like."""
_KEPT: Final = re.compile(r"[^A-Z0-9/_-]")
_EDGES: Final = "#._@$[]&!` "
NAME_CHARS_MAX: Final = 64
"""No broker's name is longer: terminals keep 31 characters at most."""
STEM_MIN: Final = 3
"""Fewer letters are nobody's name."""
BEGINNING: Final = 3
"""Letters by which most names that nobody knows are told from known ones, at once."""
STEM_MAX: Final = max(20, *map(len, NAMES))
"""More letters are nobody's name, either."""
READINGS_MAX: Final = 8_192
"""Spellings remembered: each is asked for again and again."""

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


class Contract(StrEnum):
    """Which contract on the instrument a spelling names, as far as the name tells."""

    PLAIN = "plain"
    MINI = "mini"
    MICRO = "micro"
    CENT = "cent"
    DATED = "dated"
    """A future: it expires."""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How a broker's spelling was read.

    Attributes:
        canonical: ``None`` = it cannot be told which instrument this is.
        candidates: What it may be, best first, when it cannot be told; may be empty.
        ambiguous: Whether it has the look of a name in the catalogue and may mean another thing.
        sentence: Why it was read so, for people.
    """

    name: str
    canonical: str | None
    contract: Contract = Contract.PLAIN
    candidates: tuple[str, ...] = ()
    ambiguous: bool = False
    sentence: str = ""


def normalize_canonical(name: str, catalogue: Iterable[str] = CATALOGUE) -> str | None:
    """Return the canonical name of a broker's *name*, or ``None`` where it has none at all.

    A name that cannot be read is kept as it stands if it is 3 to 20 of ``A-Z 0-9 / - _``: it is
    in no catalogue, and whoever looks it up there learns so.
    """
    allowed = catalogue if isinstance(catalogue, frozenset) else frozenset(catalogue)
    return _read(name, allowed).canonical or kept_as_it_stands(name)


def kept_as_it_stands(name: str) -> str | None:
    """Return what a *name* that cannot be read is called, or ``None`` where that is no name."""
    kept = name.strip().upper().lstrip(PREFIXES)
    if not (kept.isascii() and kept.isalnum()):
        kept = _KEPT.sub("", kept)
    return kept if 3 <= len(kept) <= 20 else None


def read_symbol(name: str, catalogue: Iterable[str] = CATALOGUE) -> Reading:
    """Read a broker's spelling.

    Args:
        catalogue: The canonical names that are allowed.  One of them that is an instrument's
            other name stands for it: with ``GOLD`` and without ``XAUUSD``, gold is ``GOLD``.
    """
    allowed = catalogue if isinstance(catalogue, frozenset) else frozenset(catalogue)
    return suggest(_read(name, allowed), allowed)


def forget_readings() -> None:
    """Forget every spelling that was read; only measurements need that."""
    _read_short.cache_clear()


def read_quickly(name: str, catalogue: frozenset[str]) -> Reading:
    """As ``read_symbol``, but without a search for names that only look alike."""
    return _read(name, catalogue)


def suggest(reading: Reading, catalogue: frozenset[str]) -> Reading:
    """Return a reading with the names that a spelling like no other may be a slip for."""
    known = reading.canonical is not None or reading.candidates
    if known or len(reading.name) > NAME_CHARS_MAX:
        return reading
    plain = _KEPT.sub("", reading.name.upper())
    return replace(reading, candidates=nearest(plain, catalogue) if plain else ())


def _read(name: str, allowed: frozenset[str]) -> Reading:
    if len(name) > NAME_CHARS_MAX:
        sentence = f"a name of {len(name)} characters is none"
        return Reading(name=name, canonical=None, sentence=sentence)
    return _read_short(name, allowed)


@lru_cache(maxsize=READINGS_MAX)
def _read_short(name: str, allowed: frozenset[str]) -> Reading:
    # Where all letters are small they set nothing off: btcusdt is paid in Tether like BTCUSDT.
    bare = (name.upper() if name.islower() else name).strip(_EDGES)
    if _is_strange(bare, allowed):
        return Reading(name=name, canonical=None, sentence=_STRANGE)
    plain = _KEPT.sub("", bare.upper())
    if plain in allowed:
        return Reading(name=name, canonical=plain, sentence="its own name")
    doubts: list[Reading] = []
    words = words_of(bare)
    for stem, rest, fused in _stems(words, allowed):
        if _is_lookalike(stem, words[0]):
            doubts.append(_lookalike(name, allowed, stem))
        found = None if doubts else _find(stem, allowed)
        if found is None:
            continue
        canonical, kind = found
        prefixed = name.strip().startswith("#")
        ending = ending_of(stem, rest, kind, fused=fused, prefixed=prefixed)
        if isinstance(ending, Ending):
            sentence = f"by the name {stem}" + (f", without {' '.join(rest)}" if rest else "")
            contract = _CONTRACTS.get(ending, Contract.PLAIN)
            return Reading(name=name, canonical=canonical, contract=contract, sentence=sentence)
        doubts.append(_doubtful(name, allowed, (canonical,), ending))
    if doubts:
        return doubts[0]
    return Reading(name=name, canonical=None, sentence=_STRANGE)


_STRANGE: Final = "like no name in the catalogue"
_CONTRACTS: Final = {
    Ending.MINI: Contract.MINI,
    Ending.MICRO: Contract.MICRO,
    Ending.CENT: Contract.CENT,
    Ending.DATED: Contract.DATED,
}


def _find(stem: str, allowed: frozenset[str]) -> tuple[str, InstrumentKind] | None:
    """Return the canonical name and kind of a stem, if it is a name at all."""
    named = NAMES.get(stem)
    if named is None:
        return (stem, InstrumentKind.OTHER) if stem in allowed else None
    canonical, kind = named
    if canonical in allowed:
        return named
    if stem in allowed:
        return stem, kind
    same = (name for name in allowed if NAMES.get(name, ("",))[0] == canonical)
    return next(((name, kind) for name in sorted(same)), None)


def _is_lookalike(stem: str, word: str) -> bool:
    """Whether a stem is another thing's name, unless it is a coin's and written as a word."""
    if stem not in LOOKALIKES:
        return False
    if stem in NAMES:
        return not word[: len(stem)].istitle()
    return stem == word.upper()


def _lookalike(name: str, allowed: frozenset[str], stem: str) -> Reading:
    meant = LOOKALIKES[stem]
    what = "a share or a fund" if len(meant) == 1 else " or ".join(meant)
    return _doubtful(name, allowed, meant, f"{stem} may be {what}")


def _doubtful(name: str, allowed: frozenset[str], canonicals: tuple[str, ...], why: str) -> Reading:
    candidates = tuple(each for each in canonicals if each in allowed)
    return Reading(
        name=name, canonical=None, candidates=candidates, ambiguous=bool(candidates), sentence=why
    )


def _stems(
    words: list[str], allowed: frozenset[str]
) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    """Yield the ways to divide a spelling into a known name, what is behind it, and whether that
    is fused to it; what needs the least taken off comes first.
    """
    known, _ = _known(allowed)
    heads = [""]
    for word in words:
        heads.append(heads[-1] + word.upper())
    for count in range(len(words), 0, -1):
        if heads[count] in known:
            yield heads[count], tuple(words[count:]), False
    for count in range(len(words), 0, -1):
        whole, before = heads[count], len(heads[count - 1])
        shortest = max(STEM_MIN, before + 1)
        for length in range(min(len(whole) - 1, STEM_MAX), shortest - 1, -1):
            if whole[:length] in known:
                behind = words[count - 1][length - before :]
                yield whole[:length], (behind, *words[count:]), True


def _is_strange(bare: str, allowed: frozenset[str]) -> bool:
    """Whether a spelling does not even begin like a known name, as most names of shares do not."""
    begins = bare[:BEGINNING]
    return begins.isascii() and begins.isalnum() and begins.upper() not in _known(allowed)[1]


@lru_cache(maxsize=4)
def _known(allowed: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return everything that a spelling may begin with and mean something, and its beginnings."""
    known = allowed.union(NAMES, LOOKALIKES)
    return known, frozenset(name[:BEGINNING] for name in known)
