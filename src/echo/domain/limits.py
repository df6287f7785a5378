"""Account limits: what a firm or an owner does not let an account lose, and what it comes to now.

A loss limit is a floor under the equity: an anchor, such as the balance when the day began, less
what may be lost.  The share of that which is used up decides the stage.  What several rules make
of one account is told in `account_limits`, what a new trade may still risk in `headroom`.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.funds import Funds
from echo.domain.limit_rules import (
    HUNDRED,
    Anchor,
    Basis,
    LimitKind,
    LimitRule,
    LimitUnit,
    Stage,
)

SEEN_WITHIN_MS: Final = 60_000
"""An account that was seen so shortly before a reset had at it what it had then."""


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
        anchored_by, staged_by: What the rule was then; see there.
    """

    anchor_value: Decimal
    anchored_at_ms: int
    high_water: Decimal
    last: Funds
    last_at_ms: int
    estimated: bool = False
    reached: Stage = Stage.CLEAR
    anchored_by: str = ""
    staged_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitUse:
    """Where an account stands.

    Attributes:
        floor: The equity at which the limit is broken; for a profit target, the equity at which
            it is reached.
        headroom: Money between the equity and that.
        share: How much of the limit is used up; may exceed 1, or be below 0 in profit.
        locked: Whether the stage holds although the equity would allow a better one.
        worse_at: The equity at which the next stage begins, from above; for a target, from below;
            ``None`` = there is no worse one.
    """

    floor: Decimal
    headroom: Decimal
    share: Decimal
    stage: Stage
    sentence: str
    locked: bool = False
    worse_at: Decimal | None = None


def follow(rule: LimitRule, state: LimitState | None, funds: Funds, at_ms: int) -> LimitState:
    """Take in what the account holds, whatever was known of it before: `begin` or `advance`.

    A rule whose anchor is taken in another way than before begins anew; one whose size or stages
    changed keeps its anchor, and loses its lock.
    """
    if state is None or state.anchored_by != rule.anchored_by:
        return begin(rule, funds, at_ms)
    if state.staged_by != rule.staged_by:
        state = replace(state, staged_by=rule.staged_by, reached=Stage.CLEAR)
    return advance(rule, state, funds, at_ms)


def begin(rule: LimitRule, funds: Funds, at_ms: int) -> LimitState:
    """Start to watch an account that was never seen before: where its day began is a guess."""
    state = LimitState(
        anchor_value=rule.initial_balance,
        anchored_at_ms=rule.reset.last_ms(at_ms) if rule.reset else at_ms,
        high_water=max(rule.initial_balance, funds.balance),
        last=funds,
        last_at_ms=at_ms,
        estimated=rule.moves,
        anchored_by=rule.anchored_by,
        staged_by=rule.staged_by,
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
        reached=Stage.CLEAR if rule.kind is LimitKind.DAILY_LOSS else state.reached,
    )
    return replace(fresh, anchor_value=_anchor_value(rule, fresh, at_reset))


def use(rule: LimitRule, state: LimitState, funds: Funds) -> LimitUse:
    """Say where the account stands now."""
    if rule.kind is LimitKind.PROFIT_TARGET:
        return _towards_target(rule, state, funds)
    allowed = _allowed(rule, state)
    floor = state.anchor_value - allowed
    if rule.stops_at_initial:
        floor = min(floor, rule.initial_balance)
    headroom = funds.equity - floor
    # An account that held nothing at its reset has nothing to lose: whatever it does breaks it.
    share = 1 - headroom / allowed if allowed > 0 else Decimal(1)
    stage = _stage(rule, share)
    where = f"{headroom:.2f} above" if headroom >= 0 else f"{-headroom:.2f} below"
    sentence = (
        f"{rule.rule_id}: equity {funds.equity:.2f} is {where} the floor of {floor:.2f},"
        f" {share:.0%} of {allowed:.2f} used"
    )
    following = [at for at in _shares(rule) if at > share]
    found = LimitUse(
        floor=floor,
        headroom=headroom,
        share=share,
        stage=stage,
        sentence=sentence,
        worse_at=floor + allowed * (1 - following[0]) if following else None,
    )
    return _held(rule, state, found)


def lock_ends_ms(rule: LimitRule, state: LimitState) -> int | None:
    """Return when a lock ends by itself, Unix ms; ``None`` = never, a person must change it."""
    if rule.kind is not LimitKind.DAILY_LOSS or rule.reset is None:
        return None
    return rule.reset.next_ms(state.anchored_at_ms)


def note_stage(state: LimitState, found: LimitUse) -> LimitState:
    """Remember the worst stage, for rules that lock."""
    if found.stage <= state.reached:
        return state
    return replace(state, reached=found.stage)


def refuse_limit(found: LimitUse) -> Refusal | None:
    """Refuse entries while the stage stops them."""
    if found.stage < Stage.STOP_ENTRIES:
        return None
    return Refusal(ErrorCode.LIMIT_REACHED, found.sentence)


def _held(rule: LimitRule, state: LimitState, found: LimitUse) -> LimitUse:
    """Keep an account locked that had to be flattened."""
    if not rule.locks or state.reached < Stage.FLATTEN:
        return found
    ends_ms = lock_ends_ms(rule, state)
    until = "a person changes the limit" if ends_ms is None else told_ms(ends_ms)
    sentence = f"{found.sentence}; locked until {until}"
    return replace(found, stage=Stage.FLATTEN, locked=True, sentence=sentence)


def told_ms(at_ms: int) -> str:
    """Spell a moment for people, UTC."""
    return f"{datetime.fromtimestamp(at_ms / 1_000, tz=UTC):%Y-%m-%d %H:%M:%S} UTC"


def _towards_target(rule: LimitRule, state: LimitState, funds: Funds) -> LimitUse:
    wanted = _allowed(rule, state)
    target = rule.initial_balance + wanted
    missing = target - funds.equity
    share = 1 - missing / wanted
    stage = Stage.CLEAR
    if share >= 1 or (rule.locks and state.reached >= Stage.STOP_ENTRIES):
        stage = Stage.FLATTEN if rule.flattens else Stage.STOP_ENTRIES
    sentence = f"{rule.rule_id}: equity {funds.equity:.2f} of the target {target:.2f}"
    if stage and share < 1:
        sentence += ", which was reached; locked until a person changes the limit"
    return LimitUse(
        floor=target,
        headroom=missing,
        share=share,
        stage=stage,
        sentence=sentence,
        locked=bool(stage) and share < 1,
        worse_at=None if stage else target,
    )


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


def _shares(rule: LimitRule) -> tuple[Decimal, Decimal, Decimal]:
    """Return the shares at which the stages begin, rising."""
    return rule.warn_at, rule.stop_entries_at, rule.flatten_at


def _stage(rule: LimitRule, share: Decimal) -> Stage:
    if share >= rule.flatten_at:
        return Stage.FLATTEN
    if share >= rule.stop_entries_at:
        return Stage.STOP_ENTRIES
    return Stage.WARN if share >= rule.warn_at else Stage.CLEAR
