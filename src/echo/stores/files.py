"""Append-only files on a local disk, readable by their owner only."""

import os
from pathlib import Path

from echo.ports.errors import LedgerUnwritable


class LocalFile:
    """One file.  What is appended is handed to the operating system at once.

    That survives the death of the program, not of the machine, as the files of a MetaTrader
    terminal do: its ``FileFlush`` reaches no further either.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def read(self) -> bytes:
        """Return everything in it; empty when there is no file."""
        return self._path.read_bytes() if self._path.exists() else b""

    def append(self, data: bytes) -> None:
        """Add *data* at the end."""
        try:
            if self._descriptor is None:
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
                self._descriptor = os.open(self._path, flags, 0o600)
            written = os.write(self._descriptor, data)
        except OSError as error:
            raise LedgerUnwritable(f"{self._path}: {error.strerror}") from error
        if written != len(data):
            raise LedgerUnwritable(f"{self._path}: {written} of {len(data)} bytes were written")

    def replace(self, data: bytes) -> None:
        """Write *data* beside the file, then rename it into its place."""
        fresh = self._path.with_suffix(self._path.suffix + ".new")
        try:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                written = os.write(descriptor, data)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            if written != len(data):
                raise LedgerUnwritable(f"{fresh}: {written} of {len(data)} bytes were written")
            fresh.replace(self._path)
        except OSError as error:
            raise LedgerUnwritable(f"{self._path}: {error.strerror}") from error
        self.close()

    def set_aside(self) -> None:
        """Rename the file to ``.bad``."""
        self.close()
        self._path.replace(self._path.with_suffix(self._path.suffix + ".bad"))

    def close(self) -> None:
        """Release the file; a later `append` opens it again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
