"""Which of an account's spellings stands for an instrument.

A market watch often holds several of one instrument: a tradable one beside one that is only shown,
a mini contract beside the full one, futures beside the cash price.  One of them is taken, and the
choice says why; two that are equally good are a duplicate, which only a person can decide.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from echo.domain.symbols import Contract, Reading, read_quickly, read_symbol


class TradeMode(IntEnum):
    """What may be done with a symbol: ``MODE_TRADEALLOWED`` and the trade modes of terminals."""

    NONE = 0
    CLOSE_ONLY = 1
    FULL = 2


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a market watch.  ``trade_mode`` ``None`` = not told, taken for tradable."""

    broker_symbol: str
    trade_mode: TradeMode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What stands for one instrument on an account.

    Attributes:
        broker_symbol: ``None`` = nothing, because *rivals* are equally good.
        rivals: Spellings of the same instrument that were not taken.
    """

    canonical: str
    broker_symbol: str | None
    contract: Contract
    rivals: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketWatch:
    """What an account's spellings come to."""

    choices: tuple[Choice, ...]
    unread: tuple[Reading, ...]
    """Spellings that name no instrument for sure."""


_ORDER = (Contract.PLAIN, Contract.MINI, Contract.MICRO, Contract.CENT, Contract.DATED)


def choose(
    listed: Iterable[Listed], catalogue: frozenset[str], mappings: Mapping[str, str] | None = None
) -> MarketWatch:
    """Choose for each instrument the spelling that stands for it.

    Args:
        catalogue: The canonical names that are allowed.
        mappings: What the operator decided: broker's spelling to canonical name.
    """
    decided = dict(mappings or {})
    spellings: dict[str, list[tuple[Listed, Contract]]] = {}
    unread = []
    for line in listed:
        if line.broker_symbol in decided:
            continue
        reading = read_symbol(line.broker_symbol, catalogue)
        if reading.canonical is None:
            unread.append(reading)
        else:
            spellings.setdefault(reading.canonical, []).append((line, reading.contract))
    choices = {
        canonical: Choice(
            canonical=canonical,
            broker_symbol=name,
            contract=read_quickly(name, catalogue).contract,
            rivals=tuple(line.broker_symbol for line, _ in spellings.get(canonical, ())),
            sentence="decided by a symbol mapping",
        )
        for name, canonical in decided.items()
    }
    for canonical, lines in spellings.items():
        if canonical not in choices:
            choices[canonical] = _choose(canonical, lines)
    return MarketWatch(
        choices=tuple(choices[name] for name in sorted(choices)), unread=tuple(unread)
    )


def _choose(canonical: str, lines: Sequence[tuple[Listed, Contract]]) -> Choice:
    if len(lines) == 1:
        [(only, contract)] = lines
        return Choice(
            canonical=canonical,
            broker_symbol=only.broker_symbol,
            contract=contract,
            rivals=(),
            sentence="the only spelling",
        )
    ranked = sorted(lines, key=_rank)
    best = [line for line in ranked if _rank(line) == _rank(ranked[0])]
    chosen, contract = best[0]
    rivals = tuple(line.broker_symbol for line, _ in ranked if line is not chosen)
    if len(best) > 1:
        names = ", ".join(line.broker_symbol for line, _ in best)
        return Choice(
            canonical=canonical,
            broker_symbol=None,
            contract=contract,
            rivals=tuple(line.broker_symbol for line, _ in ranked),
            sentence=f"{names} are equally good: name one in a symbol mapping",
        )
    return Choice(
        canonical=canonical,
        broker_symbol=chosen.broker_symbol,
        contract=contract,
        rivals=rivals,
        sentence=_reason(ranked),
    )


def _rank(line: tuple[Listed, Contract]) -> tuple[int, int]:
    listed, contract = line
    mode = TradeMode.FULL if listed.trade_mode is None else listed.trade_mode
    return -int(mode), _ORDER.index(contract)


def _reason(ranked: Sequence[tuple[Listed, Contract]]) -> str:
    """Say what sets the best apart from the next one."""
    (best, contract), (next_one, next_contract) = ranked[0], ranked[1]
    if _rank(ranked[0])[0] != _rank(ranked[1])[0]:
        return f"{next_one.broker_symbol} is not tradable"
    other = f"{next_one.broker_symbol} {next_contract.value}"
    return f"{best.broker_symbol} is {contract.value}, {other}"
