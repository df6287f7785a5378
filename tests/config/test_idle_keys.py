"""Keys without effect are accepted, and say what happens instead."""

import pytest

from echo.config.idle_keys import IDLE_KEYS
from echo.config.reading import read_settings


def test_all_of_them_are_without_effect() -> None:
    assert all(each.ignored for each in IDLE_KEYS)


@pytest.mark.parametrize(
    ("key", "value", "warning"),
    [
        ("postgres/password", "hunter2", "password_file"),
        ("grpc/keepalive/time_s", 60, "heartbeat"),
    ],
)
def test_key_is_accepted_with_a_warning(key: str, value: object, warning: str) -> None:
    reading = read_settings({key: value})

    assert reading.complaints == ()
    (said,) = reading.warnings
    assert said.startswith(f"{key} has no effect: ")
    assert warning in said
    assert "hunter2" not in said
