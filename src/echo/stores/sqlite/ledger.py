"""An Agent's ledger in one small SQLite file."""

import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

import apsw

from echo.domain.answers import ExecutionResult
from echo.domain.ids import AccountId
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.ledger import LedgerContents, LedgerEntry, LedgerKind, LedgerMessage
from echo.ports.errors import LedgerUnwritable
from echo.stores.sqlite.cells import Row
from echo.stores.sqlite.database import open_database, read_migrations
from echo.stores.sqlite.failures import transaction, translated
from echo.stores.sqlite.statements import read_statements
from echo.stores.sqlite.writer import Writer, WriterClosed
from echo.wire.core import (
    action_bytes,
    command_bytes,
    read_action,
    read_command,
    read_result,
    result_bytes,
)

T = TypeVar("T")

LOG_BYTES: Final = 2 << 20


def mint_ledger_id() -> str:
    """Return a fresh name for a ledger, 16 hexadecimal digits."""
    return secrets.token_hex(8)


class SqliteLedger:
    """A map from key to entry, synced at every write.  Made by `open`."""

    def __init__(self, writer: Writer, name: str) -> None:
        self._writer = writer
        self._name = name
        self._n = 0
        self._statements = read_statements("ledger")

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        mint: Callable[[], str] = mint_ledger_id,
        pages_max: int | None = None,
    ) -> "SqliteLedger":
        """Open *path*, made and migrated as needed.

        Args:
            path: The ledger's file.
            mint: Names a new ledger; the name stays with the file.
            pages_max: Size that it may reach, in pages of 4 KiB; ``None`` = the disk's.

        Raises:
            StoreLocked: another process has it open.
            LedgerUnwritable: it cannot be opened or written, or a newer program made it.
        """
        database = open_database(
            path,
            read_migrations("sqlite_ledger"),
            passing=LedgerUnwritable,
            refused=LedgerUnwritable,
            log_bytes=LOG_BYTES,
            pages_max=pages_max,
        )
        try:
            with _door(str(path)), transaction(database.connection):
                database.connection.execute(read_statements("ledger")["mint"], (mint(),))
        except LedgerUnwritable:
            database.connection.close()
            database.lock.release()
            raise
        return cls(Writer(database), str(path))

    async def load(self) -> LedgerContents:
        """Read everything, in the order of the numbers.  Raises ``LedgerUnwritable``."""
        return await self._run(self._read)

    async def write(self, puts: Sequence[LedgerEntry], drops: Sequence[str]) -> None:
        """Drop and put entries in one transaction; what is both dropped and put stays.

        Raises:
            LedgerUnwritable: nothing was written.
        """
        if puts or drops:
            await self._run(lambda connection: self._write(connection, puts, drops))

    async def close(self) -> None:
        """Finish what is in flight, fold the log into the file and release it."""
        await self._writer.close()

    async def _run(self, work: Callable[[apsw.Connection], T]) -> T:
        try:
            return await self._writer.run(work)
        except WriterClosed:
            raise LedgerUnwritable(f"{self._name} is closed") from None

    def _read(self, connection: apsw.Connection) -> LedgerContents:
        with _door(self._name):
            ledger_id, n = connection.execute(self._statements["identity"]).get
            rows = connection.execute(self._statements["entries"]).fetchall()
            try:
                entries = tuple(_read_entry(row) for row in rows)
            except ValueError as error:
                raise LedgerUnwritable(
                    f"{self._name}: a stored entry cannot be understood: {error}"
                ) from error
        return LedgerContents(ledger_id=ledger_id, n=n, entries=entries)

    def _write(
        self, connection: apsw.Connection, puts: Sequence[LedgerEntry], drops: Sequence[str]
    ) -> None:
        rows = [_entry_row(entry) for entry in puts]
        highest_n = max((entry.n for entry in puts), default=0)
        with _door(self._name), transaction(connection):
            connection.executemany(self._statements["drop_entry"], [(key,) for key in drops])
            connection.executemany(self._statements["put_entry"], rows)
            if highest_n > self._n:
                connection.execute(self._statements["raise_n"], (highest_n,))
        self._n = max(self._n, highest_n)


def _door(name: str) -> AbstractContextManager[None]:
    return translated(
        name,
        passing=LedgerUnwritable,
        refused=LedgerUnwritable,
        committing=LedgerUnwritable,
    )


def _entry_row(entry: LedgerEntry) -> Row:
    message_type, payload = _packed(entry.message)
    return (
        entry.key,
        entry.n,
        entry.kind,
        entry.account_id,
        message_type,
        payload,
        entry.boot_id,
        entry.boot_ms,
    )


def _read_entry(row: Any) -> LedgerEntry:
    return LedgerEntry(
        key=row[0],
        n=row[1],
        kind=LedgerKind(row[2]),
        account_id=row[3],
        message=_unpacked(row[4], row[5], row[3]),
        boot_id=row[6],
        boot_ms=row[7],
    )


def _packed(message: LedgerMessage) -> tuple[str, bytes]:
    match message:
        case TradeIntent() | TradeModify() | TradeClose():
            return "action", action_bytes(message)
        case ExecutionResult():
            return "result", result_bytes(message)
        case _:
            return "command", command_bytes(message)


def _unpacked(message_type: str, payload: bytes, account_id: AccountId) -> LedgerMessage:
    match message_type:
        case "action":
            return read_action(payload)
        case "result":
            # The wire leaves out whose result it is: there the command tells.
            return replace(read_result(payload), account_id=account_id)
        case _:
            return read_command(payload)
