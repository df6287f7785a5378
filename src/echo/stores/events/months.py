"""Raw events on disk: one SQLite file a month, in one folder."""

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import apsw

from echo.domain.raw_events import FIRST_LINK, Chain, Direction, Linked, RawEvent
from echo.ports.errors import EventsUnavailable, JournalUnavailable
from echo.stores.sqlite.database import Database, open_database, read_migrations
from echo.stores.sqlite.failures import UnclearCommitError, explain, transaction
from echo.stores.sqlite.reading import looking_into

LOG_BYTES: Final = 4 << 20
PAGE_ROWS: Final = 1_000
_NAME: Final = re.compile(r"events-(\d{4}-\d{2})\.sqlite")
_INSERT: Final = "INSERT INTO events VALUES "
_ROW: Final = "(?, ?, ?, ?, ?, ?, ?, ?, ?)"
ROWS_PER_STEP: Final = 64
"""Rows that go to SQLite at once: each step takes the interpreter from whoever trades."""
_SELECT: Final = (
    "SELECT seq, day, wall_ms, mono_ms, direction, kind, payload, answer, link FROM events"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month's file: which chain it goes on with, and from where."""

    path: Path
    chain_id: str
    before_seq: int
    before_link: bytes


@dataclass(slots=True)
class _Open:
    month: str
    database: Database


class MonthFiles:
    """Writes the chain of a folder on, from wherever it ends.  One writer, one thread.

    Args:
        folder: Made when it is missing, readable by its owner only.

    Raises:
        StoreLocked: another process writes there.
        EventsUnavailable: it cannot be read or written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: _Open | None = None
        self._link, self._seq, self._day = FIRST_LINK, 0, ""
        self.chain_id = secrets.token_hex(8)
        months = month_paths(folder)
        if months:
            self._turn_to(_month_of(months[-1]))

    def chain(self) -> Chain:
        """Return the chain, to be gone on with."""
        return Chain(self._link, self._seq, self._day)

    def append(self, events: Sequence[Linked]) -> None:
        """Write *events*, linked by `chain`; all of a month are written, or none.

        What was written by an earlier try is left out.

        Raises:
            EventsUnavailable: not all was written; append the same again.
        """
        by_month: dict[str, list[Linked]] = {}
        for each in events:
            if each.event.seq > self._seq:
                by_month.setdefault(each.event.day[:7], []).append(each)
        for month, rows in by_month.items():
            if self._open is None or self._open.month != month:
                self._turn_to(month)
            self._insert(rows)
            last = rows[-1]
            self._link, self._seq, self._day = last.link, last.event.seq, last.event.day

    def close(self) -> None:
        """Release the folder."""
        found, self._open = self._open, None
        if found is not None:
            with suppress(apsw.Error):
                found.database.connection.close()
            found.database.lock.release()

    def _turn_to(self, month: str) -> None:
        """Open the file of *month*; a new one says where the chain stood."""
        self.close()
        path = self._folder / f"events-{month}.sqlite"
        database = open_database(
            path,
            read_migrations("events"),
            passing=EventsUnavailable,
            refused=EventsUnavailable,
            log_bytes=LOG_BYTES,
        )
        self._open = _Open(month, database)
        connection = database.connection
        try:
            # No sync at each commit: the journal's are on a trade's way, these are not.  A kill
            # loses nothing that was committed; a power cut may lose the last seconds.
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(
                "INSERT OR IGNORE INTO chain VALUES (1, ?, ?, ?, ?)",
                (self.chain_id, self._seq, self._link, self._day),
            )
            row: tuple[Any, ...] = connection.execute(
                "SELECT chain_id, before_link, before_seq, before_day FROM chain"
            ).fetchall()[0]
            last: list[tuple[Any, ...]] = connection.execute(
                "SELECT link, seq, day FROM events ORDER BY seq DESC LIMIT 1"
            ).fetchall()
        except apsw.Error as error:
            self.close()
            raise EventsUnavailable(f"{path}: {explain(error)}") from error
        self.chain_id = row[0]
        self._link, self._seq, self._day = last[0] if last else row[1:]

    def _insert(self, rows: Sequence[Linked]) -> None:
        assert self._open is not None  # noqa: S101 -- turned to by the caller
        database = self._open.database
        try:
            with transaction(database.connection):
                for start in range(0, len(rows), ROWS_PER_STEP):
                    step = rows[start : start + ROWS_PER_STEP]
                    cells = [cell for each in step for cell in _row(each)]
                    database.connection.execute(_INSERT + ", ".join([_ROW] * len(step)), cells)
        except (apsw.Error, UnclearCommitError) as error:
            told = explain(error) if isinstance(error, apsw.Error) else str(error)
            raise EventsUnavailable(f"{database.path}: {told}") from error


def month_paths(folder: Path) -> list[Path]:
    """Return the files of *folder*, the oldest first."""
    if not folder.is_dir():
        return []
    return sorted(each for each in folder.iterdir() if _NAME.fullmatch(each.name))


def read_month(path: Path) -> Month:
    """Return what the file says of its place in the chain.

    Raises:
        EventsUnavailable: it cannot be read.
    """
    with _looking(path) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(
            "SELECT chain_id, before_seq, before_link FROM chain"
        ).fetchall()
        if not rows:
            raise EventsUnavailable(f"{path} does not say where its chain begins")
        chain_id, before_seq, before_link = rows[0]
    return Month(path=path, chain_id=chain_id, before_seq=before_seq, before_link=before_link)


def read_month_events(path: Path, *, after: int = 0) -> Iterator[Linked]:
    """Yield the events of one file whose number is above *after*, in order.

    A writer is not held up: each page is read by itself.

    Raises:
        EventsUnavailable: it cannot be read.
    """
    while True:
        with _looking(path) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'events'").get:
                return  # it is being made just now
            rows: list[tuple[Any, ...]] = connection.execute(
                f"{_SELECT} WHERE seq > ? ORDER BY seq LIMIT {PAGE_ROWS}", (after,)
            ).fetchall()
        for row in rows:
            yield _linked(row)
        if len(rows) < PAGE_ROWS:
            return
        after = rows[-1][0]


def read_events(
    folder: Path, *, first_day: str = "", last_day: str = "9999-12-31", after: int = 0
) -> Iterator[Linked]:
    """Yield the events of a folder, both days included.  Raises ``EventsUnavailable``."""
    for path in month_paths(folder):
        if first_day[:7] <= _month_of(path) <= last_day[:7]:
            for linked in read_month_events(path, after=after):
                if linked.event.day > last_day:
                    return
                if linked.event.day >= first_day:
                    yield linked


def played_from(folder: Path, day: str, starts: str, parts: str) -> int:
    """Return the number of the event from which on *day* can be played; its first, if none is.

    That is the last event of kind *starts*, or the first of the last ones of kind *parts*, which
    stand side by side, before anything came in on that day.

    Raises:
        EventsUnavailable: nothing of that day is there, or it cannot be read.
    """
    months = [path for path in reversed(month_paths(folder)) if _month_of(path) <= day[:7]]
    first = _number(months[:1], "day = ?", (day,), "ASC")
    if first is None:
        raise EventsUnavailable(f"{folder} holds no events of {day}")
    came_in = _number(months[:1], "day = ? AND direction = 'in'", (day,), "ASC")
    if came_in is None:
        return first
    says = "seq < ? AND direction = 'core' AND kind"
    found = _number(months, f"{says} IN (?, ?)", (came_in, starts, parts))
    if found is None:
        return first
    if _number(months, "seq = ? AND kind = ?", (found, starts)) is not None:
        return found
    before = _number(months, "seq < ? AND kind != ?", (found, parts))
    # Whatever the oldest of all months begins with has nothing before it.
    return read_month(months[-1]).before_seq + 1 if before is None else before + 1


def _number(
    months: Sequence[Path], where: str, asked: tuple[int | str, ...], order: str = "DESC"
) -> int | None:
    """Return the number of the first such event, in that *order*; ``None`` = there is none."""
    statement = f"SELECT seq FROM events WHERE {where} ORDER BY seq {order} LIMIT 1"  # noqa: S608 -- no value is in it
    for path in months:
        with _looking(path) as connection:
            rows: list[tuple[Any, ...]] = connection.execute(statement, asked).fetchall()
        if rows:
            return int(rows[0][0])
    return None


def link_before(folder: Path, seq: int) -> bytes:
    """Return the link of the event before *seq*, which is in the folder.

    Raises:
        EventsUnavailable: it is not known, or cannot be read.
    """
    for path in reversed(month_paths(folder)):
        month = read_month(path)
        if seq == month.before_seq + 1:
            return month.before_link
        if seq > month.before_seq:
            with _looking(path) as connection:
                rows: list[tuple[Any, ...]] = connection.execute(
                    "SELECT link FROM events WHERE seq = ?", (seq - 1,)
                ).fetchall()
            if rows:
                return bytes(rows[0][0])
    raise EventsUnavailable(f"{folder}: there is no event before {seq}")


def drop_months(folder: Path, before: str) -> list[str]:
    """Delete the files of months before *before*, ``YYYY-MM``; return which."""
    gone = []
    for path in month_paths(folder):
        month = _month_of(path)
        if month < before:
            for suffix in ("", "-wal", "-shm", ".lock"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            gone.append(month)
    return gone


def _month_of(path: Path) -> str:
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise ValueError(f"{path} is no month of raw events")
    return match[1]


@contextmanager
def _looking(path: Path) -> Iterator[apsw.Connection]:
    if not path.is_file():
        raise EventsUnavailable(f"{path}: there are no events")
    try:
        with looking_into(path) as connection:
            yield connection
    except JournalUnavailable as error:
        raise EventsUnavailable(str(error)) from error
    except apsw.Error as error:
        raise EventsUnavailable(f"{path}: {explain(error)}") from error


def _row(linked: Linked) -> tuple[int | str | bytes, ...]:
    event = linked.event
    return (
        *(event.seq, event.day, event.wall_ms, event.mono_ms, str(event.direction), event.kind),
        *(event.payload, event.answer, linked.link),
    )


def _linked(row: tuple[Any, ...]) -> Linked:
    seq, day, wall_ms, mono_ms, direction, kind, payload, answer, link = row
    event = RawEvent(
        seq=seq,
        day=day,
        wall_ms=wall_ms,
        mono_ms=mono_ms,
        direction=Direction(direction),
        kind=kind,
        payload=payload,
        answer=answer,
    )
    return Linked(event, link)
