"""What a person may ask of the demo."""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

from echo.apps.demo import telling

SECONDS: Final = 45
SECONDS_MIN: Final = 5
SECONDS_MAX: Final = 3_600
SPEED: Final = Decimal(60)
MASTERS_MAX: Final = 20
SLAVES_MAX: Final = 100


class DemoRefused(Exception):
    """The demo cannot be played as asked; the message says what to ask instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    """How long, how fast, who, with which data.

    ``speed``: market seconds per second.  ``broker_delay``: ``real`` (as measured at brokers) or
    ``0``.  ``data``: histories in place of the bundled ones.  ``ticks``: files of ticks, as
    ``FILE`` (the symbol is read from its name) or ``SYMBOL=FILE``, in place of the bundled ones.
    ``legacy``: so many slaves run an EA of protocol 2.  ``state``: folder for everything;
    ``None`` = a fresh one, removed at the end unless ``keep``.  ``record``: the Core writes down
    every event, for replay.  ``store``: server and database that keep the journal, in a schema of
    its own that goes the same way as the folder; ``None`` = a file in the folder.  ``terminals``:
    ``paper`` (all in Python) or ``ea`` (the EAs' own code, compiled from their MQL sources; old
    EAs stay paper).  ``otlp``: a collector that is sent figures, traces and logs, ``host:port``.
    ``metrics_port``: where the Core shows its figures to Prometheus; the Agent does at the next.
    """

    seconds: int = SECONDS
    speed: Decimal = SPEED
    masters: int = 2
    slaves: int = 6
    legacy: int = 0
    data: tuple[Path, ...] = ()
    ticks: tuple[str, ...] = ()
    broker_delay: str = "real"
    state: Path | None = None
    keep: bool = False
    record: bool = False
    store: str | None = None
    terminals: str = "paper"
    otlp: str | None = None
    metrics_port: int | None = None
    json: bool = False
    complaints: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        complaints = []
        if not SECONDS_MIN <= self.seconds <= SECONDS_MAX:
            complaints.append(f"--seconds {self.seconds} is not {SECONDS_MIN} to {SECONDS_MAX}")
        if not self.speed.is_finite() or not 0 < self.speed <= 1_000:
            complaints.append(f"--speed {self.speed} is not above 0 and up to 1000")
        if not 1 <= self.masters <= MASTERS_MAX:
            complaints.append(f"--masters {self.masters} is not 1 to {MASTERS_MAX}")
        if not 1 <= self.slaves <= SLAVES_MAX:
            complaints.append(f"--slaves {self.slaves} is not 1 to {SLAVES_MAX}")
        if not 0 <= self.legacy <= self.slaves:
            complaints.append(f"--legacy {self.legacy} is not 0 to the {self.slaves} slaves")
        if self.broker_delay not in {"real", "0"}:
            complaints.append(f"--broker-delay {self.broker_delay} is neither real nor 0")
        if self.terminals not in {"paper", "ea"}:
            complaints.append(f"--terminals {self.terminals} is neither paper nor ea")
        complaints += telling.complaints(self.otlp, self.metrics_port)
        object.__setattr__(self, "complaints", tuple(complaints))
