"""The one thread that writes a store: work in by queue, results out through the event loop."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, TypeVar

import apsw

from echo.stores.sqlite.database import Database

IDLE_S: Final = 0.02
"""So long without work, and the log is folded back into the file."""
ROWS_WORTH_A_CHECKPOINT: Final = 200

T = TypeVar("T")


class WriterClosed(Exception):
    """The writer takes no more work."""


class Writer:
    """Runs work on a store's connection, in order, in a thread of its own.

    One piece of work is one hand-over: about 50 µs there and back on an idle loop.  The thread
    also checkpoints, in the pauses.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection = database.connection
        self._checkpointed = self._connection.total_changes()
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._closed = False
        self._finished = False
        self._thread = Thread(target=self._serve, name=f"echo-{database.path.stem}", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[apsw.Connection], T]) -> T:
        """Run *work* in the writer's thread and return, or raise, what it does.

        Work that has been handed over runs to its end even when the caller is cancelled.

        Raises:
            WriterClosed: `close` was called before.
        """
        if self._closed:
            raise WriterClosed
        return await self._hand_over(lambda: work(self._connection))

    async def close(self) -> None:
        """Finish what was handed over, fold the log into the file and release the store."""
        if self._closed:
            return
        self._closed = True
        await self._hand_over(self._finish)

    def _hand_over(self, work: Callable[[], T]) -> asyncio.Future[T]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(result: T) -> None:
            if not future.done():
                future.set_result(result)

        def fail(error: BaseException) -> None:
            if not future.done():
                future.set_exception(error)

        def job() -> None:
            # A loop that was closed meanwhile has nobody left who waits.
            with suppress(RuntimeError):
                try:
                    result = work()
                except BaseException as error:
                    loop.call_soon_threadsafe(fail, error)
                else:
                    loop.call_soon_threadsafe(settle, result)

        self._jobs.put(job)
        return future

    def _serve(self) -> None:
        while not self._finished:
            try:
                job = self._jobs.get(timeout=self._patience_s())
            except Empty:
                self._checkpoint()
                continue
            job()

    def _patience_s(self) -> float | None:
        """How long to wait for work before using the pause; ``None`` = for ever."""
        return IDLE_S if self._uncheckpointed() >= ROWS_WORTH_A_CHECKPOINT else None

    def _uncheckpointed(self) -> int:
        return self._connection.total_changes() - self._checkpointed

    def _checkpoint(self) -> None:
        self._checkpointed = self._connection.total_changes()
        # Whatever hinders it, a reader or a full disk, only lets the log grow for a while.
        with suppress(apsw.Error):
            self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)

    def _finish(self) -> None:
        try:
            with suppress(apsw.Error):
                self._connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
            self._connection.close()
        finally:
            self._finished = True
            self._database.lock.release()
