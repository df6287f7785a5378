"""Everything that happened to the engine, one line an event: what a replay is fed with."""

from collections.abc import Callable, Iterable, Iterator

from echo.domain.quantities import Instant
from echo.engine.events import Event
from echo.services.core.canonical import canonical, from_canonical


class Recorder:
    """Writes events with their instants as lines of canonical JSON.

    Args:
        write: Takes one line, its end included; must not block.
    """

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self._write = write

    def __call__(self, event: Event, now: Instant) -> None:
        """Record that *event* happened at *now*."""
        self._write(canonical((now, event)) + b"\n")


def read_recording(lines: Iterable[bytes]) -> Iterator[tuple[Event, Instant]]:
    """Yield what was recorded, in order; a last line that a kill cut off is left out.

    Raises:
        ValueError: a whole line is none of a recording.
    """
    for line in lines:
        if not line.endswith(b"\n"):
            return
        found = from_canonical(line)
        match found:
            case (Instant() as now, event) if isinstance(event, Event):
                yield event, now
            case _:
                raise ValueError(f"no recorded event: {line[:100]!r}")
