"""Builds the DLL for both widths with mingw: ``python -m tests.native.build``."""

import hashlib
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = ROOT / "native" / "echo_pipe"
FOLDER: Final = ROOT / "build" / "native"
TOOLS: Final = {"x86": "i686-w64-mingw32", "x64": "x86_64-w64-mingw32"}
FLAGS: Final = (
    *("-std=c11", "-Os", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-DUNICODE", "-shared"),
    *("-static-libgcc", "-s", "-Wl,--no-insert-timestamp"),
)
STDCALL: Final = ("-Wl,--enable-stdcall-fixup", "-Wl,--kill-at")


def tools_missing() -> list[str]:
    """Return the compilers that are not installed."""
    names = [f"{tool}-gcc" for tool in TOOLS.values()]
    return [name for name in names if shutil.which(name) is None]


def build(width: str, folder: Path = FOLDER) -> Path:
    """Build the DLL of one width.

    Raises:
        subprocess.CalledProcessError: it does not compile; ``stderr`` says why.
    """
    target = folder / width / "echo_pipe.dll"
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            f"{TOOLS[width]}-gcc",
            *FLAGS,
            *(STDCALL if width == "x86" else ()),
            # The name given here enters the image: no folder in it.
            *("-o", target.name),
            *(str(SOURCES / name) for name in ("echo_pipe.c", "sha256.c", "echo_pipe.def")),
        ],
        cwd=target.parent,
        check=True,
        capture_output=True,
        text=True,
    )
    return target


def described(dll: Path, width: str) -> str:
    """Return what the tools tell about an image."""
    dump = [f"{TOOLS[width]}-objdump", "-p", str(dll)]
    return subprocess.run(dump, check=True, capture_output=True, text=True).stdout


def exports(text: str) -> list[str]:
    """Return the exported names of a described image."""
    table = text.split("[Ordinal/Name Pointer] Table")[1]
    rows = table.split("\n\n")[0]
    return re.findall(r"\]\s+(?:\+base\[\s*\d+\]\s+\w+\s+)?(\S+)$", rows, re.MULTILINE)


def imports(text: str) -> set[str]:
    """Return the libraries that a described image needs."""
    return set(re.findall(r"DLL Name: (\S+)", text))


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> int:
    """Build both and print what they are."""
    missing = tools_missing()
    if missing:
        print(f"not installed: {', '.join(missing)}", file=sys.stderr)
        return 2
    for width in TOOLS:
        path = build(width)
        print(f"{digest(path)}  {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
