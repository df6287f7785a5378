r"""Bytes of a pipe to lines and back: UTF-8 text, one JSON object a line, ended by ``\n``.

Pure: bytes come in as they arrived, however they were cut, and lines go out.  The reader does
not look inside a line.
"""

from typing import Final

from msgspec import Struct

LINE_BYTES_MAX: Final = 65_536
r"""Longest content, without ``\n``, in both directions between peers of protocol 3."""

LEGACY_LINE_BYTES_MAX: Final = 1_048_576
r"""Longest content, without ``\n``, accepted from an EA of protocol 1 or 2."""

TO_LEGACY_LINE_BYTES_MAX: Final = 8_190
r"""Longest content, without ``\n``, that an EA of protocol 1 or 2 can read: it holds 8,191 bytes
and takes a longer line for two."""

_BOM: Final = b"\xef\xbb\xbf"


class Line(Struct, frozen=True, gc=False):
    r"""One line: its bytes without ``\n`` and trailing ``\r``, never empty, not yet decoded."""

    content: bytes


class Rejected(Struct, frozen=True, gc=False):
    """A line that was longer than allowed and was dropped whole; its neighbours are unharmed."""

    bytes_dropped: int
    r"""Length of the dropped line, without its ``\n``."""
    line_bytes_max: int
    """The bound that it exceeded."""

    @property
    def reason(self) -> str:
        """Say what happened, for logs and for the peer."""
        return f"a line of {self.bytes_dropped} bytes exceeds {self.line_bytes_max} and was dropped"


class LineTooLong(ValueError):
    """The content does not fit into a line that the peer can read; nothing was encoded."""

    def __init__(self, content_bytes: int, line_bytes_max: int) -> None:
        super().__init__(f"content of {content_bytes} bytes exceeds {line_bytes_max}")
        self.content_bytes = content_bytes
        self.line_bytes_max = line_bytes_max


class LineReader:
    r"""Cuts a stream of bytes into lines; resumable after every byte, bounded in memory.

    A byte order mark at the start of the stream, empty lines and ``\r`` before ``\n`` are
    dropped.  A line whose content exceeds the bound yields one `Rejected` when it ends, and
    reading resumes after it.  The same bytes give the same lines, however they are cut.

    Args:
        line_bytes_max: Longest content of a line, without ``\n`` and trailing ``\r``, >= 1.
            The reader holds at most one byte more, for a ``\r`` whose ``\n`` is still to come.
    """

    __slots__ = ("_dropped", "_head", "_held", "_line_bytes_max")

    def __init__(self, line_bytes_max: int) -> None:
        if line_bytes_max < 1:
            raise ValueError(f"must be >= 1: {line_bytes_max=}")
        self._line_bytes_max = line_bytes_max
        self.reset()

    def reset(self) -> None:
        """Forget everything: call for a new connection, or half a line survives the cut."""
        self._held = bytearray()
        self._dropped = 0
        # The first bytes while they may still be a byte order mark; None from then on.
        self._head: bytes | None = b""

    @property
    def bytes_held(self) -> int:
        """Bytes of the unfinished line that are kept, <= ``line_bytes_max + 1``."""
        return len(self._held) + len(self._head or b"")

    @property
    def bytes_dropped(self) -> int:
        """Bytes dropped of a line that is too long and has not ended; 0 if there is none.

        The owner of the connection decides when an endless line is reason to close it.
        """
        return self._dropped

    def feed(self, data: bytes) -> list[Line | Rejected]:
        """Take the next bytes of the stream; return what they completed, in order."""
        if self._head is not None:
            data = self._without_mark(data)
        found: list[Line | Rejected] = []
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            ended = self._end_line(data, start, end)
            if ended is not None:
                found.append(ended)
            start = end + 1
        if start < len(data):
            self._keep(data, start)
        return found

    def _without_mark(self, data: bytes) -> bytes:
        """Return *data* without a byte order mark; nothing while it may be the half of one."""
        head = (self._head or b"") + data
        if len(head) < len(_BOM) and _BOM.startswith(head):
            self._head = head
            return b""
        self._head = None
        return head.removeprefix(_BOM)

    def _end_line(self, data: bytes, start: int, end: int) -> Line | Rejected | None:
        """Finish the current line with ``data[start:end]``; None for an empty one."""
        dropped, held = self._dropped, self._held
        line_bytes = dropped + len(held) + end - start
        self._dropped = 0
        # One byte more may be held than a line may have: a carriage return is no content.
        if dropped or line_bytes > self._line_bytes_max + 1:
            held.clear()
            return Rejected(line_bytes, self._line_bytes_max)
        content = bytes(held) + data[start:end] if held else data[start:end]
        held.clear()
        content = content.rstrip(b"\r")
        if len(content) > self._line_bytes_max:
            return Rejected(line_bytes, self._line_bytes_max)
        return Line(content) if content else None

    def _keep(self, data: bytes, start: int) -> None:
        """Hold ``data[start:]`` of an unfinished line, or count it if the line is too long."""
        more = len(data) - start
        if self._dropped:
            self._dropped += more
        elif len(self._held) + more > self._line_bytes_max + 1:
            self._dropped = len(self._held) + more
            self._held = bytearray()  # a cleared one might keep its memory
        else:
            self._held += data[start:] if start else data


def encode_line(content: bytes, *, line_bytes_max: int = LINE_BYTES_MAX) -> bytes:
    r"""Return *content* as a line, ``\n`` included.

    Args:
        content: One JSON object in UTF-8; its own line feeds are escaped, as JSON wants it.
        line_bytes_max: What the peer can read, without ``\n``: `LINE_BYTES_MAX`, or
            `TO_LEGACY_LINE_BYTES_MAX` towards protocols 1 and 2.

    Raises:
        LineTooLong: *content* exceeds *line_bytes_max*.
        ValueError: *content* is empty or contains ``\r`` or ``\n``: it would be read as
            something else.
    """
    if len(content) > line_bytes_max:
        raise LineTooLong(len(content), line_bytes_max)
    if not content or b"\n" in content or b"\r" in content:
        raise ValueError("the content of a line is not empty and contains no line ends")
    return content + b"\n"
