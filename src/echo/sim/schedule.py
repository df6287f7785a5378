"""Virtual time: everything that is going to happen, and clocks that are all a little wrong."""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Final

from echo.domain.quantities import Instant

EPOCH_MS: Final = 1_750_000_000_000
"""What a right wall clock shows when the world begins."""

BOOT_MONO_MS: Final = 1_000_000
"""What a host's monotonic clock shows when the world begins."""

MILLION: Final = 1_000_000


class Life:
    """One run of a process: what it planned does not happen when it is over."""

    __slots__ = ("over",)

    def __init__(self) -> None:
        self.over = False


FOREVER: Final = Life()
"""The world's own plans."""


class Schedule:
    """A heap of calls; those of the same moment happen in the order in which they were planned."""

    __slots__ = ("_heap", "_planned", "happened", "now_ms")

    def __init__(self) -> None:
        self.now_ms = 0
        self.happened = 0
        self._planned = 0
        self._heap: list[tuple[int, int, Life, Callable[[], None]]] = []

    def __len__(self) -> int:
        return len(self._heap)

    def at(self, due_ms: int, call: Callable[[], None], life: Life = FOREVER) -> None:
        """Plan *call* for *due_ms*, or for now if that has passed; void once *life* is over."""
        self._planned += 1
        if due_ms < self.now_ms:
            due_ms = self.now_ms
        heappush(self._heap, (due_ms, self._planned, life, call))

    def after(self, wait_ms: int, call: Callable[[], None], life: Life = FOREVER) -> None:
        """Plan *call* for *wait_ms* from now."""
        self.at(self.now_ms + wait_ms, call, life)

    def run(self, until_ms: int) -> None:
        """Let time pass until *until_ms*, that moment included."""
        heap = self._heap
        while heap and heap[0][0] <= until_ms:
            due_ms, _, life, call = heappop(heap)
            if life.over:
                continue
            self.now_ms = due_ms
            self.happened += 1
            call()
        self.now_ms = max(self.now_ms, until_ms)


class HostClock:
    """One host's two clocks, as functions of the true time.

    ``drift_ppm``: how much faster than true both run, in millionths.  ``wall_offset_ms``: how far
    the wall clock is ahead; it can be set, the monotonic clock never is.
    """

    def __init__(self, *, drift_ppm: int = 0, wall_offset_ms: int = 0) -> None:
        self.boots = 1
        self._drift_ppm = drift_ppm
        self._wall_from_ms = EPOCH_MS + wall_offset_ms
        """What the wall clock would show when the world begins."""
        self._mono_from_ms = BOOT_MONO_MS
        """What the monotonic clock would show then."""
        self._true_ms = -1
        self._shown = Instant(0, 0)
        """What both showed last, at that true moment."""

    @property
    def boot_id(self) -> str:
        """Names this run of the host."""
        return f"boot-{self.boots}"

    def at(self, true_ms: int) -> Instant:
        """Return what the clocks show."""
        if self._true_ms != true_ms:
            counted_ms = true_ms + true_ms * self._drift_ppm // MILLION
            self._true_ms = true_ms
            self._shown = Instant(self._wall_from_ms + counted_ms, self._mono_from_ms + counted_ms)
        return self._shown

    def true_ms(self, mono_ms: int) -> int:
        """Return the first true moment at which the monotonic clock shows at least *mono_ms*."""
        counted_ms = mono_ms - self._mono_from_ms
        return -(-counted_ms * MILLION // (MILLION + self._drift_ppm))

    def set_wall(self, by_ms: int) -> None:
        """Set the wall clock: forward, or back."""
        self._wall_from_ms += by_ms
        self._true_ms = -1

    def reboot(self, true_ms: int) -> None:
        """Begin to count anew, as after switching the host off and on."""
        self.boots += 1
        counted_ms = true_ms + true_ms * self._drift_ppm // MILLION
        self._mono_from_ms = 1_000 * self.boots - counted_ms
        self._true_ms = -1
