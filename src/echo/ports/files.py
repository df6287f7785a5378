"""The file port: a terminal's own small files, which survive its death."""

from typing import Protocol


class AppendFile(Protocol):
    """A file that grows at its end."""

    def read(self) -> bytes:
        """Return everything in it; empty when there is no file."""

    def append(self, data: bytes) -> None:
        """Add *data*; it survives the death of this process when this returns.

        Raises:
            LedgerUnwritable: some of it, or nothing, was written.
        """

    def replace(self, data: bytes) -> None:
        """Put *data* in place of everything, all or nothing.

        Raises:
            LedgerUnwritable: the file is as it was.
        """

    def set_aside(self) -> None:
        """Rename the file to ``.bad``, so that a person can look at it and a new one begins."""

    def close(self) -> None:
        """Release the file."""
