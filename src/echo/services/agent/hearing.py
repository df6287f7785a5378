"""From the bytes of one pipe to what its EA said."""

from collections.abc import Iterator
from typing import Final

from echo.bridge.events import FromEa
from echo.domain.handshake import Handshake
from echo.ports.links import PipeSession
from echo.wire.framing import LEGACY_LINE_BYTES_MAX, LINE_BYTES_MAX, LineReader, Rejected
from echo.wire.pipe import PartAssembler, read_ea_line
from echo.wire.refusals import WireError, WireReason

NEWEST_LINES: Final = 3
"""From this protocol version on lines are short, and longer messages come in parts."""

ENDLESS_BYTES_MAX: Final = 16 * LEGACY_LINE_BYTES_MAX
"""A line that has grown to this without an end is no line; its pipe is closed."""


class Hearing:
    """One pipe's ear: bounded whatever arrives, and no line harms another."""

    def __init__(self, pipe: PipeSession) -> None:
        self.pipe = pipe
        self._reader = LineReader(LEGACY_LINE_BYTES_MAX)
        self._parts = PartAssembler()
        # Before the handshake nobody knows which protocol it is: the widest bound holds.
        self._line_bytes_max = LEGACY_LINE_BYTES_MAX
        self._bytes = 0
        self.message_bytes = 0
        """Size of the last message, in all its parts."""

    @property
    def is_endless(self) -> bool:
        """Whether the EA sends a line that never ends."""
        return self._reader.bytes_dropped > ENDLESS_BYTES_MAX

    def hear(self, data: bytes, now_wall_ms: int) -> Iterator[FromEa | WireError]:
        """Yield what *data* completes, in order: messages, and why lines cannot be read."""
        for line in self._reader.feed(data):
            if isinstance(line, Rejected):
                yield WireError(WireReason.TOO_LONG, line.reason)
                continue
            try:
                yield from self._read(line.content, now_wall_ms)
            except WireError as error:
                yield error

    def _read(self, content: bytes, now_wall_ms: int) -> tuple[FromEa, ...]:
        self._bound(content)
        messages = self._parts.take(read_ea_line(content, now_wall_ms))
        self._bytes += len(content)
        if messages:
            self.message_bytes, self._bytes = self._bytes, 0
        for message in messages:
            if isinstance(message, Handshake):
                newest = message.metadata.protocol_version >= NEWEST_LINES
                self._line_bytes_max = LINE_BYTES_MAX if newest else LEGACY_LINE_BYTES_MAX
                self._bound(content)
        return messages

    def _bound(self, content: bytes) -> None:
        if len(content) > self._line_bytes_max:
            raise WireError(
                WireReason.TOO_LONG,
                f"a line of {len(content)} bytes exceeds {self._line_bytes_max}",
            )
