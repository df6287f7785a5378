"""The decision: is this action copied to this follower, and as what?"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from echo.domain.commands import ExecuteOrder, Residual
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.filters import (
    refuse_delay,
    refuse_kind,
    refuse_permission,
    refuse_slippage,
    refuse_spread,
)
from echo.domain.handshake import Feature, RegistrationStatus
from echo.domain.ids import SEQ_OPEN, StrategyId, derive_command_id, order_tag
from echo.domain.intents import TradeIntent, TradeModify
from echo.domain.policy import CommentMode, CopyOptions, RiskPolicy
from echo.domain.protection import Levels, OrderLevels, place, translate
from echo.domain.quantities import Instant, Timestamps, floor_to_step
from echo.domain.sizing import Inputs, Sized
from echo.domain.specs import Quote, SymbolMapping
from echo.engine.settings import EngineSettings
from echo.engine.sizes import Follower, sized_copy
from echo.engine.state import AccountState, Lane, State, TradeState

# Bound once: the class of an enumeration is slow to ask, and these are asked all the time.
_REJECTED: Final = RegistrationStatus.REJECTED
_SPEC_REPORT: Final = Feature.SPEC_REPORT
_TAG: Final = CommentMode.TAG


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A yes: the order, and the numbers behind it."""

    order: ExecuteOrder
    inputs: Inputs


def strategy_of(intent: TradeIntent) -> StrategyId:
    """Return the declared strategy; an EA that declares none is told apart by magic number."""
    return intent.strategy_id or StrategyId(f"magic_{intent.magic_number}")


def decide_open(
    state: State, trade: TradeState, account: AccountState, now: Instant
) -> Copy | Refusal:
    """Decide about one follower's entry.  Checks run from the general to the costly."""
    intent, settings = trade.intent, state.settings
    options = state.book.options(account.account_id)
    policy = state.book.policy(account.account_id, strategy_of(intent))
    if policy is None or not policy.applies_to(intent.account_id, wall_ms=now.wall_ms):
        return Refusal(
            ErrorCode.RISK_POLICY_MISSING,
            f"account {account.account_id} has no policy for {strategy_of(intent)}"
            f" of master {intent.account_id}",
        )
    refusal = _refuse_master(state, trade) or _refuse_account(account)
    if refusal is not None:
        return refusal
    spec = _usable_spec(trade, account, settings, now)
    if isinstance(spec, Refusal):
        return spec
    waited_ms = now.mono_ms - trade.taken_mono_ms if trade.taken_mono_ms is not None else 0
    age_ms = None if trade.age_ms is None else trade.age_ms + waited_ms
    refusal = (
        refuse_kind(intent, spec.canonical_symbol, options)
        or refuse_permission(spec, intent.side)
        or refuse_delay(age_ms, options)
    )
    if refusal is not None:
        return refusal
    quote = _fresh_quote(account, spec, settings, now)
    if isinstance(quote, Refusal):
        return quote
    refusal = refuse_spread(quote, spec, options) or refuse_slippage(intent, quote, spec, options)
    if refusal is not None:
        return refusal
    levels = slave_levels(trade, spec, quote.entry_price(intent.side), options)
    master = state.accounts.get(intent.account_id)
    sized = sized_copy(policy, intent, Follower(account, spec, quote, levels), master, settings)
    if isinstance(sized, Refusal):
        return sized
    placed = place(levels, side=intent.side, exit_price=quote.exit_price(intent.side), spec=spec)
    order = _order(trade, account, spec, options, sized, placed, age_ms or 0, now)
    return Copy(order=order, inputs=_inputs(policy, quote, sized, order))


def slave_levels(
    trade: TradeState, spec: SymbolMapping, slave_entry: Decimal, options: CopyOptions
) -> Levels:
    """Return the master's current levels on the slave's prices."""
    return translate(
        trade.intent.side,
        master_entry=trade.intent.price,
        master_levels=Levels(stop_loss=trade.stop_loss, take_profit=trade.take_profit),
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


def _refuse_master(state: State, trade: TradeState) -> Refusal | None:
    master = state.accounts.get(trade.intent.account_id)
    verdict = master.verdict if master else None
    if verdict is not None and verdict.status is _REJECTED:
        reasons = ", ".join(issue.message for issue in verdict.errors)
        return Refusal(
            ErrorCode.HANDSHAKE_NOT_READY,
            f"master {trade.intent.account_id} was rejected: {reasons}",
        )
    return None


def _refuse_account(account: AccountState) -> Refusal | None:
    if account.verdict is None:
        return Refusal(
            ErrorCode.HANDSHAKE_NOT_READY, f"account {account.account_id} is not registered yet"
        )
    if account.verdict.status is _REJECTED:
        reasons = ", ".join(issue.message for issue in account.verdict.errors)
        return Refusal(
            ErrorCode.HANDSHAKE_NOT_READY,
            f"account {account.account_id} was rejected: {reasons or 'no usable symbol'}",
        )
    return None


def _usable_spec(
    trade: TradeState, account: AccountState, settings: EngineSettings, now: Instant
) -> SymbolMapping | Refusal:
    if trade.canonical is None:
        return Refusal(
            ErrorCode.SYMBOL_NOT_MAPPED, f"nobody knows what {trade.intent.symbol} stands for"
        )
    spec = account.symbols.get(trade.canonical)
    if spec is None:
        return Refusal(
            ErrorCode.SYMBOL_NOT_MAPPED,
            f"account {account.account_id} reports no symbol for {trade.canonical}",
        )
    assert account.verdict is not None  # noqa: S101 -- refused before
    for entry in account.verdict.symbols:
        same = entry.canonical_symbol == trade.canonical
        if same and entry.status is _REJECTED:
            reasons = ", ".join(issue.message for issue in entry.errors)
            return Refusal(
                ErrorCode.SYMBOL_NOT_MAPPED,
                f"{trade.canonical} is rejected on account {account.account_id}: {reasons}",
            )
    # A legacy terminal reports its symbols once, with its handshake, and never again.
    if not account.offers(_SPEC_REPORT):
        return spec
    reported_mono_ms = account.spec_mono_ms.get(trade.canonical)
    if reported_mono_ms is None:
        return Refusal(
            ErrorCode.SPEC_MISSING,
            f"spec of {spec.broker_symbol} was not reported since the Core was started",
        )
    age_ms = now.mono_ms - reported_mono_ms
    if age_ms > settings.spec_max_age_ms:
        return Refusal(
            ErrorCode.SPEC_MISSING,
            f"spec of {spec.broker_symbol} is {age_ms} ms old > {settings.spec_max_age_ms} ms",
        )
    return spec


def _fresh_quote(
    account: AccountState, spec: SymbolMapping, settings: EngineSettings, now: Instant
) -> Quote | Refusal:
    quoted = account.quotes.get(spec.canonical_symbol)
    if quoted is None:
        return Refusal(
            ErrorCode.QUOTE_STALE,
            f"account {account.account_id} has not quoted {spec.broker_symbol} yet",
        )
    quote, arrived_mono_ms = quoted
    age_ms = now.mono_ms - arrived_mono_ms
    if age_ms > settings.quote_max_age_ms:
        return Refusal(
            ErrorCode.QUOTE_STALE,
            f"quote of {spec.broker_symbol} is {age_ms} ms old > {settings.quote_max_age_ms} ms",
        )
    return quote


def _order(
    trade: TradeState,
    account: AccountState,
    spec: SymbolMapping,
    options: CopyOptions,
    sized: Sized,
    placed: OrderLevels,
    age_ms: int,
    now: Instant,
) -> ExecuteOrder:
    intent = trade.intent
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
        comment=order_tag(trade.trade_id) if options.comment is _TAG else "",
        protect=placed.protect,
        ttl_ms=max(0, options.max_delay_ms - age_ms),
        age_ms=age_ms,
        sent_mono_ms=now.mono_ms,
        max_slippage_points=options.max_slippage_points,
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
