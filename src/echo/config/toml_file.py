"""Settings in a TOML file: nested tables are the parts of a key."""

import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal


class NotToml(ValueError):
    """The file is not TOML; the message says where."""


def flatten_toml(text: str) -> dict[str, object]:
    """Return the file's values by key, its tables joined by slashes.

    Raises:
        NotToml: with line and column.
    """
    try:
        return dict(_flat(tomllib.loads(text, parse_float=Decimal), ""))
    except tomllib.TOMLDecodeError as error:
        raise NotToml(str(error)) from error


def _flat(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}/")
        else:
            yield f"{prefix}{name}", value
