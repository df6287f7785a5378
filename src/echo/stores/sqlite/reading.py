"""Looking into a journal from beside: demo, audit and command line, while a Core writes or not."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import apsw
import msgspec

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId
from echo.domain.intents import ActionKind
from echo.domain.reconciliation import JournaledDecision, JournaledTrade
from echo.ports.errors import JournalUnavailable
from echo.stores.sqlite.failures import explain
from echo.stores.sqlite.statements import read_statements

VIEWS: Final = frozenset({"v_trades_summary", "v_decisions", "v_latency_stats", "v_risk_policies"})

_BUSY_MS: Final = 2_000
_ACCOUNTS: Final = msgspec.json.Decoder(tuple[AccountId, ...])
_NUMBERS: Final = msgspec.json.Decoder(tuple[int, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class JournaledBooks:
    """The journal's side of every comparison with brokers' books, settled trades included."""

    trades: tuple[JournaledTrade, ...]
    decisions: tuple[JournaledDecision, ...]


def read_books(path: Path) -> JournaledBooks:
    """Read all trades and decisions as of one moment.

    Raises:
        JournalUnavailable: there is no journal at *path*, or it cannot be read.
    """
    statements = read_statements("journal")
    with looking_into(path) as connection:
        trades = tuple(
            JournaledTrade(
                trade_id=trade_id,
                master_account_id=master,
                followers=_ACCOUNTS.decode(followers),
                seqs=_NUMBERS.decode(seqs),
            )
            for trade_id, master, followers, seqs in connection.execute(
                statements["journaled_trades"]
            )
        )
        decisions = tuple(
            JournaledDecision(
                trade_id=trade_id,
                seq=seq,
                account_id=account_id,
                kind=ActionKind(kind),
                outcome=Outcome(outcome),
                code=ErrorCode[code],
                ticket=ticket,
            )
            for trade_id, seq, account_id, kind, outcome, code, ticket in connection.execute(
                statements["journaled_decisions"]
            )
        )
    return JournaledBooks(trades=trades, decisions=decisions)


def read_view(
    path: Path, view: str, *, where: Mapping[str, object] | None = None, rows_max: int = 1_000
) -> tuple[Mapping[str, object], ...]:
    """Read rows of one of `VIEWS`, each as column -> value; decimals are text.

    Args:
        path: The journal's file.
        view: Which view.
        where: Column -> value that it must have; ``None`` = all rows.
        rows_max: At most so many rows.

    Raises:
        JournalUnavailable: there is no journal at *path*, or it cannot be read.
        ValueError: there is no such view, or it has no such column.
    """
    if view not in VIEWS:
        raise ValueError(f"no view {view}; there are {', '.join(sorted(VIEWS))}")
    wanted = dict(where or {})
    with looking_into(path) as connection:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({view})")]
        if unknown := wanted.keys() - set(columns):
            raise ValueError(f"{view} has no column {', '.join(sorted(unknown))}")
        condition = " AND ".join(f"{column} IS ?" for column in wanted) or "1"
        found = connection.execute(
            f"SELECT * FROM {view} WHERE {condition} LIMIT ?",  # noqa: S608 -- names checked above
            (*wanted.values(), rows_max),
        )
        return tuple(dict(zip(columns, row, strict=True)) for row in found)


@contextmanager
def looking_into(path: Path) -> Iterator[apsw.Connection]:
    """Open *path* such that nothing can be written, and every statement sees the same moment."""
    if not path.is_file():
        raise JournalUnavailable(f"{path}: there is no journal")
    try:
        # Not opened read-only: with no writer around, a reader makes the log's index itself.
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            # Checkpoints are the writer's, also when this connection is the last one to close.
            connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
            connection.set_busy_timeout(_BUSY_MS)
            connection.execute("PRAGMA query_only = 1; PRAGMA wal_autocheckpoint = 0")
            with connection:
                yield connection
        finally:
            connection.close()
    except apsw.Error as error:
        raise JournalUnavailable(f"{path}: {explain(error)}") from error
