"""Judging one account by its limits: which stage each rule is at, who is told, what is written.

What must outlive a restart, a day's anchor or a stage that was reached, is written before anybody
acts on it.
"""

from typing import Final

from echo.domain.account_limits import AccountLimits
from echo.domain.facts import Alarm, LimitAnchored, LimitStageChanged
from echo.domain.funds import Funds
from echo.domain.ids import AccountId
from echo.domain.limit_rules import LimitKind, LimitRule, Stage
from echo.domain.limits import LimitState, follow, note_stage, use
from echo.domain.limits_record import LimitsRecord, RuleStanding
from echo.domain.quantities import Instant
from echo.engine.limit_watch import LimitWatch
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState

STORED_EVERY_MS: Final = 5_000


def judge_rules(
    account: AccountState, limits: AccountLimits, funds: Funds, now: Instant, out: Outbox
) -> Stage:
    """Return the worst stage of all rules; what must outlive a restart is written first."""
    watch = account.limits
    if _is_suspended(account, limits, funds, out):
        return Stage.CLEAR
    wanted = {rule.rule_id for rule in limits.rules}
    stale = watch.states.keys() - wanted
    for rule_id in stale:
        watch.states.pop(rule_id)
        watch.uses.pop(rule_id, None)
    worst, urgent = Stage.CLEAR, bool(stale)
    told: list[tuple[LimitRule, LimitState | None]] = []
    for rule in limits.rules:
        before = watch.states.get(rule.rule_id)
        after = follow(rule, before, funds, now.wall_ms)
        after = note_stage(after, use(rule, after, funds))
        watch.states[rule.rule_id] = after
        urgent |= before is None or _is_urgent(before, after)
        told.append((rule, before))
    if urgent or watch.stored_mono_ms is None:
        _store(account, limits, now, out)
    elif now.mono_ms - watch.stored_mono_ms >= STORED_EVERY_MS:
        watch.stored_mono_ms = now.mono_ms
        out.persist_lazily(limits_record(account, limits, now))
    for rule, before in told:
        worst = max(worst, _tell(account, rule, before, funds, out))
    _set_marks(limits, watch)
    return worst


def judge_closings(
    account: AccountState, limits: AccountLimits, now: Instant, out: Outbox
) -> Stage:
    """Return the stage of the strictest closing time, and say what has changed."""
    watch, worst = account.limits, Stage.CLEAR
    for closing in limits.closings:
        stage = closing.stage(now.wall_ms)
        before = watch.closing.get(closing.rule_id, Stage.CLEAR)
        worst, watch.closing[closing.rule_id] = max(worst, stage), stage
        if stage is not before:
            out.observe(
                LimitStageChanged(
                    account_id=account.account_id,
                    rule_id=closing.rule_id,
                    before=before,
                    stage=stage,
                    sentence=closing.sentence(now.wall_ms),
                )
            )
    return worst


def limits_record(
    account: AccountState, limits: AccountLimits | None, now: Instant
) -> LimitsRecord:
    """Return the journal's row about the account; *limits* ``None`` = it has none any more."""
    watch = account.limits
    rules = limits.rules if limits is not None else ()
    funds = watch.funds
    standings = [
        RuleStanding(
            rule_id=rule.rule_id,
            state=watch.states[rule.rule_id],
            use=use(rule, watch.states[rule.rule_id], funds),
        )
        for rule in rules
        if funds is not None and rule.rule_id in watch.states
    ]
    return LimitsRecord(
        account_id=account.account_id,
        pack=limits.pack if limits is not None else "",
        stage=max((each.use.stage for each in standings), default=Stage.CLEAR),
        funds=funds if limits is not None else None,
        rules=tuple(standings),
        closed=watch.closed,
        suspended=watch.suspended,
        updated_at_ms=now.wall_ms,
    )


def _is_urgent(before: LimitState, after: LimitState) -> bool:
    """Whether a restart must not forget what has just happened."""
    return (before.anchored_at_ms, before.reached, before.anchored_by, before.staged_by) != (
        after.anchored_at_ms,
        after.reached,
        after.anchored_by,
        after.staged_by,
    )


def _store(account: AccountState, limits: AccountLimits, now: Instant, out: Outbox) -> None:
    account.limits.stored_mono_ms = now.mono_ms
    out.persist(limits_record(account, limits, now))


def _set_marks(limits: AccountLimits, watch: LimitWatch) -> None:
    """Note at which equity the next stage of any rule begins."""
    wins = {rule.rule_id for rule in limits.rules if rule.kind is LimitKind.PROFIT_TARGET}
    found = [(key, each.worse_at) for key, each in watch.uses.items() if each.worse_at is not None]
    watch.falls_to = max((at for key, at in found if key not in wins), default=None)
    watch.rises_to = min((at for key, at in found if key in wins), default=None)


def _tell(
    account: AccountState,
    rule: LimitRule,
    before: LimitState | None,
    funds: Funds,
    out: Outbox,
) -> Stage:
    """Say what has changed about one rule; return its stage."""
    watch, account_id = account.limits, account.account_id
    state = watch.states[rule.rule_id]
    found = use(rule, state, funds)
    last = watch.uses.get(rule.rule_id)
    watch.uses[rule.rule_id] = found
    if rule.moves and (before is None or before.anchored_at_ms != state.anchored_at_ms):
        guess = ", which is an estimate: nobody saw the account then" if state.estimated else ""
        sentence = (
            f"{rule.rule_id}: account {account_id} counts from {state.anchor_value:.2f}{guess};"
            f" the floor is {found.floor:.2f}"
        )
        out.observe(
            LimitAnchored(
                account_id=account_id,
                rule_id=rule.rule_id,
                anchor_value=state.anchor_value,
                floor=found.floor,
                estimated=state.estimated,
                sentence=sentence,
            )
        )
        if state.estimated:
            _alarm(account_id, rule.rule_id, "ANCHOR_ESTIMATED", sentence, out)
    stage_before = last.stage if last is not None else Stage.CLEAR
    if found.stage is not stage_before:
        out.observe(
            LimitStageChanged(
                account_id=account_id,
                rule_id=rule.rule_id,
                before=stage_before,
                stage=found.stage,
                sentence=found.sentence,
            )
        )
    reached_before = before.reached if before is not None else Stage.CLEAR
    if state.reached > reached_before:
        _alarm(account_id, rule.rule_id, found.stage.name, found.sentence, out)
    return found.stage


def _is_suspended(account: AccountState, limits: AccountLimits, funds: Funds, out: Outbox) -> bool:
    """Whether the rules' money and the account's are two different things."""
    watch = account.limits
    anchored = {state.last.currency for state in watch.states.values()} - {None, funds.currency}
    why = ""
    if limits.currency and funds.currency is not None and limits.currency != funds.currency:
        why = (
            f"account {account.account_id} is in {funds.currency}, its limits are"
            f" in {limits.currency}"
        )
    elif anchored and funds.currency is not None:
        why = (
            f"account {account.account_id} is in {funds.currency} now, its limits were counted in"
            f" {', '.join(sorted(str(each) for each in anchored))}"
        )
    if why and why != watch.suspended:
        _alarm(account.account_id, "currency", "SUSPENDED", why, out)
    watch.suspended = why
    return bool(why)


def _alarm(account_id: AccountId, rule_id: str, what: str, sentence: str, out: Outbox) -> None:
    out.observe(
        Alarm(
            key=f"limit:{account_id}:{rule_id}",
            code=f"LIMIT_{what}",
            sentence=sentence
            if str(account_id) in sentence
            else f"account {account_id}, {sentence}",
            account_id=account_id,
        )
    )
