"""The way out to a collector: figures, spans and logs over OTLP/gRPC, from a thread of its own.

Needs the extra ``otlp``.  A collector that is dead or slow costs nothing but telemetry: until it
answers a question nothing is encoded for it, hardly a span is made, and what waits is bounded.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from threading import Event, Thread
from typing import Final

from opentelemetry.sdk.metrics.export import MetricExportResult
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

from echo.domain.facts import Fact
from echo.links.telemetry.otlp_door import PATIENCE_S, Door, Senders, senders
from echo.links.telemetry.otlp_figures import figures_of
from echo.links.telemetry.telemetry import SPANS_MAX, Telemetry

EXPORT_EVERY_S: Final = 5.0
AT_ONCE: Final = 512
SPANS_UNHEARD: Final = 1_024
"""Spans that are kept for a collector that does not answer; beyond it none are made."""
PLENTY: Final = SPANS_MAX // 4
"""So many spans, or log lines, are not kept waiting until it is time for an export."""
LOOK_EVERY_S: Final = 0.5
SCOPE: Final = InstrumentationScope("echo")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """Where figures, and traces with logs, go, as ``host:port`` each.

    ``insecure``: without TLS, which is for loopback and networks that are trusted.
    """

    traces: str
    metrics: str
    insecure: bool = True


class OtlpExporter:
    """Sends what `Telemetry` has, every few seconds and once more at the end.

    Args:
        telemetry: Where the figures and spans are.
        to: Who takes them.
        attributes: Who this is: ``service.name`` and the like.
        every_s: The pause between two exports.
        spans: Whether spans are sent, too; else they are left to whoever takes them.
        tell: Told when a collector begins to answer, and when it ceases to; by default *telemetry*.
    """

    def __init__(
        self,
        telemetry: Telemetry,
        to: Collector,
        attributes: Mapping[str, str],
        *,
        every_s: float = EXPORT_EVERY_S,
        spans: bool = True,
        tell: Callable[[Fact], None] | None = None,
    ) -> None:
        self._telemetry, self._with_spans = telemetry, spans
        self._resource = Resource(dict(attributes))
        doors = {}
        for address in {to.metrics, to.traces}:
            make = senders(address, insecure=to.insecure, resource=attributes, scope=SCOPE.name)
            # What cannot be connected at all, for want of a file, is an error here and now.
            make().close()
            doors[address] = Door(address, make, every_s, tell or telemetry.observe)
        self._doors = tuple(doors.values())
        self._figures_door, self._traces_door = doors[to.metrics], doors[to.traces]
        self._begun_ns = time.time_ns()
        self._closing = Event()
        self._worker = Thread(target=self._work, name="otlp", daemon=True)
        self._worker.start()

    def close(self) -> None:
        """Send what is left, if the collector takes it, and stop."""
        self._closing.set()
        self._worker.join(timeout=PATIENCE_S)
        for door in self._doors:
            door.close()

    def _work(self) -> None:
        self._export(time.monotonic())
        while not self._closing.wait(self._rest_s()):
            self._export(time.monotonic())
        self._export(time.monotonic(), last=True)

    def _rest_s(self) -> float:
        rest_s = max(0.0, min(door.due_s for door in self._doors) - time.monotonic())
        return min(rest_s, LOOK_EVERY_S) if self._traces_door.is_open else rest_s

    def _export(self, now_s: float, *, last: bool = False) -> None:
        """Send what there is through doors whose turn it is; the *last* time, if they are open."""
        self._telemetry.drain()
        for door in self._doors:
            if door.is_open if last else (self._is_due(door, now_s) and door.knock(now_s)):
                door.send(now_s, partial(self._sent, door))
        if self._with_spans:
            heard = self._traces_door.is_open
            self._telemetry.keep_spans(SPANS_MAX if heard else SPANS_UNHEARD)

    def _is_due(self, door: Door, now_s: float) -> bool:
        if now_s >= door.due_s:
            return True
        spans = self._telemetry.spans_waiting if self._with_spans else 0
        waiting = max(spans, self._telemetry.records_waiting)
        return door is self._traces_door and door.is_open and waiting >= PLENTY

    def _sent(self, door: Door, to: Senders) -> bool:
        """Send *to* what belongs through *door*, until something is not taken.

        That is not sent again: it may have arrived, or be what is never taken.
        """
        taken = door is not self._figures_door or self._figures_sent(to)
        if door is not self._traces_door:
            return taken
        while taken and (facts := self._telemetry.take_records(AT_ONCE)):
            taken = to.logs.send(facts)
            self._telemetry.not_taken(logs=0 if taken else len(facts))
        while taken and self._with_spans and (spans := self._telemetry.take_spans(AT_ONCE)):
            taken = to.spans.send(spans)
            self._telemetry.not_taken(spans=0 if taken else len(spans))
        return taken

    def _figures_sent(self, to: Senders) -> bool:
        meters = self._telemetry.meters
        figures = figures_of(meters, self._resource, SCOPE, self._begun_ns, time.time_ns())
        return to.figures.export(figures) is MetricExportResult.SUCCESS
