"""``echoctl replay``: a recorded day is decided once more."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from echo.domain.policy import PolicyBook
from echo.services.core.raw_events import Life
from echo.services.core.recorder import Recorder
from echo.stores.events.months import MonthFiles
from tests.apps.cli.running_core import echoctl, write_settings
from tests.engine.scenes import fixed_lot
from tests.services.core.days import linked_of, notes_of, traded_day

RISK = '[risk."2001"."*"]\nrisk_type = "FIXED_LOT"\nlot_size = 0.1\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = MonthFiles(tmp_path / "events")
    files.append(linked_of(notes_of(traded_day())))
    files.close()
    return tmp_path / "events"


def test_a_day_that_is_decided_as_it_was(folder: Path) -> None:
    code, said, _ = echoctl("replay", str(folder))
    told = json.loads(echoctl("replay", str(folder), "--json")[1])

    assert (code, said.strip().endswith("all decided as recorded")) == (0, True)
    assert (told["same"], told["lives"], told["differences"]) == (True, 1, [])


def test_a_day_that_is_decided_otherwise(tmp_path: Path) -> None:
    notes = notes_of(traded_day(trades=60))
    life = notes[0]
    assert isinstance(life, Life)
    notes[0] = replace(life, book=PolicyBook([fixed_lot(lot="0.50")]))
    files = MonthFiles(tmp_path)
    files.append(linked_of(notes))
    files.close()

    code, said, _ = echoctl("replay", str(tmp_path))

    assert code == 1
    assert "events are decided otherwise" in said
    assert "more: see --json" in said


def test_a_recording_is_played_with_the_settings_of_its_core(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, f'slave_accounts = ["2001"]\n{RISK}')
    path = tmp_path / "recording.jsonl"
    with path.open("wb") as file:
        record = Recorder(file.write)
        for event, now in traded_day().events:
            record(event, now)

    told = json.loads(echoctl("replay", str(path), "--config", str(settings), "--json")[1])

    assert told["same"]
    assert told["decisions"] > 0


def test_a_day_without_a_start_cannot_be_played(tmp_path: Path) -> None:
    files = MonthFiles(tmp_path)
    files.append(linked_of(notes_of(traded_day())[1:]))
    files.close()

    code, _, errors = echoctl("replay", str(tmp_path))

    assert code == 2
    assert "has no start of a Core in it" in errors


def test_what_is_no_day_is_told(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("{}\n")

    assert echoctl("replay", str(tmp_path / "none"))[0] == 2
    code, _, errors = echoctl("replay", str(tmp_path / "other"), "--config", str(tmp_path / "x"))
    assert code == 2
    assert "audit export" in errors
