"""How long to wait before the next attempt to reach a peer."""

from typing import Final

STEADY_MS: Final = 5_000
"""A pipe that does not last so long was refused, or breaks by itself: no success."""


class Backoff:
    """Doubles from *first_ms* to *max_ms*; starts again after a success.

    Args:
        first_ms: The first wait, > 0.
        max_ms: The longest wait, jitter not included.
        immediate: Whether the first attempt after a success comes without a wait.
    """

    def __init__(self, *, first_ms: int, max_ms: int, immediate: bool = False) -> None:
        if not 0 < first_ms <= max_ms:
            raise ValueError(f"must be 0 < first <= max: {first_ms=}, {max_ms=}")
        self._first_ms, self._max_ms, self._immediate = first_ms, max_ms, immediate
        self.succeeded()

    def succeeded(self) -> None:
        """Start again from the shortest wait."""
        self._next_ms = 0 if self._immediate else self._first_ms

    def next_ms(self) -> int:
        """Return how long to wait now, and wait longer the next time."""
        wait_ms = self._next_ms
        self._next_ms = min(max(2 * wait_ms, self._first_ms), self._max_ms)
        return wait_ms
