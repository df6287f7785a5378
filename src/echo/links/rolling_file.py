"""A log file that stays small: full, it is set aside under a number, and the oldest one goes."""

import io
from pathlib import Path
from threading import Lock
from typing import Final

BYTES_MAX: Final = 10 << 20
KEPT: Final = 5


class RollingFile(io.RawIOBase):
    """The end of a log, as a stream of bytes.

    Args:
        path: The file that is written; older ones are ``<path>.1`` (the youngest) and so on.
        bytes_max: Size after which a file is set aside; a single write is never divided.
        kept: How many are kept beside the one that is written.

    Raises:
        OSError: the file cannot be opened.
    """

    def __init__(self, path: Path, *, bytes_max: int = BYTES_MAX, kept: int = KEPT) -> None:
        super().__init__()
        self._path, self._bytes_max, self._kept = path, bytes_max, kept
        self._lock = Lock()
        self._file = path.open("ab", buffering=0)

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def write(self, data: object, /) -> int:
        """Append *data*, which is bytes; return their number."""
        view = bytes(memoryview(data))  # type: ignore[arg-type]  # whatever has a buffer
        with self._lock:
            size = self._file.tell()
            if size and size + len(view) > self._bytes_max:
                self._set_aside()
            self._file.write(view)
        return len(view)

    def close(self) -> None:
        """Close the file."""
        if not self.closed:
            self._file.close()
        super().close()

    def _set_aside(self) -> None:
        self._file.close()
        try:
            for number in range(self._kept, 0, -1):
                older = self._numbered(number - 1)
                if older.exists():
                    older.replace(self._numbered(number))
        except OSError:
            pass  # somebody reads it and Windows holds it: the file grows until that has ended
        self._file = self._path.open("ab", buffering=0)

    def _numbered(self, number: int) -> Path:
        return self._path if number == 0 else self._path.with_name(f"{self._path.name}.{number}")
