"""A session that waits for the disk, gives up in time, and says who it is."""

import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from echo.stores.postgres.connection import _ssl, connect
from echo.stores.postgres.target import SslMode, read_target
from tests.servers.postgres import PostgresServer
from tests.stores.postgres.places import target_on

SETTINGS = {
    "synchronous_commit": "on",
    "statement_timeout": "8s",
    "lock_timeout": "2s",
    "application_name": "a test",
    "tcp_keepalives_idle": "5",
    "jit": "off",
}


async def test_a_session_waits_for_the_disk_whatever_the_role_says(server: PostgresServer) -> None:
    target = target_on(server, schema="echo")
    owner = await connect(target, "owner")
    await owner.execute("ALTER ROLE postgres SET synchronous_commit = off")
    try:
        session = await connect(target, "a test")
        try:
            found = {name: await session.fetchval(f"SHOW {name}") for name in SETTINGS}
            assert found == SETTINGS
            assert await session.fetchval("SHOW search_path") == '"echo"'
        finally:
            await session.close()
    finally:
        await owner.execute("ALTER ROLE postgres RESET synchronous_commit")
        await owner.close()


async def test_a_socket_of_this_machine_is_a_way_too(server: PostgresServer) -> None:
    session = await connect(target_on(server, host=str(server.folder)), "a test")
    try:
        assert await session.fetchval("SELECT inet_client_addr()") is None
    finally:
        await session.close()


async def test_encryption_that_is_asked_for_and_not_had_is_an_error(
    server: PostgresServer,
) -> None:
    with pytest.raises(ConnectionError, match="SSL"):
        await connect(target_on(server, sslmode="require"), "a test")


def test_a_certificate_is_checked_against_the_authority_that_was_named() -> None:
    authority = ssl.get_default_verify_paths().cafile
    if authority is None:
        pytest.skip("this machine has no certificates")
    target = replace(read_target("postgresql://ana@db.example.com/desk"), ca_file=Path(authority))

    names = {}
    for mode in ("verify-ca", "verify-full"):
        context = _ssl(replace(target, sslmode=mode))
        assert isinstance(context, ssl.SSLContext)
        assert context.verify_mode is ssl.CERT_REQUIRED
        names[mode] = context.check_hostname
    assert names == {"verify-ca": False, "verify-full": True}


@pytest.mark.parametrize(
    ("host", "sslmode", "ca_file", "expected"),
    [
        ("/run/postgresql", "verify-full", None, False),
        ("db", "disable", Path("/ca"), False),
        ("db", "prefer", None, "prefer"),
        ("db", "require", None, "require"),
    ],
)
def test_no_certificate_is_checked_where_none_is_asked_for(
    host: str, sslmode: SslMode, ca_file: Path | None, expected: object
) -> None:
    target = read_target("postgresql://ana@db/desk")

    assert _ssl(replace(target, host=host, sslmode=sslmode, ca_file=ca_file)) == expected


def test_without_an_authority_those_of_the_system_count() -> None:
    context = _ssl(read_target("postgresql://ana@db/desk?sslmode=verify-full"))

    assert isinstance(context, ssl.SSLContext)
    assert context.check_hostname
