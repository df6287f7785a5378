"""Refuses what g++ takes and MetaEditor does not, and what this project's MQL leaves alone.

A linter of tokens: it knows the sources' own subset of the language, not the language.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from tests.mql.tokens import Token, lex

_NOT_IN_USE: Final = """auto nullptr try catch throw namespace using constexpr consteval constinit
typeid decltype goto friend static_cast reinterpret_cast const_cast dynamic_cast static_assert
unsigned signed wchar_t char16_t char32_t size_t mutable explicit noexcept volatile register asm
alignas concept requires co_await co_return co_yield export thread_local int8_t int16_t int32_t
int64_t uint8_t uint16_t uint32_t uint64_t std new delete union typedef inline Sleep
SendNotification CTrade"""
_SIMPLE: Final = """int uint long ulong short ushort char uchar bool double float string datetime
color void"""
FORBIDDEN: Final = frozenset(_NOT_IN_USE.split())
SIMPLE: Final = frozenset(_SIMPLE.split())
HANDLERS: Final = {
    "OnInit": "int()",
    "OnDeinit": "void(const int)",
    "OnTick": "void()",
    "OnTimer": "void()",
    "OnChartEvent": "void(const int,const long&,const double&,const string&)",
    "OnTradeTransaction": (
        "void(const MqlTradeTransaction&,const MqlTradeRequest&,const MqlTradeResult&)"
    ),
}
DLL: Final = {
    "EchoPipeVersion": "int()",
    "EchoOpen": "int(string)",
    "EchoWrite": "int(int,string)",
    "EchoRead": "int(int,ushort&[],int)",
    "EchoClose": "int(int)",
    "EchoFlush": "int(int,int)",
    "EchoLastError": "int(int)",
    "EchoWake": "int(int,long,int)",
    "EchoNowMs": "long()",
    "EchoMonotonicMs": "long()",
    "EchoSha256": "int(string,uchar&[])",
    "EchoTimerResolution": "int(int)",
}
NAME_MAX: Final = 63
_DIRECTIVES: Final = re.compile(
    r"#\s*(property|include|define|undef|ifdef|ifndef|else|endif|import)\b"
)
_EXPRESSION_STARTS: Final = {"=", "(", ",", "return", "{"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that may not stand where it stands."""

    token: Token
    sentence: str

    def __str__(self) -> str:
        return f"{self.token.path.name}:{self.token.line}: {self.sentence}"


def lint(paths: Iterable[Path]) -> list[Finding]:
    """Judge files together: a class of one is known in the others."""
    files = {path: list(lex(path)) for path in paths}
    classes = {name for tokens in files.values() for name in _names(tokens, {"class", "struct"})}
    types = classes | SIMPLE | {n for tokens in files.values() for n in _names(tokens, {"enum"})}
    found: list[Finding] = []
    for path, tokens in files.items():
        found += _text(path, tokens)
        for at in range(len(tokens)):
            found += _words(tokens, at)
            found += _shapes(tokens, at, types)
        found += _declarations(tokens, types, classes)
    return found


def _names(tokens: Sequence[Token], kinds: set[str]) -> Iterator[str]:
    for one, following in pairwise(tokens):
        if one.text in kinds and following.kind == "id":
            yield following.text


def _text(path: Path, tokens: Sequence[Token]) -> Iterator[Finding]:
    first = tokens[0] if tokens else Token("op", "", path, 1)
    if not path.read_bytes().isascii():
        yield Finding(first, "not ASCII: MetaEditor would read it in the local code page")
    strict = any(re.match(r"#\s*property\s+strict\b", token.text) for token in tokens)
    if path.suffix == ".mq4" and not strict:
        yield Finding(first, "#property strict is missing")


def _words(tokens: Sequence[Token], at: int) -> Iterator[Finding]:
    token = tokens[at]
    after = tokens[at + 1] if at + 1 < len(tokens) else token
    if token.kind == "pre":
        if not _DIRECTIVES.match(token.text):
            yield Finding(token, f"no directive of MQL: {token.text}")
        elif re.match(r"#\s*define\b.*#", token.text):
            yield Finding(token, "# in a macro")
        return
    if token.kind == "str" and after.kind == "str":
        yield Finding(token, "two literals side by side")
    if token.kind != "id":
        return
    if token.text in FORBIDDEN:
        yield Finding(token, f"{token.text} is not used")
    if len(token.text) > NAME_MAX:
        yield Finding(token, "a name longer than 63 characters")
    if after.kind == "str" and token.text in {"L", "R", "u", "U", "u8"}:
        yield Finding(token, "a literal with a prefix")


def _shapes(tokens: Sequence[Token], at: int, types: set[str]) -> Iterator[Finding]:
    token = tokens[at]
    before = tokens[at - 1] if at else token
    after = tokens[at + 1] if at + 1 < len(tokens) else token
    if token.text == "->":
        yield Finding(token, "-> is not MQL")
    if token.text == "[" and before.text in _EXPRESSION_STARTS:
        yield Finding(token, "a lambda or an attribute")
    if token.text == "*" and before.text in types and after.kind == "id":
        yield Finding(token, "a pointer")
    if token.text == "&" and after.kind == "id" and before.text in _EXPRESSION_STARTS:
        yield Finding(token, "the address of something")
    if token.text == "this" and after.text != ".":
        yield Finding(token, "this, handed on")
    if token.text == "enum" and after.text == "{":
        yield Finding(token, "an enum without a name")
    if token.text in {"class", "struct"} and after.text == "{":
        yield Finding(token, f"a {token.text} without a name")
    if token.text == "for":
        yield from _range_for(tokens, at)


def _range_for(tokens: Sequence[Token], at: int) -> Iterator[Finding]:
    depth = 0
    head: list[str] = []
    for token in tokens[at + 1 :]:
        depth += (token.text == "(") - (token.text == ")")
        head.append(token.text)
        if depth == 0:
            break
    if ":" in head and ";" not in head:
        yield Finding(tokens[at], "a for over a range")


def _declarations(tokens: Sequence[Token], types: set[str], classes: set[str]) -> Iterator[Finding]:
    """Walk through blocks: what may be declared depends on where it stands."""
    blocks: list[str] = []
    statement: list[Token] = []
    importing = False
    depth = 0
    for at, token in enumerate(tokens):
        if token.kind == "pre":
            if token.text.startswith("#import"):
                importing = '"' in token.text
            statement = []
            continue
        after = tokens[at + 1] if at + 1 < len(tokens) else token
        if token.text == "(" and _is_signature(tokens, at, types, blocks):
            yield from _signature(tokens, at, classes, importing)
        depth += (token.text == "(") - (token.text == ")")
        outside = depth == 0 and token.kind == "id"
        if outside and after.text == "&" and token.text in types:
            yield Finding(token, "a reference that is no parameter")
        if token.text == "{":
            yield from _block(statement, blocks)
            blocks.append(_kind(statement, blocks))
            statement = []
        elif token.text == "}":
            if blocks:
                blocks.pop()
            statement = []
        elif token.text == ";" and depth == 0:
            texts = [each.text for each in statement]
            if blocks[-1:] == ["class"] and "=" in texts and "(" not in texts:
                yield Finding(statement[0], "a member with a value in its class")
            statement = []
        elif token.text == ":" and statement and statement[-1].text in {"public", "private"}:
            statement = []
        else:
            statement.append(token)


def _kind(statement: Sequence[Token], blocks: Sequence[str]) -> str:
    texts = [token.text for token in statement]
    if texts and texts[0] in {"class", "struct"}:
        return "class"
    if texts and texts[0] == "enum":
        return "enum"
    in_the_open = not blocks or blocks[-1] == "class"
    return "function" if ")" in texts and in_the_open else "block"


def _block(statement: Sequence[Token], blocks: Sequence[str]) -> Iterator[Finding]:
    texts = [token.text for token in statement]
    if not texts:
        return
    if texts[0] in {"class", "struct", "enum"} and "function" in blocks:
        yield Finding(statement[0], f"a {texts[0]} inside a function")
    if texts[0] in {"class", "struct"} and "," in texts:
        yield Finding(statement[0], "more than one base class")
    if "(" not in texts and "=" not in texts and "function" in blocks and len(texts) > 1:
        yield Finding(statement[0], "a value in braces without =")


def _is_signature(tokens: Sequence[Token], at: int, types: set[str], blocks: Sequence[str]) -> bool:
    if at < 2 or tokens[at - 1].kind != "id" or "function" in blocks:
        return False
    return tokens[at - 2].text in types | {"::"} or blocks[-1:] == ["class"]


def _signature(
    tokens: Sequence[Token], at: int, classes: set[str], importing: bool
) -> Iterator[Finding]:
    name, result = tokens[at - 1], tokens[at - 2].text
    shapes: list[str] = []
    handler = name.text in HANDLERS
    for parameter in _parameters(tokens, at):
        texts = [token.text for token in parameter]
        kind = next((text for text in texts if text != "const"), "")
        by_reference, array, constant = "&" in texts, "[" in texts, "const" in texts
        if array and not by_reference:
            yield Finding(parameter[0], "an array that is not passed by reference")
        if kind in classes and not by_reference:
            yield Finding(parameter[0], f"{kind} is not passed by reference")
        if by_reference and "=" in texts:
            yield Finding(parameter[0], "a reference with a default")
        if by_reference and constant and kind in SIMPLE and not array and not handler:
            yield Finding(parameter[0], "a constant reference to a simple type")
        shape = ("const " if constant else "") + kind + "&" * by_reference + "[]" * array
        if shape != "void":
            shapes.append(shape)
    signature = f"{result}({','.join(shapes)})"
    if importing and DLL.get(name.text) != signature:
        yield Finding(name, f"the DLL has {DLL.get(name.text)}, not {signature}")
    if handler and tokens[at - 2].text != "::" and HANDLERS[name.text] != signature:
        yield Finding(name, f"the terminal calls {HANDLERS[name.text]}, not {signature}")


def _parameters(tokens: Sequence[Token], at: int) -> Iterator[list[Token]]:
    depth = 0
    current: list[Token] = []
    for token in tokens[at:]:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            break
        if token.text == "," and depth == 1:
            yield current
            current = []
        elif not (token.text == "(" and depth == 1):
            current.append(token)
    if current:
        yield current
