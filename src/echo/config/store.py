"""The settings of the store, typed, and what may be wrong with them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from echo.config.setting import Value

_SCHEMA: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_UNPROTECTED: Final = frozenset({"disable", "prefer"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresSettings:
    """A server and a schema on it; each field is the setting ``postgres/`` of that name."""

    host: str
    port: int
    database: str
    user: str
    password_file: Path | None
    schema: str
    sslmode: str
    ca_file: Path | None


def postgres_settings(values: Mapping[str, Value]) -> PostgresSettings | None:
    """Return the server that keeps the journal; ``None`` = a file of the Core does.

    The values were read without complaints.
    """
    if values["core/store/kind"] != "postgres":
        return None
    port = values["postgres/port"]
    return PostgresSettings(
        host=str(values["postgres/host"]),
        port=port if isinstance(port, int) else 0,
        database=str(values["postgres/database"]),
        user=str(values["postgres/user"]),
        password_file=_path(values["postgres/password_file"]),
        schema=str(values["postgres/schema"]),
        sslmode=str(values["postgres/sslmode"]),
        ca_file=_path(values["postgres/ca_file"]),
    )


def store_complaints(values: Mapping[str, Value]) -> list[str]:
    """Say what of the store's settings does not go together."""
    if values["core/store/kind"] != "postgres":
        return []
    found = [
        f"core/store/kind = postgres needs postgres/{name}"
        for name in ("host", "database", "user")
        if not values[f"postgres/{name}"]
    ]
    schema = str(values["postgres/schema"])
    if not _SCHEMA.fullmatch(schema):
        found.append(
            f"postgres/schema = {schema} is not 1 to 63 of small letters, digits and '_',"
            " the first no digit"
        )
    host, sslmode = values["postgres/host"], values["postgres/sslmode"]
    if host and not is_here(str(host)) and sslmode in _UNPROTECTED:
        found.append(
            f"postgres/sslmode = {sslmode} does not protect the way to {host}: set it to require,"
            " or better to verify-full"
        )
    return found


def is_here(host: str) -> bool:
    """Whether what is sent to *host* stays on this machine."""
    if host.startswith("/") or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _path(value: Value) -> Path | None:
    return None if value is None else Path(str(value))
