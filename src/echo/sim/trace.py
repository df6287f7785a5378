"""The trace of a run: one digest over all that happened and, on request, a line for each thing."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Final

import msgspec

from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.sessions import AgentHeartbeat, ClockEcho, DeliveryHeartbeat, Ping, Pong
from echo.domain.specs import Quote, SymbolSpecReport

CHATTER: Final = frozenset(
    {
        *(Quote, SymbolSpecReport, StateSnapshot, OpenTrades),
        *(AgentHeartbeat, DeliveryHeartbeat, ClockEcho, Ping, Pong),
    }
)
"""What comes again and again by itself: its moment is noted, not what it says."""

UNHASHED_BYTES: Final = 65_536
"""Many notes are cheaper to hash at once."""

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


class Trace:
    """Notes what happened.

    Args:
        tell: Takes a readable line for each note; ``None`` = nobody reads along.
    """

    def __init__(self, tell: Callable[[str], None] | None = None) -> None:
        self._tell = tell
        self._hash = blake2b(digest_size=16)
        self._unhashed = bytearray()
        self._labels: dict[tuple[str, type, type], bytes] = {}

    @property
    def digest(self) -> str:
        """Equal for two runs in which the same things happened at the same times."""
        self._flush()
        return self._hash.hexdigest()

    def note(self, now_ms: int, who: str, what: object) -> None:
        """Note that *what* happened to, or was done by, *who*."""
        inner = type(getattr(what, "message", what))
        key = (who, type(what), inner)
        label = self._labels.get(key) or self._label(*key)
        if inner in CHATTER:
            self._unhashed += b"%d%b" % (now_ms, label)
            return
        self._unhashed += b"%d%b%b" % (now_ms, label, _ENCODER.encode(what))
        if len(self._unhashed) > UNHASHED_BYTES:
            self._flush()
        if self._tell is not None:
            self._tell(f"{now_ms / 1_000:9.3f} {who:16} {_shown(what)}")

    def hear(self, now_ms: int, who: str, what: object) -> None:
        """Note that *who* heard *what*: only the moment, since the Core notes what it says.

        The Core's own messages are noted when they are sent, those of EAs when they come there.
        """
        inner = type(getattr(what, "message", what))
        key = (who, type(what), inner)
        self._unhashed += b"%d%b" % (now_ms, self._labels.get(key) or self._label(*key))
        if self._tell is not None and inner not in CHATTER:
            self._tell(f"{now_ms / 1_000:9.3f} {who:16} {_shown(what)}")

    def say(self, now_ms: int, who: str, sentence: str) -> None:
        """Note a sentence of the world itself."""
        self._unhashed += f"{now_ms} {who} {sentence}".encode()
        if self._tell is not None:
            self._tell(f"{now_ms / 1_000:9.3f} {who:16} * {sentence}")

    def _label(self, who: str, kind: type, inner: type) -> bytes:
        """Say once for all times who notes what."""
        label = f" {who} {kind.__name__} {inner.__name__} ".encode()
        self._labels[who, kind, inner] = label
        return label

    def _flush(self) -> None:
        self._hash.update(self._unhashed)
        self._unhashed.clear()


def _shown(what: object) -> str:
    """Spell a value with what is not empty in it."""
    fields = getattr(what, "__dataclass_fields__", None)
    if fields is None:
        return str(what)
    parts = []
    for name, each in fields.items():
        value = getattr(what, name)
        if value != each.default and name not in {"timestamps", "traceparent"}:
            parts.append(f"{name}={_shown(value)}")
    return f"{type(what).__name__}({', '.join(parts)})"
