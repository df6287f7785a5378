"""What a starting Core is told: the unfinished part of the journal, read back."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import apsw

from echo.domain.ids import TradeId
from echo.domain.journal import REMEMBERED_MAX, REMEMBERED_MS, Recovered
from echo.stores.sqlite.account_rows import (
    read_account,
    read_agent_session,
    read_ledger_mark,
    read_policy,
    read_symbol_maps,
)
from echo.stores.sqlite.limit_rows import read_limits
from echo.stores.sqlite.rule_rows import (
    read_policy_record,
    read_setting,
    read_switch,
    read_window,
)
from echo.stores.sqlite.trade_rows import (
    read_action_record,
    read_command_state,
    read_copy,
    read_decision,
    read_trade,
)

T = TypeVar("T")


def read_recovered(connection: apsw.Connection, statements: Mapping[str, str]) -> Recovered:
    """Read everything that `Recovered` holds.

    Raises:
        apsw.Error: the store cannot be read.
        ValueError, LookupError, ArithmeticError: a row holds what Echo does not write.
    """

    def rows(name: str) -> apsw.Cursor:
        return connection.execute(statements[name])

    def all_of(name: str, read: Callable[[Any], T]) -> tuple[T, ...]:
        return tuple(read(row) for row in rows(name))

    settled, settled_since_ms = _settled_lately(connection, statements)
    return Recovered(
        trades=all_of("unsettled_trades", read_trade),
        actions=all_of("unsettled_actions", read_action_record),
        decisions=all_of("unsettled_decisions", read_decision),
        commands=all_of("unsettled_commands", read_command_state),
        copies=all_of("unsettled_copies", read_copy),
        settled=settled,
        settled_since_ms=settled_since_ms,
        left_alone=frozenset((row[0], row[1]) for row in rows("left_alone")),
        accounts=all_of("accounts", read_account),
        symbol_maps=read_symbol_maps(rows("symbol_reports"), rows("symbols")),
        policies=all_of("policies", read_policy),
        ledger_marks=all_of("ledger_marks", read_ledger_mark),
        agent_epochs=all_of("agent_sessions", read_agent_session),
        limits=all_of("limits", read_limits),
        policy_records=all_of("policy_records", read_policy_record),
        windows=all_of("windows", read_window),
        switches=all_of("switches", read_switch),
        settings=all_of("settings", read_setting),
    )


def _settled_lately(
    connection: apsw.Connection, statements: Mapping[str, str]
) -> tuple[frozenset[TradeId], int]:
    """Return the settled trades that a Core should remember, and since when that is all."""
    limits = (REMEMBERED_MS, REMEMBERED_MAX)
    lately: list[Any] = connection.execute(statements["settled_trade_ids"], limits).fetchall()
    if not lately:
        return frozenset(), 0
    since_ms = lately[-1][1]
    is_all = connection.execute(statements["oldest_settled"]).get == since_ms
    # Those of the same millisecond may have found no room.
    is_all = is_all and len(lately) < REMEMBERED_MAX
    return frozenset(row[0] for row in lately), 0 if is_all else since_ms
