"""Ledger notes: what must outlive this process, written beside the work and never in its way.

Most work is settled within milliseconds; a note waits a moment and is skipped when there is
nothing left to note.  Whoever promised something on the strength of a note waits for it.
"""

from collections.abc import Callable
from typing import Final

from echo.bridge.effects import Note
from echo.bridge.schedule import Schedule
from echo.bridge.state import State
from echo.domain.facts import Alarm
from echo.domain.ledger import LedgerEntry

ENTRIES_MAX: Final = 1_000
"""Entries in one write: more would hold up the next one for too long."""

_Build = Callable[[], LedgerEntry]


class Notes:
    """Wishes by key: an entry to put, or ``None`` to drop it; one write under way at a time."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._schedule: Schedule[str] = Schedule(state, ("notes",))
        self._wished: dict[str, _Build | None] = {}
        self._writing: dict[str, _Build | None] = {}
        self._on_disk: set[str] = set()
        self._note = 0
        self._failures = 0
        self._resume_mono_ms = 0

    def restore(self, key: str) -> None:
        """*key* was found on disk."""
        self._on_disk.add(key)

    def put(self, key: str, build: _Build, *, urgent: bool) -> None:
        """Have an entry written: soon, or at once.  It is built when it is written."""
        self._wished[key] = build
        delay_ms = 0 if urgent else self._state.settings.ledger_delay_ms
        self._schedule.set(key, self._state.now.mono_ms + delay_ms)

    def drop(self, key: str) -> None:
        """Have no entry under *key*, whether it was written, is being written, or was not yet."""
        self._wished.pop(key, None)
        self._schedule.forget(key)
        if key in self._on_disk or self._writing.get(key) is not None:
            self._wished[key] = None
            due_mono_ms = self._state.now.mono_ms + self._state.settings.ledger_delay_ms
            self._schedule.set(key, due_mono_ms)

    def hurry(self) -> None:
        """Write all that waits now: somebody is going to wait for it."""
        for key, build in self._wished.items():
            if build is not None:
                self._schedule.set(key, self._state.now.mono_ms)

    def rang(self) -> None:
        """The timer is due."""
        self._schedule.rang()

    def flush(self) -> None:
        """Write what is due, unless a write is under way or was refused a moment ago."""
        if not self._wished or self._writing:
            return
        if self._state.now.mono_ms < self._resume_mono_ms:
            return
        keys = self._schedule.take_due(ENTRIES_MAX)
        if not keys:
            return
        self._writing = {key: self._wished.pop(key) for key in keys}
        puts = tuple(build() for build in self._writing.values() if build is not None)
        drops = tuple(key for key, build in self._writing.items() if build is None)
        self._note += 1
        self._state.effects.append(Note(self._note, puts, drops))

    def arm(self) -> None:
        """Have the shell wake us for the next write; while one is under way its end does."""
        if not self._writing:
            self._schedule.arm(self._resume_mono_ms)

    def noted(self, note: int) -> list[str]:
        """Take in that *note* is on disk; return the keys that may be relied on from now on."""
        if not self._writing or note < self._note:
            return []
        written, self._writing = self._writing, {}
        self._state.rescheduled = True
        self._failures = 0
        reliable = []
        for key, build in written.items():
            if build is None:
                self._on_disk.discard(key)
                continue
            self._on_disk.add(key)
            if key not in self._wished:
                reliable.append(key)
        return reliable

    def failed(self, note: int, sentence: str) -> None:
        """Take in that *note* was not written: tell people and try again after a while."""
        if not self._writing or note < self._note:
            return
        self._take_back()
        self._state.rescheduled = True
        self._failures += 1
        wait_ms = self._state.pace.wait_ms(self._failures)
        self._resume_mono_ms = self._state.now.mono_ms + wait_ms
        self._state.observe(
            Alarm(
                key="ledger",
                code="LEDGER_UNWRITABLE",
                sentence=f"the ledger cannot be written ({sentence}); next try in {wait_ms} ms",
            )
        )

    def _take_back(self) -> None:
        """Wish again for what was not written, unless something newer was wished since."""
        newer, self._wished = self._wished, {}
        for key, build in self._writing.items():
            if key not in newer:
                self._wished[key] = build
                self._schedule.set(key, self._state.now.mono_ms)
            elif newer[key] is None and key not in self._on_disk:
                del newer[key]
                self._schedule.forget(key)
        self._wished.update(newer)
        self._writing = {}
