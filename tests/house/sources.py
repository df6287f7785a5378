"""What the house tests read: the project's own files, never the environment beside them."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "echo"
GENERATED = PACKAGE / "wire" / "pb"

BRAINS = ("domain", "engine", "bridge", "terminal")
"""Rooms that decide: same events in, same effects out, byte for byte."""

FOLDERS = (
    ".ci",
    ".github",
    "bench",
    "deploy",
    "docs",
    "mql",
    "native",
    "proto",
    "src",
    "tests",
    "tools",
)
WITHOUT_SUFFIX = {".editorconfig", ".gitattributes", ".gitignore", "LICENSE", "Makefile", "NOTICE"}
PAGES = {".md", ".txt"}
TEXTS = PAGES | {
    *(".c", ".cpp", ".css", ".def", ".graphql", ".h", ".hpp", ".html", ".js", ".json", ".jsonl"),
    *(".mq4", ".mq5", ".mqh", ".nsi", ".proto", ".ps1", ".py", ".pyi", ".service", ".sh", ".sql"),
    *(".talk", ".toml", ".yaml", ".yml", ".lock"),
}


def shown(path: Path) -> str:
    """Name *path* as a person in the checkout would."""
    return path.relative_to(ROOT).as_posix()


def python_files(*folders: str) -> list[Path]:
    """Every hand-written Python file below *folders*, which are relative to the checkout."""
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if not path.is_relative_to(GENERATED)
    )


def texts() -> Iterator[Path]:
    """Every text file of the project, generated code left out."""
    for path in sorted(ROOT.iterdir()):
        if path.is_file() and (path.suffix in TEXTS or path.name in WITHOUT_SUFFIX):
            yield path
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in TEXTS and not path.is_relative_to(GENERATED):
                yield path


def read(path: Path) -> str:
    """Read a text file of the project, which is always UTF-8."""
    return path.read_text(encoding="utf-8")


def tree(path: Path) -> ast.Module:
    """Parse a Python file of the project."""
    return ast.parse(read(path), filename=str(path))


def imported_modules(module: ast.Module) -> list[tuple[int, str]]:
    """Line and full name of every module imported, wherever in the file it happens."""
    found = []
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.lineno, node.module or "."))
    return found
