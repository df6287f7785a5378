"""A journal's file, added up from beside while a Core writes or not."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import apsw

from echo.domain.answers import Outcome
from echo.domain.intents import ActionKind
from echo.domain.overviews import (
    OVERVIEW_ROWS_MAX,
    AskOverview,
    DecisionsRow,
    LatencyRow,
    Overview,
    OverviewKind,
    TradesRow,
)
from echo.ports.errors import JournalUnavailable
from echo.stores.sqlite.reading import looking_into
from echo.stores.sqlite.statements import read_statements

READ_S_MAX: Final = 8.0
"""After so long an overview is given up: it keeps the file's log from being folded back."""
STEPS_PER_LOOK: Final = 100_000
"""Steps of SQLite's machine between two looks at the clock, some ms."""
BAD_ROW: Final = (ValueError, TypeError, KeyError)
_FOREVER_MS: Final = 1 << 62


class SqliteOverviews:
    """Adds up the journal in a file, in a thread of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def identity(self) -> str:
        """As `OverviewSource`: the file is this machine's, and one Core's."""
        return f"file:{self._path.resolve()}"

    async def read(self, asked: AskOverview, at_ms: int) -> Overview:
        """As `OverviewSource`."""
        until_s = [time.monotonic() + READ_S_MAX]
        try:
            return await asyncio.to_thread(self._read, asked, at_ms, until_s)
        except asyncio.CancelledError:
            until_s[0] = 0.0
            raise

    def _read(self, asked: AskOverview, at_ms: int, until_s: Sequence[float]) -> Overview:
        return overview_of(asked, at_ms, self._rows(asked, until_s), str(self._path))

    def _rows(self, asked: AskOverview, until_s: Sequence[float]) -> Sequence[Sequence[Any]]:
        statement = read_statements("overviews")[asked.kind]
        with looking_into(self._path) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > until_s[0], STEPS_PER_LOOK)
            try:
                return connection.execute(statement, arguments_of(asked)).fetchall()
            except apsw.InterruptError as error:
                raise JournalUnavailable(
                    f"{self._path}: adding it up takes longer than {READ_S_MAX:g} s: ask for fewer"
                    " days"
                ) from error
            finally:
                connection.set_progress_handler(None)


def arguments_of(asked: AskOverview) -> tuple[int, ...]:
    """Return what the statement for *asked* takes: the span if it has one, and rows at most."""
    limit = OVERVIEW_ROWS_MAX + 1
    if asked.kind is OverviewKind.LATENCY:
        return (limit,)
    from_ms = _ms(asked.first) if asked.first else 0
    to_ms = _ms(asked.last + timedelta(days=1)) if asked.last else _FOREVER_MS
    return from_ms, to_ms, limit


def overview_of(
    asked: AskOverview, at_ms: int, rows: Sequence[Sequence[Any]], place: str
) -> Overview:
    """Make the answer of what the statement returned.

    Raises:
        JournalUnavailable: a row of *place* cannot be understood.
    """
    complete, rows = len(rows) <= OVERVIEW_ROWS_MAX, rows[:OVERVIEW_ROWS_MAX]
    try:
        match asked.kind:
            case OverviewKind.TRADES:
                trades = tuple(map(_trades, rows))
                return Overview(kind=asked.kind, read_at_ms=at_ms, complete=complete, trades=trades)
            case OverviewKind.DECISIONS:
                decisions = tuple(map(_decisions, rows))
                return Overview(
                    kind=asked.kind, read_at_ms=at_ms, complete=complete, decisions=decisions
                )
            case OverviewKind.LATENCY:
                latency = tuple(map(_latency, rows))
                return Overview(
                    kind=asked.kind, read_at_ms=at_ms, complete=complete, latency=latency
                )
    except BAD_ROW as error:
        raise JournalUnavailable(f"{place}: a row cannot be understood: {error}") from error


def _trades(row: Sequence[Any]) -> TradesRow:
    return TradesRow(
        master_account_id=row[0],
        strategy_id=row[1],
        symbol=row[2],
        trades=row[3],
        settled=row[4],
        followers=row[5],
        executions_ok=row[6],
        executions_failed=row[7],
        unsettled=row[8],
    )


def _decisions(row: Sequence[Any]) -> DecisionsRow:
    return DecisionsRow(
        account_id=row[0],
        kind=ActionKind(row[1]),
        outcome=Outcome(row[2]),
        code=row[3],
        decisions=row[4],
    )


def _latency(row: Sequence[Any]) -> LatencyRow:
    account_id, executions, *means = row
    rounded = [None if mean is None else round(float(mean), 3) for mean in means]
    return LatencyRow(
        account_id=account_id,
        executions=executions,
        master_ea_to_agent_ms=rounded[0],
        agent_to_core_ms=rounded[1],
        core_process_ms=rounded[2],
        core_to_agent_ms=rounded[3],
        agent_to_slave_ea_ms=rounded[4],
        slave_ea_process_ms=rounded[5],
        broker_ms=rounded[6],
        e2e_ms=rounded[7],
    )


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000
