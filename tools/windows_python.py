"""Assembles a Python for Windows out of packages, for tests under Wine; prints where python.exe is.

The interpreter's libraries come out of a wheel that carries them (panda3d, for its own programs);
the library of pure Python is this interpreter's own, of the same minor version; ``python.exe`` is
ten lines of C.  For tests only: nothing of it is shipped.
"""

import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / "build" / "windows-python"
LOCK: Final = ROOT / "requirements.lock"
WHEEL: Final = "panda3d==1.10.16"
COMPILER: Final = "x86_64-w64-mingw32-gcc"
MINOR: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
LAUNCHER: Final = """#include <windows.h>
#include <stdio.h>
int wmain(int count, wchar_t **arguments)
{
    HMODULE python = LoadLibraryW(L"python%s.dll");
    int (*run)(int, wchar_t **);
    if (!python)
        return 101;
    run = (int (*)(int, wchar_t **))(void *)GetProcAddress(python, "Py_Main");
    return run ? run(count, arguments) : 102;
}
"""
RANDOM: Final = "bcryptprimitives.dll"
"""Every Windows since 8 has it and some wheels need it; Wine has it since its version 9."""
RANDOM_SOURCE: Final = """#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T count)
{
    return SystemFunction036(data, (ULONG)count);
}
"""
_NOT_WANTED: Final = ("api-ms", "tcl", "tk86", "_tkinter", "_test")
_LEFT_OUT: Final = (
    *("site-packages", "dist-packages", "__pycache__", "test", "tests", "idlelib", "tkinter"),
    *("lib2to3", "turtledemo", "lib-dynload", "config-*", "*.so", "_sysconfigdata*"),
)


def main() -> int:
    """Assemble it, unless that was done before; its packages are those of the lock of today."""
    program = FOLDER / MINOR / "python.exe"
    if not program.exists():
        if shutil.which(COMPILER) is None:
            print(f"{COMPILER} is not installed", file=sys.stderr)
            return 2
        fresh = FOLDER / f"{MINOR}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        _assemble(fresh)
        fresh.rename(program.parent)
    if not (program.parent / RANDOM).exists():
        _compile(RANDOM_SOURCE, program.parent / RANDOM, "-shared", "-ladvapi32")
    _take_packages(program.parent)
    print(program)
    return 0


def _assemble(folder: Path) -> None:
    (folder / "DLLs").mkdir(parents=True)
    with tempfile.TemporaryDirectory() as place:
        uv = str(ROOT / ".venv" / "bin" / "uv")
        command = [uv, "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]
        packages = Path(place) / "packages"
        subprocess.run(
            [*command, "--python-platform", "windows", "--target", str(packages), WHEEL],
            check=True,
        )
        _take_libraries(packages / "deploy_libs", folder)
    _compile(LAUNCHER % MINOR.replace(".", ""), folder / "python.exe", "-municode")
    standard = Path(sysconfig.get_path("stdlib"))
    shutil.copytree(standard, folder / "Lib", ignore=shutil.ignore_patterns(*_LEFT_OUT))


def _compile(text: str, program: Path, *options: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / "source.c"
        source.write_text(text)
        words = [COMPILER, "-O2", "-static-libgcc", "-s", "-o", str(program), str(source)]
        subprocess.run([*words, *options], check=True)


def _take_packages(folder: Path) -> None:
    """Install what the lock pins, once per lock."""
    stamp, wanted = folder / "packages.sha256", hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    modules = folder / "Lib" / "site-packages"
    shutil.rmtree(modules, ignore_errors=True)
    subprocess.run(
        [
            *(str(ROOT / ".venv" / "bin" / "uv"), "pip", "install", "--quiet"),
            *("--only-binary", ":all:", "--python-platform", "windows"),
            *("--target", str(modules), "-r", str(LOCK)),
        ],
        check=True,
    )
    # Echo itself, from this checkout: Wine shows the root of this machine as a drive.
    (modules / "echo.pth").write_text(f"Z:{ROOT / 'src'}\n")
    stamp.write_text(wanted)


def _take_libraries(found: Path, folder: Path) -> None:
    for path in sorted(found.iterdir()):
        name = path.name.lower()
        if path.suffix not in {".dll", ".pyd"} or name.startswith(_NOT_WANTED):
            continue
        beside = name.startswith(("python3", "vcruntime"))
        shutil.copy(path, (folder if beside else folder / "DLLs") / path.name)


if __name__ == "__main__":
    sys.exit(main())
