"""One process per store: a lock that the operating system releases, however the process ends."""

import os
import sys
from pathlib import Path

from echo.ports.errors import StoreLocked

if sys.platform == "win32":  # pragma: no cover - only Windows comes here
    import msvcrt

    # Locked bytes cannot be read on Windows, so the lock lies beyond the process id.
    _LOCKED_BYTE = 1 << 20

    def try_lock(fd: int) -> None:
        """Lock an open file at once, for this process alone.  Raises ``OSError``."""
        os.lseek(fd, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        os.lseek(fd, 0, os.SEEK_SET)

else:
    import fcntl

    def try_lock(fd: int) -> None:
        """Lock an open file at once, for this process alone.  Raises ``OSError``."""
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


class StoreLock:
    """The right to write a store, held from construction to `release`.

    Raises:
        StoreLocked: another process, or another store object of this one, holds it.
        OSError: the lock file cannot be made.
    """

    def __init__(self, store: Path) -> None:
        path = store.with_name(f"{store.name}.lock")
        # The file stays when the lock is released: removing it would let two processes hold
        # locks on two files of one name.
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try_lock(self._fd)
        except OSError:
            holder = os.read(self._fd, 20).decode("ascii", "replace").strip()
            os.close(self._fd)
            raise StoreLocked(
                f"{store} is in use by process {holder or 'unknown'}:"
                " stop that one, or choose another folder"
            ) from None
        os.ftruncate(self._fd, 0)
        os.write(self._fd, f"{os.getpid()}\n".encode("ascii"))

    def release(self) -> None:
        """Let another process have the store."""
        os.close(self._fd)
