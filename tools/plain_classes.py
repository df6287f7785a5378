"""Writes dataclasses out as plain classes, which a compiler can lay out as structures.

A slotted dataclass is made by a decorator at run time: a compiler of Python sees a class without
a constructor, and leaves it to the interpreter.  Here the text of a module is rewritten: its
dataclasses get ``__init__``, ``__eq__``, ``__hash__`` and a way to be copied, as text, and are
described to `dataclasses` after the class.  Nothing is frozen any more: that is checked where the
text comes from.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

VALUES: Final = "echo.domain.plain_values"
"""What `tools.plain_values` is called in the tree that is compiled."""

_DECORATORS: Final = frozenset({"dataclass", "sealed"})
_TAKEN: Final = frozenset({"frozen", "slots", "kw_only", "eq", "init"})
_KEPT: Final = frozenset({"frozen", "kw_only", "eq"})
_BASES: Final = frozenset({"Generic"})
_HEAD: Final = (
    "from typing import Any, ClassVar, Literal",
    "from echo.domain import plain_values as _plain_values",
)
_REPLACE: Final = re.compile(r"^from dataclasses import (.*)\breplace\b(.*)$", re.MULTILINE)
_IN: Final = "    "


class NotPlain(Exception):
    """A dataclass does what no plain class can be written for; the sentence says what."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    """One field: its text, and the statement that it comes from.

    ``default`` and ``factory``: expressions, ``None`` = it has none.
    """

    name: str
    annotation: str
    default: str | None
    factory: str | None
    in_init: bool
    node: ast.AnnAssign

    def parameter(self) -> str:
        """Spell it as a parameter; a factory is called where nothing was handed in."""
        if self.factory is not None:
            return f"{self.name}: '{self.annotation} | None' = None"
        spelled = f"{self.name}: '{self.annotation}'"
        return spelled if self.default is None else f"{spelled} = {self.default}"

    def assigned(self) -> Iterator[str]:
        """Spell what the constructor does with it."""
        if self.factory is None:
            yield f"self.{self.name} = {self.name}"
        else:
            yield f"self.{self.name} = ({self.factory})() if {self.name} is None else {self.name}"

    def described(self) -> str:
        """Spell it as `plain_values.describe` takes it."""
        taken = [] if self.in_init else ["init=False"]
        if self.default is not None:
            taken.append(f"default={self.default}")
        if self.factory is not None:
            taken.append(f"default_factory={self.factory}")
        return f"({self.name!r}, {self.annotation!r}, dict({', '.join(taken)}))"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """A dataclass: its node, its fields, what its decorator took, and its own methods."""

    node: ast.ClassDef
    fields: tuple[_Field, ...]
    taken: dict[str, bool]
    own: frozenset[str]

    @property
    def parameters(self) -> list[_Field]:
        return [each for each in self.fields if each.in_init]

    @property
    def has_init(self) -> bool:
        """Whether a constructor is to be written for it."""
        return self.taken.get("init", True) and "__init__" not in self.own

    @property
    def is_copied(self) -> bool:
        """Whether `replace` could copy it as the text stands: every field is a parameter."""
        plain = self.has_init and "__post_init__" not in self.own and not self.node.bases
        return plain and len(self.parameters) == len(self.fields)


def plain(text: str) -> str:
    """Return *text*, the source of a module, with its dataclasses written out.

    Raises:
        NotPlain: one of them takes an option, has a base or a kind of field not known here.
    """
    kinds = [kind for kind in map(_read, _classes(text)) if kind is not None]
    lines = text.split("\n")
    edits = [edit for kind in kinds for edit in _edits(kind)]
    for first, last, new in sorted(edits, key=lambda edit: -edit[0]):
        lines[first - 1 : last] = new
    if kinds:
        at = _first_import(lines)
        lines[at:at] = _HEAD
    return _own_properties(_own_replace("\n".join(lines)))


def _classes(text: str) -> list[ast.ClassDef]:
    return [node for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]


def _read(node: ast.ClassDef) -> _Kind | None:
    """Read a class; ``None`` = it is no dataclass."""
    named = {_name(each): each for each in node.decorator_list}
    if "dataclass" not in named:
        return None
    if strange := sorted(named.keys() - _DECORATORS):
        raise NotPlain(f"{node.name} is decorated with {', '.join(strange)}")
    if any(_name(base) not in _BASES for base in node.bases):
        raise NotPlain(f"{node.name} has a base whose fields are not known")
    taken = {each: bool(value.value) for each, value in _keywords(named["dataclass"]).items()}
    if strange := sorted(taken.keys() - _TAKEN):
        raise NotPlain(f"{node.name} is a dataclass with {', '.join(strange)}")
    return _Kind(
        node=node,
        fields=tuple(
            _field(each)
            for each in node.body
            if isinstance(each, ast.AnnAssign) and not _spelled(each).startswith("ClassVar")
        ),
        taken=taken,
        own=frozenset(each.name for each in node.body if isinstance(each, ast.FunctionDef)),
    )


def _name(node: ast.expr) -> str:
    """Return what is called, indexed or named: ``dataclass`` of ``@dataclass(frozen=True)``."""
    if isinstance(node, ast.Call):
        return _name(node.func)
    if isinstance(node, ast.Subscript):
        return _name(node.value)
    return ast.unparse(node)


def _keywords(node: ast.expr) -> dict[str, ast.Constant]:
    found = {}
    for each in node.keywords if isinstance(node, ast.Call) else ():
        if each.arg is None or not isinstance(each.value, ast.Constant):
            raise NotPlain(f"line {node.lineno}: what a decorator takes must be written there")
        found[each.arg] = each.value
    return found


def _spelled(node: ast.AnnAssign) -> str:
    annotation = node.annotation
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    return ast.unparse(annotation).replace("'", '"')


def _field(node: ast.AnnAssign) -> _Field:
    name, value = ast.unparse(node.target), node.value
    default = None if value is None else ast.unparse(value)
    factory, in_init = None, True
    if isinstance(value, ast.Call) and _name(value) == "field":
        default = None
        for each in value.keywords:
            if each.arg == "default":
                default = ast.unparse(each.value)
            elif each.arg == "default_factory":
                factory = ast.unparse(each.value)
            elif each.arg == "init" and ast.unparse(each.value) == "False":
                in_init = False
            else:
                raise NotPlain(f"{name} is a field({each.arg}=...)")
    annotation = _spelled(node)
    if "KW_ONLY" in annotation or "InitVar" in annotation:
        raise NotPlain(f"{name} is a field that is none")
    return _Field(
        name=name,
        annotation=annotation,
        default=default,
        factory=factory,
        in_init=in_init,
        node=node,
    )


def _edits(kind: _Kind) -> Iterator[tuple[int, int, list[str]]]:
    """Yield what to put in place of which lines: first, last, and the new ones."""
    node = kind.node
    for decorator in node.decorator_list:
        yield decorator.lineno, _end(decorator), []
    for each in kind.fields:
        if each.node.value is not None:
            spelled = ast.unparse(each.node.annotation)
            yield each.node.lineno, _end(each.node), [f"{_IN}{each.name}: {spelled}"]
    body = [f"{_IN}{line}" for line in _methods(kind)]
    described = ", ".join(each.described() for each in kind.fields)
    how = "".join(f", {name}={taken}" for name, taken in kind.taken.items() if name in _KEPT)
    after = f"_plain_values.describe({node.name}, [{described}]{how})"
    yield _end(node) + 1, _end(node), [*body, "", after]


def _end(node: ast.expr | ast.stmt) -> int:
    return node.end_lineno or node.lineno


def _methods(kind: _Kind) -> Iterator[str]:
    name, fields = kind.node.name, kind.fields
    if not kind.taken.get("kw_only", False):
        words = tuple(each.name for each in kind.parameters)
        spelled = ", ".join(f"Literal[{word!r}]" for word in words) or "()"
        yield f"__match_args__: ClassVar[tuple[{spelled}]] = {words!r}"
    if kind.has_init:
        yield from _constructor(kind)
    if kind.taken.get("eq", True) and "__eq__" not in kind.own:
        same = " and ".join(f"self.{each.name} == other.{each.name}" for each in fields)
        yield "def __eq__(self, other: object) -> bool:"
        yield f"{_IN}if not isinstance(other, {name}):"
        yield f"{_IN * 2}return NotImplemented"
        yield f"{_IN}return {same or True}"
        if kind.taken.get("frozen", False) and "__hash__" not in kind.own:
            values = "".join(f"self.{each.name}, " for each in fields).strip()
            yield "def __hash__(self) -> int:"
            yield f"{_IN}return hash(({values}))"
    if "__repr__" not in kind.own:
        yield "def __repr__(self) -> str:"
        yield f"{_IN}return _plain_values.shown(self)"
    if kind.is_copied:
        star = kind.taken.get("kw_only", False)
        handed = (f"{each.name}=" * star + f"self.{each.name}" for each in fields)
        yield f"def copied_(self) -> '{name}':"
        yield f"{_IN}return {name}({', '.join(handed)})"


def _constructor(kind: _Kind) -> Iterator[str]:
    star = ["*"] if kind.taken.get("kw_only", False) and kind.parameters else []
    parameters = ["self", *star, *(each.parameter() for each in kind.parameters)]
    lines = [line for each in kind.parameters for line in each.assigned()]
    if "__post_init__" in kind.own:
        lines.append("self.__post_init__()")
    yield f"def __init__({', '.join(parameters)}) -> None:"
    yield from (f"{_IN}{line}" for line in lines or ["pass"])


def _first_import(lines: list[str]) -> int:
    """Return the index of the line before which imports may stand."""
    body = ast.parse("\n".join(lines)).body
    imports = (each.lineno - 1 for each in body if isinstance(each, ast.Import | ast.ImportFrom))
    return next(imports, 0)


def _own_replace(text: str) -> str:
    """Have copies made by `plain_values.replace`, wherever `dataclasses.replace` made them."""

    def ours(found: re.Match[str]) -> str:
        others = ", ".join(filter(None, re.split(r"[,\s]+", found[1] + found[2])))
        kept = f"from dataclasses import {others}\n" if others else ""
        return f"{kept}from {VALUES} import replace"

    return _REPLACE.sub(ours, text)


def _own_properties(text: str) -> str:
    """A structure has no place for what `cached_property` would remember."""
    return text.replace("@cached_property", "@property")
