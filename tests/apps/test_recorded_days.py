"""A recorded day is found in whatever it lies."""

from pathlib import Path

import pytest

from echo.apps.recorded_days import (
    events_of_day,
    is_day,
    is_recording,
    kept_in,
    raw_events_of,
    recorded_events,
)
from echo.domain.raw_events import FIRST_LINK
from echo.ports.errors import EventsUnavailable
from echo.services.core.recorder import Recorder
from echo.stores.events.export_file import ExportHead, export_lines
from echo.stores.events.months import MonthFiles, month_paths
from tests.apps.cli.running_core import write_settings
from tests.services.core.days import (
    day_by_day,
    linked_of,
    midnights,
    notes_of,
    traded_day,
)


def test_raw_events_of_a_folder_a_month_and_an_export_are_the_same(tmp_path: Path) -> None:
    events = linked_of(notes_of(traded_day()))
    files = MonthFiles(tmp_path / "events")
    files.append(events)
    files.close()
    head = ExportHead(chain_id="x", before_seq=0, before_link=FIRST_LINK)
    export = tmp_path / "day.jsonl"
    export.write_bytes(b"".join(export_lines(head, events)))
    [month] = month_paths(tmp_path / "events")

    for place in (tmp_path / "events", month, export):
        assert not is_recording(place)
        assert list(raw_events_of(place)) == [each.event for each in events]


def test_a_recording_is_told_from_them(tmp_path: Path) -> None:
    stage, path = traded_day(), tmp_path / "recording.jsonl"
    with path.open("wb") as file:
        record = Recorder(file.write)
        for event, now in stage.events:
            record(event, now)

    assert is_recording(path)
    assert list(recorded_events(path)) == stage.events


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(EventsUnavailable, match="No such file"):
        is_recording(tmp_path / "none")
    with pytest.raises(EventsUnavailable, match="No such file"):
        list(recorded_events(tmp_path / "none"))


def test_a_day_is_told_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert is_day("2026-11-20")
    assert not is_day("2026-11")
    Path("2026-11-20").write_text("a file all the same")
    assert not is_day("2026-11-20")


def test_the_settings_say_where_the_core_keeps_its_days(tmp_path: Path) -> None:
    assert kept_in(str(write_settings(tmp_path))) == tmp_path / "core" / "events"


def test_a_day_comes_with_what_says_how_it_began_and_nothing_else(tmp_path: Path) -> None:
    events = linked_of(notes_of(midnights(2)))
    files = MonthFiles(tmp_path)
    files.append(events)
    files.close()

    for day in day_by_day(events):
        expected = [each.event for each in day]
        assert list(events_of_day(tmp_path, expected[0].day)) == expected
