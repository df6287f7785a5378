"""Named SQL statements, one file per store; the only place where SQL text enters Python."""

import re
from collections.abc import Mapping
from importlib.resources import files

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


def read_statements(name: str) -> Mapping[str, str]:
    """Return statement name -> text of ``stores/sql/sqlite/<name>.sql``.

    A statement begins under a line ``-- name: <statement>`` and ends at the next one.

    Raises:
        ValueError: two statements share a name.
    """
    text = (files("echo.stores") / "sql" / "sqlite" / f"{name}.sql").read_text(encoding="utf-8")
    return split_statements(text)


def split_statements(text: str) -> Mapping[str, str]:
    """Cut a file of named statements; comment lines inside and between them are dropped."""
    _, *parts = _NAME.split(text)
    statements: dict[str, str] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        if name in statements:
            raise ValueError(f"statement {name} is there twice")
        lines = (line for line in body.splitlines() if not line.startswith("--"))
        statements[name] = "\n".join(lines).strip().removesuffix(";")
    return statements
