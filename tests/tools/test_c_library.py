"""C becomes modules of Python, and what has not changed is not compiled again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.c_library import SUFFIX, CannotCompile, Compiler, Part, program

MODULE = """#include <Python.h>
#include "answer.h"
static struct PyModuleDef what = {PyModuleDef_HEAD_INIT, "tiny", NULL, -1, NULL};
PyMODINIT_FUNC PyInit_tiny(void)
{
    PyObject *module = PyModule_Create(&what);
    PyModule_AddIntConstant(module, "answer", ANSWER);
    return module;
}
"""

try:
    program("CC")
except CannotCompile as error:
    if "CI" in os.environ:
        raise
    pytest.skip(str(error), allow_module_level=True)


def built(folder: Path, answer: int, text: str = MODULE) -> tuple[Path, list[str]]:
    """Build the module; return it, and what was told."""
    header = folder / "answer.h"
    header.write_text(f"#define ANSWER {answer}\n")
    source, target = folder / "tiny.c", folder / f"tiny{SUFFIX}"
    source.write_text(text)
    told: list[str] = []
    compiler = Compiler(folder / "objects", [folder], [header], jobs=2)
    compiler.library([Part(path=source, level=0)], target, told.append)
    compiler.forget_others()
    return target, told


def answer_of(target: Path) -> str:
    program = "import tiny; print(tiny.answer)"
    words = [sys.executable, "-c", program]
    done = subprocess.run(
        words, cwd=target.parent, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def test_what_changes_is_compiled_and_nothing_else(tmp_path: Path) -> None:
    target, first = built(tmp_path, 42)
    assert answer_of(target) == "42"
    _, second = built(tmp_path, 42)
    assert answer_of(target) == "42"
    target, third = built(tmp_path, 43)

    assert answer_of(target) == "43"
    assert [said.rpartition(", ")[2] for said in first + second + third] == [
        *("1 of them to be compiled", "0 of them to be compiled", "1 of them to be compiled")
    ]
    assert len(list((tmp_path / "objects").iterdir())) == 1


def test_a_module_can_be_linked_by_itself(tmp_path: Path) -> None:
    (tmp_path / "tiny.c").write_text(MODULE.replace('#include "answer.h"', "#define ANSWER 7"))
    target = tmp_path / f"tiny{SUFFIX}"
    part = Part(path=tmp_path / "tiny.c", level=0)

    Compiler(tmp_path / "objects", [], [], jobs=1).modules([(part, target)])

    assert answer_of(target) == "7"


def test_what_the_compiler_says_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotCompile, match=r"refused(.|\n)*tiny.c"):
        built(tmp_path, 1, "this is no C\n")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("", "does not know"),
        ("no-such-compiler-anywhere -pthread", "no-such-compiler-anywhere is not installed"),
    ],
)
def test_no_compiler_is_a_sentence(monkeypatch: pytest.MonkeyPatch, words: str, why: str) -> None:
    monkeypatch.setattr("sysconfig.get_config_var", lambda name: words)

    with pytest.raises(CannotCompile, match=why):
        program("CC")


def test_no_headers_are_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))

    with pytest.raises(CannotCompile, match=r"no Python\.h"):
        program("CC")
