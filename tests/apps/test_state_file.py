"""What a running program says about itself."""

import json
import os
from pathlib import Path

import pytest

from echo.apps.state_file import CORE_STATE, StateFile, admin_address


def test_it_says_whether_where_and_who(tmp_path: Path) -> None:
    path = tmp_path / "core.state.json"
    state = StateFile(path)
    state.write(ready=False, address="127.0.0.1:1")
    state.write(ready=True, address="127.0.0.1:2")

    told = json.loads(path.read_text())
    assert told == {"ready": True, "pid": os.getpid(), "address": "127.0.0.1:2"}
    assert list(tmp_path.iterdir()) == [path]


def test_a_core_says_where_operators_ask_it(tmp_path: Path) -> None:
    path = tmp_path / "core.state.json"
    StateFile(path).write(ready=True, address="127.0.0.1:1", admin="127.0.0.1:8780")

    assert json.loads(path.read_text())["admin"] == "127.0.0.1:8780"


def test_a_program_that_has_ended_says_nothing(tmp_path: Path) -> None:
    state = StateFile(tmp_path / "core.state.json")
    state.write(ready=True, address="")
    state.remove()
    state.remove()

    assert list(tmp_path.iterdir()) == []


def test_a_program_that_said_nothing_leaves_what_another_says(tmp_path: Path) -> None:
    path = tmp_path / "core.state.json"
    path.write_text(json.dumps({"ready": True, "pid": os.getpid() + 1, "address": "there"}))
    state = StateFile(path)

    state.write(ready=False, address="here")
    state.remove()

    assert json.loads(path.read_text())["address"] == "there"


def test_of_two_programs_the_one_that_became_ready_last_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "core.state.json"
    path.write_text(json.dumps({"ready": True, "pid": os.getpid() + 1, "address": "there"}))
    state = StateFile(path)

    state.write(ready=True, address="here")
    assert json.loads(path.read_text())["address"] == "here"
    state.write(ready=False, address="here")
    assert json.loads(path.read_text())["ready"] is False


def test_a_file_that_cannot_be_read_is_nobodys(tmp_path: Path) -> None:
    path = tmp_path / "core.state.json"
    path.write_bytes(b"{torn")

    StateFile(path).write(ready=False, address="here")

    assert json.loads(path.read_text())["address"] == "here"


@pytest.mark.parametrize("state", ["", "{}", '{"admin": 7}', '{"admin": "x:y"}', "[]", "\xff"])
def test_where_operators_ask_is_told_or_is_not(tmp_path: Path, state: str) -> None:
    assert admin_address(tmp_path) is None
    StateFile(tmp_path / CORE_STATE).write(ready=True, address="a:1", admin="127.0.0.1:9")
    assert admin_address(tmp_path) == "127.0.0.1:9"
    (tmp_path / CORE_STATE).write_text(state)
    assert admin_address(tmp_path) is None
