"""The client of etcd, against a real one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from echo.ports.errors import LinkDown, SettingsInvalid
from echo.stores.etcd.client import PAGE_KEYS, Compacted, EtcdClient
from echo.stores.etcd.place import EtcdPlace, etcd_place
from tests.servers.etcd import EtcdServer, running_etcd
from tests.servers.ports import free_port

TLS = Path(__file__).parents[2] / "links" / "tls"


@pytest.fixture(scope="module")
def server() -> Iterator[EtcdServer]:
    with running_etcd() as server:
        yield server


@pytest.fixture
def place(server: EtcdServer) -> EtcdPlace:
    server.ctl("del", "--prefix", "")
    return etcd_place(server.url, {})


@pytest.fixture
async def client(place: EtcdPlace) -> AsyncIterator[EtcdClient]:
    client = EtcdClient(place)
    yield client
    await client.close()


async def until_answered(client: EtcdClient) -> None:
    for _ in range(200):
        with suppress(LinkDown):
            await client.read()
            return
        await asyncio.sleep(0.02)
    raise AssertionError("etcd does not answer")


async def test_what_lies_under_the_prefix_is_read_and_nothing_else(
    server: EtcdServer, client: EtcdClient
) -> None:
    server.put("core/bind", "a")
    server.ctl("put", "/echoes", "x")
    server.ctl("put", "/echo", "x")

    found = await client.read()

    assert dict(found.values) == {"core/bind": "a"}
    assert found.revision > 0


async def test_what_is_written_is_one_revision(server: EtcdServer, client: EtcdClient) -> None:
    await client.write({"a": "1", "b": "ñ"})
    revision = await client.write({"a": None, "c": "3"})

    found = await client.read()

    assert dict(found.values) == {"b": "ñ", "c": "3"}
    assert found.revision == revision
    assert server.ctl("get", "/echo/c", "--print-value-only").strip() == "3"


async def test_more_than_a_page_is_read_whole(client: EtcdClient) -> None:
    everything = {f"k{n:05}": str(n) for n in range(PAGE_KEYS + 5)}
    await client.write_all(everything)

    assert dict((await client.read()).values) == everything


async def test_what_is_no_text_is_named(client: EtcdClient) -> None:
    from echo.wire.pb import etcd_pb2 as pb

    put = pb.PutRequest(key=b"/echo/core/bind", value=b"\xff")
    await client._call("KV/Put", put, pb.TxnResponse)

    assert "is not UTF-8" in (await client.read()).values["core/bind"]


async def test_a_watch_yields_every_revision_from_the_one_asked_for(client: EtcdClient) -> None:
    first = await client.write({"a": "1", "b": "1"})
    second = await client.write({"a": None})

    watching = client.watch(first)
    steps = [await anext(watching) for _ in range(2)]
    while steps[-1].revision < second:
        steps.append(await anext(watching))
    await watching.aclose()

    assert (steps[0].revision, steps[0].changes) == (0, {})
    assert {name: value for step in steps for name, value in step.changes.items()} == {
        "a": None,
        "b": "1",
    }
    assert [step.revision for step in steps] == sorted(step.revision for step in steps)


async def test_a_revision_that_is_forgotten_is_told(server: EtcdServer, client: EtcdClient) -> None:
    first = await client.write({"a": "1"})
    last = await client.write({"a": "2"})
    server.ctl("compact", str(last))

    with pytest.raises(Compacted):
        async for _ in client.watch(first):
            pass


async def test_too_many_keys_at_once_are_refused(client: EtcdClient) -> None:
    with pytest.raises(SettingsInvalid, match=r"refuses: .*too many operations"):
        await client.write({f"k{n}": "" for n in range(129)})


async def test_nobody_there_is_told_in_time() -> None:
    port = free_port()
    client = EtcdClient(etcd_place(f"etcd://127.0.0.1:{port}", {"ETCD_TIMEOUT": "1"}))

    with pytest.raises(LinkDown, match=f"127.0.0.1:{port}"):
        await client.read()
    with pytest.raises(LinkDown):
        await anext(client.watch(1))
    await client.close()


async def test_a_frozen_member_is_given_up(server: EtcdServer, place: EtcdPlace) -> None:
    client = EtcdClient(replace(place, timeout_s=0.3))
    await client.read()
    server.freeze()
    try:
        with pytest.raises(LinkDown):
            await client.read()
        with pytest.raises(LinkDown, match="no answer in time"):
            await anext(client.watch(1))
    finally:
        server.thaw()
        await client.close()


async def test_the_next_member_is_asked_when_one_is_gone(place: EtcdPlace) -> None:
    port = free_port()
    client = EtcdClient(replace(place, endpoints=(f"127.0.0.1:{port}", *place.endpoints)))

    await client.write({"a": "1"})

    assert dict((await client.read()).values) == {"a": "1"}
    await client.close()


async def test_who_logs_in_may_do_what_the_role_allows(place: EtcdPlace) -> None:
    with running_etcd() as server:
        for line in (
            "user add root:r00t",
            "user grant-role root root",
            "role add reader",
            "role grant-permission reader --prefix=true read /echo/",
            "user add ana:word",
            "user grant-role ana reader",
            "auth enable",
        ):
            server.ctl(*line.split())
        mine = replace(place, endpoints=(f"127.0.0.1:{server.port}",), user="ana", password="word")
        client = EtcdClient(mine)
        assert dict((await client.read()).values) == {}
        assert (await anext(client.watch(1))).revision == 0
        with pytest.raises(SettingsInvalid, match="permission denied"):
            await client.write({"a": "1"})

        # Tokens are in the server's memory: after a restart another one is needed.
        server.kill()
        server.start(health=False)
        await until_answered(client)
        assert dict((await client.read()).values) == {}
        await client.close()

        for wrong in (replace(mine, password="wrong"), replace(mine, user=None)):
            client = EtcdClient(wrong)
            with pytest.raises(SettingsInvalid, match="refuses"):
                await client.read()
            await client.close()


async def test_a_cluster_with_tls_wants_the_right_certificates(place: EtcdPlace) -> None:
    options = [
        *("--cert-file", str(TLS / "core.pem"), "--key-file", str(TLS / "core.key.pem")),
        *("--client-cert-auth", "--trusted-ca-file", str(TLS / "ca.pem")),
    ]
    with running_etcd(options) as server:
        there = replace(
            place,
            endpoints=(f"localhost:{server.port}",),
            tls=True,
            ca_file=TLS / "ca.pem",
            cert_file=TLS / "agent_tls.pem",
            key_file=TLS / "agent_tls.key.pem",
        )
        client = EtcdClient(there)
        await until_answered(client)
        await client.write({"a": "1"})
        assert dict((await client.read()).values) == {"a": "1"}
        await client.close()

        for wrong in (replace(there, cert_file=None, key_file=None), replace(there, tls=False)):
            client = EtcdClient(wrong)
            with pytest.raises(LinkDown):
                await client.read()
            await client.close()


async def test_a_missing_certificate_is_named(place: EtcdPlace, tmp_path: Path) -> None:
    client = EtcdClient(replace(place, tls=True, ca_file=tmp_path / "none.pem"))

    with pytest.raises(SettingsInvalid, match=r"none\.pem"):
        await client.read()
