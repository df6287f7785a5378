"""The one line in which effects leave: behind the records that came before them.

Effects join one batch.  While a commit is in flight the next batch accumulates; a batch leaves
in order when its records are on disk, and one without records when every batch before it has
left.
"""

from asyncio import Event as Signal
from collections.abc import Callable
from typing import Final

from echo.engine.effects import Persist
from echo.ports.clock import Clock, Timer
from echo.services.core.batch import Batch, Release
from echo.services.core.committer import Committer

LAZY_FLUSH_MS: Final = 250
"""How long a lazy record may wait for a commit that it can join."""

WAITING_MAX: Final = 20_000
"""Effects that may wait for the journal before no more work is taken in."""


class Abandoned(Exception):
    """What waited was dropped on request; the line can go on."""


class CommitLine:
    """Group commit with one commit in flight.

    Args:
        leave: Lets a batch's effects go.
        full: Called with True when too much waits for the journal, with False when no more.
    """

    def __init__(
        self,
        committer: Committer,
        clock: Clock,
        leave: Callable[[list[Release]], None],
        full: Callable[[bool], None],
    ) -> None:
        self._committer, self._clock, self._leave, self._tell_full = committer, clock, leave, full
        self._batch = Batch()
        self._wanted = Signal()
        self._idle = Signal()
        self._idle.set()
        self._in_flight = False
        self._leaving = False
        self._abandoned = False
        self._full = False
        self._flush: Timer | None = None

    def persist(self, effect: Persist) -> None:
        """Put a record into the line."""
        self._batch.persist(effect)
        if effect.lazy and self._flush is None:
            due_mono_ms = self._clock.now().mono_ms + LAZY_FLUSH_MS
            self._flush = self._clock.call_at(due_mono_ms, self._flush_lazy)

    def queue(self, effect: Release) -> None:
        """Put something into the line that leaves after the records before it."""
        self._batch.releases.append(effect)

    def pump(self) -> None:
        """Move on as far as possible: call after each event."""
        if self._in_flight:
            if not self._full and len(self._batch) > WAITING_MAX:
                self._full = True
                self._tell_full(True)
            return
        while not self._batch.urgent and self._batch.releases and not self._leaving:
            self._let_go(self._batch)
        if self._batch.urgent:
            self._in_flight = True
            self._idle.clear()
            self._wanted.set()

    async def run(self) -> None:
        """Commit what comes, until cancelled.

        Raises:
            JournalRefused: the journal refused a batch; it and what waited behind it is dropped.
            Abandoned: `abandon` was called; what waited is dropped.
        """
        try:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                await self._commit_next()
                if self._abandoned:
                    raise Abandoned
                self._in_flight = False
                self._now_empty()
                self.pump()
                if not self._in_flight:
                    self._idle.set()
        finally:
            self._drop()

    def abandon(self) -> None:
        """Drop everything that is not being committed at this moment; `run` ends with it."""
        self._abandoned = True
        self._in_flight = True
        self._batch = Batch()
        self._wanted.set()

    async def drained(self) -> None:
        """Return when nothing waits any more; lazy records are hurried."""
        self._flush_lazy()
        await self._idle.wait()

    async def _commit_next(self) -> None:
        batch, self._batch = self._batch, Batch()
        self._cancel_flush()
        if batch.records:
            await self._committer.commit(batch.records)
        self._let_go(batch)

    def _let_go(self, batch: Batch) -> None:
        releases, batch.releases = batch.releases, []
        self._leaving = True
        try:
            self._leave(releases)
        finally:
            self._leaving = False

    def _flush_lazy(self) -> None:
        self._cancel_flush()
        if self._batch.records:
            self._batch.urgent = True
            self.pump()

    def _cancel_flush(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None

    def _now_empty(self) -> None:
        if self._full:
            self._full = False
            self._tell_full(False)

    def _drop(self) -> None:
        self._batch = Batch()
        self._cancel_flush()
        self._wanted.clear()
        self._in_flight = self._abandoned = False
        self._now_empty()
        self._idle.set()
