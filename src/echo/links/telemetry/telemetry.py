"""The sink of all figures and spans: facts in, off the path; readers and exporters out."""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from threading import Event, Lock, Thread
from typing import Final

from prometheus_client import generate_latest
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST as OPEN_METRICS
from prometheus_client.openmetrics.exposition import generate_latest as generate_open_metrics

from echo.domain.facts import Fact
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.spans import Span

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"
TURN_S: Final = 0.25
"""How long facts may lie before they are counted."""
WAITING_MAX: Final = 20_000
"""Facts that may wait; more are dropped and counted, for memory is bounded and trades go first."""
RECORDS_MAX: Final = 10_000
"""Facts that may wait for an exporter of logs; the oldest are dropped."""
SPANS_MAX: Final = 10_000
"""Spans that may wait for an exporter; the oldest are dropped."""

Take = Callable[[Fact], None]
Trace = Callable[[Fact, int], Iterator[Span]]
"""Takes a fact, and the Unix milliseconds at which it was told."""
Reading = Callable[[], None]


class Telemetry:
    """A `FactSink` that counts and traces.

    `observe` only remembers; everything else happens a moment later in a thread, so that figures
    cost a trade less than a microsecond.

    Args:
        meters: What is counted into.
        takes: Each makes figures of a fact.
        trace: Makes spans of a fact; ``None`` = nobody exports them.
        readings: Called before the figures are read, for what is a state and no fact.
        recorded: Kinds of facts that are kept for an exporter of logs.
    """

    def __init__(
        self,
        meters: Meters,
        takes: Sequence[Take],
        trace: Trace | None = None,
        readings: Sequence[Reading] = (),
        recorded: Collection[type[Fact]] = (),
    ) -> None:
        self.meters: Final = meters
        self.dropped = 0
        self._recorded = frozenset(recorded)
        self._takes, self._trace, self._readings = tuple(takes), trace, tuple(readings)
        self._waiting: deque[tuple[int, Fact]] = deque()
        self._records: deque[tuple[int, Fact]] = deque(maxlen=RECORDS_MAX)
        self._spans: deque[Span] = deque(maxlen=SPANS_MAX)
        self._lock = Lock()
        self._closing = Event()
        self._worker = Thread(target=self._work, name="telemetry", daemon=True)
        self._worker.start()

    def observe(self, fact: Fact) -> None:
        """Remember *fact*."""
        if len(self._waiting) < WAITING_MAX:
            self._waiting.append((time.time_ns(), fact))
        else:
            self.dropped += 1

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

    def drain(self) -> None:
        """Count everything that waits."""
        with self._lock:
            for _ in range(len(self._waiting)):
                self._count(*self._waiting.popleft())
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
        if type(fact) in self._recorded:
            self._records.append((at_ns, fact))
        for take in self._takes:
            take(fact)
        if self._trace is not None:
            self._spans.extend(self._trace(fact, at_ns // 1_000_000))
