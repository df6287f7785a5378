"""``echoctl store`` where a server keeps the journal: made, checked, purged, its roles let in."""

import asyncio
import json
from pathlib import Path

import pytest

from echo.apps.cli import store
from echo.apps.cli.store_server import told
from echo.stores.postgres.journal import PostgresJournal
from echo.stores.postgres.schema import drop, steps
from echo.stores.postgres.target import PostgresTarget
from echo.stores.sqlite.journal import SqliteJournal
from tests.apps.cli.running_core import echoctl
from tests.servers.postgres import PostgresServer
from tests.stores import examples as ex
from tests.stores.postgres.places import query, target_on

NEWEST = steps()[-1].version


@pytest.fixture
def target(server: PostgresServer) -> PostgresTarget:
    target = target_on(server, schema="echo")
    asyncio.run(drop(target))
    return target


@pytest.fixture
def settings(tmp_path: Path, target: PostgresTarget) -> str:
    path = tmp_path / "echo.toml"
    path.write_text(
        f'[core]\nstate_dir = "{tmp_path}"\nstore.kind = "postgres"\n[postgres]\n'
        f'host = "127.0.0.1"\nport = {target.port}\ndatabase = "postgres"\nuser = "postgres"\n'
    )
    return str(path)


def test_a_schema_is_made_and_made_once(settings: str) -> None:
    code, said, _ = echoctl("store", "migrate", "--config", settings)
    assert (code, f"schema 0 was made {NEWEST}" in said) == (0, True)

    code, said, _ = echoctl("store", "migrate", "--config", settings, "--json")

    assert code == 0
    assert json.loads(said)["before"] == json.loads(said)["schema"] == NEWEST


def test_roles_are_let_in(settings: str, target: PostgresTarget) -> None:
    for role in ("works", "looks"):
        asyncio.run(query(target, f"CREATE ROLE {role}"))
    try:
        code, _, errors = echoctl(
            *("store", "migrate", "--config", settings, "--writer", "works", "--reader", "looks")
        )
        assert (code, errors) == (0, "")
        rights = asyncio.run(
            query(
                target,
                "SELECT has_table_privilege('works', 'trades', 'INSERT'),"
                " has_table_privilege('looks', 'trades', 'INSERT'),"
                " has_table_privilege('looks', 'trades', 'SELECT')",
            )
        )
        assert tuple(rights[0]) == (True, False, True)
    finally:
        for role in ("works", "looks"):
            asyncio.run(query(target, f"DROP OWNED BY {role}"))
            asyncio.run(query(target, f"DROP ROLE {role}"))


def test_a_role_that_is_not_there_is_told(settings: str) -> None:
    code, _, errors = echoctl("store", "migrate", "--config", settings, "--writer", "nobody_here")

    assert code == 1
    assert 'role "nobody_here" does not exist' in errors


def test_a_server_as_it_should_be_is_said_to_be(settings: str) -> None:
    echoctl("store", "migrate", "--config", settings)

    code, said, _ = echoctl("store", "check", "--config", settings)

    assert code == 0
    assert f"is as it should be, schema {NEWEST} is the one of this Echo" in said


def test_what_is_wrong_is_listed(settings: str, target: PostgresTarget) -> None:
    echoctl("store", "migrate", "--config", settings)
    asyncio.run(query(target, "INSERT INTO schema_version VALUES (9999, 'tomorrow')"))

    code, said, _ = echoctl("store", "check", "--config", settings, "--json")

    report = json.loads(said)
    assert (code, report["ok"]) == (1, False)
    assert "newer Echo" in report["problems"][0]


def test_an_older_schema_is_no_problem_and_said(target: PostgresTarget) -> None:
    report: dict[str, object] = {
        "journal": "pg",
        "server": "16.14",
        "schema": 1,
        "schema_known": 2,
    }

    lines, code = told(report, [])

    assert code == 0
    assert "echoctl store migrate makes it 2" in lines[0]


def test_a_schema_of_somebody_elses_tables_is_no_journal(
    settings: str, target: PostgresTarget
) -> None:
    make = "CREATE SCHEMA echo; CREATE TABLE echo.trades (x int)"
    for statement in make.split("; "):
        asyncio.run(query(target, statement))

    code, _, errors = echoctl("store", "check", "--config", settings)

    assert code == 1
    assert "no store of Echo" in errors


def test_old_trades_are_purged(settings: str, target: PostgresTarget) -> None:
    async def write() -> None:
        journal = await PostgresJournal.open(target)
        await journal.commit(
            [ex.trade(n, settled=True, updated_at_ms=n * store.DAY_MS) for n in range(4)]
        )
        await journal.close()

    asyncio.run(write())
    code, said, _ = echoctl("store", "purge", "--config", settings, "--days", "1", "--json")

    assert code == 0
    assert json.loads(said)["removed_trades"] == 2


def test_a_file_has_no_roles(tmp_path: Path) -> None:
    path = tmp_path / "echo.toml"
    path.write_text(f'[core]\nstate_dir = "{tmp_path}"\n')

    code, _, errors = echoctl("store", "migrate", "--config", str(path), "--writer", "ana")
    assert (code, "a file has no roles" in errors) == (2, True)

    code, said, _ = echoctl("store", "migrate", "--config", str(path))
    assert code == 0
    assert "schema 0 was made" in said


def test_a_desk_moves_to_the_server_and_back(settings: str, tmp_path: Path) -> None:
    async def write() -> None:
        journal = SqliteJournal.open(tmp_path / "old.sqlite")
        await journal.commit(ex.one_of_each())
        await journal.close()

    asyncio.run(write())

    code, said, _ = echoctl("store", "import", str(tmp_path / "old.sqlite"), "--config", settings)
    assert code == 0
    assert said.startswith("copied ")
    code, said, _ = echoctl(
        *("store", "export", str(tmp_path / "new.sqlite"), "--config", settings, "--json")
    )
    assert code == 0
    assert json.loads(said)["rows"] > 20
    code, _, errors = echoctl("store", "export", str(tmp_path / "new.sqlite"), "--config", settings)
    assert (code, "is there already" in errors) == (1, True)


def test_files_alone_are_not_copied_so(tmp_path: Path) -> None:
    path = tmp_path / "echo.toml"
    path.write_text(f'[core]\nstate_dir = "{tmp_path}"\n')

    code, _, errors = echoctl("store", "export", str(tmp_path / "x"), "--config", str(path))

    assert code == 2
    assert "core/store/kind is sqlite" in errors


@pytest.mark.parametrize("arguments", [["purge"], ["check"], ["export", "copy.sqlite"]])
def test_where_nothing_is_nothing_is_made_and_it_is_said_what_to_do(
    settings: str, target: PostgresTarget, arguments: list[str]
) -> None:
    code, _, errors = echoctl("store", *arguments, "--config", settings)

    assert (code, "there is no journal" in errors) == (2, True)
    assert "echoctl store migrate" in errors
    assert asyncio.run(query(target, "SELECT to_regnamespace('echo')"))[0][0] is None
    assert not Path("copy.sqlite").exists()


def test_a_file_that_is_not_there_is_asked_for(settings: str) -> None:
    code, _, errors = echoctl("store", "import", "nowhere.sqlite", "--config", settings)

    assert (code, "name the journal's file" in errors) == (2, True)


def test_a_role_that_is_not_there_is_said_with_how_to_make_it(settings: str) -> None:
    code, _, errors = echoctl("store", "migrate", "--config", settings, "--reader", "nobody_here")

    assert (code, "createuser" in errors) == (1, True)
