"""The settings of caches, typed, and what may be wrong with them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from echo.config.setting import Value
from echo.config.store import is_here

_PREFIX: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisSettings:
    """Each field is the setting ``redis/`` of that name."""

    host: str
    port: int
    database: int
    user: str | None
    password_file: Path | None
    prefix: str
    tls: bool
    ca_file: Path | None
    timeout_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheSettings:
    """How old overviews may be, and the second level; ``redis`` ``None`` = there is none."""

    max_age_ms: int
    redis: RedisSettings | None


def cache_settings(values: Mapping[str, Value]) -> CacheSettings:
    """Return the caches' part of *values*, which were read without complaints."""
    max_age_ms = _whole(values, "core/overviews/max_age_ms")
    host = values["redis/host"]
    # A journal in a file has one Core, which remembers for itself.
    if host is None or not max_age_ms or values["core/store/kind"] != "postgres":
        return CacheSettings(max_age_ms=max_age_ms, redis=None)
    user = values["redis/user"]
    return CacheSettings(
        max_age_ms=max_age_ms,
        redis=RedisSettings(
            host=str(host),
            port=_whole(values, "redis/port"),
            database=_whole(values, "redis/database"),
            user=None if user is None else str(user),
            password_file=_path(values, "redis/password_file"),
            prefix=str(values["redis/prefix"]),
            tls=values["redis/tls"] is True,
            ca_file=_path(values, "redis/ca_file"),
            timeout_ms=_whole(values, "redis/timeout_ms"),
        ),
    )


def cache_complaints(values: Mapping[str, Value]) -> list[str]:
    """Say what of the caches' settings does not go together."""
    found = []
    host, prefix = values["redis/host"], str(values["redis/prefix"])
    if host and not is_here(str(host)) and values["redis/tls"] is not True:
        found.append(f"redis/tls = false does not protect the way to {host}: set it to true")
    if not _PREFIX.fullmatch(prefix):
        found.append(f"redis/prefix = {prefix} is not 1 to 64 of letters, digits, '_', '.' and '-'")
    return found


def cache_warnings(values: Mapping[str, Value]) -> list[str]:
    """Say which of the caches' settings have no effect."""
    if not values["redis/host"]:
        return []
    if values["core/store/kind"] != "postgres":
        return [
            "redis/host has no effect: a journal in a file has one Core, which remembers for"
            " itself; core/store/kind = postgres lets several share"
        ]
    if not values["core/overviews/max_age_ms"]:
        return ["redis/host has no effect: core/overviews/max_age_ms = 0 keeps nothing"]
    return []


def _whole(values: Mapping[str, Value], key: str) -> int:
    value = values[key]
    return value if isinstance(value, int) else 0


def _path(values: Mapping[str, Value], key: str) -> Path | None:
    value = values[key]
    return None if value is None else Path(str(value))
