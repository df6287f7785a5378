"""All limits of one account: rules, ideas, closing times, caps, and how its headroom is counted."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from echo.domain.closing_time import ClosingTime
from echo.domain.exposure import Margins
from echo.domain.headroom import IdeaRule
from echo.domain.limit_rules import HUNDRED, LimitKind, LimitRule, LimitUnit
from echo.domain.lot_caps import LotCaps

NO_CAPS: Final = LotCaps()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountLimits:
    """What an account may not do.

    Attributes:
        pack: Name of the pack that the rules are from; empty = there is none.
        currency: What the rules' money is in, three capitals; empty = the account's, whatever
            that is when it is first seen.
        margins: What is added to each stop before it counts.
        scale: Whether an entry that does not fit is made smaller; otherwise it is left out.
        figures_max_age_ms: How old the account's money may be for an entry to be judged by it.
    """

    pack: str = ""
    currency: str = ""
    rules: tuple[LimitRule, ...] = ()
    ideas: tuple[IdeaRule, ...] = ()
    closings: tuple[ClosingTime, ...] = ()
    caps: LotCaps = NO_CAPS
    margins: Margins = field(default_factory=Margins)
    scale: bool = True
    figures_max_age_ms: int = 10_000

    @property
    def watches(self) -> bool:
        """Whether there is anything beside caps: something that needs the account's money."""
        return bool(self.rules or self.ideas or self.closings)

    def complaints(self) -> Iterator[str]:
        """Say what makes no sense, each rule by itself and all of them together."""
        rules: list[LimitRule | IdeaRule | ClosingTime] = [*self.rules, *self.ideas]
        rules += self.closings
        yield from (rule.complaint for rule in rules if rule.complaint)
        for rule_id, count in Counter(rule.rule_id for rule in rules).items():
            if count > 1:
                yield f"limit {rule_id} is there {count} times"
        yield from self.caps.complaints()
        margins = (self.margins.slippage_points, self.margins.assumed_stop_points or Decimal(0))
        if any(not (each.is_finite() and each >= 0) for each in margins):
            yield f"margins of {margins[0]} and {margins[1]} points are not 0 or more"
        yield from self._contradictions()

    def _contradictions(self) -> Iterator[str]:
        """A day that may lose more than the account may is no limit."""
        lost = {kind: self._least(kind) for kind in (LimitKind.DAILY_LOSS, LimitKind.OVERALL_LOSS)}
        day, overall = lost[LimitKind.DAILY_LOSS], lost[LimitKind.OVERALL_LOSS]
        if day is not None and overall is not None and day > overall:
            yield (
                f"a day may lose {day:.2f}, the whole account {overall:.2f}: the limit of the day"
                " would never count"
            )

    def _least(self, kind: LimitKind) -> Decimal | None:
        found = [
            rule.limit
            if rule.unit is LimitUnit.MONEY
            else rule.initial_balance * rule.limit / HUNDRED
            for rule in self.rules
            if rule.kind is kind and not rule.complaint
        ]
        return min(found, default=None)
