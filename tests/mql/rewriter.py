"""Turns an MQL expert into C++20 for the runtime beside it; lines keep their numbers.

The dialect is MQL; what C++ spells otherwise is rewritten token by token: literals, arrays, inputs,
``this``, ``NULL``, integer types.  Functions may be called before they stand in the file, so their
prototypes, and the enumerations and classes that these name, are put first.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.mql.tokens import SourceError, Token, read, relocated

INTEGERS: Final = {
    "long": "mql_long",
    "ulong": "mql_ulong",
    "uint": "mql_uint",
    "ushort": "mql_ushort",
    "uchar": "mql_uchar",
    "char": "mql_char",
}
_LITERAL: Final = re.compile(r'"(?:\\.|[^"\\])*"')
_GUARD: Final = re.compile(r"#\s*(ifndef|define)\s+\w+_MQH\s*$|#\s*endif")
_KEYWORDS: Final = {"return", "else", "case", "do", "delete", "goto"}
_DECLARES: Final = {"(", ",", ";", "{", "}", "const", "static", ":", ""}


@dataclass(slots=True)
class Unit:
    """A whole program, sorted into what has to stand first."""

    dialect: str
    defines: list[Token] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    enums: list[list[Token]] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    prototypes: list[list[Token]] = field(default_factory=list)
    body: list[list[Token]] = field(default_factory=list)


def rewrite(path: Path) -> str:
    """Return the C++ of the expert at *path*.

    Raises:
        SourceError: it uses something that the rewriter does not know.
    """
    dialect = "MQL4" if path.suffix == ".mq4" else "MQL5"
    unit = Unit(dialect)
    plain = _without_directives(read(path), unit)
    for statement in _statements(_rewritten(plain, unit)):
        _sort(statement, unit)
    return _text(unit)


def _without_directives(tokens: Iterable[Token], unit: Unit) -> list[Token]:
    kept: list[Token] = []
    importing = False
    for token in tokens:
        if token.kind != "pre":
            if not importing:
                kept.append(token)
        elif re.match(r"#\s*import", token.text):
            importing = '"' in token.text
        elif re.match(r"#\s*property", token.text) or _GUARD.match(token.text):
            continue
        elif re.match(r"#\s*define", token.text):
            unit.defines.append(relocated(token, _LITERAL.sub(_string, token.text)))
        else:
            raise SourceError(f"{token.path}:{token.line}: {token.text}")
    return kept


def _string(literal: re.Match[str] | str) -> str:
    text = literal if isinstance(literal, str) else literal[0]
    return f"_S(u{text})"


def _date(text: str) -> str:
    numbers = [int(each) for each in re.findall(r"\d+", text)] + [0] * 6
    return f"mql_date({', '.join(map(str, numbers[:6]))})"


def _rewritten(tokens: Sequence[Token], unit: Unit) -> list[Token]:
    done: list[Token] = []
    at = 0
    while at < len(tokens):
        taken = _input(tokens, at, unit) or _array(tokens, at) or _simple(tokens, at)
        more, replaced = taken
        done.extend(replaced)
        at += more
    return done


def _input(tokens: Sequence[Token], at: int, unit: Unit) -> tuple[int, list[Token]] | None:
    token = tokens[at]
    if token.text != "input" or token.kind != "id":
        return None
    unit.inputs.append(tokens[at + 2].text)
    return 1, [relocated(token, "static")]


def _array(tokens: Sequence[Token], at: int) -> tuple[int, list[Token]] | None:
    """``T name[n]``, ``T &name[]``, ``T name[] = {...}`` where a declaration may stand."""
    token = tokens[at]
    before = tokens[at - 1].text if at else ""
    if token.kind != "id" or before not in _DECLARES or token.text in _KEYWORDS:
        return None
    name_at = at + 1
    by_reference = tokens[name_at].text == "&" if name_at < len(tokens) else False
    name_at += by_reference
    if name_at + 1 >= len(tokens) or tokens[name_at].kind != "id":
        return None
    if tokens[name_at + 1].text != "[":
        return None
    end = name_at + 2
    size: list[str] = []
    while tokens[end].text != "]":
        size.append(tokens[end].text)
        end += 1
    if tokens[end + 1].text == "[":
        raise SourceError(f"{token.path}:{token.line}: an array of more than one dimension")
    kind = INTEGERS.get(token.text, token.text)
    name = tokens[name_at].text
    declared = f"Array<{kind}> {'&' if by_reference else ''}{name}"
    if size and tokens[end + 1].text != "=":
        declared += f"{{Array<{kind}>({' '.join(size)}, true)}}"
    return end + 1 - at, [relocated(token, declared)]


def _simple(tokens: Sequence[Token], at: int) -> tuple[int, list[Token]]:
    token = tokens[at]
    after = tokens[at + 1].text if at + 1 < len(tokens) else ""
    text = token.text
    if token.kind == "str":
        text = _string(text)
    elif token.kind == "chr":
        text = f"u{text}"
    elif token.kind == "date":
        text = _date(text)
    elif token.kind == "color":
        red, green, blue = (int(each, 0) for each in text[2:-1].split(","))
        text = f"color({red | green << 8 | blue << 16})"
    elif token.kind == "id" and text == "NULL":
        text = "mql_null"
    elif token.kind == "id" and text in INTEGERS:
        text = INTEGERS[text]
    elif token.kind == "id" and text == "this" and after == ".":
        return 2, [relocated(token, "this->")]
    return 1, [relocated(token, text)]


def _statements(tokens: Iterable[Token]) -> Iterable[list[Token]]:
    """Cut at the top level: declarations up to their ``;``, functions up to their ``}``."""
    current: list[Token] = []
    depth = 0
    for token in tokens:
        current.append(token)
        depth += (token.text == "{") - (token.text == "}")
        ends = token.text == ";" or (token.text == "}" and _is_function(current))
        if depth == 0 and ends:
            yield current
            current = []
    if current:
        raise SourceError(f"{current[0].path}:{current[0].line}: a declaration without its end")


def _is_function(tokens: Sequence[Token]) -> bool:
    if tokens[0].text in {"class", "struct", "enum"}:
        return False
    head = [token.text for token in tokens]
    opens = head.index("{") if "{" in head else len(head)
    return ")" in head[:opens] and "=" not in head[: head.index("(")]


def _sort(statement: list[Token], unit: Unit) -> None:
    first = statement[0].text
    if first == "enum":
        unit.enums.append(statement)
        return
    if first in {"class", "struct"}:
        unit.types.append(f"{first} {statement[1].text};")
    elif _is_function(statement):
        opens = next(i for i, token in enumerate(statement) if token.text == "{")
        head = statement[:opens]
        if not any(token.text == "::" for token in head):
            unit.prototypes.append(head)
            statement = [*_without_defaults(head), *statement[opens:]]
    unit.body.append(statement)


def _without_defaults(head: Sequence[Token]) -> list[Token]:
    """Drop default values: they stand in the prototype."""
    kept: list[Token] = []
    depth = 0
    skipping = False
    for token in head:
        depth += (token.text == "(") - (token.text == ")")
        if skipping and ((token.text == "," and depth == 1) or depth == 0):
            skipping = False
        if token.text == "=" and depth == 1:
            skipping = True
        if not skipping:
            kept.append(token)
    return kept


def _text(unit: Unit) -> str:
    parts = [f'#define __{unit.dialect}__\n#include "runtime.hpp"\n']
    for define in unit.defines:
        parts.append(f'#line {define.line} "{define.path}"\n{define.text}\n')
    for statement in unit.enums:
        parts.append(_placed(statement))
    parts.append('\n#line 1 "prototypes"\n' + "\n".join(unit.types) + "\n")
    for head in unit.prototypes:
        parts.append(_placed(head) + ";\n")
    for statement in unit.body:
        parts.append(_placed(statement))
    parts.append('\n#line 1 "host"\n')
    parts += [f"MQL_INPUT({name})\n" for name in unit.inputs]
    parts.append('#include "host.hpp"\n')
    return "".join(parts)


def _placed(tokens: Sequence[Token]) -> str:
    """Write tokens under the lines where they stand."""
    parts: list[str] = []
    place: tuple[Path, int] | None = None
    for token in tokens:
        if place is not None and place[0] == token.path and place[1] + 1 == token.line:
            parts.append("\n")
        elif place != (token.path, token.line):
            parts.append(f'\n#line {token.line} "{token.path}"\n')
        place = (token.path, token.line)
        parts.append(token.text + " ")
    return "".join(parts)
