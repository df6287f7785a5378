"""Questions about sizes and their answers, as they cross the admin door."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Final
from urllib.parse import urlencode

import msgspec

from echo.domain.explanations import EntryExplained, ExplainEntry
from echo.domain.ids import StrategyId
from echo.domain.quantities import Side
from echo.wire.identifiers import account_id
from echo.wire.refusals import WireError, WireReason, quoted

SYMBOL_CHARS_MAX: Final = 64
SENTENCE_CHARS_MAX: Final = 200
PRICE_MAX: Final = Decimal(10**12)


def read_explain(query: Mapping[str, str]) -> ExplainEntry:
    """Return the question for what an entry would be now.  Raises ``WireError``."""
    symbol, side = query.get("symbol", ""), query.get("side", "").upper()
    if not 0 < len(symbol) <= SYMBOL_CHARS_MAX or not symbol.isprintable():
        raise WireError(WireReason.OUT_OF_RANGE, f"symbol is {quoted(symbol)}")
    if side not in set(Side):
        raise WireError(WireReason.UNKNOWN_VALUE, f"side is {quoted(side)}, not BUY or SELL")
    strategy, master = query.get("strategy"), query.get("master")
    return ExplainEntry(
        account_id=account_id(query.get("account", "")),
        symbol=symbol,
        side=Side(side),
        stop_loss=_number(query, "stop"),
        take_profit=_number(query, "target"),
        strategy_id=StrategyId(account_id(strategy)) if strategy else None,
        master_id=account_id(master) if master else None,
        master_lot=_number(query, "master_lot") or Decimal(1),
    )


def write_explain(request: ExplainEntry) -> str:
    """Write the query that `read_explain` reads."""
    given = {
        "account": request.account_id,
        "symbol": request.symbol,
        "side": request.side.value,
        "stop": request.stop_loss,
        "target": request.take_profit,
        "strategy": request.strategy_id,
        "master": request.master_id,
        "master_lot": request.master_lot,
    }
    return urlencode({name: str(value) for name, value in given.items() if value is not None})


def read_explained(body: bytes) -> EntryExplained:
    """Read the answer, which is the value as JSON.  Raises ``WireError``."""
    try:
        return msgspec.json.decode(body, type=EntryExplained)
    except msgspec.ValidationError as error:
        raise WireError(WireReason.WRONG_TYPE, str(error)[:SENTENCE_CHARS_MAX]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(WireReason.NOT_JSON, str(error)[:SENTENCE_CHARS_MAX]) from error


def _number(query: Mapping[str, str], name: str) -> Decimal | None:
    text = query.get(name)
    if not text:
        return None
    try:
        number = Decimal(text[:40])
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 < number < PRICE_MAX:
        raise WireError(WireReason.OUT_OF_RANGE, f"{name} is {quoted(text)}, not a number above 0")
    return number
