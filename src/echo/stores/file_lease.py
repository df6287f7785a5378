"""A lease in a small file, for two Cores on one host.

The file says who holds the lease, the how-manieth holder that is, and until when on the host's
clock since its boot.  Whoever reads or writes it locks it first; during a commit it stays locked,
so that nobody can take the lease over between the look at it and the end of the write.
"""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import msgspec

from echo.ports.errors import JournalUnavailable
from echo.stores.leased import Lease
from echo.stores.store_lock import try_lock

_BYTES_MAX = 4_096

Moment = tuple[str, int]
"""Names a boot of the host, and counts its ms, those of suspend too."""


class _Written(msgspec.Struct, frozen=True, kw_only=True):
    """What the file holds."""

    holder: str
    revision: int
    boot_id: str
    ends_ms: int


class FileHold:
    """A hold on the lease in *path*, which need not exist.

    Args:
        who: Names this Core; another one must have another name.
        moment: Returns the present.
        lasts_ms: How long the lease lasts after its last use.
    """

    def __init__(
        self, path: Path, who: str, moment: Callable[[], Moment], *, lasts_ms: int
    ) -> None:
        self._path, self._who = path, who
        self._moment, self._lasts_ms = moment, lasts_ms
        self._revision = 0

    async def take(self) -> None:
        """Take the lease, or keep it; errors as the port says."""
        with self._locked() as fd:
            lease, now_ms = self._read(fd)
            revision = lease.take(self._who, now_ms=now_ms, lasts_ms=self._lasts_ms)
            if revision is None:
                raise lease.absence(now_ms)
            self._revision = revision
            self._write(fd, lease)

    def holder(self) -> str:
        """Return who holds the lease now; empty = nobody, or it cannot be told.

        The file is not locked for that: whoever only looks must not keep anybody waiting.
        """
        try:
            fd = os.open(self._path, os.O_RDONLY)
        except OSError:
            return ""
        try:
            lease, now_ms = self._read(fd)
        except (JournalUnavailable, OSError):
            return ""
        finally:
            os.close(fd)
        return lease.holder if now_ms < lease.ends_ms else ""

    async def renew(self) -> bool:
        """Hold on to it; ``False`` = it is lost; errors as the port says."""
        with self._locked() as fd:
            return self._renewed(fd)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Renew it, and keep the file locked until the context ends; errors as the port says."""
        with self._locked() as fd:
            if not self._renewed(fd):
                lease, _ = self._read(fd)
                raise lease.refusal(self._who, self._revision)
            yield

    async def give_back(self) -> None:
        """Let another Core have it at once; what cannot be written ends by itself."""
        try:
            with self._locked() as fd:
                lease, _ = self._read(fd)
                if lease.revision == self._revision:
                    lease.ends_ms = 0
                    self._write(fd, lease)
        except JournalUnavailable:
            pass

    def _renewed(self, fd: int) -> bool:
        lease, now_ms = self._read(fd)
        if not lease.renew(self._revision, now_ms=now_ms, lasts_ms=self._lasts_ms):
            return False
        self._write(fd, lease)
        return True

    @contextmanager
    def _locked(self) -> Iterator[int]:
        try:
            fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise JournalUnavailable(f"the lease {self._path} cannot be opened: {error}") from error
        try:
            try:
                try_lock(fd)
            except OSError as error:
                raise JournalUnavailable(f"another Core has {self._path} in its hands") from error
            yield fd
        finally:
            os.close(fd)

    def _read(self, fd: int) -> tuple[Lease, int]:
        """Return the lease and the present; after another boot nobody holds it any more."""
        boot_id, now_ms = self._moment()
        data = os.pread(fd, _BYTES_MAX, 0)
        if not data:
            return Lease(), now_ms
        try:
            found = msgspec.json.decode(data, type=_Written)
        except msgspec.MsgspecError as error:
            raise JournalUnavailable(f"{self._path} is no lease: {error}") from error
        ends_ms = found.ends_ms if found.boot_id == boot_id else 0
        return Lease(holder=found.holder, revision=found.revision, ends_ms=ends_ms), now_ms

    def _write(self, fd: int, lease: Lease) -> None:
        boot_id, _ = self._moment()
        written = _Written(
            holder=lease.holder,
            revision=lease.revision,
            boot_id=boot_id,
            ends_ms=lease.ends_ms,
        )
        data = msgspec.json.encode(written)
        try:
            os.pwrite(fd, data.ljust(_BYTES_MAX - 1) + b"\n", 0)
        except OSError as error:
            raise JournalUnavailable(f"{self._path} cannot be written: {error}") from error
