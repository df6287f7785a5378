"""A file that a recording of events grows in; it may lose its last moments, never slow anything."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from echo.ports.errors import SettingsInvalid

BUFFER_BYTES: Final = 1 << 18


class RecordingFile:
    """Appends lines, buffered: a recording is for looking back, nothing is promised on it.

    Args:
        path: The file; made with mode 0600 when it is missing, for it names accounts and sizes.
        failed: Told why, once, when the file cannot be written any more; recording ends there.

    Raises:
        SettingsInvalid: the file cannot be opened.
    """

    def __init__(self, path: Path, failed: Callable[[str], None]) -> None:
        self._path, self._failed = path, failed
        try:
            path.touch(mode=0o600)
            self._file: BinaryIO | None = path.open("ab", buffering=BUFFER_BYTES)
        except OSError as error:
            raise SettingsInvalid([f"{path} cannot be written: {error.strerror}"]) from error

    def write(self, line: bytes) -> None:
        """Add *line* to what will be written."""
        if self._file is not None:
            self._guarded(lambda file: file.write(line))

    def flush(self) -> None:
        """Hand over to the system what was written so far."""
        if self._file is not None:
            self._guarded(lambda file: file.flush())

    def close(self) -> None:
        """Write the rest and release the file."""
        if self._file is not None:
            self._guarded(lambda file: file.close())
            self._file = None

    def _guarded(self, work: Callable[[BinaryIO], object]) -> None:
        file = self._file
        assert file is not None  # noqa: S101 -- asked for by every caller
        try:
            work(file)
        except OSError as error:
            self._file = None
            with suppress(OSError):
                file.close()
            self._failed(f"{self._path} is no longer written: {error.strerror}")
