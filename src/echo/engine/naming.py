"""Naming: which instrument each line of an account's report stands for.

An EA never normalises: without the operator's mappings it tells the broker's own spelling, which is
read here.  Of several spellings of one instrument one is taken; the others stand for nothing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from echo.domain.handshake import IssueCode, RegistrationIssue
from echo.domain.market_watch import Choice, Listed, TradeMode, choose
from echo.domain.sealing import sealed
from echo.domain.specs import SymbolMapping, TradePermission, spec_complaint
from echo.domain.symbols import (
    NAME_CHARS_MAX,
    Contract,
    Reading,
    kept_as_it_stands,
    read_quickly,
    suggest,
)
from echo.engine.settings import EngineSettings, UnknownSymbolAction

SUGGESTIONS_MAX: Final = 4
"""Names of one report that are searched for what they may be slips of: each search is slow."""

_MODES: Final = {
    None: None,
    TradePermission.DISABLED: TradeMode.NONE,
    TradePermission.CLOSE_ONLY: TradeMode.CLOSE_ONLY,
    TradePermission.FULL: TradeMode.FULL,
}


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What one line stands for.

    Attributes:
        canonical: ``None`` = nobody knows.
        taken: Whether the line stands for its instrument; else another one does, or none.
        error: Why it cannot be told what it stands for.
        warning: What a person should know about it.
        complaint: What makes its spec unusable; ``None`` = nothing.
    """

    canonical: str | None
    taken: bool = True
    error: RegistrationIssue | None = None
    warning: RegistrationIssue | None = None
    complaint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The lines of a report in their order, and what makes it worthless as a whole."""

    lines: tuple[Name, ...] = ()
    repeated: tuple[RegistrationIssue, ...] = ()


def name_symbols(
    symbols: Sequence[SymbolMapping], settings: EngineSettings, *, mappings: str = ""
) -> Names:
    """Name the lines of one report.

    Args:
        mappings: What the operator has decided, as the EA was told it: ``CANONICAL:BROKER,…``.
            There it is taken at its word, and so it is wherever a canonical name is not the
            broker's own in capitals.
    """
    decided_pairs = _pairs(mappings)
    names = [mapping.canonical_symbol.strip().upper() for mapping in symbols]
    own = [
        is_own(mapping) and (name, mapping.broker_symbol) not in decided_pairs
        for mapping, name in zip(symbols, names, strict=True)
    ]
    # A name that is decided and one that is only a spelling may be alike: the spelling gives way.
    for kind in (True, False):
        alike = [name for name, is_read in zip(names, own, strict=True) if is_read is kind]
        if repeated := tuple(_repeated(alike)):
            return Names(repeated=repeated)
    lines = _read_all(symbols, own, settings)
    decided = [
        name.canonical
        for name, is_read in zip(lines, own, strict=True)
        if not is_read and _stands(name) and name.canonical is not None
    ]
    if repeated := tuple(_repeated(decided)):
        return Names(repeated=repeated)
    choices = _choices(symbols, own, lines, settings)
    tied = tuple(_tie(choice) for choice in choices.values() if _is_tie(choice, symbols))
    if tied:
        return Names(repeated=tied)
    return Names(
        lines=tuple(
            _settled(mapping, name, choices.get(name.canonical or ""))
            for mapping, name in zip(symbols, lines, strict=True)
        )
    )


def is_own(mapping: SymbolMapping) -> bool:
    """Whether a line's canonical name is only the broker's spelling in capitals."""
    return mapping.canonical_symbol.strip().upper() == mapping.broker_symbol.strip().upper()


def _pairs(mappings: str) -> frozenset[tuple[str, str]]:
    """Return canonical name and broker's of each mapping; older EAs write them the other way."""
    found = set()
    for pair in mappings.split(","):
        left, colon, right = (each.strip() for each in pair.partition(":"))
        if colon:
            found |= {(left.upper(), right), (right.upper(), left)}
    return frozenset(found)


def _repeated(names: Sequence[str]) -> Iterator[RegistrationIssue]:
    if len(set(names)) == len(names):
        return
    for name, count in Counter(names).items():
        if count > 1:
            yield RegistrationIssue(
                code=IssueCode.DUPLICATE_CANONICAL,
                message=f"{name} is reported {count} times; the whole report is refused",
            )


def _read_all(
    symbols: Sequence[SymbolMapping], own: Sequence[bool], settings: EngineSettings
) -> list[Name]:
    catalogue = settings.canonical_symbols
    warns = settings.unknown_action is UnknownSymbolAction.WARN
    searches = SUGGESTIONS_MAX
    found = []
    for mapping, is_read in zip(symbols, own, strict=True):
        complaint = spec_complaint(mapping)
        spelling = mapping.broker_symbol if is_read else mapping.canonical_symbol
        reading = read_quickly(spelling, catalogue)
        if reading.canonical is not None:
            found.append(Name(canonical=reading.canonical, complaint=complaint))
            continue
        kept = kept_as_it_stands(spelling)
        if not reading.candidates and searches and complaint is None:
            searches -= 1
            reading = suggest(reading, catalogue)
        issue = _unread(mapping, spelling, reading, doubted=is_read and reading.ambiguous)
        # A name that no catalogue knows may be used, but only as the broker spells it.
        tolerated = warns and kept is not None and kept == mapping.broker_symbol.upper()
        if tolerated and not (is_read and reading.ambiguous):
            found.append(Name(canonical=kept, warning=issue, complaint=complaint))
        else:
            found.append(Name(canonical=kept, taken=False, error=issue, complaint=complaint))
    return found


def _unread(
    mapping: SymbolMapping, spelling: str, reading: Reading, *, doubted: bool
) -> RegistrationIssue:
    likely, spelling = ", ".join(reading.candidates), shortened(spelling)
    if doubted:
        code = IssueCode.AMBIGUOUS_SYMBOL
        message = f"{mapping.broker_symbol}: {reading.sentence}; is it {likely}? map it to say so"
    else:
        code = IssueCode.CANONICAL_NOT_ALLOWED
        message = f"{spelling} is not in the catalogue"
        message += f"; like it: {likely}" if likely else ""
    metadata = (("candidates", ",".join(reading.candidates)),) if likely else ()
    return RegistrationIssue(code=code, message=message, metadata=metadata)


def shortened(name: str) -> str:
    """Return a peer's name as it may stand in a sentence."""
    return name if len(name) <= NAME_CHARS_MAX else f"{name[:NAME_CHARS_MAX]}…"


def _stands(name: Name) -> bool:
    """Whether a line could stand for an instrument, as far as it alone tells."""
    return name.taken and name.complaint is None


def _choices(
    symbols: Sequence[SymbolMapping],
    own: Sequence[bool],
    lines: Sequence[Name],
    settings: EngineSettings,
) -> dict[str, Choice]:
    """Choose for each instrument that has several lines; none whose spec is unusable is taken."""
    counts = Counter(name.canonical for name in lines if name.error is None)
    listed: list[Listed] = []
    decided: dict[str, str] = {}
    for mapping, is_read, name in zip(symbols, own, lines, strict=True):
        if not _stands(name) or name.canonical is None or counts[name.canonical] == 1:
            continue
        if is_read:
            listed.append(Listed(mapping.broker_symbol, _MODES[mapping.trade_permission]))
        else:
            decided[mapping.broker_symbol] = name.canonical
    watch = choose(listed, settings.canonical_symbols, decided)
    return {choice.canonical: choice for choice in watch.choices}


def _is_tie(choice: Choice, symbols: Sequence[SymbolMapping]) -> bool:
    """Whether two lines of a report are the same thing: both the plain one, and tradable.

    Two futures, or two that are only shown, are not: neither is taken, and the others stand.
    """
    if choice.broker_symbol is not None or choice.contract is not Contract.PLAIN:
        return False
    best = choice.rivals[0]
    permission = next(each.trade_permission for each in symbols if each.broker_symbol == best)
    return permission in {None, TradePermission.FULL}


def _tie(choice: Choice) -> RegistrationIssue:
    return RegistrationIssue(
        code=IssueCode.DUPLICATE_CANONICAL,
        message=f"{choice.canonical}: {choice.sentence}; the whole report is refused",
        metadata=(("candidates", ",".join(choice.rivals)),),
    )


def _settled(mapping: SymbolMapping, name: Name, choice: Choice | None) -> Name:
    if name.error or choice is None or choice.broker_symbol == mapping.broker_symbol:
        return name
    metadata: Mapping[str, str] = {"canonical": choice.canonical}
    if choice.broker_symbol is None:
        error = _not_taken(f"{mapping.broker_symbol} is not taken: {choice.sentence}", metadata)
        return Name(canonical=name.canonical, taken=False, error=error, complaint=name.complaint)
    sentence = f"{choice.broker_symbol} stands for {choice.canonical}, not {mapping.broker_symbol}"
    warning = _not_taken(
        f"{sentence}: {choice.sentence}", {**metadata, "taken": choice.broker_symbol}
    )
    return Name(canonical=name.canonical, taken=False, warning=warning, complaint=name.complaint)


def _not_taken(message: str, metadata: Mapping[str, str]) -> RegistrationIssue:
    return RegistrationIssue(
        code=IssueCode.DUPLICATE_CANONICAL, message=message, metadata=tuple(metadata.items())
    )
