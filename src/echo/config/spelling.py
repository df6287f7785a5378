"""Writing settings down: as the texts of a key-value store, and as a TOML file.

What is written here is read back to the same values; a test holds that for every setting.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

_BARE: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def as_text(raw: object) -> str:
    """Return *raw* as the text that a key-value store holds; lists as CSV, or as JSON if they must.

    Raises:
        ValueError: it is a date, a table, or a list of such.
    """
    if isinstance(raw, (list, tuple)):
        texts = [as_text(each) for each in raw]
        if any(_needs_json(each) for each in texts):
            return json.dumps(texts, ensure_ascii=False)
        return ",".join(texts)
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, Decimal):
        return format(raw, "f")
    if isinstance(raw, (str, int)):
        return str(raw)
    raise ValueError(f"{raw!r} is no setting's value")


def as_toml(flat: Mapping[str, object]) -> str:
    """Return *flat* as a TOML file, one table for each folder of keys, in the order of the keys.

    Raises:
        ValueError: a key is a folder of others, too, which TOML cannot say; or as `as_text`.
    """
    tables: dict[tuple[str, ...], list[str]] = {}
    for key in sorted(flat):
        *parents, name = key.split("/")
        tables.setdefault(tuple(parents), []).append(f"{_name(name)} = {toml_value(flat[key])}")
        inside = f"{key}/"
        if any(other.startswith(inside) for other in flat):
            raise ValueError(f"{key} is a value and a folder: TOML cannot say that")
    pages = []
    for folder in sorted(tables):
        head = [f"[{'.'.join(map(_name, folder))}]"] if folder else []
        pages.append("\n".join([*head, *tables[folder]]))
    return "\n\n".join(pages) + "\n" if pages else ""


def toml_value(raw: object) -> str:
    """Return *raw* as it stands behind the ``=`` of a TOML file.  Raises as `as_text`."""
    if isinstance(raw, (list, tuple)):
        return f"[{', '.join(map(toml_value, raw))}]"
    if isinstance(raw, str):
        # JSON's escapes are TOML's, but for DEL, which JSON leaves as it is.
        return json.dumps(raw, ensure_ascii=False).replace("\x7f", "\\u007f")
    return as_text(raw)


def _needs_json(text: str) -> bool:
    return not text or text != text.strip() or "," in text or text.startswith("[")


def _name(part: str) -> str:
    return part if part and set(part) <= _BARE else toml_value(part)
