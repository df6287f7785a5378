"""Settings follow etcd: through kills, compaction and silence, without missing a revision."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from echo.domain.facts import Alarm, LinkChanged
from echo.ports.errors import SettingsInvalid
from echo.stores.etcd.client import EtcdClient
from echo.stores.etcd.place import EtcdPlace, etcd_place
from echo.stores.etcd.settings import EtcdSettings
from echo.stores.etcd.snapshot_file import SnapshotFile
from tests.fakes import FactLog, until_real
from tests.servers.etcd import EtcdServer, running_etcd
from tests.servers.ports import free_port


@pytest.fixture(scope="module")
def cluster() -> Iterator[EtcdServer]:
    with running_etcd() as server:
        yield server


@pytest.fixture
def server(cluster: EtcdServer) -> EtcdServer:
    cluster.ctl("del", "--prefix", "")
    cluster.put("core/log_level", "INFO")
    return cluster


@pytest.fixture
def place(server: EtcdServer) -> EtcdPlace:
    return etcd_place(server.url, {})


class Follower:
    """Someone whose settings are those of etcd."""

    def __init__(self, place: EtcdPlace) -> None:
        self.facts = FactLog()
        self.source = EtcdSettings(place)
        self.seen: list[Mapping[str, object]] = []

    @property
    def codes(self) -> list[str]:
        return [each.code for each in self.facts.facts if isinstance(each, Alarm)]

    @property
    def links(self) -> list[bool]:
        return [each.up for each in self.facts.facts if isinstance(each, LinkChanged)]

    @asynccontextmanager
    async def following(self) -> AsyncIterator[None]:
        self.seen.append(await self.source.fetch())
        task = asyncio.create_task(self._follow())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _follow(self) -> None:
        async for raw in self.source.changes(self.facts):
            self.seen.append(raw)

    async def until(self, values: Mapping[str, object]) -> None:
        await until_real(lambda: dict(self.seen[-1]) == values)


async def test_what_changes_is_seen(server: EtcdServer, place: EtcdPlace) -> None:
    follower = Follower(place)
    async with follower.following():
        assert follower.seen == [{"core/log_level": "INFO"}]
        server.put("core/bind", "a")
        await follower.until({"core/log_level": "INFO", "core/bind": "a"})
        server.ctl("del", "/echo/core/log_level")
        await follower.until({"core/bind": "a"})

    assert follower.facts.facts == []


async def test_what_is_written_in_one_go_is_one_change(place: EtcdPlace) -> None:
    follower, client = Follower(place), EtcdClient(place)
    async with follower.following():
        await client.write({"a": "1", "b": "1"})
        await client.write({"a": "2"})
        await follower.until({"core/log_level": "INFO", "a": "2", "b": "1"})

    assert len(follower.seen) == 2
    await client.close()


async def test_what_changed_between_reading_and_watching_is_not_missed(
    server: EtcdServer, place: EtcdPlace
) -> None:
    follower = Follower(place)
    follower.seen.append(await follower.source.fetch())
    server.put("core/bind", "meanwhile")
    task = asyncio.create_task(follower._follow())

    await follower.until({"core/log_level": "INFO", "core/bind": "meanwhile"})

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_etcd_killed_and_back_again(server: EtcdServer, place: EtcdPlace) -> None:
    follower = Follower(replace(place, timeout_s=1.0))
    async with follower.following():
        server.put("core/bind", "before")
        await follower.until({"core/log_level": "INFO", "core/bind": "before"})
        server.kill()
        await until_real(lambda: follower.codes)
        server.start()
        server.put("core/bind", "after")
        await follower.until({"core/log_level": "INFO", "core/bind": "after"})
        await until_real(lambda: len(follower.links) == 2)

    assert follower.codes == ["SETTINGS_UNREACHABLE"]
    assert follower.links == [False, True]
    assert {"core/log_level": "INFO"} not in follower.seen[1:]


async def test_compacted_while_nobody_watched(server: EtcdServer, place: EtcdPlace) -> None:
    """The revision to go on from is forgotten: everything is read again."""
    follower = Follower(replace(place, timeout_s=1.0))
    follower.seen.append(await follower.source.fetch())
    for n in range(5):
        server.put("core/bind", str(n))
    server.ctl("del", "/echo/core/log_level")
    revision = (await EtcdClient(place).read()).revision
    server.ctl("compact", str(revision))
    task = asyncio.create_task(follower._follow())

    await follower.until({"core/bind": "4"})
    server.put("core/bind", "5")
    await follower.until({"core/bind": "5"})

    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_nothing_there_at_start_is_told_with_what_to_do() -> None:
    port = free_port()
    source = EtcdSettings(etcd_place(f"etcd://127.0.0.1:{port}", {"ETCD_TIMEOUT": "1"}))

    with pytest.raises(SettingsInvalid) as caught:
        await source.fetch()

    assert f"127.0.0.1:{port}" in caught.value.complaints[0]
    assert "snapshot=FILE" in caught.value.complaints[1]
    await source.close()


async def test_a_start_without_etcd_goes_by_the_last_good_settings(
    server: EtcdServer, place: EtcdPlace, tmp_path: Path
) -> None:
    there = replace(place, snapshot=tmp_path / "kept.json", timeout_s=1.0)
    first = Follower(there)
    async with first.following():
        await first.source.keep(first.seen[0], first.facts)
    server.put("core/bind", "missed")
    server.kill()
    follower = Follower(there)
    try:
        async with follower.following():
            assert follower.seen == [{"core/log_level": "INFO"}]
            await until_real(lambda: follower.codes)
            server.start()
            await follower.until({"core/log_level": "INFO", "core/bind": "missed"})
            await until_real(lambda: follower.links)
    finally:
        if server.process is None:
            server.start()

    assert follower.codes == ["SETTINGS_FROM_SNAPSHOT"]
    assert follower.links == [True]


async def test_a_snapshot_that_cannot_be_written_is_told(place: EtcdPlace, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    source, facts = EtcdSettings(replace(place, snapshot=tmp_path / "file" / "kept")), FactLog()

    await source.keep({}, facts)

    assert [each.code for each in facts.facts if isinstance(each, Alarm)] == ["SNAPSHOT_FAILED"]


async def test_without_a_snapshot_nothing_is_kept(place: EtcdPlace, tmp_path: Path) -> None:
    facts = FactLog()
    await EtcdSettings(place).keep({"a": "1"}, facts)

    assert facts.facts == []

    assert SnapshotFile(tmp_path / "kept.json").read() is None
