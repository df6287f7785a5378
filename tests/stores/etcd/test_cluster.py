"""Settings in a cluster of three: whoever of it dies, no change that was acknowledged is lost."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

import pytest

from echo.ports.errors import EchoError
from echo.stores.etcd.client import EtcdClient
from echo.stores.etcd.place import EtcdPlace, etcd_place
from tests.fakes import WITHIN_S, until_real
from tests.servers.etcd import EtcdServer
from tests.servers.etcd_cluster import EtcdCluster, running_cluster
from tests.stores.etcd.test_client import TLS
from tests.stores.etcd.test_settings import Follower

KEY = "core/delivery/max_retries"
SERVER_TLS = ("--cert-file", str(TLS / "core.pem"), "--key-file", str(TLS / "core.key.pem"))
OVER_TLS = ("--cacert", str(TLS / "ca.pem"))


@pytest.fixture(scope="module")
def running() -> Iterator[EtcdCluster]:
    with running_cluster(SERVER_TLS, OVER_TLS) as cluster:
        yield cluster


@pytest.fixture
def cluster(running: EtcdCluster) -> EtcdCluster:
    running.mend()
    running.leader.ctl("del", "--prefix", "")
    running.leader.put(KEY, "0")
    return running


def at(url: str, **changes: object) -> EtcdPlace:
    place = etcd_place(url, {"ETCD_TIMEOUT": "2"})
    return replace(place, tls=True, ca_file=TLS / "ca.pem", **changes)  # type: ignore[arg-type]  # fields of a place


class Writer:
    """Writes one number after the other, and knows which of them the cluster acknowledged."""

    def __init__(self, place: EtcdPlace) -> None:
        self._client = EtcdClient(place)
        self.acknowledged = 0

    async def run(self) -> None:
        for number in count(1):
            try:
                await self._client.write({KEY: str(number), f"n/{number}": "x"})
                self.acknowledged = number
            except EchoError:
                pass  # it may have happened or not; the next one is written
            await asyncio.sleep(0.02)

    async def close(self) -> None:
        await self._client.close()


async def last_of(follower: Follower, wanted: Callable[[], int]) -> None:
    await until_real(lambda: int(str(follower.seen[-1].get(KEY, 0))) >= wanted())


async def test_the_leader_is_killed_while_settings_change(cluster: EtcdCluster) -> None:
    leader = cluster.leader
    follower = Follower(at(cluster.url(first=leader)))
    writer = Writer(at(cluster.url(first=cluster.others(leader)[0])))
    async with follower.following():
        writing = asyncio.create_task(writer.run())
        await last_of(follower, lambda: 5)

        leader.kill()

        reached = writer.acknowledged
        await until_real(lambda: writer.acknowledged > reached + 20)
        writing.cancel()
        await asyncio.wait({writing})
        await last_of(follower, lambda: writer.acknowledged)
        heard = follower.seen[-1]
    await writer.close()

    stored = EtcdClient(at(cluster.url(first=cluster.alive[0])))
    assert heard == dict((await stored.read()).values), "what is known is what is stored"
    await stored.close()
    assert int(str(heard[KEY])) >= writer.acknowledged


async def test_a_member_that_lost_its_cluster_is_left_for_one_that_has_it(
    cluster: EtcdCluster,
) -> None:
    """Its watch would stand for ever, and be silent."""
    leader = cluster.leader
    alone, other = cluster.others(leader)
    follower = Follower(at(cluster.url(first=alone)))
    async with follower.following():
        for each in (leader, other):
            each.freeze()
        try:
            await until_real(lambda: follower.links == [False])
        finally:
            for each in (leader, other):
                each.thaw()
        await until_real(lambda: follower.links == [False, True])
        cluster.leader.put(KEY, "7")
        await last_of(follower, lambda: 7)


async def test_what_was_compacted_while_the_only_member_was_down_is_read_again(
    cluster: EtcdCluster,
) -> None:
    leader = cluster.leader
    follower = Follower(at(cluster.url(first=leader, only=True)))
    async with follower.following():
        leader.kill()
        await until_real(lambda: follower.links == [False])
        writer = EtcdClient(at(cluster.url(first=cluster.others(leader)[0])))
        for number in range(1, 10):
            revision = await _written(writer, {KEY: str(number)})
        await writer.close()
        cluster.leader.ctl("compact", str(revision))

        leader.start(health=False)

        await last_of(follower, lambda: 9)
        assert follower.seen[-1][KEY] == "9"


async def _written(client: EtcdClient, changes: dict[str, str | None]) -> int:
    """Write, however long the members take to find a leader."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                return await client.write(changes)
            except EchoError:
                await asyncio.sleep(0.05)


async def test_who_logs_in_does_so_again_at_the_next_member(cluster: EtcdCluster) -> None:
    leader = cluster.leader
    for line in (
        "user add root:r00t",
        "user grant-role root root",
        "role add reader",
        "role grant-permission reader --prefix=true read /echo/",
        "user add ana:word",
        "user grant-role ana reader",
        "auth enable",
    ):
        leader.ctl(*line.split())
    rooted: list[EtcdServer] = [*cluster.members]
    for each in rooted:
        each.rights = (*OVER_TLS, "--user", "root:r00t")
    try:
        follower = Follower(at(cluster.url(first=leader), user="ana", password="word"))
        async with follower.following():
            leader.kill()
            cluster.leader.put(KEY, "3")
            await last_of(follower, lambda: 3)
    finally:
        cluster.mend()
        cluster.leader.ctl("auth", "disable")
        for each in rooted:
            each.rights = OVER_TLS
