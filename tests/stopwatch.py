"""How long something took, without the time in which the machine let nobody work."""

import threading
import time
from types import TracebackType
from typing import Final, Self

LOOK_EVERY_S: Final = 0.01
HICCUP_S: Final = 0.04
"""A thread that wants to go on after a moment waits that long on any machine that is at work."""


class Stopwatch:
    """Measures the block, for promises of the kind "within a second".

    A thread beside the block looks again and again.  When it was itself held up, by a machine
    that stood still or worked for others, that time counts for nobody.  Work that takes long,
    and waits that are long, count in full.
    """

    def __init__(self) -> None:
        self._begun_s = self._looked_s = time.monotonic()
        self._lost_s = 0.0
        self._ended: tuple[float, float] | None = None
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look_again_and_again, daemon=True)

    def __enter__(self) -> Self:
        self._begun_s = self._looked_s = time.monotonic()
        self._looking.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended = self._now_s()
        self._over.set()
        self._looking.join()

    @property
    def took_s(self) -> float:
        """How long the block took, or has taken until now."""
        now_s, lost_s = self._ended or self._now_s()
        return now_s - self._begun_s - lost_s

    @property
    def lost_s(self) -> float:
        """How much more time has passed than that."""
        return (self._ended or self._now_s())[1]

    def _look_again_and_again(self) -> None:
        while not self._over.wait(LOOK_EVERY_S):
            self._now_s()

    def _now_s(self) -> tuple[float, float]:
        """Look at the clock; return what it shows, and what was lost until then."""
        with self._lock:
            now_s = time.monotonic()
            late_s = now_s - self._looked_s - LOOK_EVERY_S
            if late_s > HICCUP_S:
                self._lost_s += late_s
            self._looked_s = now_s
            return now_s, self._lost_s
