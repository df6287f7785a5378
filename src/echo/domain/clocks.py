"""How far another host's wall clock is from ours, told by the probes that it answers.

A probe leaves, is held by the peer for a time that it says, and comes back with what the peer's
clock showed.  That was somewhere within the round trip; the middle of it is the best guess, and
half of it bounds the error, however unlike the two ways are (RFC 5905, section 8).
"""

from dataclasses import dataclass
from typing import Final

from echo.domain.quantities import Instant

ROUNDING_MS: Final = 3
"""What whole milliseconds on both sides can add to an error: clocks this close count as one."""
DRIFT_MS_EVERY: Final = 10_000
"""Two quartz clocks part by a millisecond in so long at worst (100 ppm)."""


@dataclass(slots=True)
class PeerClock:
    """The best comparison of a peer's wall clock with ours so far.

    ``ahead_ms``: its clock minus ours, ``None`` = not compared yet; ``error_ms``: how far the
    truth can be from that.
    """

    ahead_ms: int | None = None
    error_ms: int = 0
    _compared_mono_ms: int = 0

    def answered(
        self, *, asked_mono_ms: int, held_ms: int, peer_wall_ms: int, now: Instant
    ) -> bool:
        """Take in an answered probe; return whether the comparison has changed.

        A longer round trip tells less than a shorter one that is not old; but where the two
        cannot both be right a clock was set, and the newer one counts.

        Args:
            asked_mono_ms: When the probe left, on our monotonic clock.
            held_ms: For how long the peer held it before it read its clock.
            peer_wall_ms: What the peer's wall clock showed, Unix ms.
            now: When the answer arrived.
        """
        round_trip_ms = max(0, now.mono_ms - asked_mono_ms - held_ms)
        ahead_ms = peer_wall_ms - now.wall_ms + round_trip_ms // 2
        error_ms = (round_trip_ms + 1) // 2 + ROUNDING_MS
        if self.ahead_ms is not None:
            known_error_ms = (
                self.error_ms + (now.mono_ms - self._compared_mono_ms) // DRIFT_MS_EVERY
            )
            apart_ms = abs(ahead_ms - self.ahead_ms)
            if error_ms > known_error_ms and apart_ms <= error_ms + known_error_ms:
                return False
        changed = (ahead_ms, error_ms) != (self.ahead_ms, self.error_ms)
        self.ahead_ms, self.error_ms = ahead_ms, error_ms
        self._compared_mono_ms = now.mono_ms
        return changed


def correction_ms(ahead_ms: int) -> int:
    """Return what to take off a peer's stamps to read them by our clock; 0 = the clocks agree.

    A few milliseconds are what the rounding of stamps makes of one and the same clock.
    """
    return 0 if abs(ahead_ms) <= ROUNDING_MS else ahead_ms
