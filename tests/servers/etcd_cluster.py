"""A real cluster of etcd on loopback: its members are killed, frozen and started again."""

import json
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.servers.etcd import WITHIN_S, EtcdServer, programs
from tests.servers.ports import free_ports

MEMBERS = 3
QUICK = ("--heartbeat-interval", "50", "--election-timeout", "500")
"""Another leader is elected within a second."""


@dataclass(slots=True)
class EtcdCluster:
    """Its members, of which a majority must live."""

    members: Sequence[EtcdServer]

    def url(self, *, first: EtcdServer | None = None, only: bool = False) -> str:
        """Name all members, this one first; with *only* no other."""
        named = [first] if first is not None else []
        named += [] if only else [each for each in self.members if each is not first]
        return f"etcd://{','.join(f'localhost:{each.port}' for each in named)}/echo"

    @property
    def leader(self) -> EtcdServer:
        """The member that leads, once there is one."""
        deadline = time.monotonic() + WITHIN_S
        while time.monotonic() < deadline:
            for each in self.alive:
                # While they elect one, members have no answer.
                with suppress(AssertionError):
                    [told] = json.loads(each.ctl("endpoint", "status", "-w", "json"))
                    status = told["Status"]
                    if status.get("leader") and status["leader"] == status["header"]["member_id"]:
                        return each
            time.sleep(0.05)
        raise AssertionError("nobody leads")

    @property
    def alive(self) -> list[EtcdServer]:
        return [each for each in self.members if each.process is not None]

    def others(self, one: EtcdServer) -> list[EtcdServer]:
        return [each for each in self.members if each is not one]

    def mend(self) -> None:
        """Start again whoever was killed, and wait for a leader."""
        for each in self.members:
            if each.process is None:
                each.start(health=False)
        _ = self.leader


@contextmanager
def running_cluster(tls: Sequence[str] = (), rights: Sequence[str] = ()) -> Iterator[EtcdCluster]:
    """Run one for a while."""
    programs()
    folder = Path(tempfile.mkdtemp(prefix="echo-etcd-"))
    ports = free_ports(2 * MEMBERS)
    names = [f"m{number}" for number in range(MEMBERS)]
    peers = dict(zip(names, ports[MEMBERS:], strict=True))
    together = ",".join(f"{name}=http://127.0.0.1:{port}" for name, port in peers.items())
    members = []
    for name, port in zip(names, ports, strict=False):
        (folder / name).mkdir()
        members.append(
            EtcdServer(
                folder / name,
                port,
                peers[name],
                tls,
                name=name,
                members=together,
                options=QUICK,
                rights=rights,
            )
        )
    cluster = EtcdCluster(members)
    try:
        for each in members:
            each.start(health=False)
        _ = cluster.leader
        yield cluster
    finally:
        for each in members:
            each.kill()
        shutil.rmtree(folder, ignore_errors=True)
