"""Where settings lie in etcd: an address in one line, such as ``etcd://host:2379/echo``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from echo.ports.errors import SettingsInvalid

SCHEMES: Final = ("etcd", "etcds")
DEFAULT_PREFIX: Final = "/echo/"
DEFAULT_PORT: Final = 2_379
DEFAULT_TIMEOUT_S: Final = 5.0
PASSWORD: Final = "ETCD_PASSWORD"  # noqa: S105 -- the name of a variable
"""Name of the environment variable; a secret never stands in an address."""

_OPTIONS: Final = ("ca", "cert", "key", "snapshot")
_ENDPOINT: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?")
_SECONDS: Final = re.compile(r"(\d+(?:\.\d+)?)\s*s?")
_FLATTENED: Final = re.compile(r"(etcds?):/(?!/)")


@dataclass(frozen=True, slots=True, kw_only=True)
class EtcdPlace:
    """One prefix of one cluster, and how to come there.

    Args:
        endpoints: ``host:port`` of every member, tried in turn.
        prefix: What all keys begin with; ends in a slash.
        tls: Whether to speak TLS; with ``ca_file`` ``None`` the system's authorities count.
        user: ``None`` = no log-in.
        snapshot: File that the last good settings are kept in, to start from when no member
            answers; ``None`` = a start needs etcd.
        timeout_s: How long one answer may take.
    """

    endpoints: tuple[str, ...]
    prefix: str = DEFAULT_PREFIX
    tls: bool = False
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    user: str | None = None
    password: str = ""
    snapshot: Path | None = None
    timeout_s: float = DEFAULT_TIMEOUT_S

    def __str__(self) -> str:
        return f"etcd://{','.join(self.endpoints)}{self.prefix.rstrip('/')}"

    def __repr__(self) -> str:
        """Name the place; the password is nobody's business."""
        return f"<{self}>"


def is_etcd(place: str) -> bool:
    """Whether *place* is an address of etcd rather than a file's path."""
    return place.startswith(tuple(f"{scheme}:/" for scheme in SCHEMES))


def etcd_place(text: str, environment: Mapping[str, str]) -> EtcdPlace:
    """Read ``etcd://[user@]host[:port][,host...]/prefix?ca=&cert=&key=&snapshot=``.

    Without a host ``ETCD_ENDPOINTS`` names the members; ``ETCD_TIMEOUT`` the seconds that an
    answer may take; the password of *user* comes from ``ETCD_PASSWORD``.  ``etcds://`` or any of
    ca, cert and key mean TLS.

    Raises:
        SettingsInvalid: it is not such an address.
    """
    # Whoever took it for a path has made one slash of two.
    address = urlsplit(_FLATTENED.sub(r"\1://", text, count=1))
    options = dict(parse_qsl(address.query, keep_blank_values=True))
    if address.scheme not in SCHEMES or address.fragment or set(options) - set(_OPTIONS):
        raise SettingsInvalid(
            [f"{text} is not etcd://[user@]host[:port]/prefix?ca=&cert=&key=&snapshot="]
        )
    user, _, hosts = address.netloc.rpartition("@")
    if ":" in user:
        raise SettingsInvalid([f"a password does not belong into the address: set {PASSWORD}"])
    paths = {name: Path(value) for name, value in options.items() if value}
    if ("cert" in paths) != ("key" in paths):
        raise SettingsInvalid(["cert and key in the address of etcd belong together"])
    named = hosts or environment.get("ETCD_ENDPOINTS", "")
    return EtcdPlace(
        endpoints=_endpoints(named, text),
        prefix=_prefix(unquote(address.path)),
        tls=address.scheme == "etcds" or bool({"ca", "cert", "key"} & set(paths)),
        ca_file=paths.get("ca"),
        cert_file=paths.get("cert"),
        key_file=paths.get("key"),
        user=unquote(user) or None,
        password=environment.get(PASSWORD, ""),
        snapshot=paths.get("snapshot"),
        timeout_s=_timeout_s(environment.get("ETCD_TIMEOUT", "")),
    )


def _endpoints(hosts: str, text: str) -> tuple[str, ...]:
    found = []
    for each in filter(None, (part.strip() for part in hosts.split(","))):
        bare = each.split("://", 1)[-1].rstrip("/")
        match = _ENDPOINT.fullmatch(bare)
        if match is None or not 0 < int(match[2] or DEFAULT_PORT) < 65_536:
            raise SettingsInvalid([f"{each!r} in {text} is not host:port"])
        found.append(f"{match[1]}:{match[2] or DEFAULT_PORT}")
    if not found:
        raise SettingsInvalid([f"{text} names no host, and ETCD_ENDPOINTS is not set"])
    return tuple(dict.fromkeys(found))


def _prefix(path: str) -> str:
    middle = path.strip("/")
    return f"/{middle}/" if middle else DEFAULT_PREFIX


def _timeout_s(text: str) -> float:
    if not text.strip():
        return DEFAULT_TIMEOUT_S
    match = _SECONDS.fullmatch(text.strip())
    if match is None or not 0 < float(match[1]) <= 300:
        raise SettingsInvalid([f"ETCD_TIMEOUT = {text!r} is not above 0 and up to 300 seconds"])
    return float(match[1])
