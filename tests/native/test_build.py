"""The DLL: exact exports, nothing needed that Windows does not have, the same bytes every time."""

import os
from pathlib import Path

import pytest

from tests.mql.lint import DLL
from tests.native.build import (
    SOURCES,
    TOOLS,
    build,
    described,
    digest,
    exports,
    imports,
    tools_missing,
)

LEGACY = {
    "ConnectPipe",
    "WritePipeW",
    "WritePipe",
    "ReadPipeLine",
    "ClosePipe",
    "GetPipeLastError",
}


@pytest.fixture(params=list(TOOLS))
def width(request: pytest.FixtureRequest) -> str:
    """Name a width; skip, visibly, where the compilers are missing; in CI that is a failure."""
    missing = tools_missing()
    if missing:
        sentence = f"{', '.join(missing)}: not installed, so the DLL is not built and not tested"
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    return str(request.param)


def test_it_exports_what_experts_import_and_no_more(width: str, tmp_path: Path) -> None:
    text = described(build(width, tmp_path), width)

    assert sorted(exports(text)) == sorted({*DLL, *LEGACY})


def test_it_needs_nothing_but_windows(width: str, tmp_path: Path) -> None:
    text = described(build(width, tmp_path), width)

    assert {name.lower() for name in imports(text)} <= {"kernel32.dll", "msvcrt.dll"}


def test_it_is_the_same_every_time_and_wherever_it_is_built(width: str, tmp_path: Path) -> None:
    first = build(width, tmp_path / "one")
    second = build(width, tmp_path / "another" / "place")

    assert digest(first) == digest(second)
    assert str(tmp_path).encode() not in first.read_bytes()


def test_it_is_protected_like_any_modern_image(width: str, tmp_path: Path) -> None:
    text = described(build(width, tmp_path), width)

    assert "NX_COMPAT" in text
    assert "DYNAMIC_BASE" in text


def test_the_list_of_exports_is_that_of_the_header() -> None:
    names = (SOURCES / "echo_pipe.def").read_text().split("EXPORTS")[1].split()

    assert sorted(names) == sorted({*DLL, *LEGACY})
    header = (SOURCES / "echo_pipe.h").read_text()
    assert all(f" __stdcall {name}(" in header for name in names)
