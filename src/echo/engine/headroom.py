"""The gates of limits in front of an entry: may there be one at all, how large, how much of it."""

from decimal import Decimal
from typing import Final

from echo.domain.account_limits import AccountLimits
from echo.domain.copies import replace
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.exposure import Exposure, loss_by_tick_size, worst_loss
from echo.domain.headroom import Room, fit, idea_room, refuse_boundless
from echo.domain.intents import TradeIntent
from echo.domain.limit_rules import LimitKind, Stage
from echo.domain.limits import refuse_limit, told_ms
from echo.domain.lot_caps import Market, free_lots, refuse_more_trades
from echo.domain.policy import RiskPolicy
from echo.domain.quantities import Instant
from echo.domain.sizing import Sized
from echo.domain.stop_loss import settable_stop
from echo.engine.exposures import exposures, tick_value_of
from echo.engine.sizes import Follower
from echo.engine.state import AccountState, State

_TARGET: Final = LimitKind.PROFIT_TARGET


def refuse_entry(state: State, account: AccountState, now: Instant) -> Refusal | None:
    """Refuse entries while a limit stops them, or while nobody can tell how it stands."""
    limits = state.book.limits(account.account_id)
    if limits is None:
        return None
    if limits.watches:
        refusal = _unknown(limits, account, now) or _closed(limits, now)
        if refusal is not None:
            return refusal
        for rule in limits.rules:
            refusal = refuse_limit(account.limits.uses[rule.rule_id])
            if refusal is not None:
                return refusal
    if limits.caps.open_trades is None:
        return None
    held = exposures(state, account)
    return held if isinstance(held, Refusal) else refuse_more_trades(limits.caps, held)


def lots_left(
    state: State, account: AccountState, intent: TradeIntent, follower: Follower
) -> Decimal | Refusal | None:
    """Return how many lots the account's caps leave for this entry; ``None`` = all."""
    limits = state.book.limits(account.account_id)
    if limits is None or not limits.caps.is_set:
        return None
    held = exposures(state, account)
    if isinstance(held, Refusal):
        return held
    market = Market(
        spec=follower.spec,
        entry_price=follower.quote.entry_price(intent.side),
        tick_value=tick_value_of(account, follower.spec),
        equity=account.info.equity if account.info is not None else None,
    )
    return free_lots(limits.caps, held, market)


def fitted(
    state: State,
    policy: RiskPolicy,
    intent: TradeIntent,
    follower: Follower,
    sized: Sized,
    now: Instant,
) -> Sized | Refusal:
    """Make the size one that breaks no limit in the worst case, or refuse the entry."""
    account, spec = follower.account, follower.spec
    limits = state.book.limits(account.account_id)
    if limits is None or not (limits.rules or limits.ideas):
        return sized
    tick_value = tick_value_of(account, spec)
    if tick_value is None:
        return Refusal(
            ErrorCode.LIMIT_HEADROOM,
            f"no tick value of {spec.broker_symbol} is known: what it may cost cannot be told",
        )
    held = exposures(state, account)
    if isinstance(held, Refusal):
        return held
    rooms = _rooms(limits, account, intent, spec.canonical_symbol, held, now)
    if isinstance(rooms, Refusal) or not rooms:
        return rooms if isinstance(rooms, Refusal) else sized
    by_tick_size = _cost(limits, policy, intent, follower, tick_value)
    if by_tick_size is None:
        return refuse_boundless(rooms[0].rule_id, f"this {intent.side} {intent.symbol}")
    found = fit(sized.lot, by_tick_size, spec, rooms, scale=limits.scale)
    if isinstance(found, Refusal):
        return found
    assert found.room is not None  # noqa: S101 -- there is at least one room
    loss = sized.expected_loss
    return replace(
        sized,
        lot=found.lot,
        expected_loss=None if loss is None else loss * found.lot / sized.lot,
        inputs=(
            *sized.inputs,
            ("headroom_limit", found.room.rule_id),
            ("headroom", found.room.money),
            ("worst_loss", found.worst),
            ("headroom_lot", found.lot),
        ),
    )


def _unknown(limits: AccountLimits, account: AccountState, now: Instant) -> Refusal | None:
    """Refuse while what the account holds is not known well enough to judge."""
    watch = account.limits
    why = watch.suspended
    if watch.funds is None:
        why = f"account {account.account_id} has not shown its positions and its money yet"
    elif not why:
        age_ms = now.mono_ms - watch.seen_mono_ms
        if age_ms > limits.figures_max_age_ms:
            why = (
                f"account {account.account_id} was last seen {age_ms} ms ago"
                f" > {limits.figures_max_age_ms} ms"
            )
    if not why and all(rule.rule_id in watch.uses for rule in limits.rules):
        return None
    return Refusal(ErrorCode.LIMIT_HEADROOM, f"{why or 'a limit is new'}: limits cannot be judged")


def _closed(limits: AccountLimits, now: Instant) -> Refusal | None:
    for closing in limits.closings:
        if closing.stage(now.wall_ms) >= Stage.STOP_ENTRIES:
            reopens_ms = closing.reopens_ms(now.wall_ms, closing.stop_entries_s)
            until = f", until {told_ms(reopens_ms)}" if reopens_ms is not None else ""
            sentence = f"{closing.sentence(now.wall_ms)}{until}"
            return Refusal(ErrorCode.LIMIT_REACHED, sentence)
    return None


def _rooms(
    limits: AccountLimits,
    account: AccountState,
    intent: TradeIntent,
    symbol: str,
    held: tuple[Exposure, ...],
    now: Instant,
) -> list[Room] | Refusal:
    """Return what each rule lets a new trade lose, once everything open has stopped out."""
    watch, found = account.limits, []
    losses = [rule for rule in limits.rules if rule.kind is not _TARGET]
    if losses:
        assert watch.told is not None  # noqa: S101 -- refused before
        open_loss = worst_loss(held, limits.margins)
        if isinstance(open_loss, Exposure):
            return refuse_boundless(losses[0].rule_id, open_loss.name)
        equity = watch.told.equity
        for rule in losses:
            floor = watch.uses[rule.rule_id].floor
            sentence = (
                f"{rule.rule_id}: equity {equity:.2f} less {open_loss:.2f} at open stops is"
                f" {equity - open_loss - floor:.2f} over the floor of {floor:.2f}"
            )
            money = equity - open_loss - floor
            found.append(Room(rule_id=rule.rule_id, money=money, sentence=sentence))
    for idea in limits.ideas:
        room = idea_room(
            idea,
            symbol=symbol,
            side=intent.side,
            exposures=held,
            closed=watch.closed,
            margins=limits.margins,
            at_ms=now.wall_ms,
        )
        if isinstance(room, Refusal):
            return room
        found.append(room)
    return found


def _cost(
    limits: AccountLimits,
    policy: RiskPolicy,
    intent: TradeIntent,
    follower: Follower,
    tick_value: Decimal,
) -> Decimal | None:
    spec, quote = follower.spec, follower.quote
    entry = quote.entry_price(intent.side)
    stop = settable_stop(
        policy,
        follower.levels.stop_loss,
        side=intent.side,
        exit_price=quote.exit_price(intent.side),
        spec=spec,
    )
    value_per_lot = entry * (spec.contract_size or Decimal(0))
    return loss_by_tick_size(
        spec,
        entry_price=entry,
        stop_price=None if isinstance(stop, Refusal) else stop,
        tick_value=tick_value,
        cost_per_lot=policy.commission_per_lot + policy.commission_rate_pct / 100 * value_per_lot,
        margins=limits.margins,
    )
