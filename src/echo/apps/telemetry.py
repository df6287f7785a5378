"""What a program tells about itself: its log, its figures, its traces, and who gets them."""

import asyncio
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from socket import gethostname
from typing import TYPE_CHECKING, Final

from echo.apps.notices import notifier
from echo.config.settings import AgentSettings, CoreSettings, TelemetrySettings
from echo.domain.cache_facts import CacheStanding
from echo.domain.facts import Alarm, Fact
from echo.domain.traces import AgentSpans, Span
from echo.links.grpc_options import is_loopback
from echo.links.log_facts import LEVEL_OF, LEVELS, LogFacts
from echo.links.notices.notifier import Notifier
from echo.links.telemetry.agent_spans import AgentTrace
from echo.links.telemetry.cache_figures import CacheFigures
from echo.links.telemetry.core_figures import CoreFigures
from echo.links.telemetry.core_spans import CoreTrace
from echo.links.telemetry.fan_out import FanOut
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.metrics_port import MetricsPort
from echo.links.telemetry.registration_figures import AgentFigures, RegistrationFigures
from echo.links.telemetry.registration_spans import (
    EVALUATE,
    VERDICTS_OF_AGENT,
    VERDICTS_OF_CORE,
    verdict_spans_of_agent,
    verdict_spans_of_core,
)
from echo.links.telemetry.table import AGENT_METRICS, CORE_METRICS
from echo.links.telemetry.telemetry import Telemetry
from echo.ports.errors import SettingsInvalid
from echo.ports.telemetry import FactSink

if TYPE_CHECKING:
    from echo.links.telemetry.otlp import OtlpExporter

BACKLOG_EVERY_S: Final = 1.0
HAND_UP_EVERY_S: Final = 1.0
HANDED_MAX: Final = 256
"""Spans in one message to the Core: a trade must not wait behind a large one."""


class Told:
    """The sink of a program's facts, and what hangs on it."""

    def __init__(
        self,
        log: LogFacts,
        telemetry: Telemetry | None = None,
        exporter: "OtlpExporter | None" = None,
        people: Notifier | None = None,
        caches: CacheFigures | None = None,
    ) -> None:
        self._caches = caches
        self._log, self.telemetry, self._exporter = log, telemetry, exporter
        self._people = people
        sinks: tuple[FactSink | None, ...] = (log, telemetry, people)
        self._sink: FactSink = FanOut(*(sink for sink in sinks if sink is not None))

    def observe(self, fact: Fact) -> None:
        """Take *fact*."""
        self._sink.observe(fact)

    def exposition(self, accept: str) -> tuple[bytes, str] | None:
        """Return the figures for Prometheus, and the type of the text; ``None`` = none are kept."""
        return None if self.telemetry is None else self.telemetry.exposition(accept)

    def caches(self) -> tuple[CacheStanding, ...] | None:
        """Return how caches do; ``None`` = nothing is counted."""
        if self.telemetry is None or self._caches is None:
            return None
        self.telemetry.drain()
        return self._caches.standings()

    def close(self) -> None:
        """Write, count and send what waits."""
        if self._people is not None:
            self._people.close()
        if self._exporter is not None:
            self._exporter.close()
        if self.telemetry is not None:
            self.telemetry.close()
        self._log.close()


def core_telling(settings: CoreSettings, version: str) -> Told:
    """Return where the Core's facts go.  Raises ``SettingsInvalid`` for what cannot be."""
    log = LogFacts("echo-core", level=settings.log_level.lower())

    def failed(channel: str, why: str) -> None:
        sentence = f"people cannot be told by {channel}: {why}"
        log.observe(Alarm(key=f"notices:{channel}", code="NOTICES_FAIL", sentence=sentence))

    people = notifier(settings.notices, failed)
    if not settings.telemetry.enabled:
        return Told(log, people=people)
    meters = Meters(CORE_METRICS)
    caches = CacheFigures(meters)
    telemetry = Telemetry(
        meters,
        (CoreFigures(meters).take, RegistrationFigures(meters).take, caches.take),
        _CoreTracer() if settings.telemetry.otlp_endpoint else None,
        readings=(caches.flush,),
        recorded=_recorded(settings.telemetry, settings.log_level),
    )
    who = ("echo-core", gethostname())
    heard = FanOut(log, telemetry) if people is None else FanOut(log, telemetry, people)
    exporter = _exporter(telemetry, settings.telemetry, who, version, heard)
    return Told(log, telemetry, exporter, people, caches)


def agent_telling(settings: AgentSettings, version: str) -> Told:
    """Return where the Agent's facts go.  Raises ``SettingsInvalid`` for what cannot be."""
    log = LogFacts("echo-agent", level=settings.log_level.lower())
    if not settings.telemetry.enabled:
        return Told(log)
    meters = Meters(AGENT_METRICS)
    telemetry = Telemetry(
        meters,
        (AgentFigures(meters, settings.agent_id).take,),
        _AgentTracer() if settings.telemetry.otlp_endpoint or settings.spans_via_core else None,
        recorded=_recorded(settings.telemetry, settings.log_level),
    )
    exporter = _exporter(
        telemetry,
        settings.telemetry,
        ("echo-agent", settings.agent_id),
        version,
        FanOut(log, telemetry),
        spans=not settings.spans_via_core,
    )
    return Told(log, telemetry, exporter)


def open_metrics_port(port: int, told: Told) -> MetricsPort | None:
    """Show the figures at *port*; ``None`` = the settings want none.  Raises ``PortTaken``."""
    if port == 0 or told.telemetry is None:
        return None
    return MetricsPort(port, told.telemetry)


class _CoreTracer:
    """Traces of trades, and of verdicts."""

    def __init__(self) -> None:
        self._trades = CoreTrace()
        self.kinds: Final = self._trades.kinds | VERDICTS_OF_CORE
        self.learns: Final = self._trades.learns

    def trace(self, fact: Fact, at_ms: int) -> Iterable[Span]:
        if type(fact) not in VERDICTS_OF_CORE:
            return self._trades.trace(fact, at_ms)
        return [
            self._trades.timed(span) if span.name == EVALUATE else span
            for span in verdict_spans_of_core(fact, at_ms)
        ]


class _AgentTracer:
    """The same, as an Agent sees them."""

    def __init__(self) -> None:
        self._trades = AgentTrace()
        self.kinds: Final = self._trades.kinds | VERDICTS_OF_AGENT
        self.learns: Final = self._trades.learns

    def trace(self, fact: Fact, at_ms: int) -> Iterable[Span]:
        if type(fact) not in VERDICTS_OF_AGENT:
            return self._trades.trace(fact, at_ms)
        return self._trades.placed(verdict_spans_of_agent(fact, at_ms))


async def watch_backlog(see: Callable[[], Fact], facts: FactSink) -> None:
    """Look at what has no outcome yet, every second, until cancelled."""
    while True:
        facts.observe(see())
        await asyncio.sleep(BACKLOG_EVERY_S)


async def hand_spans_up(told: Told, report: Callable[[Callable[[], AgentSpans]], None]) -> None:
    """Hand an Agent's spans to its Core, every second, until cancelled.

    Args:
        report: Takes what takes them, for nothing is taken while the Core is away.
    """
    telemetry = told.telemetry
    while telemetry is not None:
        await asyncio.sleep(HAND_UP_EVERY_S)
        report(lambda: AgentSpans(spans=tuple(telemetry.take_spans(HANDED_MAX))))


def _recorded(settings: TelemetrySettings, level: str) -> list[type[Fact]]:
    """Return the facts that a collector is told as logs: those of the log's own level."""
    if not settings.otlp_endpoint:
        return []
    least = LEVELS.index(level.lower())
    return [kind for kind, each in LEVEL_OF.items() if LEVELS.index(each) >= least]


def otlp_is_installed() -> bool:
    """Whether the extra ``otlp`` is there."""
    try:
        return find_spec("opentelemetry.exporter") is not None
    except ModuleNotFoundError:  # not even the package in which it would lie
        return False


def _exporter(
    telemetry: Telemetry,
    settings: TelemetrySettings,
    who: tuple[str, str],
    version: str,
    sink: FactSink,
    *,
    spans: bool = True,
) -> "OtlpExporter | None":
    """Return what sends figures, spans and logs; *who* is the program, and which one of them.

    Whether anybody takes them, *sink* is told.
    """
    if not settings.otlp_endpoint:
        return None
    if not otlp_is_installed():
        raise SettingsInvalid(
            ["endpoints/otel/otlp_endpoint is set, but the extra 'otlp' is not installed"]
        )
    from echo.links.telemetry.otlp import Collector, OtlpExporter

    host = settings.otlp_endpoint.rpartition(":")[0]
    return OtlpExporter(
        telemetry,
        Collector(
            traces=settings.otlp_endpoint,
            metrics=settings.metrics_endpoint,
            insecure=is_loopback(host),
        ),
        {
            "service.name": settings.service_name or who[0],
            # Without it the figures of two Agents would be one series.
            "service.instance.id": who[1],
            "service.version": settings.service_version or version,
            "deployment.environment": settings.environment,
        },
        every_s=settings.export_every_s,
        spans=spans,
        tell=sink.observe,
    )
