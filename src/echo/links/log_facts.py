"""Facts as log lines: one JSON object a line, written by a thread beside the event loop."""

import sys
import time
from collections import deque
from functools import lru_cache
from threading import Event, Thread
from typing import BinaryIO, Final

import msgspec

from echo.domain.copy_facts import (
    BacklogSeen,
    CommandHeard,
    CommandWritten,
    CopyDecided,
    IntentForwarded,
    OwnerMissing,
    ResultTaken,
)
from echo.domain.facts import (
    ActionReceived,
    Alarm,
    CommandSent,
    CompatUsed,
    DecisionSettled,
    DeliveryRetried,
    Fact,
    InputRefused,
    LimitAnchored,
    LimitStageChanged,
    LinkChanged,
    OperatorActed,
)
from echo.domain.registration_facts import (
    AccountEvaluated,
    EaChanged,
    EvaluationUnchanged,
    HandshakeHeard,
    HandshakeRead,
    MappingsLoaded,
    OpenHeld,
    SpecsFiltered,
    SpecsForwarded,
    SymbolsReported,
    VerdictForwarded,
    VerdictNotForwarded,
)

WAITING_MAX: Final = 10_000
"""Facts that may wait for the disk or the terminal; more are counted and dropped."""

WRITE_EVERY_S: Final = 0.1

LEVELS: Final = ("debug", "info", "warning", "error")
LEVEL_OF: Final[dict[type[Fact], str]] = {
    CommandSent: "debug",
    CopyDecided: "debug",
    OwnerMissing: "info",
    ResultTaken: "debug",
    IntentForwarded: "debug",
    CommandWritten: "debug",
    CommandHeard: "debug",
    BacklogSeen: "debug",
    DeliveryRetried: "debug",
    ActionReceived: "info",
    DecisionSettled: "info",
    AccountEvaluated: "info",
    EaChanged: "warning",
    EvaluationUnchanged: "debug",
    HandshakeHeard: "info",
    HandshakeRead: "debug",
    MappingsLoaded: "info",
    OpenHeld: "warning",
    SpecsFiltered: "debug",
    SpecsForwarded: "debug",
    SymbolsReported: "info",
    VerdictForwarded: "info",
    VerdictNotForwarded: "warning",
    LinkChanged: "info",
    CompatUsed: "warning",
    InputRefused: "warning",
    OperatorActed: "warning",
    LimitStageChanged: "warning",
    LimitAnchored: "info",
    Alarm: "error",
}


class LogFacts:
    """A `FactSink` that writes structured lines.

    `observe` only remembers; formatting and writing happen a moment later in a thread, so that
    neither a slow reader of the log nor a burst of facts holds up a trade.  What a program still
    has in memory when it is killed is lost: facts are for people, nothing decides by them.

    Args:
        program: Named in every line.
        stream: Where to write; standard error by default.
        level: Facts below it are left out.
    """

    def __init__(
        self, program: str = "echo", stream: BinaryIO | None = None, *, level: str = "info"
    ) -> None:
        self._heads = {
            kind: b'"level":"%b","program":"%b","fact":"%b",'
            % (each.encode(), program.encode(), kind.__name__.encode())
            for kind, each in LEVEL_OF.items()
        }
        self._stream = sys.stderr.buffer if stream is None else stream
        self._wanted = {
            kind for kind, each in LEVEL_OF.items() if LEVELS.index(each) >= LEVELS.index(level)
        }
        self._waiting: deque[tuple[int, Fact]] = deque()
        self._dropped = 0
        self._closing = Event()
        self._encoder = msgspec.json.Encoder()
        self._writer = Thread(target=self._write_until_closed, name="log", daemon=True)
        self._writer.start()

    def observe(self, fact: Fact) -> None:
        """Remember *fact* for the log."""
        if type(fact) not in self._wanted:
            return
        if len(self._waiting) >= WAITING_MAX:
            self._dropped += 1
            return
        self._waiting.append((time.time_ns(), fact))

    def close(self) -> None:
        """Write what waits, and stop."""
        self._closing.set()
        self._writer.join(timeout=1.0)

    def _write_until_closed(self) -> None:
        closing = False
        while not closing:
            closing = self._closing.wait(WRITE_EVERY_S)
            lines = [self._line(*self._waiting.popleft()) for _ in range(len(self._waiting))]
            if self._dropped:
                dropped, self._dropped = self._dropped, 0
                lines.append(self._overflow(dropped))
            if lines and not self._written(b"".join(lines)):
                return

    def _written(self, data: bytes) -> bool:
        try:
            self._stream.write(data)
            self._stream.flush()
        except (OSError, ValueError):
            return False  # nobody reads the log any more; trading goes on
        return True

    def _line(self, at_ns: int, fact: Fact) -> bytes:
        # Spliced, not merged: a fan-out is hundreds of facts, and the thread shares a lock with
        # the event loop.
        kind = type(fact)
        seconds, ns = divmod(at_ns, 1_000_000_000)
        head = b'{"at":"%b.%03dZ",%b' % (_utc(seconds), ns // 1_000_000, self._heads[kind])
        return b"%b%b\n" % (head, self._encoder.encode(fact)[1:])

    def _overflow(self, dropped: int) -> bytes:
        sentence = f"{dropped} facts were not logged: more than {WAITING_MAX} waited"
        alarm = Alarm(key="log", code="log_overflow", sentence=sentence)
        return self._line(time.time_ns(), alarm)


@lru_cache(maxsize=4)
def _utc(unix_s: int) -> bytes:
    """RFC 3339, UTC, without the zone."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(unix_s)).encode()
