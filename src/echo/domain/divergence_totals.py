"""Divergence added up: by account, strategy or day, each currency for itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Self

from echo.domain.divergence import MAY_LACK, Divergence, Part
from echo.domain.raw_events import day_of
from echo.domain.trade_results import MISSED, CopyResult


class By(StrEnum):
    """What results are put together by."""

    TRADE = "trade"
    ACCOUNT = "account"
    STRATEGY = "strategy"
    DAY = "day"


@dataclass(slots=True, kw_only=True)
class Total:
    """The sum of some results in one currency; those that cannot be told are only counted.

    ``lacking``: part -> copies of which it is not known; of `Part.MISSED`, those in no sum.
    """

    key: str
    currency: str
    copies: int = 0
    missed: int = 0
    not_known: int = 0
    reference: Decimal = Decimal(0)
    result: Decimal = Decimal(0)
    parts: dict[Part, Decimal] = field(default_factory=lambda: dict.fromkeys(Part, Decimal(0)))
    lacking: dict[Part, int] = field(default_factory=dict)

    @property
    def difference(self) -> Decimal:
        """The sum of the parts."""
        return self.result - self.reference

    def add(self, result: CopyResult) -> None:
        """Take one result in."""
        missed = result.outcome in MISSED
        self.missed += missed
        if not isinstance(result.found, Divergence):
            self.not_known += 1
            if missed:
                self._lack(Part.MISSED, 1)
            return
        self.copies += 1
        self.reference += result.found.reference
        self.result += result.found.result
        for part, money in result.found.parts.items():
            self.parts[part] += money
        for part in MAY_LACK:
            if part not in result.found.parts:
                self._lack(part, 1)

    def merge(self, other: Self) -> None:
        """Take in what *other* has added up, in the same currency."""
        self.copies += other.copies
        self.missed += other.missed
        self.not_known += other.not_known
        self.reference += other.reference
        self.result += other.result
        for part, money in other.parts.items():
            self.parts[part] += money
        for part, count in other.lacking.items():
            self._lack(part, count)

    def _lack(self, part: Part, count: int) -> None:
        self.lacking[part] = self.lacking.get(part, 0) + count


def totals(results: Iterable[CopyResult], by: By) -> tuple[Total, ...]:
    """Add *results* up, in the order of their keys."""
    found: dict[tuple[str, str], Total] = {}
    for each in results:
        key = (key_of(each, by), each.currency)
        found.setdefault(key, Total(key=key[0], currency=key[1])).add(each)
    return tuple(found[key] for key in sorted(found))


def key_of(result: CopyResult, by: By) -> str:
    """Return what *result* is put under."""
    match by:
        case By.TRADE:
            return result.trade_id
        case By.ACCOUNT:
            return result.account_id
        case By.STRATEGY:
            return result.strategy_id
        case By.DAY:
            return day_of(result.closed_at_ms)


def running(
    results: Iterable[CopyResult],
) -> Mapping[str, tuple[tuple[int, Decimal, Decimal], ...]]:
    """Return for each currency how reference and result grew: (Unix ms, reference, result)."""
    found: dict[str, list[tuple[int, Decimal, Decimal]]] = {}
    for each in sorted(results, key=lambda result: (result.closed_at_ms, result.trade_id)):
        if isinstance(each.found, Divergence):
            line = found.setdefault(each.currency, [])
            before = line[-1][1:] if line else (Decimal(0), Decimal(0))
            grown = (before[0] + each.found.reference, before[1] + each.found.result)
            line.append((each.closed_at_ms, *grown))
    return {currency: tuple(line) for currency, line in found.items()}
