"""A real Redis, from Debian's package, on a free port, without root and without a service."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.servers import freezing
from tests.servers.ports import free_port
from tests.servers.postgres import die_with_parent

WITHIN_S = 60.0


def program(name: str = "redis-server") -> str:
    """Return where Redis is; without it the test is skipped, and in CI it fails."""
    found = shutil.which(name)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"{name} is missing: tools/test_packages.sh installs it")
        pytest.skip(f"{name} is missing (tools/test_packages.sh, as root): NOT tested with Redis")
    return found


@dataclass(slots=True)
class RedisServer:
    """One server, on loopback and on a socket; it keeps nothing on disk."""

    folder: Path
    port: int
    options: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def socket(self) -> Path:
        """Where it listens besides."""
        return self.folder / "redis.sock"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.process = subprocess.Popen(
            [
                *(program(), "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--unixsocket", str(self.socket), "--dir", str(self.folder)),
                *("--save", "", "--appendonly", "no", "--daemonize", "no"),
                *("--logfile", str(self.folder / "log"), *self.options),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            preexec_fn=die_with_parent if sys.platform == "linux" else None,
        )
        deadline_s = time.monotonic() + WITHIN_S
        while not self._answers():
            assert self.process.poll() is None, self._last_words()
            assert time.monotonic() < deadline_s, "Redis does not answer"
            time.sleep(0.01)  # it cannot call back

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it without asking."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Let it hang."""
        assert self.process is not None
        freezing.freeze(self.process.pid)

    def thaw(self) -> None:
        """Let it go on."""
        assert self.process is not None
        freezing.thaw(self.process.pid)

    def run(self, *arguments: str | bytes, check: bool = True) -> str:
        """Run Redis' own command line against it, as somebody else would."""
        done = subprocess.run(
            [program("redis-cli"), "-p", str(self.port), *arguments],
            capture_output=True,
            check=check,
        )
        return done.stdout.decode(errors="replace").strip()

    def _answers(self) -> bool:
        return self.run("ping", check=False) in {"PONG", "NOAUTH Authentication required."}

    def _last_words(self) -> str:
        """Return what one said that has ended; of wrong options it says so before it has a log."""
        assert self.process is not None
        assert self.process.stderr is not None
        said, log = self.process.stderr.read().decode(errors="replace"), self.folder / "log"
        logged = log.read_text() if log.exists() else "no log"
        return f"Redis ended with {self.process.returncode}: {said}{logged}"

    def _end(self, number: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(WITHIN_S)
            if self.process.stderr is not None:
                self.process.stderr.close()
            self.process = None


@contextmanager
def running_redis(*options: str) -> Iterator[RedisServer]:
    """Run one for a while; *options* are arguments of its program."""
    program()
    folder = Path(tempfile.mkdtemp(prefix="echo-redis-"))
    port = free_port()
    server = RedisServer(folder, port, options)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
