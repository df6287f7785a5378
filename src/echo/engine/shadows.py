"""Dry runs: what would have been done is decided and written down, and nothing is sent."""

from decimal import Decimal

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_OPEN
from echo.domain.intents import ActionKind, MasterAction, TradeModify, action_kind
from echo.domain.journal import DecisionRecord
from echo.domain.quantities import Instant
from echo.engine import decisions
from echo.engine.copying import Copy
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, Lane, State, TradeState

WOULD_FILL_LOT = "would_fill_lot"
WOULD_FILL_PRICE = "would_fill_price"


def open_in_shadow(trade: TradeState, lane: Lane, copy: Copy, now: Instant, out: Outbox) -> None:
    """Write down the entry that would have been sent, with the fill that the quote promises."""
    order, inputs = copy.order, dict(copy.inputs)
    price = inputs["ask" if order.side.sign > 0 else "bid"]
    lane.opened, lane.symbol = Outcome.SHADOWED, order.symbol
    decisions.write_final(
        trade,
        DecisionRecord(
            trade_id=trade.trade_id,
            seq=SEQ_OPEN,
            account_id=lane.account_id,
            kind=ActionKind.OPEN,
            outcome=Outcome.SHADOWED,
            code=ErrorCode.NO_ERROR,
            sentence=f"dry run: would have sent {order.side} {order.lot} {order.symbol} at {price}",
            inputs=(*copy.inputs, (WOULD_FILL_LOT, order.lot), (WOULD_FILL_PRICE, price)),
            command_id=None,
            decided_at_ms=now.wall_ms,
            settled_at_ms=now.wall_ms,
        ),
        out,
    )


def told(state: State, trade: TradeState, lane: Lane, action: MasterAction, now: Instant) -> str:
    """Say what a later action would have done to the position that was never opened."""
    if isinstance(action, TradeModify):
        levels = (("stop", action.stop_loss), ("target", action.take_profit))
        named = [
            f"the {name} {f'from the master at {level}' if level else 'away'}"
            for name, level in levels
            if level is not None
        ]
        return f"dry run: would have moved {' and '.join(named) or 'nothing'}"
    inputs = dict(trade.decisions[SEQ_OPEN, lane.account_id].inputs)
    lot, opened = _number(inputs.get(WOULD_FILL_LOT)), _number(inputs.get(WOULD_FILL_PRICE))
    at = _exit_told(state, trade, state.account(lane.account_id), opened, now)
    whole = action_kind(action) is ActionKind.CLOSE
    what = f"{lot} lots" if whole else f"a part of {lot} lots"
    return f"dry run: would have closed {what} of {lane.symbol} {at}"


def _exit_told(
    state: State, trade: TradeState, account: AccountState, opened: Decimal | None, now: Instant
) -> str:
    canonical = trade.canonical or ""
    quoted, spec = account.quotes.get(canonical), account.symbols.get(canonical)
    if quoted is None or spec is None or opened is None:
        return "at a price that nobody knows: no quote"
    quote, arrived_mono_ms = quoted
    age_ms = now.mono_ms - arrived_mono_ms
    if age_ms > state.settings.quote_max_age_ms:
        return f"at a price that nobody knows: the quote is {age_ms} ms old"
    side = trade.intent.side
    price = quote.exit_price(side)
    return f"at {price} ({(price - opened) * side.sign / spec.point:+.1f} pt)"


def _number(value: object) -> Decimal | None:
    return value if isinstance(value, Decimal) else None
