"""Rows about accounts, Agents and policies: written as rows, and read back, beside each other.

The order of the columns is that of the statements in ``journal.sql``.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

import msgspec

from echo.domain.handshake import HandshakeMetadata, Role
from echo.domain.ids import ANY_STRATEGY, AccountId
from echo.domain.journal import (
    AccountRecord,
    AccountStateRecord,
    AgentSessionRecord,
    EvaluationRecord,
    LedgerMark,
    QuoteRecord,
    SpecRecord,
    SymbolMapRecord,
)
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.specs import SymbolMapping, TradePermission
from echo.stores.sqlite.cells import (
    Row,
    decimal_or_none,
    json_of,
    json_of_tuple,
    text_of,
    text_or_null,
)

_METADATA: Final = msgspec.json.Decoder(HandshakeMetadata)
_CONFIG: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)


def account_row(record: AccountRecord) -> Row:
    """Return the row of ``put_account``."""
    return (
        record.account_id,
        record.agent_id,
        record.role,
        json_of(record.metadata),
        record.last_connected_at_ms,
    )


def read_account(row: Any) -> AccountRecord:
    """Read a row of ``accounts``."""
    return AccountRecord(
        account_id=row[0],
        agent_id=row[1],
        role=Role(row[2]),
        metadata=_METADATA.decode(row[3]),
        last_connected_at_ms=row[4],
    )


def symbol_report_row(record: SymbolMapRecord) -> Row:
    """Return the row of ``put_symbol_report``."""
    return (record.account_id, record.reported_at_ms)


def symbol_rows(record: SymbolMapRecord) -> Iterable[Row]:
    """Yield the rows of ``put_symbol``."""
    for place, symbol in enumerate(record.symbols):
        yield (
            record.account_id,
            symbol.canonical_symbol,
            symbol.broker_symbol,
            symbol.digits,
            text_of(symbol.point),
            text_of(symbol.tick_size),
            text_of(symbol.min_lot),
            text_of(symbol.max_lot),
            text_of(symbol.lot_step),
            symbol.stop_level_points,
            text_or_null(symbol.contract_size),
            text_or_null(symbol.tick_value),
            symbol.trade_permission,
            place,
            record.reported_at_ms,
        )


def read_symbol_maps(reports: Iterable[Any], symbols: Iterable[Any]) -> tuple[SymbolMapRecord, ...]:
    """Read the rows of ``symbol_reports`` and ``symbols``."""
    found: dict[AccountId, list[SymbolMapping]] = {}
    for row in symbols:
        found.setdefault(row[0], []).append(_symbol(row))
    return tuple(
        SymbolMapRecord(
            account_id=row[0], symbols=tuple(found.get(row[0], ())), reported_at_ms=row[1]
        )
        for row in reports
    )


def _symbol(row: Any) -> SymbolMapping:
    return SymbolMapping(
        canonical_symbol=row[1],
        broker_symbol=row[2],
        digits=row[3],
        point=Decimal(row[4]),
        tick_size=Decimal(row[5]),
        min_lot=Decimal(row[6]),
        max_lot=Decimal(row[7]),
        lot_step=Decimal(row[8]),
        stop_level_points=row[9],
        contract_size=decimal_or_none(row[10]),
        tick_value=decimal_or_none(row[11]),
        trade_permission=None if row[12] is None else TradePermission(row[12]),
    )


def spec_rows(record: SpecRecord) -> Iterable[Row]:
    """Yield the rows of ``put_spec``."""
    for spec in record.symbols:
        yield (
            record.account_id,
            spec.canonical_symbol,
            spec.broker_symbol,
            json_of(spec),
            record.reported_at_ms,
        )


def quote_row(record: QuoteRecord) -> Row:
    """Return the row of ``put_quote``."""
    quote = record.quote
    return (
        quote.account_id,
        quote.canonical_symbol,
        quote.broker_symbol,
        text_of(quote.bid),
        text_of(quote.ask),
        text_of(quote.spread_points),
        quote.timestamp_ms,
    )


def account_state_row(record: AccountStateRecord) -> Row:
    """Return the row of ``put_account_state``."""
    info = record.info
    return (
        info.account_id,
        text_of(info.balance),
        text_of(info.equity),
        text_of(info.margin),
        text_of(info.margin_free),
        text_of(info.margin_level),
        info.currency,
        info.timestamp_ms,
        record.updated_at_ms,
    )


def evaluation_row(record: EvaluationRecord) -> Row:
    """Return the row of ``put_evaluation``."""
    result, metadata = record.result, record.metadata
    capabilities = {"features": metadata.features, "metrics": metadata.metrics}
    return (
        result.evaluation_id,
        result.account_id,
        result.pipe_role,
        result.status,
        result.protocol_version,
        result.client_semver,
        result.agent_id,
        result.core_version,
        json_of_tuple(result.errors),
        json_of_tuple(result.warnings),
        json_of_tuple(metadata.required_features),
        json_of_tuple(metadata.optional_features),
        json_of(capabilities),
        result.evaluated_at_ms,
    )


def registration_rows(record: EvaluationRecord) -> Iterable[Row]:
    """Yield the rows of ``put_registration``."""
    for symbol in record.result.symbols:
        yield (
            record.result.evaluation_id,
            symbol.canonical_symbol,
            symbol.broker_symbol,
            symbol.status,
            json_of_tuple(symbol.warnings),
            json_of_tuple(symbol.errors),
            symbol.spec_age_ms,
            symbol.evaluated_at_ms,
        )


def ledger_mark_row(record: LedgerMark) -> Row:
    """Return the row of ``put_ledger_mark``."""
    return (record.account_id, record.ledger_n)


def read_ledger_mark(row: Any) -> LedgerMark:
    """Read a row of ``ledger_marks``."""
    return LedgerMark(account_id=row[0], ledger_n=row[1])


def agent_session_row(record: AgentSessionRecord) -> Row:
    """Return the row of ``put_agent_session``."""
    return (record.agent_id, record.epoch)


def read_agent_session(row: Any) -> AgentSessionRecord:
    """Read a row of ``agent_sessions``."""
    return AgentSessionRecord(agent_id=row[0], epoch=row[1])


def read_policy(row: Any) -> RiskPolicy:
    """Read a row of ``policies``; strategy ``default`` is the older spelling of any strategy.

    Raises:
        ValueError: its ``config`` is not an object of numbers, or a list of accounts.
    """
    config = _CONFIG.decode(row[6])
    return RiskPolicy(
        account_id=row[0],
        strategy_id=ANY_STRATEGY if row[1] == "default" else row[1],
        risk_type=RiskType(row[2]),
        lot_size=decimal_or_none(row[3]),
        amount=decimal_or_none(row[4]),
        currency=row[5] or "",
        min_lot_override=_number(config, "min_lot_override"),
        max_lot_override=_number(config, "max_lot_override"),
        commission_per_lot=_number(config, "commission_per_lot") or Decimal(0),
        commission_rate_pct=_number(config, "commission_rate") or Decimal(0),
        master_accounts=frozenset(
            AccountId(str(each)) for each in config.get("master_accounts", ())
        ),
        version=row[7],
        valid_until_ms=row[8],
    )


def _number(config: dict[str, Any], name: str) -> Decimal | None:
    value = config.get(name)
    if value is None:
        return None
    try:
        return Decimal(value)
    except (ArithmeticError, TypeError, ValueError):
        raise ValueError(f"{name} is {value!r}, not a number") from None
