"""What an account is worth at the prices of the moment."""

from collections.abc import Mapping
from decimal import Decimal

from echo.domain.accounts import AccountInfo, Position
from echo.terminal.holdings import Holdings
from echo.terminal.market import CENT, BrokerRules
from echo.terminal.view import Price


def floating_profit(
    position: Position, *, rules: BrokerRules, prices: Mapping[str, Price]
) -> Decimal:
    """Money that closing *position* now would bring; 0 while its symbol has no price."""
    symbol, price = rules.symbol(position.symbol), prices.get(position.symbol)
    if symbol is None or price is None:
        return Decimal(0)
    return symbol.profit(
        position.side,
        position.lot,
        opened=position.open_price,
        closed=price.exit(position.side),
        currency=rules.currency,
    )


def account_info(
    holdings: Holdings, *, rules: BrokerRules, prices: Mapping[str, Price], wall_ms: int
) -> AccountInfo:
    """Add up balance, floating profit and bound margin; the margin level is in percent."""
    floating = margin = Decimal(0)
    for position in holdings.positions.values():
        floating += floating_profit(position, rules=rules, prices=prices)
        symbol = rules.symbol(position.symbol)
        if symbol is not None:
            margin += symbol.margin(
                position.lot, position.open_price, rules.leverage, rules.currency
            )
    equity = holdings.balance + floating
    return AccountInfo(
        account_id=rules.account_id,
        balance=holdings.balance,
        equity=equity,
        margin=margin,
        margin_free=equity - margin,
        margin_level=(equity / margin * 100).quantize(CENT) if margin else Decimal(0),
        currency=rules.currency,
        timestamp_ms=wall_ms,
    )
