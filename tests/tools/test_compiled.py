"""The compiled copy of the package answers what the package answers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from echo.sim.revision import revision
from tools import compiled as tool
from tools.c_library import CannotCompile, program
from tools.compiled import (
    CANNOT,
    INTERPRETED,
    SELDOM,
    SOURCES,
    compiled,
    digest,
    main,
    modules_of,
    rewrite,
)

SIZES = '''
"""Sizes."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A size."""

    lots: int
    name: str = "small"


def doubled(size: Size) -> Size:
    """Return twice of it."""
    return replace(size, lots=2 * size.lots)
'''
ASKED = """
import pickle
from importlib.metadata import version
from echo.domain import kept, sizes
size = sizes.doubled(sizes.Size(lots=21))
print(type(sizes.doubled).__name__, type(kept.known).__name__)
print(repr(size), size == pickle.loads(pickle.dumps(size)), kept.known())
print(version("echo-copier"))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A small package of the same name: one module that is compiled, and one that is not."""
    room = tmp_path / "src" / "echo" / "domain"
    room.mkdir(parents=True)
    for folder in (room.parent, room):
        (folder / "__init__.py").write_text("")
    (room / "sizes.py").write_text(SIZES)
    (room.parent / "kept.txt").write_text("known\n")
    (room / "kept.py").write_text(
        "from pathlib import Path\n\n\ndef known() -> str:\n"
        '    return (Path(__file__).parents[1] / "kept.txt").read_text().strip()\n'
    )
    return room.parent


def test_every_module_of_the_pure_rooms_can_be_written_out(tmp_path: Path) -> None:
    copied = tmp_path / "echo"
    copied.mkdir()
    for path in modules_of(SOURCES):
        target = copied / path.relative_to(SOURCES)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())

    modules = rewrite(copied)

    assert len(modules) > 200
    assert not [each for each in modules if "\n@dataclass" in each.read_text(encoding="utf-8")]
    assert copied / "sim" / "__main__.py" not in modules
    assert copied / "sim" / "crash_command.py" not in modules
    kept = [each.relative_to(copied) for each in copied.rglob("*.py") if each not in modules]
    assert not [each for each in INTERPRETED if not any(path.match(each) for path in kept)]


def test_what_is_seldom_run_is_there() -> None:
    within = [each.relative_to(SOURCES) for each in modules_of(SOURCES)]

    assert not [each for each in SELDOM if not any(path.match(each) for path in within)]


def test_a_digest_is_of_what_files_say(package: Path) -> None:
    before = digest(package)
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "sizes.pyc").write_bytes(b"whatever")
    assert digest(package) == before

    (package / "kept.txt").write_text("unknown\n")
    assert digest(package) != before


def test_a_compiled_module_answers_what_it_did_before(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        program("CC")
    except CannotCompile as error:
        if "CI" in os.environ:
            raise
        pytest.skip(str(error))
    monkeypatch.setattr(tool, "INTERPRETED", (*INTERPRETED, "domain/kept.py"))

    folder = compiled(package, tmp_path / "built", jobs=2, rooms=("domain",))

    told = subprocess.run(
        [sys.executable, "-c", ASKED],
        cwd=tmp_path,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert told.splitlines() == [
        "builtin_function_or_method function",
        "Size(lots=42, name='small') True known",
        revision(),
    ]
    assert compiled(package, tmp_path / "built", jobs=2) == folder
    assert {each.name for each in (tmp_path / "built").iterdir()} == {folder.name, "objects"}


def test_where_nothing_compiles_a_sentence_says_so_and_nothing_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sysconfig.get_config_var", lambda name: "")

    status = main([])

    said = capsys.readouterr()
    assert status == CANNOT
    assert said.out == ""
    assert "the world will be interpreted" in said.err
