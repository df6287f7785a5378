"""The lease port: the right of one of several Cores to write the journal that they share."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Hold(Protocol):
    """One Core's hold on the lease.  The lease numbers its holders; an old number is worth nothing.

    A Core that was paused for longer than the lease lasts finds out by `renew` or `writing` that
    another one has had it since.
    """

    async def take(self) -> None:
        """Take the lease, or keep it.

        Raises:
            JournalUnavailable: another Core holds it, or nobody can be asked.
        """

    async def renew(self) -> bool:
        """Hold on to it for another while; ``False`` = another Core has had it since.

        Raises:
            JournalUnavailable: nobody can be asked.
        """

    def writing(self) -> AbstractAsyncContextManager[None]:
        """Renew it, and keep everybody else out until the context ends.

        Raises:
            JournalRefused: another Core has had it since.
            JournalUnavailable: nobody can be asked.
        """

    async def give_back(self) -> None:
        """Let another Core have it at once, if it is still held."""
