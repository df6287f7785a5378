"""``echoctl status``: serving, on standby, not ready, or not there."""

import json
from pathlib import Path

from echo.domain.health import Standby
from tests.apps.cli.running_core import announce, echoctl, running, write_settings
from tests.links.admin_desk import Behind
from tests.servers.ports import free_port

WAITS = Standby(holder="left", since_ms=1_750_000_000_000, serves_at="127.0.0.1:9")


def status(settings: Path, *more: str) -> tuple[int, str, str]:
    return echoctl("status", "--config", str(settings), *more)


def test_one_that_serves(tmp_path: Path) -> None:
    with running(tmp_path, Behind()) as settings:
        code, said, _ = status(settings)

    assert code == 0
    assert said.startswith("serving, asked at 127.0.0.1:")


def test_one_that_waits_is_well(tmp_path: Path) -> None:
    with running(tmp_path, Behind(ready=False, standby=WAITS)) as settings:
        code, said, _ = status(settings)
        told = json.loads(status(settings, "--json")[1])

    assert code == 0
    assert said.splitlines() == [WAITS.sentence, "left serves, and is asked at 127.0.0.1:9"]
    assert (told["state"], told["ready"], told["standby"]["holder"]) == ("standby", False, "left")


def test_one_that_waits_for_what_it_cannot_read_is_not(tmp_path: Path) -> None:
    blind = Standby(holder="left", since_ms=0, journal="no such file")
    with running(tmp_path, Behind(ready=False, standby=blind)) as settings:
        code, said, _ = status(settings)

    assert code == 1
    assert said.endswith("journal not readable: no such file\n")


def test_one_that_is_not_ready(tmp_path: Path) -> None:
    with running(tmp_path, Behind(ready=False)) as settings:
        code, said, _ = status(settings)

    assert code == 1
    assert said.startswith("not ready: the Core reads its journal")


def test_none_is_there(tmp_path: Path) -> None:
    code, _, errors = status(write_settings(tmp_path))
    assert (code, "none has announced itself" in errors) == (3, True)

    port = free_port()
    announce(tmp_path, f"127.0.0.1:{port}")
    code, _, errors = status(write_settings(tmp_path, f"admin.port = {port}"))
    assert (code, "the Core is unreachable" in errors) == (3, True)

    elsewhere = write_settings(tmp_path, f"admin.port = {free_port()}")
    assert status(elsewhere)[0] == 3


def test_of_two_in_one_folder_the_other_one_is_told_of(tmp_path: Path) -> None:
    with running(tmp_path, Behind()):
        settings = write_settings(tmp_path, f"admin.port = {free_port()}")
        code, _, errors = status(settings)

    assert code == 3
    assert "is serving" in errors


def test_settings_that_want_no_door_or_are_not_there(tmp_path: Path) -> None:
    assert status(write_settings(tmp_path, "admin.enabled = false"))[0] == 2
    assert status(tmp_path / "none.toml")[0] == 2
