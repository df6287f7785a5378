"""Sizes: what a policy makes of a master's trade on one follower, from what both have reported."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from echo.domain.errors import Refusal
from echo.domain.intents import TradeIntent
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.protection import Levels
from echo.domain.sealing import sealed
from echo.domain.sizing import Funds, MasterTrade, Sized, SizingContext, size
from echo.domain.specs import Quote, SymbolMapping
from echo.domain.stop_loss import settable_stop
from echo.engine.settings import EngineSettings
from echo.engine.state import AccountState

_FLAT: Final = frozenset({RiskType.FIXED_LOT, RiskType.FIXED_RISK})
"""Modes for which it does not matter what the account holds."""

_OF_THE_MASTER: Final = frozenset(
    {RiskType.MULTIPLIER, RiskType.EQUITY_RATIO, RiskType.BALANCE_RATIO}
)
"""Modes that size by what the master did."""


@sealed
@dataclass(frozen=True, slots=True)
class Follower:
    """Where a copy would be opened: the account, its symbol, its market, and the wanted levels."""

    account: AccountState
    spec: SymbolMapping
    quote: Quote
    levels: Levels


def sized_copy(
    policy: RiskPolicy,
    intent: TradeIntent,
    follower: Follower,
    master: AccountState | None,
    settings: EngineSettings,
    *,
    free_lots: Decimal | None = None,
) -> Sized | Refusal:
    """Size the copy on the stop that will really be set.

    Args:
        master: The master's account as reported; ``None`` = nothing of it yet.
        free_lots: What the account's caps leave; ``None`` = all.
    """
    account, spec, quote = follower.account, follower.spec, follower.quote
    stop_price = settable_stop(
        policy,
        follower.levels.stop_loss,
        side=intent.side,
        exit_price=quote.exit_price(intent.side),
        spec=spec,
    )
    if isinstance(stop_price, Refusal):
        return stop_price
    tick_value = account.tick_values.get(spec.canonical_symbol)
    return size(
        policy,
        SizingContext(
            spec=spec,
            entry_price=quote.entry_price(intent.side),
            stop_price=stop_price,
            tick_value=tick_value[0] if tick_value else spec.tick_value,
            account_currency=_currency(account),
            funds=None if policy.risk_type in _FLAT else _funds(account),
            master=_master(intent, spec, master) if policy.risk_type in _OF_THE_MASTER else None,
            free_lots=free_lots,
            min_distance_points=settings.min_distance_points,
            max_risk_drift_pct=settings.max_risk_drift_pct,
        ),
    )


def _currency(account: AccountState) -> str | None:
    if account.info is not None:
        return account.info.currency
    return account.metadata.currency or None if account.metadata else None


def _funds(account: AccountState) -> Funds | None:
    info = account.info
    if info is None:
        return None
    return Funds(balance=info.balance, equity=info.equity, currency=_currency(account))


def _master(intent: TradeIntent, spec: SymbolMapping, master: AccountState | None) -> MasterTrade:
    theirs = master.symbols.get(spec.canonical_symbol) if master is not None else None
    return MasterTrade(
        lot=intent.lot,
        contract_size=theirs.contract_size if theirs is not None else None,
        funds=_funds(master) if master is not None else None,
    )
