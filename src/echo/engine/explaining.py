"""Explaining: what would be decided about an entry now, by the very rules that decide."""

from decimal import Decimal
from typing import Final

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.explanations import EntryExplained, ExplainEntry
from echo.domain.ids import ANY_STRATEGY, AccountId, ClientId, StrategyId, Ticket, TradeId
from echo.domain.intents import TradeIntent
from echo.domain.operations import NotDone, OperationCode
from echo.domain.quantities import Instant
from echo.engine.copying import Copy, decide_open
from echo.engine.state import AccountState, State, TradeState

NOBODY: Final = AccountId("explain")
"""A master of which nothing is known."""

NO_TRADE: Final = TradeId("00000000-0000-7000-8000-000000000000")


def explain(state: State, asked: ExplainEntry, now: Instant) -> EntryExplained | NotDone:
    """Decide about an entry as if its master had made it now; nothing comes of it."""
    account = state.accounts.get(asked.account_id)
    if account is None:
        return NotDone(
            code=OperationCode.UNKNOWN_ACCOUNT,
            sentence=f"account {asked.account_id} has not been heard of",
        )
    canonical = _canonical(account, asked.symbol)
    quoted = account.quotes.get(canonical)
    price = quoted[0].entry_price(asked.side) if quoted is not None else Decimal(1)
    trade = _imagined(state, asked, canonical, price, now)
    return _told(asked, decide_open(state, trade, account, now))


def _canonical(account: AccountState, symbol: str) -> str:
    return account.canonical_of.get(symbol.upper(), symbol.upper())


def _imagined(
    state: State, asked: ExplainEntry, canonical: str, price: Decimal, now: Instant
) -> TradeState:
    """Return a trade whose master opened at the account's own price: its stops are these."""
    master = _master(state, asked)
    intent = TradeIntent(
        trade_id=NO_TRADE,
        account_id=master,
        client_id=ClientId(f"master_{master}"),
        ticket=Ticket(1),
        symbol=canonical,
        side=asked.side,
        lot=asked.master_lot,
        price=price,
        magic_number=0,
        strategy_id=_strategy(state, asked),
        stop_loss=asked.stop_loss,
        take_profit=asked.take_profit,
        age_ms=0,
    )
    return TradeState(
        intent=intent,
        canonical=canonical,
        followers=(asked.account_id,),
        taken_mono_ms=now.mono_ms,
        age_ms=0,
        ticket=intent.ticket,
        volume_initial=intent.lot,
        volume_remaining=intent.lot,
        stop_loss=intent.stop_loss,
        take_profit=intent.take_profit,
        opened_at_ms=now.wall_ms,
    )


def _strategy(state: State, asked: ExplainEntry) -> StrategyId:
    if asked.strategy_id is not None:
        return asked.strategy_id
    for policy in state.book.policies:
        if policy.account_id == asked.account_id and policy.strategy_id != ANY_STRATEGY:
            return policy.strategy_id
    return StrategyId("explain")


def _master(state: State, asked: ExplainEntry) -> AccountId:
    if asked.master_id is not None:
        return asked.master_id
    policy = state.book.policy(asked.account_id, _strategy(state, asked))
    return min(policy.master_accounts, default=NOBODY) if policy is not None else NOBODY


def _told(asked: ExplainEntry, decided: Copy | Refusal) -> EntryExplained:
    if isinstance(decided, Refusal):
        return EntryExplained(
            account_id=asked.account_id,
            symbol=asked.symbol,
            side=asked.side,
            code=decided.code.name,
            reason=decided.sentence,
        )
    order, numbers = decided.order, dict(decided.inputs)
    loss = numbers.get("expected_loss")
    protect = order.protect
    return EntryExplained(
        account_id=asked.account_id,
        symbol=order.symbol,
        side=order.side,
        code=ErrorCode.NO_ERROR.name,
        reason="",
        lot=order.lot,
        expected_loss=loss if isinstance(loss, Decimal) else None,
        stop_loss=order.stop_loss if protect is None else protect.stop_loss,
        take_profit=order.take_profit if protect is None else protect.take_profit,
        after_fill=protect is not None,
        inputs=tuple((name, str(value)) for name, value in decided.inputs),
    )
