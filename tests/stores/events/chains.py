"""Chains of events to write."""

from datetime import UTC, datetime

from echo.domain.raw_events import Chain, Direction, Linked

DAY_MS = 86_400_000
NOON_MS = int(datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp() * 1_000)


def linked(chain: Chain, count: int, *, start_ms: int = NOON_MS, every_ms: int = 1) -> list[Linked]:
    return [
        chain.take(
            Direction.IN,
            "Quote",
            wall_ms=start_ms + n * every_ms,
            mono_ms=n,
            payload=b'{"n":%d}' % chain.seq,
            answer=b'{"digest":"00"}' if n % 3 == 0 else b"",
        )
        for n in range(count)
    ]
