"""The journal in PostgreSQL: every commit is one message to the server, and on its disk."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

import asyncpg

from echo.domain.ids import TradeId
from echo.domain.journal import Record, Recovered
from echo.ports.errors import CommitUnknown, JournalRefused, JournalUnavailable, StoreLocked
from echo.stores.postgres.failures import DRIVER_ERRORS, is_broken, translated
from echo.stores.postgres.parts import parts
from echo.stores.postgres.recovery import read_recovered
from echo.stores.postgres.schema import prepare, read_sql
from echo.stores.postgres.session import WriterSession
from echo.stores.postgres.target import PostgresTarget
from echo.stores.sqlite.statements import split_statements

T = TypeVar("T")
Work = Callable[[asyncpg.Connection], Awaitable[T]]

PATIENCE_S: Final = 15.0
"""How long a start waits for another Core's session to end: longer than the server takes to notice
that the other's host has vanished."""
LOOK_AGAIN_S: Final = 0.2


class PostgresJournal:
    """One session that writes, which comes back by itself; made by `open`.

    A commit hands over all its rows in one statement, which is one transaction: one round trip.
    Commits that were handed over are seen through even when the caller is cancelled.
    """

    def __init__(self, target: PostgresTarget, *, takes_over: bool = False) -> None:
        self._target = target
        self._statements = split_statements(read_sql("journal"))
        self._session = WriterSession(target, self._statements, takes_over=takes_over)
        self._turn = asyncio.Lock()
        self._in_doubt: tuple[Sequence[Record], int] | None = None
        self._closed = False
        self.found_standing = 0
        """Commits whose answer was lost, and that were found when the server was asked again."""

    @classmethod
    async def open(
        cls, target: PostgresTarget, *, patience_s: float = PATIENCE_S, takes_over: bool = False
    ) -> "PostgresJournal":
        """Take the journal of *target*, its schema made and migrated as needed.

        Args:
            target: Server, database and schema.
            patience_s: How long to wait for another Core to let go.
            takes_over: It is this Core's turn, as something else than the server has said: the
                session of another one, which may be frozen, is ended.

        Raises:
            StoreLocked: another Core holds it.
            JournalUnavailable: the server cannot be reached, or loses what it acknowledged.
            JournalRefused: a newer program made the schema, or this user may not make it.
        """
        await prepare(target)
        journal = cls(target, takes_over=takes_over)
        deadline_s = asyncio.get_running_loop().time() + patience_s
        while True:
            try:
                await journal._session.held(renewing=True)
            except StoreLocked:
                if asyncio.get_running_loop().time() >= deadline_s:
                    raise
                await asyncio.sleep(LOOK_AGAIN_S)
            else:
                return journal

    @property
    def epoch(self) -> int:
        """Under which this Core writes; it rises with every change of the writer."""
        return self._session.epoch

    async def load(self) -> Recovered:
        """Take the journal over if need be, and read everything that a starting Core needs.

        Raises:
            JournalUnavailable: the server cannot be asked, or another Core holds the journal.
        """
        return await self._see_through(self._load)

    async def commit(self, records: Sequence[Record]) -> None:
        """Write all *records* in one transaction; errors as the port says."""
        if records:
            await self._see_through(lambda: self._commit(records))

    async def is_settled(self, trade_id: TradeId) -> bool:
        """Tell whether the trade is stored, and over.  Raises ``JournalUnavailable``."""
        statement = self._statements["is_settled"]
        return await self._see_through(
            lambda: self._reading(lambda connection: connection.fetchval(statement, trade_id))
        )

    async def purge(self, *, keep_ms: int, trades_max: int) -> int:
        """Delete settled trades with all their rows, as the port says; one transaction."""
        statement = self._statements["purge"]
        return await self._see_through(
            lambda: self._reading(
                lambda connection: connection.fetchval(
                    statement, self._session.epoch, keep_ms, trades_max
                )
            )
        )

    async def purge_registrations(self, *, keep_days: int) -> int:
        """Delete verdicts older than so many days, but none's latest; return how many."""
        statement = self._statements["purge_registrations"]
        return await self._see_through(
            lambda: self._reading(lambda connection: connection.fetchval(statement, keep_days))
        )

    async def close(self) -> None:
        """Finish what is in flight and give the journal back."""
        async with self._turn:
            self._closed = True
            await self._session.close()

    async def _see_through(self, work: Callable[[], Awaitable[T]]) -> T:
        async def in_turn() -> T:
            async with self._turn:
                if self._closed:
                    raise JournalUnavailable(f"{self._target} is closed")
                return await work()

        task = asyncio.ensure_future(in_turn())
        # What becomes of it when the caller has given up is nobody's question any more.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(task)

    async def _commit(self, records: Sequence[Record]) -> None:
        # Made before anything is sent: records that cannot be rows stop nothing.
        names, texts = parts(records)
        session = self._session
        try:
            connection = await session.held(renewing=False)
        except StoreLocked as error:
            raise JournalRefused(str(error)) from error
        if self._is_known_to_stand(records):
            return
        number = session.commit_n + 1
        try:
            await connection.execute(
                self._statements["commit"], session.epoch, number, names, texts
            )
        except DRIVER_ERRORS as error:
            failure = await self._failed(error, committing=True)
            if isinstance(failure, CommitUnknown):
                self._in_doubt = (records, number)
            raise failure from error
        session.commit_n = number

    def _is_known_to_stand(self, records: Sequence[Record]) -> bool:
        """Whether *records* are those of a commit in doubt that the server has, after all."""
        if self._in_doubt is None:
            return False
        doubtful, number = self._in_doubt
        self._in_doubt = None
        stands = self._session.commit_n == number
        self.found_standing += stands
        return stands and list(doubtful) == list(records)

    async def _load(self) -> Recovered:
        try:
            connection = await self._session.held(renewing=True)
        except StoreLocked as error:
            raise JournalUnavailable(str(error)) from error
        self._in_doubt = None
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                await connection.execute("SET LOCAL statement_timeout = '60s'")
                return await read_recovered(connection, self._statements)
        except (ValueError, LookupError, ArithmeticError) as error:
            raise JournalUnavailable(
                f"{self._target}: a stored row cannot be understood: {error}"
            ) from error
        except DRIVER_ERRORS as error:
            raise await self._failed(error) from error

    async def _reading(self, work: Work[Any]) -> Any:
        try:
            return await work(await self._session.held(renewing=False))
        except StoreLocked as error:
            raise JournalUnavailable(str(error)) from error
        except JournalRefused as error:
            # Overtaken: the next commit says so, a reader has nothing to be refused.
            raise JournalUnavailable(str(error)) from error
        except DRIVER_ERRORS as error:
            raise _as_unavailable(await self._failed(error)) from error

    async def _failed(self, error: BaseException, *, committing: bool = False) -> Exception:
        """Return what *error* is for the port; a session that is of no use is let go."""
        failure = translated(str(self._target), error, committing=committing)
        if is_broken(error) or getattr(error, "sqlstate", None) == "EC001":
            await self._session.drop()
        return failure


def _as_unavailable(failure: Exception) -> Exception:
    return JournalUnavailable(str(failure)) if isinstance(failure, JournalRefused) else failure
