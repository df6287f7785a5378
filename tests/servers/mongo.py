"""A server that speaks MongoDB's wire protocol; it is NOT MongoDB, of which there is no package.

What it keeps, it keeps in SQLite: reading, writing, unique keys and being killed are real here;
log-in, storage and replication of MongoDB are not tested by it.
"""

import gc
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.servers.ports import free_port

WITHIN_S = 60.0


@dataclass(slots=True)
class MongoStandIn:
    """One server, on loopback."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mongodb://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        command = [sys.executable, "-m", "nx_27017.nx_27017", "--port", str(self.port)]
        command += ["--db", str(self.folder / "data.db"), "--log-file", str(self.folder / "log")]
        command += ["--pid-file", str(self.folder / "pid")]
        self.process = subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + WITHIN_S
        while not self._listens():
            assert self.process.poll() is None, "the stand-in has ended"
            assert time.monotonic() < deadline, "the stand-in does not listen"
            time.sleep(0.02)

    def kill(self) -> None:
        """End it without asking."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def forget_sockets() -> None:
    """Let go of what the driver leaves behind when it is interrupted while it connects."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@contextmanager
def running_mongo_stand_in() -> Iterator[MongoStandIn]:
    """Run one for a while; without it the test is skipped, and in CI it fails."""
    if find_spec("nx_27017") is None:
        if os.environ.get("CI"):
            pytest.fail("nx-27017 is missing: install the development dependencies")
        pytest.skip("nx-27017 is missing: events in MongoDB were NOT tested")
    folder = Path(tempfile.mkdtemp(prefix="echo-mongo-"))
    port = free_port()
    server = MongoStandIn(folder, port)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
        forget_sockets()
