"""The desk of the compose file without containers: a Core that serves, from its own settings,
scripts and certificates, on a real etcd and a real PostgreSQL.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest

from echo.links.telemetry.core_figures import CoreFigures
from echo.links.telemetry.meters import Meters
from echo.links.telemetry.otlp import Collector as Destination
from echo.links.telemetry.otlp import OtlpExporter
from echo.links.telemetry.table import CORE_METRICS
from echo.links.telemetry.telemetry import Telemetry
from tests.apps.programs import Program
from tests.deploy.composition import COMPOSE, services
from tests.deploy.desk import make_secrets
from tests.deploy.test_roles import make_roles
from tests.fakes import until_real
from tests.house.sources import ROOT
from tests.links.telemetry.collector import Collector, collecting
from tests.servers.etcd import EtcdServer, running_etcd
from tests.servers.ports import free_ports
from tests.servers.postgres import PostgresServer

SECRET_FILES = {
    "ca": "ca.crt",
    "core_cert": "core.crt",
    "core_key": "core.key",
    "etcd_cert": "etcd.crt",
    "etcd_key": "etcd.key",
}


class Place:
    """Where things of the desk are on this machine instead."""

    def __init__(self, folder: Path, postgres: PostgresServer, etcd: EtcdServer) -> None:
        self.folder, self.secrets = folder, folder / "secrets"
        self.grpc_port, self.admin_port = free_ports(2)
        self._postgres, self._etcd = postgres, etcd

    def local(self, text: str, collector: Collector | None = None) -> str:
        """Return a text of the compose file, with this machine's places in it.

        The server of the tests speaks no TLS, and there is no MongoDB.
        """
        for name, file in SECRET_FILES.items():
            text = text.replace(f"/run/secrets/{name}", str(self.secrets / file))
        changes = {
            "/run/secrets/": f"{self.secrets}/",
            "/var/lib/echo": str(self.folder / "state"),
            '"/tmp"': f'"{self.folder}"',
            "etcd:2379": f"127.0.0.1:{self._etcd.port}",
            'host = "postgres"': f'host = "127.0.0.1"\nport = {self._postgres.port}',
            'sslmode = "verify-full"': 'sslmode = "disable"',
            'events.store = "mongo"': 'events.store = "sqlite"',
            'bind = "0.0.0.0"\nstate': f'bind = "0.0.0.0"\ngrpc_port = {self.grpc_port}\nstate',
            'admin.bind = "0.0.0.0"': f'admin.bind = "0.0.0.0"\nadmin.port = {self.admin_port}',
            "otelcol:4316": collector.endpoint if collector else "127.0.0.1:9",
        }
        for old, new in changes.items():
            text = text.replace(old, new)
        return text

    def write_settings(self, collector: Collector) -> None:
        """Write the settings' files for this machine."""
        for name in ("echo.toml", "owner.toml"):
            text = (COMPOSE / "settings" / name).read_text(encoding="utf-8")
            (self.folder / name).write_text(self.local(text, collector))

    def command(self, service: str) -> list[str]:
        """Return what a service runs, through the image's own starter."""
        words = [self.local(str(word)) for word in services()[service]["command"]]
        words = [word.replace("/etc/echo/", f"{self.folder}/") for word in words]
        module = {"echoctl": "echo.apps.cli.main", "echo-core": "echo.apps.core"}[words[0]]
        return [str(COMPOSE / "core" / "start.sh"), sys.executable, "-m", module, *words[1:]]

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "ECHO_SECRETS": str(self.secrets),
            "ECHO_HEALTH_URL": f"https://127.0.0.1:{self.admin_port}/health/ready",
            "ECHO_HEALTH_CA": str(self.secrets / "ca.crt"),
        }

    def ends(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run what ends by itself."""
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            stdin=subprocess.DEVNULL,
            env=self.environment(),
        )

    def health(self) -> subprocess.CompletedProcess[str]:
        """Ask as the image does."""
        return self.ends(sys.executable, str(COMPOSE / "core" / "health.py"))


def test_figures_go_to_a_collector_over_tls_and_to_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = make_secrets(tmp_path / "secrets")
    [name] = [key for key in services()["core"]["environment"] if "CERTIFICATE" in key]
    pair = [(secrets / f"otelcol.{ending}").read_bytes() for ending in ("key", "crt")]
    credentials = grpc.ssl_server_credentials([(pair[0], pair[1])])
    arrived = {}
    for authority in (secrets / "ca.crt", make_secrets(tmp_path / "others") / "ca.crt"):
        monkeypatch.setenv(name, str(authority))
        with collecting(credentials) as collector:
            address = collector.endpoint.replace("127.0.0.1", "localhost")
            meters = Meters(CORE_METRICS)
            telemetry = Telemetry(meters, (CoreFigures(meters).take,))
            target = Destination(traces=address, metrics=address, insecure=False)
            OtlpExporter(telemetry, target, {"service.name": "echo-core"}).close()
            telemetry.close()
        arrived[authority.parent.name] = collector.services

    assert arrived == {"secrets": {"echo-core"}, "others": set()}


def etcd_options(secrets: Path) -> list[str]:
    """Return what the desk's etcd is told, but where it listens and who it is."""
    words = [str(word) for word in services()["etcd"]["command"][1:]]
    for name, file in SECRET_FILES.items():
        words = [word.replace(f"/run/secrets/{name}", str(secrets / file)) for word in words]
    elsewhere = ("--name", "--data-dir", "--listen", "--advertise")
    return [word for word in words if not word.startswith(elsewhere)]


@asynccontextmanager
async def running_core(place: Place) -> AsyncIterator[Program]:
    process = await asyncio.create_subprocess_exec(
        *place.command("core"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=place.environment(),
    )
    program = Program(process, "begun")
    try:
        yield program
    finally:
        await program.kill()


async def test_the_desk_comes_up_from_nothing(server: PostgresServer, tmp_path: Path) -> None:
    secrets = make_secrets(tmp_path / "secrets")
    passwords = {name: (secrets / name).read_text() for name in ("postgres_owner", "postgres_core")}
    make_roles(server, secrets, passwords)
    with running_etcd(etcd_options(secrets)) as etcd, collecting() as collector:
        place = Place(tmp_path, server, etcd)
        place.write_settings(collector)
        assert place.health().returncode == 1
        for name in ("schema", "settings"):
            done = place.ends(*place.command(name))
            assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"

        async with running_core(place) as core:
            await until_real(lambda: place.health().returncode == 0)
            code, errors = await core.end()

    assert code == 0, errors
    assert collector.services == {"echo-core"}
    assert "echo_core_router_queue_depth" in collector.metrics
