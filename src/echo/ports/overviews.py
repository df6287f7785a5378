"""The overview port: a journal that adds itself up, beside the one who writes it."""

from typing import Protocol

from echo.domain.overviews import AskOverview, Overview


class OverviewSource(Protocol):
    """A journal that can be read from beside."""

    async def identity(self) -> str:
        """Return a name that no other journal has, and no other schema of this one.

        Raises:
            JournalUnavailable: it cannot be asked, or there is none.
        """

    async def read(self, asked: AskOverview, at_ms: int) -> Overview:
        """Add it up as of one moment; *at_ms* is that moment by the caller's clock.

        Raises:
            JournalUnavailable: it cannot be read, or not in time.
        """
