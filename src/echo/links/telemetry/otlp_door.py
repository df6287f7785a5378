"""The way to one collector: its connections, whether it takes anything, when it is asked again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter

from echo.domain.facts import Fact
from echo.domain.link_facts import CollectorChanged
from echo.links.telemetry.otlp_records import LogSender
from echo.links.telemetry.otlp_spans import SpanSender

PATIENCE_S: Final = 3.0
"""How long one export, or one question whether anybody is there, may take."""
PAUSE_S_MAX: Final = 30.0
"""The longest rest before one that did not answer is asked again."""


@dataclass(frozen=True, slots=True)
class Senders:
    """Connections to one collector, one for each kind of telemetry."""

    figures: OTLPMetricExporter
    spans: SpanSender
    logs: LogSender

    def close(self) -> None:
        """End them, whatever is under way."""
        self.figures.shutdown(timeout_millis=0)
        self.spans.shutdown()
        self.logs.shutdown()


class Door:
    """Lets telemetry through while the collector takes it; costs nothing while it does not.

    One that has failed has no connection: it is asked, with a message that holds nothing, after
    pauses that double up to `PAUSE_S_MAX`.  Nothing is made, encoded or sent for it meanwhile.

    Args:
        address: ``host:port``.
        make: Connects.
        every_s: The pause between two exports, and the first between two questions.
        tell: Told when the collector begins to take what it is sent, and when it ceases to.
    """

    def __init__(
        self,
        address: str,
        make: Callable[[], Senders],
        every_s: float,
        tell: Callable[[Fact], None],
    ) -> None:
        self._address, self._make, self._tell = address, make, tell
        self._every_s, self._pause_s_max = every_s, max(every_s, PAUSE_S_MAX)
        self._pause_s = every_s
        self._senders: Senders | None = None
        self._up: bool | None = None
        self.due_s = 0.0
        """When it is this door's turn, on the monotonic clock."""

    @property
    def is_open(self) -> bool:
        """Whether the collector answered when it was last spoken to."""
        return self._senders is not None

    def knock(self, now_s: float) -> bool:
        """Return whether it is open; one that is shut is asked, if it is time."""
        if self._senders is not None:
            return True
        if now_s < self.due_s:
            return False
        senders = self._make()
        why = senders.spans.silence(PATIENCE_S)
        if why:
            senders.close()
            self._shut(now_s, why)
            return False
        self._senders = senders
        return True

    def send(self, now_s: float, send: Callable[[Senders], bool]) -> bool:
        """Call *send*, which returns whether everything was taken; if not, the door shuts."""
        if self._senders is None:
            return False
        if not send(self._senders):
            self._senders.close()
            self._senders = None
            self._shut(now_s, f"it did not take what it was sent within {PATIENCE_S:g} s")
            return False
        self._pause_s, self.due_s = self._every_s, now_s + self._every_s
        self._change(True, f"the collector at {self._address} takes what it is sent")
        return True

    def close(self) -> None:
        """End the connections."""
        if self._senders is not None:
            self._senders.close()

    def _shut(self, now_s: float, why: str) -> None:
        self.due_s = now_s + self._pause_s
        self._pause_s = min(2 * self._pause_s, self._pause_s_max)
        self._change(
            False,
            f"the collector at {self._address} does not answer ({why}): it is asked again after"
            f" {self._every_s:g} to {self._pause_s_max:g} s",
        )

    def _change(self, up: bool, sentence: str) -> None:
        if up is not self._up:
            self._up = up
            self._tell(CollectorChanged(address=self._address, up=up, sentence=sentence))


def senders(
    address: str, *, insecure: bool, resource: Mapping[str, str], scope: str
) -> Callable[[], Senders]:
    """Return what connects to *address*.

    Args:
        address: ``host:port``.
        insecure: Without TLS.
        resource: Who this is: ``service.name`` and the like.
        scope: Name of what made spans and log records.
    """

    def make() -> Senders:
        return Senders(
            OTLPMetricExporter(address, insecure=insecure, timeout=PATIENCE_S),
            SpanSender(
                address, insecure=insecure, timeout_s=PATIENCE_S, resource=resource, scope=scope
            ),
            LogSender(
                address, insecure=insecure, timeout_s=PATIENCE_S, resource=resource, scope=scope
            ),
        )

    return make
