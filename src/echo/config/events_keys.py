"""Settings of the raw events: what crosses the Core's threshold, kept for looking back."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from echo.config.setting import Reload, Setting, Value, choice, path, text, whole

OFF: Final = "off"
SQLITE: Final = "sqlite"
MONGO: Final = "mongo"

EVENTS_KEYS: Final[tuple[Setting, ...]] = (
    choice(
        "core/events/store",
        SQLITE,
        (OFF, SQLITE, MONGO),
        "Where raw events are kept: nowhere, in a SQLite file a month, or in MongoDB as well.",
        reload=Reload.RESTART,
    ),
    path(
        "core/events/dir",
        None,
        "Folder of the months' files; unset = events in core/state_dir.",
    ),
    whole(
        "core/events/keep_days",
        90,
        "Months that ended so many days ago are deleted; 0 = never.",
        low=0,
        high=36_500,
        unit="days",
    ),
    whole(
        "core/events/size_max",
        4_096,
        "Size of all files together; above it the oldest months go, then events are left out.",
        low=16,
        high=1 << 30,
        unit="MiB",
    ),
    whole(
        "core/events/waiting_max",
        50_000,
        "Events that may wait in memory for the disk; more are left out, counted and told.",
        low=1_000,
        high=10_000_000,
    ),
    text(
        "core/events/mongo_url",
        "mongodb://127.0.0.1:27017",
        "MongoDB's address, without a password: one with a password comes from ECHO_MONGO_URL.",
    ),
    text("core/events/mongo_database", "echo", "MongoDB's database; the collection is events."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsSettings:
    """Each field is the setting of that name; sizes in bytes."""

    store: str
    folder: Path
    keep_days: int
    bytes_max: int
    waiting_max: int
    mongo_url: str
    mongo_database: str


def events_settings(values: Mapping[str, Value]) -> EventsSettings:
    """Return the raw events' part of *values*, which were read without complaints."""
    folder = values["core/events/dir"]
    return EventsSettings(
        store=str(values["core/events/store"]),
        folder=Path(str(folder or Path(str(values["core/state_dir"])) / "events")),
        keep_days=int(str(values["core/events/keep_days"])),
        bytes_max=int(str(values["core/events/size_max"])) << 20,
        waiting_max=int(str(values["core/events/waiting_max"])),
        mongo_url=str(values["core/events/mongo_url"]),
        mongo_database=str(values["core/events/mongo_database"]),
    )
