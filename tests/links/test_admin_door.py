"""The door is taken at once, opened beside the start, and given back in order."""

import asyncio
import socket

import pytest

from echo.domain.operations import ListPending
from echo.links.admin_door import AdminAt, AdminDoor
from echo.links.grpc_options import TlsFiles
from echo.ports.errors import PortTaken, SettingsInvalid, UnsafeBind
from tests.fakes import WITHIN_S
from tests.links.admin_desk import QUIET, TOKEN, Behind, client, open_door
from tests.links.test_grpc_server import TLS
from tests.servers.ports import free_port

FILES = TlsFiles(cert_file=TLS / "core.pem", key_file=TLS / "core.key.pem")


async def test_a_free_port_is_found_and_named() -> None:
    behind = Behind()
    async with open_door(behind) as door:
        assert door.address.startswith("127.0.0.1:")
        answer = await asyncio.to_thread(client(door).ask, "ana", ListPending())

    assert answer == QUIET


def test_a_port_in_use_is_told_at_once_with_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        with pytest.raises(PortTaken, match=r"admin door .*:\d+: Address .* core/admin/port"):
            AdminDoor(AdminAt(port=port))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])  # noqa: S104 -- what must be refused
def test_beyond_loopback_there_is_no_door_without_tls(host: str) -> None:
    with pytest.raises(UnsafeBind, match="needs TLS files"):
        AdminDoor(AdminAt(host=host, port=0))


def test_a_name_that_leads_nowhere_is_told() -> None:
    with pytest.raises(PortTaken, match="cannot listen on"):
        AdminDoor(AdminAt(host="203.0.113.1", port=0, tls=FILES))
    with pytest.raises(PortTaken, match="cannot listen on"):
        AdminDoor(AdminAt(host="no such host", port=0, tls=FILES))


def test_tls_needs_a_certificate_and_its_key() -> None:
    with pytest.raises(SettingsInvalid, match="a certificate and its key"):
        AdminDoor(AdminAt(port=0, tls=TlsFiles(cert_file=TLS / "core.pem")))


async def test_with_tls_it_is_the_core_that_answers() -> None:
    async with open_door(Behind(), AdminAt(port=0, tls=FILES)) as door:
        known = client(door, certificate=TLS / "core.pem")
        assert await asyncio.to_thread(known.ask, "ana", ListPending()) == QUIET


async def test_what_was_stopped_before_it_opened_never_opens() -> None:
    port = free_port()
    door = AdminDoor(AdminAt(port=port))
    door.stop()
    behind = Behind()

    async with asyncio.timeout(WITHIN_S):
        await door.serve(TOKEN.__eq__, behind.operate, behind.health)

    AdminDoor(AdminAt(port=port)).close()


async def test_a_closed_door_gives_its_port_back() -> None:
    port = free_port()
    async with open_door(Behind(), AdminAt(port=port)) as door:
        assert door.address == f"127.0.0.1:{port}"

    AdminDoor(AdminAt(port=port)).close()
