"""The decision: is this action copied to this follower, and as what?"""

from dataclasses import dataclass
from decimal import Decimal

from echo.domain.commands import ExecuteOrder, Residual
from echo.domain.comments import order_comment
from echo.domain.errors import Refusal
from echo.domain.filters import adverse_points, slippage_left
from echo.domain.ids import SEQ_OPEN, derive_command_id
from echo.domain.intents import TradeModify
from echo.domain.policy import CopyOptions, RiskPolicy
from echo.domain.protection import Levels, OrderLevels, place, translate
from echo.domain.quantities import Instant, Timestamps, floor_to_step
from echo.domain.sealing import sealed
from echo.domain.sizing import Inputs, Sized
from echo.domain.specs import Quote, SymbolMapping
from echo.engine import gates, headroom
from echo.engine.sizes import Follower, sized_copy
from echo.engine.state import AccountState, Lane, State, TradeState


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A yes: the order, and the numbers behind it."""

    order: ExecuteOrder
    inputs: Inputs
    options: CopyOptions
    """By which it was made."""


def decide_open(
    state: State, trade: TradeState, account: AccountState, now: Instant
) -> Copy | Refusal:
    """Decide about one follower's entry.  Checks run from the general to the costly.

    The gates in front of the size are in `gates`; what is beyond them is a copy, or why its size
    cannot be told.
    """
    intent, settings = trade.intent, state.settings
    options = state.book.options(account.account_id, trade.canonical)
    policy = gates.policy_for(state, trade, account, now)
    if isinstance(policy, Refusal):
        return policy
    spec = gates.usable_spec(trade, account, settings, now)
    if isinstance(spec, Refusal):
        return spec
    refusal = headroom.refuse_entry(state, account, now)
    if refusal is not None:
        return refusal
    age_ms = gates.age_ms(trade, now)
    refusal = gates.refuse_unwanted(state, trade, account, spec, age_ms, now)
    if refusal is not None:
        return refusal
    quote = gates.fresh_quote(account, spec, settings, now)
    if isinstance(quote, Refusal):
        return quote
    refusal = gates.refuse_market(intent, quote, spec, options)
    if refusal is not None:
        return refusal
    levels = slave_levels(trade, spec, quote.entry_price(intent.side), options)
    master = state.accounts.get(intent.account_id)
    follower = Follower(account, spec, quote, levels)
    free_lots = headroom.lots_left(state, account, intent, follower)
    if isinstance(free_lots, Refusal):
        return free_lots
    sized = sized_copy(policy, intent, follower, master, settings, free_lots=free_lots)
    if not isinstance(sized, Refusal):
        sized = headroom.fitted(state, policy, intent, follower, sized, now)
    if isinstance(sized, Refusal):
        return sized
    placed = place(levels, side=intent.side, exit_price=quote.exit_price(intent.side), spec=spec)
    entry_price = quote.entry_price(intent.side)
    comment = order_comment(options, trade.trade_id, entry_price=entry_price, levels=levels)
    order = _order(
        trade, account, spec, options, sized, placed, comment, entry_price, age_ms or 0, now
    )
    inputs = _inputs(policy, quote, sized, order)
    return Copy(order=order, inputs=inputs, options=options)


def master_levels(trade: TradeState) -> list[Levels]:
    """Return the master's levels one after the other: with the open, then after each modify.

    An older modify may come after a newer one; what counts is the master's order.
    """
    levels = Levels(stop_loss=trade.intent.stop_loss, take_profit=trade.intent.take_profit)
    course = [levels]
    for _, action in sorted(trade.actions.items()):
        if isinstance(action, TradeModify):
            levels = Levels(
                stop_loss=_changed(levels.stop_loss, action.stop_loss),
                take_profit=_changed(levels.take_profit, action.take_profit),
            )
            course.append(levels)
    return course


def _changed(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    if after is None:
        return before
    return after or None


def restated(trade: TradeState, other: Levels) -> TradeModify:
    """Return a modify that tells once more what the master has and *other* has not."""
    now = Levels(stop_loss=trade.stop_loss, take_profit=trade.take_profit)
    return moved(trade, trade.last_seq + 1, before=other, now=now)


def moved(trade: TradeState, seq: int, *, before: Levels, now: Levels) -> TradeModify:
    """Return the modify by which the master's levels go from *before* to *now*."""
    intent = trade.intent
    return TradeModify(
        trade_id=trade.trade_id,
        seq=seq,
        account_id=intent.account_id,
        client_id=intent.client_id,
        ticket=trade.ticket,
        symbol=intent.symbol,
        magic_number=intent.magic_number,
        stop_loss=_told(before.stop_loss, now.stop_loss),
        take_profit=_told(before.take_profit, now.take_profit),
    )


def _told(before: Decimal | None, now: Decimal | None) -> Decimal | None:
    """Say what a level has become, as actions say it: ``None`` = unchanged, 0 = removed."""
    return None if before == now else now or Decimal(0)


def slave_levels(
    trade: TradeState,
    spec: SymbolMapping,
    slave_entry: Decimal,
    options: CopyOptions,
    levels: Levels | None = None,
) -> Levels:
    """Return the master's *levels*, ``None`` = its current ones, on the slave's prices."""
    return translate(
        trade.intent.side,
        master_entry=trade.intent.price,
        master_levels=levels or Levels(stop_loss=trade.stop_loss, take_profit=trade.take_profit),
        slave_entry=slave_entry,
        spec=spec,
        options=options,
    )


def modified_levels(
    trade: TradeState,
    modify: TradeModify,
    lane: Lane,
    spec: SymbolMapping,
    options: CopyOptions,
) -> Levels:
    """Return what *modify* makes of the slave's stops: ``None`` = unchanged, 0 = removed."""
    wanted = translate(
        trade.intent.side,
        master_entry=trade.intent.price,
        master_levels=Levels(
            stop_loss=modify.stop_loss or None, take_profit=modify.take_profit or None
        ),
        slave_entry=lane.open_price,
        spec=spec,
        options=options,
    )
    stop_loss, take_profit = wanted.stop_loss, wanted.take_profit
    if modify.stop_loss is None:
        stop_loss = None
    elif stop_loss is None:
        stop_loss = Decimal(0)
    if modify.take_profit is not None and take_profit is None:
        take_profit = Decimal(0)
    return Levels(stop_loss=stop_loss, take_profit=take_profit)


def remaining_lot(
    trade: TradeState,
    volume_remaining: Decimal,
    lane: Lane,
    spec: SymbolMapping,
    residual: Residual,
) -> Decimal:
    """Return what a follower keeps when its master keeps *volume_remaining* lots.

    The master's share of its original volume, of the slave's original volume, rounded down to
    the step: keeping less risks less.  A share that the broker cannot hold (below its minimum) is
    closed, or kept at the minimum.
    """
    # Divided last: a third of three lots is one lot, not 0.99.
    kept = lane.lot_initial * volume_remaining / trade.volume_initial
    rounded = floor_to_step(kept, spec.lot_step)
    if rounded >= spec.min_lot:
        return rounded
    if residual is Residual.CLOSE or volume_remaining == 0:
        return Decimal(0)
    return min(spec.min_lot, lane.lot_remaining)


def _order(
    trade: TradeState,
    account: AccountState,
    spec: SymbolMapping,
    options: CopyOptions,
    sized: Sized,
    placed: OrderLevels,
    comment: str,
    entry_price: Decimal,
    age_ms: int,
    now: Instant,
) -> ExecuteOrder:
    intent = trade.intent
    worse_points = adverse_points(
        intent.side, master_price=intent.price, slave_price=entry_price, spec=spec
    )
    stamps = intent.timestamps
    return ExecuteOrder(
        command_id=derive_command_id(trade.trade_id, SEQ_OPEN, account.account_id),
        trade_id=trade.trade_id,
        account_id=account.account_id,
        symbol=spec.broker_symbol,
        side=intent.side,
        lot=sized.lot,
        magic_number=intent.magic_number,
        stop_loss=placed.with_order.stop_loss,
        take_profit=placed.with_order.take_profit,
        comment=comment,
        protect=placed.protect,
        ttl_ms=options.ttl_ms(age_ms),
        age_ms=age_ms,
        sent_mono_ms=now.mono_ms,
        max_slippage_points=slippage_left(options.slippage_points_max, worse_points),
        max_spread_points=options.max_spread_points,
        timestamps=Timestamps(
            t0_master_ea_ms=stamps.t0_master_ea_ms,
            t1_agent_recv_ms=stamps.t1_agent_recv_ms,
            t2_core_recv_ms=now.wall_ms,
            t3_core_send_ms=now.wall_ms,
        ),
        traceparent=intent.traceparent,
    )


def _inputs(policy: RiskPolicy, quote: Quote, sized: Sized, order: ExecuteOrder) -> Inputs:
    return (
        ("risk_type", policy.risk_type.value),
        ("policy_version", policy.version),
        *sized.inputs,
        ("bid", quote.bid),
        ("ask", quote.ask),
        ("symbol", order.symbol),
        ("stop_loss", order.stop_loss or (order.protect and order.protect.stop_loss)),
        ("take_profit", order.take_profit or (order.protect and order.protect.take_profit)),
        ("ttl_ms", order.ttl_ms),
    )
