"""MQL source text as tokens, with the includes read in and every token's place kept."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
INCLUDE: Final = ROOT / "mql" / "Include"

_TOKEN: Final = re.compile(
    r"""(?P<ws>[ \t\r\n]+)|(?P<com>//[^\n]*|/\*.*?\*/)|(?P<date>D'[^'\n]*')|(?P<color>C'[^'\n]*')
    |(?P<str>"(?:\\.|[^"\\\n])*")|(?P<chr>'(?:\\.|[^'\\\n])+')
    |(?P<num>0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][-+]?\d+)?f?|\.\d+)
    |(?P<id>[A-Za-z_]\w*)|(?P<pre>\#[^\n]*)
    |(?P<op><<=|>>=|\+\+|--|->|&&|\|\||[-+*/%&|^!=<>]=|<<|>>|::|.)""",
    re.S | re.X,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token; ``kind`` is a group of the pattern above."""

    kind: str
    text: str
    path: Path
    line: int


class SourceError(Exception):
    """The source uses something that is not supported; the message names the place."""


def lex(path: Path) -> Iterator[Token]:
    """Yield the tokens of one file, blanks and comments left out."""
    source = path.read_text(encoding="utf-8")
    line = 1
    for match in _TOKEN.finditer(source):
        kind = match.lastgroup or "op"
        if kind not in {"ws", "com"}:
            yield Token(kind, match.group(), path, line)
        line += match.group().count("\n")


def read(path: Path) -> list[Token]:
    """Return the tokens of *path* and of everything that it includes, each file once."""
    return list(_read(path, set()))


def _read(path: Path, seen: set[Path]) -> Iterator[Token]:
    path = path.resolve()
    if path in seen:
        return
    seen.add(path)
    for token in lex(path):
        included = _included(token)
        if included is None:
            yield token
        else:
            yield from _read(included, seen)


def _included(token: Token) -> Path | None:
    if token.kind != "pre":
        return None
    found = re.match(r'#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', token.text)
    if found is None:
        return None
    name = (found[1] or found[2]).replace("\\", "/")
    place = token.path.parent / name if found[1] else INCLUDE / name
    if not place.is_file():
        raise SourceError(f"{token.path}:{token.line}: no such file: {name}")
    return place


def relocated(token: Token, text: str) -> Token:
    """Return *token* saying something else at the same place."""
    return replace(token, kind="out", text=text)
