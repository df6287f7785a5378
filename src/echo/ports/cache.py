"""The cache port: bytes under a name, for a while, or not.  Nothing that matters is only here."""

from typing import Protocol


class Cache(Protocol):
    """A place that forgets."""

    async def get(self, key: str) -> tuple[bytes, int] | None:
        """Return what was put under *key*, and for how many ms it will still be there.

        ``None`` = nothing was put, or it was forgotten.

        Raises:
            CacheUnavailable: the place cannot be asked now.
        """

    async def put(self, key: str, data: bytes, *, lasts_ms: int) -> None:
        """Keep *data* under *key* in place of what was there, for at most *lasts_ms* > 0.

        Raises:
            CacheUnavailable: it may have been kept or not.
        """

    async def close(self) -> None:
        """Let go of the place; harmless when it was never reached."""
