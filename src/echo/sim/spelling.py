"""Pipes as they are: what is said becomes lines of bytes, which are cut anywhere and read again."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Final

from echo.domain.handshake import Role
from echo.domain.ids import AccountId
from echo.domain.quantities import Instant
from echo.services.agent.hearing import ENDLESS_BYTES_MAX, Hearing
from echo.wire.framing import LINE_BYTES_MAX, TO_LEGACY_LINE_BYTES_MAX, Line, LineReader
from echo.wire.pipe import read_agent_line, write_from_ea, write_to_ea
from echo.wire.pipe.messages import FromEa, ToEa
from echo.wire.refusals import WireError, WireReason

NEWEST: Final = 3
MARK: Final = b"\xef\xbb\xbf"
PIECES_MAX: Final = 5
ONE_BY_ONE: Final = 12
"""So many bytes at the end of a line arrive one by one; more would show nothing new."""

CHUNK: Final = b"x" * 1_048_576

NOISE: Final[dict[str, Callable[[Random], bytes]]] = {
    "zeros": lambda _: b"\x00\x00\x00\n",
    "zero_inside": lambda _: b'{"type":"ping","id":"\x00"}\n',
    "bytes": lambda chance: chance.randbytes(40).replace(b"\n", b"") + b"\n",
    "no_object": lambda _: b'["trade_intent"]\n',
    "no_type": lambda _: b'{"payload":{}}\n',
    "new_word": lambda _: b'{"type":"dance","timestamp_ms":1,"payload":{"steps":3}}\n',
    "no_number": lambda _: b'{"type":"quote","timestamp_ms":1,"payload":{"bid":NaN}}\n',
    "deep": lambda _: b"[" * 600 + b"]" * 600 + b"\n",
    "mark": lambda _: MARK + b"\n",
    "empty": lambda _: b"\r\n\n\r\n",
    "oversized": lambda _: b'{"type":"ping","id":"' + b"7" * 70_000 + b'"}\n',
}
"""Lines that say nothing, by name."""


class _Nobody:
    """The pipe that an ear wants to know; this one does not write."""

    session = 0
    role = Role.MASTER
    account_id = AccountId("")

    def write(self, data: bytes) -> bool:
        """Write nothing."""
        return not data

    def end(self, reason: str) -> None:
        """Close nothing."""


class Spelling:
    """The bytes of one connection between an EA and its Agent.

    Args:
        version: The protocol version that the EA speaks.
    """

    def __init__(self, version: int) -> None:
        self.version = version
        self._ear = Hearing(_Nobody())
        legacy = version < NEWEST
        self._reader = LineReader(TO_LEGACY_LINE_BYTES_MAX if legacy else LINE_BYTES_MAX)

    @property
    def is_endless(self) -> bool:
        """Whether the EA is saying a line that never ends."""
        return self._ear.is_endless

    def from_ea(self, message: FromEa, now: Instant) -> bytes:
        """Spell what an EA says.  Raises ``WireError``."""
        return write_from_ea(message, self.version, now.wall_ms, now.mono_ms)

    def to_ea(self, message: ToEa, version: int, now: Instant) -> bytes:
        """Spell what an Agent says to an EA that it takes for one of *version*.

        Raises:
            WireError: that version has no word for it.
        """
        return write_to_ea(message, version, now.wall_ms)

    def agent_reads(self, data: bytes, now: Instant) -> Iterator[FromEa | WireError]:
        """Yield what *data* completes for the Agent, or why it cannot be read."""
        yield from self._ear.hear(data, now.wall_ms)

    def ea_reads(self, data: bytes) -> Iterator[ToEa | WireError]:
        """Yield what *data* completes for the EA, or why it cannot be read."""
        for line in self._reader.feed(data):
            if not isinstance(line, Line):
                yield WireError(WireReason.TOO_LONG, line.reason)
                continue
            try:
                yield read_agent_line(line.content)
            except WireError as error:
                yield error


def cut(data: bytes, chance: Random) -> list[bytes]:
    """Cut *data* into pieces: somewhere, or its end byte by byte."""
    if chance.random() < 0.2:
        tail = max(0, len(data) - ONE_BY_ONE)
        return [data[:tail], *(data[each : each + 1] for each in range(tail, len(data)))]
    places = sorted(chance.randrange(len(data)) for _ in range(chance.randint(1, PIECES_MAX - 1)))
    return [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True) if a < b]


def with_carriage_returns(data: bytes) -> bytes:
    r"""End every line of *data* with ``\r\n``."""
    return data.replace(b"\n", b"\r\n")


def noise(chance: Random) -> tuple[str, bytes]:
    """Draw a line that says nothing, and its name."""
    name = chance.choice(tuple(NOISE))
    return name, NOISE[name](chance)


def endless() -> list[bytes]:
    """Return the beginning of a line that never ends, as long as anybody listens."""
    return [CHUNK] * (ENDLESS_BYTES_MAX // len(CHUNK) + 2)
