"""Every setting of caches can be given, within its bounds."""

import pytest

from echo.config.cache_keys import CACHE_KEYS
from echo.config.reading import read_settings


def test_they_may_be_given_as_they_are_by_default() -> None:
    given = {
        each.key: each.default
        for each in CACHE_KEYS
        if not each.ignored and each.default is not None
    }

    assert read_settings(given).complaints == ()


def test_a_password_among_settings_is_pointed_to_a_file() -> None:
    (warning,) = read_settings({"redis/password": "x"}).warnings

    assert "redis/password_file" in warning


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("core/overviews/max_age_ms", -1),
        ("core/overviews/max_age_ms", 600_001),
        ("redis/port", 0),
        ("redis/timeout_ms", 5),
    ],
)
def test_what_is_out_of_bounds_is_named(key: str, value: int) -> None:
    (complaint,) = read_settings({key: value}).complaints

    assert complaint.startswith(key)
