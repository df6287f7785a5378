"""Account limits: what a firm or an owner does not let an account lose, and what it comes to now.

A loss limit is a floor under the equity: an anchor, such as the balance when the day began, less
what may be lost.  The share of that which is used up decides the stage.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Final

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.reset_time import ResetTime
from echo.domain.sizing import Funds

HUNDRED: Final = Decimal(100)
SEEN_WITHIN_MS: Final = 60_000
"""An account that was seen so shortly before a reset had at it what it had then."""


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
        warn_at, stop_entries_at, flatten_at: Shares of the limit, > 0, at most 1, rising.
        locks: Whether a stage that was reached holds until the next reset, or for ever without
            one.
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
    warn_at: Decimal = Decimal("0.7")
    stop_entries_at: Decimal = Decimal("0.85")
    flatten_at: Decimal = Decimal("0.95")
    locks: bool = True
    source: str = ""
    verified_on: str = ""

    @property
    def complaint(self) -> str:
        """Say why the rule makes no sense; empty = it does."""
        where = f"limit {self.rule_id}"
        if not (self.limit.is_finite() and self.limit > 0):
            return f"{where}: limit {self.limit} is not above 0"
        if not (self.initial_balance.is_finite() and self.initial_balance > 0):
            return f"{where}: initial balance {self.initial_balance} is not above 0"
        if self.unit is not LimitUnit.MONEY and self.limit > HUNDRED:
            return f"{where}: {self.limit} % is more than everything"
        if not 0 < self.warn_at <= self.stop_entries_at <= self.flatten_at <= 1:
            return f"{where}: stages must rise from above 0 to at most 1"
        moves = self.anchor is Anchor.RESET or self.basis is Basis.HIGH_WATER_EOD_BALANCE
        if moves and self.reset is None:
            return f"{where}: it moves with the day and names no reset"
        return self.reset.complaint if self.reset is not None else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitState:
    """What a rule remembers of an account.

    Attributes:
        anchored_at_ms: The reset at which *anchor_value* was taken, Unix ms.
        high_water: The highest balance at any reset.
        estimated: Whether nobody saw the account at that reset; then the stricter of what was
            seen before and after it counts.
        last, last_at_ms: What the account held when it was last seen, and when that was.
        reached: The worst stage since the reset.
    """

    anchor_value: Decimal
    anchored_at_ms: int
    high_water: Decimal
    last: Funds
    last_at_ms: int
    estimated: bool = False
    reached: Stage = Stage.CLEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUse:
    """Where an account stands.

    Attributes:
        floor: The equity at which the limit is broken; for a profit target, the equity at which
            it is reached.
        headroom: Money between the equity and that.
        share: How much of the limit is used up; may exceed 1, or be below 0 in profit.
    """

    floor: Decimal
    headroom: Decimal
    share: Decimal
    stage: Stage
    sentence: str


def begin(rule: LimitRule, funds: Funds, at_ms: int) -> LimitState:
    """Start to watch an account that was never seen before: where its day began is a guess."""
    state = LimitState(
        anchor_value=rule.initial_balance,
        anchored_at_ms=rule.reset.last_ms(at_ms) if rule.reset else at_ms,
        high_water=max(rule.initial_balance, funds.balance),
        last=funds,
        last_at_ms=at_ms,
        estimated=rule.reset is not None,
    )
    return replace(state, anchor_value=_anchor_value(rule, state, funds))


def advance(rule: LimitRule, state: LimitState, funds: Funds, at_ms: int) -> LimitState:
    """Take in what the account holds at *at_ms*; a reset since it was last seen is made up for.

    The account is anchored to what it held just before the reset.  When nobody looked for longer
    than `SEEN_WITHIN_MS`, it held something between what was seen before and after; the higher
    anchor is the stricter one, and counts.
    """
    seen = replace(state, last=funds, last_at_ms=at_ms)
    if rule.reset is None or at_ms < rule.reset.next_ms(state.anchored_at_ms):
        return seen
    unseen = at_ms - state.last_at_ms > SEEN_WITHIN_MS
    at_reset = _stricter(state.last, funds) if unseen else state.last
    fresh = replace(
        seen,
        anchored_at_ms=rule.reset.last_ms(at_ms),
        high_water=max(state.high_water, at_reset.balance),
        estimated=unseen,
        reached=Stage.CLEAR,
    )
    return replace(fresh, anchor_value=_anchor_value(rule, fresh, at_reset))


def use(rule: LimitRule, state: LimitState, funds: Funds) -> LimitUse:
    """Say where the account stands now."""
    if rule.kind is LimitKind.PROFIT_TARGET:
        return _towards_target(rule, state, funds)
    allowed = _allowed(rule, state)
    floor = state.anchor_value - allowed
    headroom = funds.equity - floor
    share = 1 - headroom / allowed
    stage = max(_stage(rule, share), state.reached if rule.locks else Stage.CLEAR)
    sentence = (
        f"{rule.rule_id}: equity {funds.equity:.2f} is {headroom:.2f} above the floor of"
        f" {floor:.2f}, {share:.0%} of {allowed:.2f} used"
    )
    return LimitUse(floor=floor, headroom=headroom, share=share, stage=stage, sentence=sentence)


def note_stage(state: LimitState, found: LimitUse) -> LimitState:
    """Remember the worst stage, for rules that lock."""
    return replace(state, reached=max(state.reached, found.stage))


def refuse_limit(found: LimitUse) -> Refusal | None:
    """Refuse entries while the stage stops them."""
    if found.stage < Stage.STOP_ENTRIES:
        return None
    return Refusal(ErrorCode.LIMIT_REACHED, found.sentence)


def _towards_target(rule: LimitRule, state: LimitState, funds: Funds) -> LimitUse:
    wanted = _allowed(rule, state)
    target = rule.initial_balance + wanted
    missing = target - funds.equity
    share = 1 - missing / wanted
    reached = Stage.STOP_ENTRIES if share >= 1 else Stage.CLEAR
    sentence = f"{rule.rule_id}: equity {funds.equity:.2f} of the target {target:.2f}"
    stage = max(reached, state.reached if rule.locks else Stage.CLEAR)
    return LimitUse(floor=target, headroom=missing, share=share, stage=stage, sentence=sentence)


def _allowed(rule: LimitRule, state: LimitState) -> Decimal:
    match rule.unit:
        case LimitUnit.MONEY:
            return rule.limit
        case LimitUnit.PERCENT_OF_INITIAL:
            return rule.initial_balance * rule.limit / HUNDRED
        case LimitUnit.PERCENT_OF_ANCHOR:
            return state.anchor_value * rule.limit / HUNDRED


def _anchor_value(rule: LimitRule, state: LimitState, funds: Funds) -> Decimal:
    if rule.basis is Basis.HIGH_WATER_EOD_BALANCE:
        return state.high_water
    if rule.anchor is Anchor.INITIAL:
        return rule.initial_balance
    match rule.basis:
        case Basis.EQUITY:
            return funds.equity
        case Basis.MAX_BALANCE_EQUITY:
            return max(funds.balance, funds.equity)
        case _:
            return funds.balance


def _stricter(before: Funds, after: Funds) -> Funds:
    return Funds(
        balance=max(before.balance, after.balance),
        equity=max(before.equity, after.equity),
        currency=after.currency,
    )


def _stage(rule: LimitRule, share: Decimal) -> Stage:
    if share >= rule.flatten_at:
        return Stage.FLATTEN
    if share >= rule.stop_entries_at:
        return Stage.STOP_ENTRIES
    return Stage.WARN if share >= rule.warn_at else Stage.CLEAR
