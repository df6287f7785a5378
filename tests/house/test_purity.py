"""House rule: rooms that decide take time, chance, identity and the outside world as arguments."""

import ast
import sys

import pytest

from tests.house.sources import BRAINS, imported_modules, python_files, shown, tree

# The clock, chance, identity, the machine, other threads, files, the network and the log.
BANNED = {
    *("time", "sched", "random", "secrets", "uuid", "numpy"),
    *("os", "sys", "io", "pathlib", "shutil", "tempfile", "glob", "fileinput", "platform"),
    *("getpass", "signal", "gc", "weakref", "ctypes", "mmap", "sqlite3", "subprocess"),
    *("asyncio", "threading", "multiprocessing", "concurrent", "queue", "contextvars"),
    *("socket", "ssl", "select", "selectors", "urllib", "http", "logging", "warnings"),
}
PURE_THIRD_PARTY = {"msgspec"}
DATES = {"datetime", "zoneinfo"}
"""Their types are values; the domain, which knows broker zones and resets, may use them."""

READS_THE_CLOCK = {"now", "utcnow", "today"}
DIFFERS_PER_PROCESS = {"hash", "id", "open", "input", "print", "eval", "exec", "breakpoint"}
EXCUSED = {("src/echo/domain/sealing.py", "exec()")}
"""Constructors are compiled there from the names of a class's fields, the same in any process."""


def impure_imports(room: str) -> list[str]:
    banned = BANNED if room == "domain" else BANNED | DATES
    return [
        f"{shown(path)}:{line}: imports {name}"
        for path in python_files(f"src/echo/{room}")
        for line, name in imported_modules(tree(path))
        if name.split(".")[0] in banned
    ]


def foreign_imports(room: str) -> list[str]:
    allowed = sys.stdlib_module_names | {"echo"} | (PURE_THIRD_PARTY if room != "domain" else set())
    return [
        f"{shown(path)}:{line}: imports {name}"
        for path in python_files(f"src/echo/{room}")
        for line, name in imported_modules(tree(path))
        if name.split(".")[0] not in allowed
    ]


def impure_calls(module: ast.Module) -> list[tuple[int, str]]:
    """Calls whose answer depends on the moment or on the process."""
    found = []
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in DIFFERS_PER_PROCESS:
                found.append((node.lineno, f"{name}()"))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)) if (
                name in READS_THE_CLOCK and owner in {"datetime", "date", "dt"}
            ):
                found.append((node.lineno, f"{owner}.{name}()"))
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr=owner), attr=name)) if (
                name in READS_THE_CLOCK and owner in {"datetime", "date"}
            ):
                found.append((node.lineno, f"{owner}.{name}()"))
            case _:
                pass
    return found


@pytest.mark.parametrize("room", BRAINS)
def test_brains_do_not_import_the_outside_world(room: str) -> None:
    assert not (offences := impure_imports(room)), "\n".join(["", *offences])


@pytest.mark.parametrize("room", BRAINS)
def test_brains_stand_on_the_standard_library(room: str) -> None:
    assert not (offences := foreign_imports(room)), "\n".join(["", *offences])


@pytest.mark.parametrize("room", BRAINS)
def test_brains_call_nothing_that_depends_on_moment_or_process(room: str) -> None:
    offences = [
        f"{shown(path)}:{line}: {call}"
        for path in python_files(f"src/echo/{room}")
        for line, call in impure_calls(tree(path))
        if (shown(path), call) not in EXCUSED
    ]

    assert not offences, "\n".join(["", *offences])


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        pytest.param("datetime.now(UTC)", ["datetime.now()"], id="name"),
        pytest.param("datetime.datetime.utcnow()", ["datetime.utcnow()"], id="module"),
        pytest.param("date.today()", ["date.today()"], id="date"),
        pytest.param("hash('a')", ["hash()"], id="salted hash"),
        pytest.param("self.now()", [], id="own method"),
        pytest.param("datetime(2026, 1, 1)", [], id="plain value"),
    ],
)
def test_the_check_itself_tells_clock_from_value(text: str, calls: list[str]) -> None:
    assert [call for _, call in impure_calls(ast.parse(text))] == calls
