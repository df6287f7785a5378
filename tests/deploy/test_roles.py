"""PostgreSQL's roles: made by the script, and neither can do what it does not need."""

import os
import re
from pathlib import Path

import asyncpg
import pytest

from tests.deploy.composition import COMPOSE
from tests.deploy.desk import run_script
from tests.servers.postgres import PostgresServer, programs

PASSWORDS = {"postgres_owner": "owner's \\ secret", "postgres_core": "core'; DROP ROLE postgres"}


def make_roles(server: PostgresServer, folder: Path, passwords: dict[str, str]) -> None:
    """Make the database as the image does, and run the script in it."""
    names = server.run("psql", "-Atc", "SELECT datname FROM pg_database").split()
    if "echo" in names:
        server.run("dropdb", "echo")
        for role in ("echo_owner", "echo_core"):
            server.run("psql", "-c", f"DROP ROLE IF EXISTS {role}")
    server.run("createdb", "echo")
    for name, password in passwords.items():
        (folder / name).write_text(password)
    done = run_script(
        COMPOSE / "postgres" / "roles.sh",
        ECHO_SECRETS=str(folder),
        PGHOST="127.0.0.1",
        PGPORT=str(server.port),
        PATH=f"{programs()}:{os.environ['PATH']}",
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def roles(server: PostgresServer, tmp_path: Path) -> PostgresServer:
    make_roles(server, tmp_path, PASSWORDS)
    return server


async def connect(server: PostgresServer, role: str, database: str = "echo") -> asyncpg.Connection:
    return await asyncpg.connect(
        host="127.0.0.1",
        port=server.port,
        user=role,
        database=database,
        password=PASSWORDS[role.replace("echo_", "postgres_")],
    )


async def test_passwords_are_what_the_files_say_whatever_is_in_them(roles: PostgresServer) -> None:
    hashes = roles.run(
        "psql", "-Atc", "SELECT rolname FROM pg_authid WHERE rolpassword LIKE 'SCRAM%'"
    )

    assert set(hashes.split()) == {"echo_owner", "echo_core"}
    assert "postgres" in roles.run("psql", "-Atc", "SELECT rolname FROM pg_roles").split()


async def test_the_core_can_make_nothing_before_the_owner_lets_it_in(roles: PostgresServer) -> None:
    core = await connect(roles, "echo_core")
    try:
        for statement in (
            "CREATE SCHEMA mine",
            "CREATE TABLE public.mine (a int)",
            "CREATE ROLE friend",
            "ALTER ROLE echo_core SUPERUSER",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await core.execute(statement)
    finally:
        await core.close()


async def test_the_owner_makes_schemas_and_no_roles(roles: PostgresServer) -> None:
    owner = await connect(roles, "echo_owner")
    try:
        await owner.execute("CREATE SCHEMA echo")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute("CREATE ROLE friend")
    finally:
        await owner.close()


def test_only_these_two_come_from_elsewhere_and_only_over_tls() -> None:
    text = (COMPOSE / "postgres" / "pg_hba.conf").read_text(encoding="utf-8")
    rules = [line.split() for line in text.splitlines() if line and not line.startswith("#")]

    assert [rule[-1] for rule in rules] == ["scram-sha-256"] * 3
    assert [rule[:3] for rule in rules if rule[0] != "local"] == [
        ["hostssl", "echo", "echo_owner"],
        ["hostssl", "echo", "echo_core"],
    ]
    script = (COMPOSE / "postgres" / "roles.sh").read_text(encoding="utf-8")
    assert set(re.findall(r"CREATE ROLE (\w+) LOGIN", script)) == {"echo_owner", "echo_core"}
