"""What the engine tells about single copies; nothing is decided by it."""

from decimal import Decimal
from typing import Final

from echo.domain.answers import ExecutionResult, Outcome
from echo.domain.commands import ExecuteOrder
from echo.domain.copy_facts import CopyDecided, ResultTaken
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.handshake import NO_AGENT
from echo.domain.ids import AgentId
from echo.domain.quantities import Instant
from echo.domain.sizing import Inputs
from echo.engine.copying import Copy
from echo.engine.gates import strategy_of
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, CommandState, State, TradeState

_UNMOVED: Final = (Decimal(0), Decimal(0))


def entry_decided(
    trade: TradeState, account: AccountState, decided: Copy | Refusal, now: Instant, out: Outbox
) -> None:
    """Tell how an entry was decided for one follower, and how fresh the numbers were."""
    symbol = trade.canonical or trade.intent.symbol
    spec, quoted = account.symbols.get(symbol), account.quotes.get(symbol)
    reported_mono_ms = account.spec_mono_ms.get(symbol)
    spread = (quoted[0].ask - quoted[0].bid) / spec.point if spec and quoted else None
    inputs: Inputs = ()
    order, offsets = None, _UNMOVED
    if isinstance(decided, Refusal):
        code = decided.code
    else:
        code, inputs, order = ErrorCode.NO_ERROR, decided.inputs, decided.order
        offsets = (decided.options.sl_offset_points, decided.options.tp_offset_points)
    out.observe(
        CopyDecided(
            trade_id=trade.trade_id,
            account_id=account.account_id,
            strategy_id=strategy_of(trade.intent),
            symbol=symbol,
            code=code,
            inputs=inputs,
            spec_age_ms=None if reported_mono_ms is None else now.mono_ms - reported_mono_ms,
            quote_age_ms=None if quoted is None else now.mono_ms - quoted[1],
            spread_points=spread,
            contract_size_known=spec is None or spec.contract_size is not None,
            traceparent=trade.intent.traceparent,
            decided_at_ms=now.wall_ms,
            order=order,
            point=None if spec is None else spec.point,
            digits=0 if spec is None else spec.digits,
            offsets_points=offsets,
        )
    )


def result_taken(
    state: State,
    trade: TradeState,
    command: CommandState,
    agent_id: AgentId,
    result: ExecutionResult,
    outcome: Outcome,
    out: Outbox,
) -> None:
    """Tell what a terminal answered, and what the fill cost beside the master's."""
    points, money = _slippage(state, trade, command, result, outcome)
    out.observe(
        ResultTaken(
            command_id=result.command_id,
            trade_id=trade.trade_id,
            account_id=command.account_id,
            agent_id=agent_id,
            strategy_id=strategy_of(trade.intent),
            symbol=trade.canonical or trade.intent.symbol,
            kind=result.kind,
            outcome=outcome,
            code=result.error_code,
            timestamps=result.timestamps,
            slippage_points=points,
            slippage_money=money,
            spread_points=result.spread_points,
            traceparent=result.traceparent or trade.intent.traceparent,
            master_agent_id=state.account(trade.intent.account_id).agent_id or NO_AGENT,
        )
    )


def _slippage(
    state: State,
    trade: TradeState,
    command: CommandState,
    result: ExecutionResult,
    outcome: Outcome,
) -> tuple[Decimal | None, Decimal | None]:
    """Return how much worse the fill was than the master's, in points and in account currency."""
    order, filled = command.command, result.executed_price
    spec = state.account(command.account_id).symbols.get(trade.canonical or "")
    if not isinstance(order, ExecuteOrder) or outcome is not Outcome.FILLED:
        return None, None
    if filled is None or spec is None:
        return None, None
    worse = (filled - trade.intent.price) * trade.intent.side.sign
    if not spec.tick_value:
        return worse / spec.point, None
    lot = result.executed_lot or order.lot
    return worse / spec.point, worse / spec.tick_size * spec.tick_value * lot
