"""The sink of all figures and spans: facts in, off the path; readers and exporters out."""

import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from threading import Event, Lock, Thread
from typing import Final, Protocol

from prometheus_client import generate_latest
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST as OPEN_METRICS
from prometheus_client.openmetrics.exposition import generate_latest as generate_open_metrics

from echo.domain.facts import Fact
from echo.domain.link_facts import FactsShed
from echo.domain.traces import Span
from echo.links.telemetry.meters import Meters

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
TURN_S: Final = 0.25
"""How long facts may lie before they are counted."""
WAITING_MAX: Final = 20_000
"""Facts that may wait; more are dropped and counted, for memory is bounded and trades go first."""
RECORDS_MAX: Final = 10_000
"""Facts that may wait for an exporter of logs; the oldest are dropped."""
SPANS_MAX: Final = 10_000
"""Spans that may wait for an exporter; beyond it none are made."""

Take = Callable[[Fact], None]
Reading = Callable[[], None]


class Tracer(Protocol):
    """Makes spans of facts."""

    @property
    def kinds(self) -> Collection[type[Fact]]:
        """Facts that spans are made of."""

    @property
    def learns(self) -> Collection[type[Fact]]:
        """Facts that no span is made of, but which it wants to know."""

    def trace(self, fact: Fact, at_ms: int) -> Iterable[Span]:
        """Return the spans of *fact*, which was told at *at_ms* (Unix ms)."""


class Telemetry:
    """A `FactSink` that counts and traces.

    `observe` only remembers; everything else happens a moment later in a thread, so that figures
    cost a trade less than a microsecond.

    Args:
        meters: What is counted into.
        takes: Each makes figures of a fact.
        tracer: Makes spans of facts; ``None`` = nobody exports them.
        readings: Called before the figures are read, for what is a state and no fact.
        recorded: Kinds of facts that are kept for an exporter of logs.
    """

    def __init__(
        self,
        meters: Meters,
        takes: Sequence[Take],
        tracer: Tracer | None = None,
        readings: Sequence[Reading] = (),
        recorded: Collection[type[Fact]] = (),
    ) -> None:
        self.meters: Final = meters
        self._recorded = frozenset(recorded)
        self._takes, self._tracer, self._readings = tuple(takes), tracer, tuple(readings)
        self._traced = frozenset(tracer.kinds if tracer is not None else ())
        self._heeded = self._traced.union(tracer.learns if tracer is not None else ())
        self._waiting: deque[tuple[int, Fact]] = deque()
        self._records: deque[tuple[int, Fact]] = deque(maxlen=RECORDS_MAX)
        self._spans: deque[Span] = deque()
        self._spans_max = SPANS_MAX
        self._uncounted = self._untraced = self._unlogged = 0
        self._told_shed: Counter[str] = Counter()
        self._lock = Lock()
        self._closing = Event()
        self._worker = Thread(target=self._work, name="telemetry", daemon=True)
        self._worker.start()

    def observe(self, fact: Fact) -> None:
        """Remember *fact*."""
        if len(self._waiting) < WAITING_MAX:
            self._waiting.append((time.time_ns(), fact))
        else:
            self._uncounted += 1

    def exposition(self, accept: str = "") -> tuple[bytes, str]:
        """Return the figures as Prometheus reads them, and the type of the text.

        OpenMetrics, which carries exemplars, for those who ask for it.
        """
        self.drain()
        if "application/openmetrics-text" in accept:
            text = generate_open_metrics(self.meters.registry)  # type: ignore[no-untyped-call]  # untyped there
            return text, OPEN_METRICS
        return generate_latest(self.meters.registry), TEXT

    def take_spans(self, at_most: int) -> list[Span]:
        """Return finished spans, the oldest first, and forget them."""
        found: list[Span] = []
        while self._spans and len(found) < at_most:
            found.append(self._spans.popleft())
        return found

    def take_records(self, at_most: int) -> list[tuple[int, Fact]]:
        """Return facts with the Unix nanoseconds at which they were told, and forget them."""
        found: list[tuple[int, Fact]] = []
        while self._records and len(found) < at_most:
            found.append(self._records.popleft())
        return found

    @property
    def spans_waiting(self) -> int:
        """How many spans nobody has taken yet."""
        return len(self._spans)

    @property
    def records_waiting(self) -> int:
        """How many log lines nobody has taken yet."""
        return len(self._records)

    def keep_spans(self, at_most: int) -> None:
        """Make no more spans once *at_most* wait; those that do are kept."""
        self._spans_max = min(at_most, SPANS_MAX)

    def not_taken(self, *, spans: int = 0, logs: int = 0) -> None:
        """Count what was handed out and did not arrive."""
        with self._lock:
            self._untraced += spans
            self._unlogged += logs

    def drain(self) -> None:
        """Count everything that waits."""
        with self._lock:
            for _ in range(len(self._waiting)):
                self._count(*self._waiting.popleft())
            self._count_shed()
            for reading in self._readings:
                reading()

    def close(self) -> None:
        """Count what waits, and stop."""
        self._closing.set()
        self._worker.join(timeout=1.0)
        self.drain()

    def _work(self) -> None:
        while not self._closing.wait(TURN_S):
            self.drain()

    def _count(self, at_ns: int, fact: Fact) -> None:
        kind = type(fact)
        if kind in self._recorded:
            self._unlogged += len(self._records) == RECORDS_MAX
            self._records.append((at_ns, fact))
        for take in self._takes:
            take(fact)
        if self._tracer is None or kind not in self._heeded:
            return
        if kind in self._traced and len(self._spans) >= self._spans_max:
            self._untraced += 1
        else:
            self._spans.extend(self._tracer.trace(fact, at_ns // 1_000_000))

    def _count_shed(self) -> None:
        """Count what was left out since the last time, as a fact like others."""
        shed = {"figures": self._uncounted, "spans": self._untraced, "logs": self._unlogged}
        for what, facts in shed.items():
            more = facts - self._told_shed[what]
            if more:
                self._told_shed[what] = facts
                for take in self._takes:
                    take(FactsShed(what=what, facts=more))
