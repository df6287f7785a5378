"""Which statements write which records, in which order."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from echo.domain.journal import (
    AccountRecord,
    AccountStateRecord,
    ActionRecord,
    AgentSessionRecord,
    CommandProgress,
    CommandRecord,
    CopyRecord,
    DecisionRecord,
    EvaluationRecord,
    ExecutionRecord,
    LedgerMark,
    OperationRecord,
    QuoteRecord,
    Record,
    RetryRecord,
    SpecRecord,
    SymbolMapRecord,
    TradeRecord,
)
from echo.domain.limits_record import LimitsRecord
from echo.domain.rulings import (
    ConfigChange,
    PolicyRecord,
    SettingSeen,
    SwitchRecord,
    WindowRecord,
)
from echo.stores.sqlite import account_rows, limit_rows, rule_rows, trade_rows
from echo.stores.sqlite.cells import Row

Batch = tuple[str, list[Row]]
"""A statement's name and the rows to run it with."""

_Maker = Callable[[list[Any]], Iterable[Batch]]


def _one(statement: str, row: Callable[[Any], Row]) -> _Maker:
    """One statement, one row per record."""
    return lambda records: [(statement, [row(record) for record in records])]


def _decisions(records: list[DecisionRecord]) -> Iterable[Batch]:
    # Of several rows of one decision in one transaction the last counts, also when that is
    # committed again: nothing may seem to go back from where it ended.
    last = {(each.trade_id, each.seq, each.account_id): each for each in records}
    yield "put_decision", [trade_rows.decision_row(record) for record in last.values()]


def _many(statement: str, rows: Callable[[Any], Iterable[Row]]) -> _Maker:
    """One statement, several rows per record."""
    return lambda records: [(statement, [row for record in records for row in rows(record)])]


def _executions(records: list[ExecutionRecord]) -> Iterable[Batch]:
    closing = trade_rows.CLOSING
    rows = [(record.result.kind in closing, trade_rows.execution_row(record)) for record in records]
    yield "put_execution", [row for closes, row in rows if not closes]
    yield "put_close", [row for closes, row in rows if closes]


def _symbol_maps(records: list[SymbolMapRecord]) -> Iterable[Batch]:
    # Of several reports of one account in one transaction the last replaces all.
    last = {record.account_id: record for record in records}.values()
    yield "drop_symbols", [(record.account_id,) for record in last]
    yield "put_symbol", [row for record in last for row in account_rows.symbol_rows(record)]
    yield "put_symbol_report", [account_rows.symbol_report_row(record) for record in last]


def _evaluations(records: list[EvaluationRecord]) -> Iterable[Batch]:
    yield "put_evaluation", [account_rows.evaluation_row(record) for record in records]
    rows = account_rows.registration_rows
    yield "put_registration", [row for record in records for row in rows(record)]


MAKERS: dict[type, _Maker] = {
    TradeRecord: _one("put_trade", trade_rows.trade_row),
    ActionRecord: _one("put_action", trade_rows.action_row),
    DecisionRecord: _decisions,
    CommandRecord: _one("put_command", trade_rows.command_row),
    # After the commands, which may be in the same transaction.
    CommandProgress: _one("put_progress", trade_rows.progress_row),
    RetryRecord: _one("put_retry", trade_rows.retry_row),
    ExecutionRecord: _executions,
    CopyRecord: _one("put_copy", trade_rows.copy_row),
    AccountRecord: _one("put_account", account_rows.account_row),
    SymbolMapRecord: _symbol_maps,
    SpecRecord: _many("put_spec", account_rows.spec_rows),
    QuoteRecord: _one("put_quote", account_rows.quote_row),
    AccountStateRecord: _one("put_account_state", account_rows.account_state_row),
    EvaluationRecord: _evaluations,
    LedgerMark: _one("put_ledger_mark", account_rows.ledger_mark_row),
    AgentSessionRecord: _one("put_agent_session", account_rows.agent_session_row),
    OperationRecord: _one("put_operation", trade_rows.operation_row),
    LimitsRecord: _one("put_limits", limit_rows.limits_row),
    PolicyRecord: _one("put_policy_version", rule_rows.policy_row),
    WindowRecord: _one("put_window", rule_rows.window_row),
    SwitchRecord: _one("put_switch", rule_rows.switch_row),
    ConfigChange: _one("put_config_change", rule_rows.change_row),
    SettingSeen: _one("put_setting", rule_rows.setting_row),
}
"""Every kind of record; the order is that of the statements within a transaction."""


def batches(records: Sequence[Record]) -> Iterator[Batch]:
    """Yield what writes *records*, one run of rows per statement.

    Records of different kinds never touch the same columns, so only their order within a kind
    matters, and that is kept.
    """
    by_kind: dict[type, list[Record]] = {}
    for record in records:
        by_kind.setdefault(type(record), []).append(record)
    for kind, maker in MAKERS.items():
        if kind in by_kind:
            yield from ((name, rows) for name, rows in maker(by_kind[kind]) if rows)
