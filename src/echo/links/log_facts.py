"""Facts as log lines: one JSON object a line, written by a thread beside the event loop."""

import re
import sys
import time
from collections import deque
from functools import lru_cache
from threading import Event, Thread
from typing import Any, BinaryIO, Final

import msgspec

from echo.domain.cache_facts import CacheAsked
from echo.domain.copy_facts import (
    BacklogSeen,
    CommandHeard,
    CommandWritten,
    CopyDecided,
    IntentForwarded,
    OwnerMissing,
    ResultForwarded,
    ResultTaken,
    TurnTimed,
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
from echo.domain.link_facts import (
    ChangesMissed,
    ClockCompared,
    CollectorChanged,
    FactsShed,
    PingHeard,
    PipeConnected,
    ReportHeld,
    SpansReported,
)
from echo.domain.registration_facts import (
    AccountEvaluated,
    EaChanged,
    EvaluationUnchanged,
    HandshakeHeard,
    HandshakeRead,
    HandshakeSent,
    MappingsLoaded,
    OpenHeld,
    QuotesTaken,
    ReportSent,
    SpecsFiltered,
    SpecsForwarded,
    SpecsTaken,
    SymbolsReported,
    VerdictConsumed,
    VerdictForwarded,
    VerdictNotForwarded,
)
from echo.domain.traces import trace_id_of
from echo.links.log_names import LineName, level_highest, line_name

_TRACE_ID: Final = re.compile("[0-9a-f]{32}")

WAITING_MAX: Final = 10_000
"""Facts that may wait for the disk or the terminal; more are counted and dropped."""

WRITE_EVERY_S: Final = 0.1

LEVELS: Final = ("debug", "info", "warning", "error")
LEVEL_OF: Final[dict[type[Fact], str]] = {
    CommandSent: "debug",
    CopyDecided: "debug",
    TurnTimed: "debug",
    OwnerMissing: "info",
    ResultTaken: "debug",
    IntentForwarded: "debug",
    CommandWritten: "debug",
    CommandHeard: "debug",
    ResultForwarded: "debug",
    PipeConnected: "debug",
    PingHeard: "debug",
    ReportHeld: "debug",
    ClockCompared: "debug",
    SpansReported: "debug",
    ChangesMissed: "warning",
    CollectorChanged: "warning",
    FactsShed: "debug",
    BacklogSeen: "debug",
    CacheAsked: "debug",
    DeliveryRetried: "debug",
    ActionReceived: "info",
    DecisionSettled: "info",
    AccountEvaluated: "info",
    EaChanged: "warning",
    EvaluationUnchanged: "debug",
    HandshakeHeard: "info",
    HandshakeSent: "info",
    ReportSent: "info",
    VerdictConsumed: "info",
    SpecsTaken: "debug",
    QuotesTaken: "debug",
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
        self._program = program
        self._heads = {
            kind: b'"level":"%b","program":"%b","fact":"%b",'
            % (each.encode(), program.encode(), kind.__name__.encode())
            for kind, each in LEVEL_OF.items()
        }
        self._stream = sys.stderr.buffer if stream is None else stream
        self._wanted = {
            kind
            for kind, each in LEVEL_OF.items()
            if LEVELS.index(level_highest(kind, each)) >= LEVELS.index(level)
        }
        self._least = LEVELS.index(level)
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
        told = self._heads[kind]
        if (name := line_name(fact, self._program)) is not None:
            level = name.level or LEVEL_OF[kind]
            if LEVELS.index(level) < self._least:
                return b""
            told = _named(kind.__name__, name, level, self._program)
        head = b'{"at":"%b.%03dZ",%b' % (_utc(seconds), ns // 1_000_000, told)
        if trace_id := trace_id_of_fact(fact):
            head += b'"trace_id":"%b",' % trace_id.encode()
        return b"%b%b\n" % (head, self._encoder.encode(fact)[1:])

    def _overflow(self, dropped: int) -> bytes:
        sentence = f"{dropped} facts were not logged: more than {WAITING_MAX} waited"
        alarm = Alarm(key="log", code="log_overflow", sentence=sentence)
        return self._line(time.time_ns(), alarm)


def trace_id_of_fact(fact: Any) -> str:
    """Return the trace of a fact's trade or verdict, 32 hexadecimal digits; empty = it is of none.

    Our own EAs derive it from the trade's id, and so do we for EAs that begin no trace.
    """
    trace_id = trace_id_of(getattr(fact, "traceparent", ""))
    known = getattr(fact, "trade_id", "") or getattr(fact, "evaluation_id", "")
    trace_id = trace_id or str(known).replace("-", "")
    return trace_id if _TRACE_ID.fullmatch(trace_id) else ""


@lru_cache(maxsize=64)
def _named(fact: str, name: LineName, level: str, program: str) -> bytes:
    """Return how a line begins that has a name of its own."""
    told = {
        "level": level,
        "program": program,
        "app": program,
        "fact": fact,
        "feature": name.feature,
        "event": name.event,
    }
    if name.status:
        told["status"] = name.status
    return msgspec.json.encode(told)[1:-1] + b","


@lru_cache(maxsize=4)
def _utc(unix_s: int) -> bytes:
    """RFC 3339, UTC, without the zone."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(unix_s)).encode()
