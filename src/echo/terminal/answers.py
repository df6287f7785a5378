"""A slave EA's answers: on disk before they are said, and said until the Core has them."""

from collections.abc import Callable
from typing import Final

from echo.domain.answers import ExecutionResult, ResultAck
from echo.domain.copies import replace
from echo.domain.ids import CommandId
from echo.terminal.desk import Desk
from echo.terminal.events import FileRecord
from echo.terminal.ledger import WantedLevels
from echo.terminal.repeats import Repeats
from echo.wire.records import RecordKind

REPEAT: Final = ("answers",)
REWRITE: Final = ("rewrite",)
REWRITE_MS: Final = 1_000
LINES_PER_TURN: Final = 64


class Answers:
    """Gives results, and keeps them until they are acknowledged."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._repeats: Repeats[CommandId] = Repeats()
        self._unwritten: list[FileRecord] = []
        self._held: set[CommandId] = set()
        """Not said before they are on disk."""
        self._loose: set[CommandId] = set()
        """Said although they are not on disk; no number of the ledger vouches for them."""

    def knows(self, command_id: CommandId) -> bool:
        """Whether *command_id* has its result."""
        return command_id in self._desk.ledger.results

    def repeat(self, command_id: CommandId) -> None:
        """Say the result of a command once more, because the command came once more."""
        if command_id not in self._held:
            self._say(command_id, stored=True)

    def give(
        self, result: ExecutionResult, *, seq: int = 0, levels: WantedLevels | None = None
    ) -> None:
        """Note *result*, then say it."""
        desk = self._desk
        desk.append(desk.ledger.did(result, at_ms=desk.now.wall_ms, seq=seq, levels=levels))
        self._say(result.command_id, stored=False)

    def give_unwritten(self, result: ExecutionResult) -> None:
        """Say a result that the ledger cannot take now: the broker was not asked, nothing can be
        done twice by forgetting it.
        """
        desk = self._desk
        record = desk.ledger.did(result, at_ms=desk.now.wall_ms)
        self._unwritten.extend(desk.ledger.unwritten((record["n"],)))
        self._loose.add(result.command_id)
        desk.arm(REWRITE, REWRITE_MS)
        self._say(result.command_id, stored=False)

    def acknowledged(self, ack: ResultAck) -> None:
        """Stop repeating a result."""
        desk = self._desk
        self._repeats.drop(ack.command_id)
        if self.knows(ack.command_id) and ack.command_id not in desk.ledger.acked:
            desk.append(desk.ledger.heard_ack(ack.command_id, at_ms=desk.now.wall_ms))

    def pipe_opened(self) -> None:
        """Repeat everything that nobody has acknowledged."""
        ledger = self._desk.ledger
        for command_id in ledger.results:
            if command_id not in ledger.acked and command_id not in self._held:
                self._repeats.again_at(command_id, self._desk.now.mono_ms)
        self.due()

    def due(self) -> None:
        """Repeat what is due, a bounded number of lines at a time."""
        if not self._desk.link.up:
            return
        for command_id in self._repeats.take_due(self._desk.now.mono_ms, LINES_PER_TURN):
            self._say(command_id, stored=True)
        self._arm()

    def not_written(self, numbers: tuple[int, ...], not_asked: Callable[[CommandId], None]) -> None:
        """Take note that records did not reach the disk.

        What was only noted is written again until it succeeds, and its answer waits as long; for
        an order that was to follow its record, *not_asked* is called: it never left.  People are
        told at once, whatever it was.
        """
        for record in self._desk.ledger.unwritten(numbers):
            sentence = "nothing is ordered or confirmed until it can be written"
            self._desk.alarm("ledger", "LEDGER_UNWRITABLE", sentence)
            if record["t"] == RecordKind.EXEC:
                not_asked(CommandId(record["exec"]["command"]))
                continue
            if record["t"] == RecordKind.DONE:
                command_id = CommandId(record["result"]["command_id"])
                self._held.add(command_id)
                self._repeats.drop(command_id)
            self._unwritten.append(record)
        self._desk.arm(REWRITE, REWRITE_MS)

    def rewrite_due(self) -> None:
        """Try to write again what could not be written."""
        desk = self._desk
        waiting, self._unwritten = self._unwritten, []
        for record in waiting:
            desk.append(desk.ledger.again(record))
            if record["t"] == RecordKind.DONE:
                command_id = CommandId(record["result"]["command_id"])
                self._held.discard(command_id)
                self._loose.discard(command_id)
                if command_id not in desk.ledger.acked:
                    self._say(command_id, stored=False)

    def _say(self, command_id: CommandId, *, stored: bool) -> None:
        desk = self._desk
        result = desk.ledger.results[command_id]
        ledger_n = None if command_id in self._loose else result.ledger_n
        desk.say(replace(result, stored=stored, ledger_n=ledger_n))
        if command_id in desk.ledger.acked or not desk.link.up:
            return
        self._repeats.said(
            command_id, now_mono_ms=desk.now.mono_ms, backoff_ms=desk.link.backoff_ms
        )
        self._arm()

    def _arm(self) -> None:
        due_mono_ms = self._repeats.next_due_mono_ms
        if due_mono_ms is not None:
            self._desk.arm(REPEAT, max(0, due_mono_ms - self._desk.now.mono_ms))
