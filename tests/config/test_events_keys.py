"""The raw events' settings, typed."""

from pathlib import Path

import pytest

from echo.config.events_keys import events_settings
from echo.config.reading import read_settings


def test_by_default_they_lie_beside_the_journal() -> None:
    settings = events_settings(read_settings({"core/state_dir": "desk"}).values)

    assert settings.folder == Path("desk/events")
    assert (settings.store, settings.keep_days) == ("sqlite", 90)
    assert settings.bytes_max == 4 << 30


def test_everything_can_be_said() -> None:
    flat = {
        "core/events/store": "mongo",
        "core/events/dir": "elsewhere",
        "core/events/keep_days": 0,
        "core/events/size_max": 16,
        "core/events/waiting_max": 1_000,
        "core/events/mongo_url": "mongodb://host",
        "core/events/mongo_database": "desk",
    }
    settings = events_settings(read_settings(flat).values)

    assert settings.folder == Path("elsewhere")
    assert (settings.keep_days, settings.bytes_max, settings.waiting_max) == (0, 16 << 20, 1_000)
    assert (settings.mongo_url, settings.mongo_database) == ("mongodb://host", "desk")


@pytest.mark.parametrize(
    ("key", "value"), [("store", "postgres"), ("size_max", 1), ("waiting_max", 10)]
)
def test_what_is_out_of_bounds_is_refused(key: str, value: object) -> None:
    [complaint] = read_settings({f"core/events/{key}": value}).complaints

    assert complaint.startswith(f"core/events/{key}")
