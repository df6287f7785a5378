"""Rules that limit an account, as firms state them: what may be lost, from when it counts, until
when it holds.  What they come to is told in `limits`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Final

from echo.domain.reset_time import ResetTime

HUNDRED: Final = Decimal(100)
TARGET_PERCENT_MAX: Final = Decimal(1_000)
MONEY_MAX: Final = Decimal(10) ** 12
"""No account holds more; whatever is larger is a slip."""


class LimitKind(StrEnum):
    """What a rule limits."""

    DAILY_LOSS = "daily_loss"
    OVERALL_LOSS = "overall_loss"
    PROFIT_TARGET = "profit_target"


class Basis(StrEnum):
    """What is looked at when a limit is anchored."""

    BALANCE = "balance"
    EQUITY = "equity"
    MAX_BALANCE_EQUITY = "max_balance_equity"
    HIGH_WATER_EOD_BALANCE = "high_water_eod_balance"
    """The highest balance at any reset so far, the initial one included."""


class Anchor(StrEnum):
    """From when a limit counts."""

    INITIAL = "initial"
    RESET = "reset"


class LimitUnit(StrEnum):
    """What the number of a rule is."""

    MONEY = "money"
    PERCENT_OF_INITIAL = "percent_of_initial"
    PERCENT_OF_ANCHOR = "percent_of_anchor"


class Stage(IntEnum):
    """How serious it is; each includes those before it."""

    CLEAR = 0
    WARN = 1
    STOP_ENTRIES = 2
    FLATTEN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRule:
    """One rule.

    Attributes:
        limit: What may be lost, or is to be won, in *unit*; > 0.
        reset: When the day begins; needed where the anchor or the high-water mark moves.
        stops_at_initial: The floor of a trailing limit never rises above the initial balance.
        warn_at, stop_entries_at, flatten_at: Shares of the limit, > 0, at most 1, rising.
        locks: Whether an account that had to be flattened stays locked: until the next reset, or
            for ever where the limit is not one of a day.
        flattens: For a profit target, whether positions are closed when it is reached; entries
            stop in any case.
        source, verified_on: Where the rule is published, and the ISO date on which it said so.
    """

    rule_id: str
    kind: LimitKind
    basis: Basis = Basis.BALANCE
    anchor: Anchor = Anchor.RESET
    limit: Decimal
    unit: LimitUnit = LimitUnit.PERCENT_OF_INITIAL
    initial_balance: Decimal
    reset: ResetTime | None = None
    stops_at_initial: bool = False
    warn_at: Decimal = Decimal("0.7")
    stop_entries_at: Decimal = Decimal("0.85")
    flatten_at: Decimal = Decimal("0.95")
    locks: bool = True
    flattens: bool = False
    source: str = ""
    verified_on: str = ""

    @property
    def complaint(self) -> str:
        """Say why the rule makes no sense; empty = it does."""
        return next((f"limit {self.rule_id}: {each}" for each in self._complaints()), "")

    @property
    def moves(self) -> bool:
        """Whether the floor is another one on another day."""
        if self.kind is LimitKind.PROFIT_TARGET:
            return False
        return self.anchor is Anchor.RESET or self.basis is Basis.HIGH_WATER_EOD_BALANCE

    @property
    def anchored_by(self) -> str:
        """What the anchor depends on, as text: when it changes, the anchor is taken anew."""
        reset = f"{self.reset.at:%H:%M} {self.reset.zone}" if self.reset is not None else "never"
        return f"{self.kind} {self.basis} {self.anchor} {self.initial_balance:f} {reset}"

    @property
    def staged_by(self) -> str:
        """What the stages depend on, as text: when it changes, a lock ends."""
        shares = (self.warn_at, self.stop_entries_at, self.flatten_at)
        return f"{self.limit:f} {self.unit} {' '.join(f'{each:f}' for each in shares)} {self.locks}"

    def _complaints(self) -> Iterator[str]:
        numbers = (self.limit, self.initial_balance)
        if any(not (each.is_finite() and 0 < each <= MONEY_MAX) for each in numbers):
            yield f"{self.limit} of an initial balance of {self.initial_balance}: both must be > 0"
            return
        most = TARGET_PERCENT_MAX if self.kind is LimitKind.PROFIT_TARGET else HUNDRED
        if self.unit is not LimitUnit.MONEY and self.limit > most:
            yield f"{self.limit} % is more than {most} %"
        if self.unit is LimitUnit.MONEY and self.limit * HUNDRED > most * self.initial_balance:
            yield f"{self.limit} is more than {most} % of {self.initial_balance}"
        shares = (self.warn_at, self.stop_entries_at, self.flatten_at)
        rising = all(each.is_finite() for each in shares) and (
            0 < self.warn_at <= self.stop_entries_at <= self.flatten_at <= 1
        )
        if not rising:
            yield f"stages at {', '.join(map(str, shares))} must rise from above 0 to at most 1"
        if self.kind is LimitKind.DAILY_LOSS and self.anchor is not Anchor.RESET:
            yield "a day's loss counts from the reset, not from the initial balance"
        if self.moves and self.reset is None:
            yield "it moves with the day and names no reset"
        if self.reset is not None and self.reset.complaint:
            yield self.reset.complaint
