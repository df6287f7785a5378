"""Which Redis stands beside a journal, and what of it does not go together."""

from pathlib import Path

import pytest

from echo.config.cache import CacheSettings, RedisSettings, cache_settings
from echo.config.reading import Reading, read_settings

SERVER: dict[str, object] = {
    "core/store/kind": "postgres",
    "postgres/host": "127.0.0.1",
    "postgres/database": "desk",
    "postgres/user": "echo_core",
    "redis/host": "127.0.0.1",
}


def read(**changes: object) -> Reading:
    return read_settings(SERVER | {f"redis/{name}": value for name, value in changes.items()})


def test_without_a_word_a_core_remembers_for_itself() -> None:
    found = cache_settings(read_settings({}).values)

    assert found == CacheSettings(max_age_ms=5_000, redis=None)


def test_a_redis_is_read_whole() -> None:
    reading = read(port=7_000, user="desk", password_file="/etc/echo/redis", prefix="desk.1")

    assert reading.complaints == reading.warnings == ()
    assert cache_settings(reading.values).redis == RedisSettings(
        host="127.0.0.1",
        port=7_000,
        database=0,
        user="desk",
        password_file=Path("/etc/echo/redis"),
        prefix="desk.1",
        tls=False,
        ca_file=None,
        timeout_ms=100,
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "/run/redis.sock"])
def test_on_this_machine_nothing_needs_to_be_encrypted(host: str) -> None:
    assert read(host=host).complaints == ()


def test_the_way_to_another_machine_must_be_protected() -> None:
    (complaint,) = read(host="cache.example.com").complaints

    assert complaint.startswith("redis/tls = false does not protect the way to cache.example.com")
    assert read(host="cache.example.com", tls=True).complaints == ()


@pytest.mark.parametrize("prefix", ["", "a b", "a:b", "x" * 65, "é"])
def test_a_prefix_is_plain(prefix: str) -> None:
    assert any("redis/prefix" in each for each in read(prefix=prefix).complaints)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("core/store/kind", "sqlite", "a journal in a file has one Core"),
        ("core/overviews/max_age_ms", 0, "keeps nothing"),
    ],
)
def test_a_redis_that_nothing_is_kept_in_is_warned_about(
    key: str, value: object, said: str
) -> None:
    reading = read_settings(SERVER | {key: value})

    assert reading.complaints == ()
    (warning,) = reading.warnings
    assert warning.startswith("redis/host has no effect: ")
    assert said in warning
    assert cache_settings(reading.values).redis is None
