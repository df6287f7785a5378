"""How patiently this Agent repeats what is not acknowledged, and how often it shows itself."""

from dataclasses import dataclass
from typing import Final

from echo.bridge.settings import BridgeSettings
from echo.domain.sealing import sealed
from echo.domain.sessions import DeliveryHeartbeat

BACKOFF_MS_MAX: Final = 10_000
"""Once a wait has grown to this, an item is repeated at most once in it."""


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The delivery settings in force; times in ms."""

    ack_timeout_ms: int
    retry_backoff_ms: tuple[int, ...]
    max_retries: int
    heartbeat_interval_ms: int

    def wait_ms(self, sends: int) -> int:
        """Return how long to wait for an answer after send number *sends* (from 1).

        Never less than the time an answer may take; the last back-off repeats.
        """
        backoff_ms = self.retry_backoff_ms[min(sends, len(self.retry_backoff_ms)) - 1]
        return max(self.ack_timeout_ms, min(backoff_ms, BACKOFF_MS_MAX))


def starting_pace(settings: BridgeSettings) -> Pace:
    """Return the pace that holds until the Core has spoken."""
    return Pace(
        ack_timeout_ms=settings.ack_timeout_ms,
        retry_backoff_ms=settings.retry_backoff_ms,
        max_retries=settings.max_retries,
        heartbeat_interval_ms=settings.heartbeat_interval_ms,
    )


def pace_of(heartbeat: DeliveryHeartbeat) -> Pace | None:
    """Return the pace that the Core asks for, or ``None`` where it would mean never or always."""
    waits = heartbeat.retry_backoff_ms
    if not waits or min(waits) <= 0:
        return None
    if min(heartbeat.ack_timeout_ms, heartbeat.heartbeat_interval_ms) <= 0:
        return None
    return Pace(
        ack_timeout_ms=heartbeat.ack_timeout_ms,
        retry_backoff_ms=waits,
        max_retries=heartbeat.max_retries,
        heartbeat_interval_ms=heartbeat.heartbeat_interval_ms,
    )
