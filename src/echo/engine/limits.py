"""Account limits in force: what each account holds is held against its rules, tick by tick.

Snapshots say what an account holds, quotes what has become of it since.  Where a stage rises
people are told; from `STOP_ENTRIES` on entries are refused, at `FLATTEN` copies are closed.
"""

from decimal import Decimal
from typing import Final

from echo.domain.account_limits import AccountLimits
from echo.domain.accounts import StateSnapshot
from echo.domain.copies import replace
from echo.domain.evidence import is_conclusive
from echo.domain.funds import Funds
from echo.domain.ids import AccountId
from echo.domain.limit_rules import Stage
from echo.domain.limits_record import LimitsRecord
from echo.domain.quantities import Instant
from echo.domain.specs import Quote
from echo.engine import limit_closes
from echo.engine.limit_judging import judge_closings, judge_rules, limits_record
from echo.engine.limit_marks import forget_marks, mark, remember_losses
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, State

LOOK_AGAIN_MS: Final = 3_600_000
"""Wall clocks are set now and then: the wait for a reset is never longer than this."""


def shown(state: State, message: StateSnapshot, now: Instant, out: Outbox) -> None:
    """Take in an account's snapshot, if it says all and is not of a terminal without its broker."""
    account = state.account(message.account_id)
    limits = state.book.limits(message.account_id)
    info = message.info
    if limits is None or info is None or not (is_conclusive(message) or account.is_legacy):
        return
    watch = account.limits
    if not (info.balance.is_finite() and info.equity.is_finite()):
        return
    if not info.balance and not info.equity:
        return  # What a terminal says before its broker has told it anything.
    remember_losses(limits, account, message, now)
    watch.positions, watch.seen_mono_ms = message.positions, now.mono_ms
    watch.told = Funds(balance=info.balance, equity=info.equity, currency=info.currency or None)
    watch.funds = watch.told
    mark(account)
    _judge(state, account, limits, now, out)
    if watch.stage is Stage.FLATTEN:
        limit_closes.tell_of_foreign(state, account, out)


def quoted(state: State, message: Quote, now: Instant, out: Outbox) -> None:
    """Take in what a quote makes of the account's positions, as far as they are known."""
    account = state.account(message.account_id)
    marks = account.limits.marks
    if not marks:
        return
    canonical = account.canonical_of.get(message.broker_symbol.upper(), "")
    watch, limits = account.limits, state.book.limits(message.account_id)
    fresh = account.quotes.get(canonical)
    if canonical not in marks or limits is None or watch.told is None or fresh is None:
        return
    quote = fresh[0]
    watch.moved[canonical] = sum(
        (
            ((quote.bid if each.is_long else quote.ask) - each.price) * each.worth
            for each in marks[canonical]
        ),
        Decimal(0),
    )
    moved = sum(watch.moved.values(), Decimal(0))
    equity = watch.told.equity + moved
    watch.funds = replace(watch.told, equity=equity)
    # Quotes come many times a second; what has become better can wait for the next snapshot.
    fell = watch.falls_to is not None and equity <= watch.falls_to
    rose = watch.rises_to is not None and equity >= watch.rises_to
    if fell or rose:
        _judge(state, account, limits, now, out)


def due(state: State, account_id: AccountId, now: Instant, out: Outbox) -> None:
    """A day begins, or a closing time has come."""
    account = state.account(account_id)
    account.limits.due_ms = None
    limits = state.book.limits(account_id)
    if limits is not None:
        _judge(state, account, limits, now, out)


def book_changed(state: State, now: Instant, out: Outbox) -> None:
    """Other limits are in force: judge by them at once; forget what has no rule any more."""
    for account in state.accounts.values():
        watch, limits = account.limits, state.book.limits(account.account_id)
        watch.due_ms = None
        if limits is not None and limits.watches:
            _judge(state, account, limits, now, out)
        elif watch.states or watch.uses:
            watch.forget_durable()
            watch.stage, watch.suspended = Stage.CLEAR, ""
            forget_marks(account)
            out.persist(limits_record(account, limits, now))


def restore(state: State, records: tuple[LimitsRecord, ...]) -> None:
    """Read back what the journal holds; where the account stands is known with its next word."""
    for account in state.accounts.values():
        account.limits.forget_durable()
        # Timers may be gone with the life before.
        account.limits.due_ms = None
    for record in records:
        watch = state.account(record.account_id).limits
        watch.states = {each.rule_id: each.state for each in record.rules}
        watch.closed = record.closed


def _judge(
    state: State, account: AccountState, limits: AccountLimits, now: Instant, out: Outbox
) -> None:
    watch = account.limits
    if not limits.watches:
        return
    _arm(account, limits, now, out)
    stage = judge_closings(account, limits, now, out)
    age_ms = now.mono_ms - watch.seen_mono_ms
    # What was seen long ago says nothing about now: neither a day's beginning nor a stage.
    if watch.funds is not None and age_ms <= limits.figures_max_age_ms:
        stage = max(stage, judge_rules(account, limits, watch.funds, now, out))
    watch.stage = stage
    if stage is Stage.FLATTEN:
        limit_closes.flatten(state, account, now, out)
    else:
        watch.foreign_told = False
        watch.closes = {}


def _arm(account: AccountState, limits: AccountLimits, now: Instant, out: Outbox) -> None:
    """Have the next day's beginning and the next closing time noticed, whoever is silent then."""
    watch = account.limits
    if watch.due_ms is not None and now.wall_ms < watch.due_ms:
        return
    moments = [rule.reset.next_ms(now.wall_ms) for rule in limits.rules if rule.reset is not None]
    moments += [closing.next_change_ms(now.wall_ms) for closing in limits.closings]
    due_ms = min(*moments, now.wall_ms + LOOK_AGAIN_MS) if moments else None
    if due_ms is None:
        return
    watch.due_ms = due_ms
    out.arm(("limits", account.account_id), now.mono_ms + due_ms - now.wall_ms)
