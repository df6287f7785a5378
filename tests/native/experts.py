"""The experts as programs of Windows: those of MetaTrader 4 have 32 bits, of MetaTrader 5, 64."""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from tests.mql.build import EXPERTS, RUNTIME, WARNINGS, contents, source_of
from tests.native.build import FOLDER, TOOLS, build

FLAGS: Final = ("-std=c++20", "-O1", "-g0")
LIBRARIES: Final = ("-static", "-s", "-lws2_32", "-luser32")


def compilers_missing() -> list[str]:
    """Return the compilers that are not installed."""
    names = [f"{tool}-g++" for tool in TOOLS.values()]
    return [name for name in names if shutil.which(name) is None]


def width_of(expert: str) -> str:
    """Return the width of the terminal that runs *expert*."""
    return "x86" if expert.endswith("4") else "x64"


def build_experts() -> dict[str, Path]:
    """Build all four, each beside the DLL of its width; what is there already is built no more.

    Raises:
        subprocess.CalledProcessError: one does not compile; ``stderr`` says why.
    """
    folder = FOLDER / f"experts-{contents()}"
    for old in FOLDER.glob("experts-*"):
        if old != folder:
            shutil.rmtree(old)
    systems = {}
    for width in TOOLS:
        build(width, folder)
        systems[width] = folder / width / "windows.o"
        _run(width, [*FLAGS, "-c", str(RUNTIME / "windows.cpp"), "-o", str(systems[width])])
    with ThreadPoolExecutor(max_workers=2) as pool:
        programs = list(pool.map(lambda each: _program(each, folder, systems), EXPERTS))
    return dict(zip(EXPERTS, programs, strict=True))


def _program(expert: str, folder: Path, systems: dict[str, Path]) -> Path:
    width = width_of(expert)
    source = folder / width / f"{expert.split('.')[0]}.cpp"
    target = source.with_suffix(".exe")
    if target.exists():
        return target
    source.write_text(source_of(expert))
    fresh = source.with_suffix(".new")
    what = [*FLAGS, *WARNINGS, "-isystem", str(RUNTIME), str(source), str(systems[width])]
    _run(width, [*what, "-o", str(fresh), *LIBRARIES])
    fresh.rename(target)
    return target


def _run(width: str, arguments: list[str]) -> None:
    command = [f"{TOOLS[width]}-g++", *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True)
