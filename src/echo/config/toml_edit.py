"""Changing one setting in a TOML file, with every comment and every other line left as it is."""

import re
from typing import Final

from echo.config.spelling import toml_value
from echo.config.toml_file import NotToml, flatten_toml

_TABLE: Final = re.compile(r"\s*\[(?!\[)(?P<name>.+?)\]\s*(#.*)?$")
_LINE: Final = re.compile(r"(?P<head>\s*(?P<name>[^=#\[]+?)\s*=\s*)(?P<value>.*)$")
_COMMENT: Final = re.compile(
    r"""(?P<value>(?:"(?:\\.|[^"\\])*"|'[^']*'|[^#"'])*?)(?P<rest>\s*#.*)?$"""
)
_PART: Final = re.compile(r"""\s*(?:"((?:\\.|[^"\\])*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(\.|$)""")


class CannotEdit(ValueError):
    """The file is written in a way that only a person should change."""


def with_setting(text: str, key: str, raw: object | None) -> str:
    """Return *text* with *key* set to *raw*; ``None`` takes the key out.

    The result is read again before it is returned: a file is changed in this one key or not at
    all.

    Raises:
        CannotEdit: the key stands in a value of several lines or in an inline table.
        NotToml: *text* is no TOML.
    """
    wanted = flatten_toml(text)
    if raw is None:
        wanted.pop(key, None)
    else:
        wanted[key] = raw
    changed = _edited(text, key, raw)
    try:
        if flatten_toml(changed) == wanted:
            return changed
    except NotToml:
        pass
    raise CannotEdit(f"{key} cannot be changed by a program here: edit the file by hand")


def _edited(text: str, key: str, raw: object | None) -> str:
    lines = text.splitlines(keepends=True)
    place = _place(lines, key)
    if place is not None:
        if raw is None:
            del lines[place]
        else:
            lines[place] = _replaced(lines[place], raw)
        return "".join(lines)
    if raw is None:
        return text
    *folder, name = key.split("/")
    line = f"{_named(name)} = {toml_value(raw)}\n"
    end = _end_of_table(lines, folder)
    if end is None:
        gap = "\n" if text and not text.endswith("\n\n") else ""
        newline = "" if not text or text.endswith("\n") else "\n"
        return f"{text}{newline}{gap}[{'.'.join(map(_named, folder))}]\n{line}"
    if end and not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    return "".join([*lines[:end], line, *lines[end:]])


def _place(lines: list[str], key: str) -> int | None:
    """Return the index of the line that sets *key*."""
    table: list[str] = []
    wanted = key.split("/")
    for index, line in enumerate(lines):
        if (head := _TABLE.match(line.rstrip("\n"))) is not None:
            table = _parts(head["name"])
        elif (setting := _LINE.match(line.rstrip("\n"))) is not None and [
            *table,
            *_parts(setting["name"]),
        ] == wanted:
            return index
    return None


def _end_of_table(lines: list[str], folder: list[str]) -> int | None:
    """Return where a line of the table *folder* may be put in; ``None`` = no such table."""
    inside, end = not folder, None
    if inside:
        end = 0
    for index, line in enumerate(lines):
        if (head := _TABLE.match(line.rstrip("\n"))) is not None:
            inside = _parts(head["name"]) == folder
            if inside:
                end = index + 1
        elif inside and line.strip() and not line.lstrip().startswith("#"):
            end = index + 1
    return end


def _replaced(line: str, raw: object) -> str:
    found = _LINE.match(line.rstrip("\n"))
    assert found is not None  # noqa: S101 -- that is how the line was found
    behind = _COMMENT.match(found["value"])
    rest = "" if behind is None else behind["rest"] or ""
    return f"{found['head']}{toml_value(raw)}{rest}\n"


def _parts(name: str) -> list[str]:
    """Return the parts of a dotted key; nothing if it is written in another way."""
    found, at = [], 0
    while at < len(name):
        part = _PART.match(name, at)
        if part is None:
            return []
        found.append(next(each for each in part.groups()[:3] if each is not None))
        at = part.end()
    return found


def _named(part: str) -> str:
    return part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else toml_value(part)
