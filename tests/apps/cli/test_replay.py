"""``echoctl replay``: a recorded day is decided once more."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from echo.domain.policy import PolicyBook
from echo.domain.raw_events import FIRST_LINK
from echo.services.core.raw_events import Checkpoint, Handled, Life
from echo.services.core.recorder import Recorder
from echo.stores.events.export_file import ExportHead, export_lines
from echo.stores.events.months import MonthFiles
from tests.apps.cli.running_core import echoctl, write_settings
from tests.engine.scenes import fixed_lot
from tests.house.sources import ROOT
from tests.services.core.days import linked_of, midnights, notes_of, traded_day

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
    assert "neither a start of the Core nor a checkpoint in it" in errors
    assert "from 2025-06-15 15:06:40 UTC (event 1) to 2025-06-15" in errors
    assert "from a start of the Core on" in errors


def test_what_is_no_day_is_told(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("{}\n")

    assert echoctl("replay", str(tmp_path / "none"))[0] == 2
    code, _, errors = echoctl("replay", str(tmp_path / "other"), "--config", str(tmp_path / "x"))
    assert code == 2
    assert "audit export" in errors


DAYS = ["2025-06-15", "2025-06-16", "2025-06-17"]


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Settings of a Core that has run over two midnights, and keeps its events."""
    files = MonthFiles(tmp_path / "core" / "events")
    files.append(linked_of(notes_of(midnights(2))))
    files.close()
    return write_settings(tmp_path)


def test_each_day_alone_is_decided_as_it_was(kept: Path) -> None:
    for day in DAYS:
        code, said, _ = echoctl("replay", day, "--config", str(kept))
        assert (code, said.strip().endswith("all decided as recorded")) == (0, True), said
        assert len(said.splitlines()) == 1, "nothing before it was needed"


def test_each_day_exported_is_decided_as_it_was_elsewhere(kept: Path, tmp_path: Path) -> None:
    """By another process, in which other things come first in what has no order."""
    for number, day in enumerate(DAYS):
        export = tmp_path / f"{day}.jsonl"
        arguments = ("--from", day, "--output", str(export), "--config", str(kept))
        assert echoctl("audit", "export", *arguments)[0] == 0
        assert echoctl("audit", "verify", str(export))[0] == 0
        program = (sys.executable, "-m", "echo.apps.cli.main", "replay", str(export), "--json")
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONHASHSEED": str(number + 1),
        }
        found = subprocess.run(program, check=False, capture_output=True, env=environment)
        told = json.loads(found.stdout)

        assert (found.returncode, told["same"], told["differences"]) == (0, True, [])
        assert (told["skipped"], told["failed"], told["unread"]) == (0, 0, [])
        assert told["decisions"] > 4
        assert told["played_from"]["day"] == day


def test_a_day_without_a_checkpoint_is_played_from_the_start_before_it(tmp_path: Path) -> None:
    """As it was recorded before there were checkpoints."""
    notes = [each for each in notes_of(midnights(2)) if not isinstance(each, Checkpoint)]
    files = MonthFiles(tmp_path / "core" / "events")
    files.append(linked_of(notes))
    files.close()
    settings = write_settings(tmp_path)

    code, said, _ = echoctl("replay", DAYS[1], "--config", str(settings))
    assert code == 0
    assert said.startswith("played from 2025-06-15 15:06:40 UTC (event 1) on: nothing later")

    export = tmp_path / "day.jsonl"
    echoctl(
        "audit", "export", "--from", DAYS[1], "--output", str(export), "--config", str(settings)
    )
    code, _, errors = echoctl("replay", str(export))
    assert code == 2
    assert "neither a start of the Core nor a checkpoint" in errors


def test_what_lies_before_the_first_checkpoint_is_told(kept: Path, tmp_path: Path) -> None:
    events = linked_of(notes_of(midnights(2)))[20:]
    head = ExportHead(chain_id="x", before_seq=20, before_link=FIRST_LINK)
    export = tmp_path / "late.jsonl"
    export.write_bytes(b"".join(export_lines(head, events)))

    code, said, _ = echoctl("replay", str(export))

    assert code == 0
    assert "events before 2025-06-16 00:00:0" in said
    assert "were not played" in said


def test_what_differs_or_is_missing_is_told_beside(tmp_path: Path) -> None:
    notes = notes_of(midnights(1))
    lost = next(n for n, each in enumerate(notes) if isinstance(each, Handled) and n > 12)
    del notes[lost : lost + 4]
    files = MonthFiles(tmp_path / "events")
    files.append(linked_of(notes))
    files.close()

    said = echoctl("replay", str(tmp_path / "events"))[1]

    assert "at 1 checkpoints the engine knew something else" in said


def test_a_day_that_was_not_recorded_is_told(kept: Path) -> None:
    code, _, errors = echoctl("replay", "2025-07-01", "--config", str(kept))

    assert (code, "holds no events of 2025-07-01" in errors) == (2, True)
