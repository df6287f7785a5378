"""Raw events on disk: appended, read back, never changed."""

import stat
from pathlib import Path

import apsw
import pytest

from echo.domain.raw_events import ChainCheck, Direction
from echo.ports.errors import EventsUnavailable, StoreLocked
from echo.stores.events.months import (
    PAGE_ROWS,
    MonthFiles,
    drop_months,
    month_paths,
    played_from,
    read_events,
    read_month,
    read_month_events,
)
from tests.stores.events.chains import DAY_MS, linked


def test_what_was_appended_is_read_back_by_day(tmp_path: Path) -> None:
    files = MonthFiles(tmp_path / "events")
    events = linked(files.chain(), 4, every_ms=DAY_MS)
    files.append(events)
    files.close()
    folder = tmp_path / "events"

    assert list(read_events(folder)) == events
    assert list(read_events(folder, first_day="2026-11-30", last_day="2026-12-01")) == events[1:3]
    assert list(read_events(folder, after=2)) == events[2:]
    assert [each.name for each in month_paths(folder)] == [
        "events-2026-11.sqlite",
        "events-2026-12.sqlite",
    ]
    assert stat.S_IMODE(month_paths(folder)[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_chain_goes_on_over_restarts_and_months(tmp_path: Path) -> None:
    ids = set()
    for start in range(4):
        files = MonthFiles(tmp_path)
        ids.add(files.chain_id)
        files.append(linked(files.chain(), 2, start_ms=1_764_000_000_000 + start * 20 * DAY_MS))
        files.close()
    check = ChainCheck()
    check.follow(read_events(tmp_path))

    assert (check.events, check.breaks) == (8, [])
    assert len(ids) == 1
    second = read_month(month_paths(tmp_path)[1])
    assert second.before_seq > 0
    assert next(read_month_events(second.path)).event.seq == second.before_seq + 1


def test_appending_the_same_again_changes_nothing(tmp_path: Path) -> None:
    files = MonthFiles(tmp_path)
    events = linked(files.chain(), 3)
    files.append(events)
    files.append(events)
    files.close()

    assert list(read_events(tmp_path)) == events


def test_more_than_a_page_is_read_whole(tmp_path: Path) -> None:
    files = MonthFiles(tmp_path)
    files.append(linked(files.chain(), PAGE_ROWS + 3))
    files.close()

    assert sum(1 for _ in read_events(tmp_path)) == PAGE_ROWS + 3


@pytest.mark.parametrize("statement", ["UPDATE events SET kind = 'x'", "DELETE FROM events"])
def test_the_past_cannot_be_changed_in_passing(tmp_path: Path, statement: str) -> None:
    files = MonthFiles(tmp_path)
    files.append(linked(files.chain(), 1))
    files.close()
    connection = apsw.Connection(str(month_paths(tmp_path)[0]))

    with pytest.raises(apsw.ConstraintError, match="append-only"):
        connection.execute(statement)
    connection.close()


def test_two_writers_are_one_too_many(tmp_path: Path) -> None:
    files = MonthFiles(tmp_path)
    files.append(linked(files.chain(), 1))

    with pytest.raises(StoreLocked):
        MonthFiles(tmp_path)
    files.close()
    MonthFiles(tmp_path).close()


def test_old_months_are_dropped_whole(tmp_path: Path) -> None:
    files = MonthFiles(tmp_path)
    events = linked(files.chain(), 4, every_ms=DAY_MS)
    files.append(events)
    files.close()

    assert drop_months(tmp_path, "2026-12") == ["2026-11"]
    assert list(read_events(tmp_path)) == events[2:]
    check = ChainCheck(read_month(month_paths(tmp_path)[0]).before_link, 2)
    check.follow(read_events(tmp_path))
    assert check.breaks == []


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "events-2026-11.sqlite").write_text("no database at all, but long enough" * 99)

    with pytest.raises(EventsUnavailable, match="not a store of Echo"):
        list(read_events(tmp_path))
    with pytest.raises(EventsUnavailable, match="there are no events"):
        read_month(tmp_path / "events-2026-12.sqlite")
    assert list(read_events(tmp_path / "none")) == []


def test_a_chain_that_does_not_say_where_it_begins_is_told(tmp_path: Path) -> None:
    files = MonthFiles(tmp_path)
    files.append(linked(files.chain(), 1))
    files.close()
    [path] = month_paths(tmp_path)
    connection = apsw.Connection(str(path))
    connection.execute("DELETE FROM chain")
    connection.close()

    with pytest.raises(EventsUnavailable, match="where its chain begins"):
        read_month(path)


def test_a_full_disk_is_told_and_the_same_can_be_appended_again(tmp_path: Path) -> None:
    files = MonthFiles(tmp_path)
    first = linked(files.chain(), 1)
    files.append(first)
    connection = files._open.database.connection  # type: ignore[union-attr]  # it is open
    pages = connection.execute("PRAGMA page_count").get
    connection.execute(f"PRAGMA max_page_count = {pages}")
    more = linked(files.chain(), 2_000)

    with pytest.raises(EventsUnavailable, match="full"):
        files.append(more)
    connection.execute("PRAGMA max_page_count = 100000")
    files.append(more)
    files.close()

    assert list(read_events(tmp_path)) == [*first, *more]


def written(folder: Path, *kinds: tuple[str, str, int]) -> None:
    """Write events of these directions, kinds and days (from the first of the month on)."""
    files = MonthFiles(folder)
    chain = files.chain()
    first_ms = 1_761_955_200_000  # 2025-11-01
    files.append(
        [
            chain.take(
                Direction(direction), kind, wall_ms=first_ms + day * DAY_MS, mono_ms=1, payload=b"1"
            )
            for direction, kind, day in kinds
        ]
    )
    files.close()


def test_a_day_is_played_from_what_says_how_it_began(tmp_path: Path) -> None:
    written(
        tmp_path,
        ("in", "Quote", 0),
        ("core", "Start", 0),
        ("in", "Quote", 0),
        ("in", "Quote", 1),
        ("out", "Ack", 2),
        ("core", "Part", 2),
        ("core", "Part", 2),
        ("in", "Quote", 2),
        ("core", "Start", 2),
        ("in", "Quote", 2),
        ("in", "Quote", 31),
        ("core", "Part", 40),
    )
    days = ("2025-11-01", "2025-11-02", "2025-11-03", "2025-12-02", "2025-12-11")

    assert [played_from(tmp_path, day, "Start", "Part") for day in days] == [1, 2, 6, 9, 12]
    with pytest.raises(EventsUnavailable, match="no events of 2025-11-04"):
        played_from(tmp_path, "2025-11-04", "Start", "Part")
    with pytest.raises(EventsUnavailable, match="no events of 2026-11-04"):
        played_from(tmp_path / "none", "2026-11-04", "Start", "Part")


def test_of_parts_that_begin_a_chain_the_first_counts(tmp_path: Path) -> None:
    written(tmp_path, ("core", "Part", 0), ("core", "Part", 0), ("in", "Quote", 0))

    assert played_from(tmp_path, "2025-11-01", "Start", "Part") == 1
