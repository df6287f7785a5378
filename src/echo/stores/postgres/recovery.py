"""What a starting Core is told: the unfinished part of the journal, read back as of one moment."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import asyncpg

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


async def read_recovered(
    connection: asyncpg.Connection, statements: Mapping[str, str]
) -> Recovered:
    """Read everything that `Recovered` holds.

    Raises:
        DRIVER_ERRORS: the store cannot be read.
        ValueError, LookupError, ArithmeticError: a row holds what Echo does not write.
    """

    async def rows(name: str) -> list[Any]:
        found: list[Any] = await connection.fetch(statements[name])
        return found

    async def all_of(name: str, read: Callable[[Any], T]) -> tuple[T, ...]:
        return tuple(map(read, await rows(name)))

    settled, settled_since_ms = await _settled_lately(connection, statements)
    return Recovered(
        trades=await all_of("unsettled_trades", read_trade),
        actions=await all_of("unsettled_actions", read_action_record),
        decisions=await all_of("unsettled_decisions", read_decision),
        commands=await all_of("unsettled_commands", read_command_state),
        copies=await all_of("unsettled_copies", read_copy),
        settled=settled,
        settled_since_ms=settled_since_ms,
        left_alone=frozenset((row[0], row[1]) for row in await rows("left_alone")),
        accounts=await all_of("accounts", read_account),
        symbol_maps=read_symbol_maps(await rows("symbol_reports"), await rows("symbols")),
        policies=await all_of("policies", read_policy),
        ledger_marks=await all_of("ledger_marks", read_ledger_mark),
        agent_epochs=await all_of("agent_sessions", read_agent_session),
        limits=await all_of("limits", read_limits),
        policy_records=await all_of("policy_records", read_policy_record),
        windows=await all_of("windows", read_window),
        switches=await all_of("switches", read_switch),
        settings=await all_of("settings", read_setting),
    )


async def _settled_lately(
    connection: asyncpg.Connection, statements: Mapping[str, str]
) -> tuple[frozenset[TradeId], int]:
    """Return the settled trades that a Core should remember, and since when that is all."""
    lately: list[Any] = await connection.fetch(
        statements["settled_trade_ids"], REMEMBERED_MS, REMEMBERED_MAX
    )
    if not lately:
        return frozenset(), 0
    since_ms = lately[-1][1]
    is_all = await connection.fetchval(statements["oldest_settled"]) == since_ms
    # Those of the same millisecond may have found no room.
    is_all = is_all and len(lately) < REMEMBERED_MAX
    return frozenset(row[0] for row in lately), 0 if is_all else since_ms
