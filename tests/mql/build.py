"""Compiles the experts as programs, once for each content of their sources.

``python -m tests.mql.build`` builds the fast ones and prints the folder where they lie; with
``checked`` as its argument, or ``ECHO_EXPERTS=checked`` in its environment, those of the tests.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Final

from tests.mql.rewriter import rewrite
from tests.mql.tokens import ROOT

EXPERTS: Final = ("EchoMaster.mq4", "EchoSlave.mq4", "EchoMaster.mq5", "EchoSlave.mq5")
FOLDER: Final = ROOT / "build" / "mql"
RUNTIME: Final = ROOT / "tests" / "mql" / "runtime"
WARNINGS: Final = (
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Wsign-conversion",
    "-Wshadow",
    "-Werror",
    # An event handler has the parameters that it has, whether it needs them or not.
    "-Wno-unused-parameter",
)
CHECKED: Final = (
    "-O0",
    "-g1",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    # MQL has no pointers: null and misaligned ones could only be the runtime's, and the address
    # sanitizer sees those.  Without these checks, and with calls in the place of inlined ones, it
    # compiles in half the time.
    "-fno-sanitize=null,alignment",
    "--param=asan-instrumentation-with-call-threshold=0",
    "--coverage",
)
FAST: Final = ("-O1", "-g0")
OLD_AFTER_S: Final = 3_600


def compiler() -> str | None:
    """Return the compiler, or ``None`` where there is none."""
    return shutil.which("g++")


@cache
def contents() -> str:
    """Name what the programs are made of."""
    digest = hashlib.sha256()
    for folder, suffixes in (
        (ROOT / "mql", {".mq4", ".mq5", ".mqh"}),
        (RUNTIME, {".hpp", ".cpp"}),
        (RUNTIME.parent, {".py"}),
    ):
        for path in sorted(folder.rglob("*") if folder != RUNTIME.parent else folder.glob("*.py")):
            sources = {"rewriter.py", "tokens.py"}
            if path.suffix in suffixes and (path.suffix != ".py" or path.name in sources):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def build(flags: tuple[str, ...]) -> dict[str, Path]:
    """Return the four programs, by expert; compiles those that are not there yet.

    Raises:
        subprocess.CalledProcessError: a source does not compile; what g++ says is its ``stderr``.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        programs = list(pool.map(lambda expert: program(expert, flags), EXPERTS))
    return dict(zip(EXPERTS, programs, strict=True))


def folder_of(flags: tuple[str, ...]) -> Path:
    """Return the folder of the programs that *flags* make of these sources."""
    name = hashlib.sha256(" ".join((*flags, *WARNINGS)).encode()).hexdigest()[:8]
    return FOLDER / f"{contents()}-{name}"


def program(expert: str, flags: tuple[str, ...]) -> Path:
    """Return the program of one expert; compiles it if it is not there yet."""
    folder = folder_of(flags)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / expert.replace(".", "-")
    # Test processes that need the same program compile it once.
    with (folder / f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            _forget_old()
            _compile(expert, target, flags)
    return target


def source_of(expert: str) -> str:
    """Return the C++ of one expert."""
    return rewrite(ROOT / "mql" / "Experts" / expert)


def _forget_old() -> None:
    """Remove what was made of earlier sources, unless it may still be in use."""
    for folder in FOLDER.iterdir():
        with contextlib.suppress(FileNotFoundError):  # another process may do the same
            old = time.time() - folder.stat().st_mtime > OLD_AFTER_S
            if old and not folder.name.startswith(contents()):
                shutil.rmtree(folder, ignore_errors=True)


def _compile(expert: str, target: Path, flags: tuple[str, ...]) -> None:
    folder, stem = target.parent, target.name
    source = folder / f"{stem}.cpp"
    source.write_text(source_of(expert))
    fresh = folder / f"{stem}.{os.getpid()}"
    gcc = compiler()
    if gcc is None:
        raise FileNotFoundError("g++")
    common = [gcc, "-std=c++20", *flags, "-isystem", str(RUNTIME)]
    subprocess.run(
        [*common, *WARNINGS, "-c", source.name, "-o", f"{stem}.o"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    subprocess.run(
        [*common, f"{stem}.o", "-o", fresh.name],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    fresh.rename(target)


def main(arguments: list[str]) -> int:
    """Build the programs and say where they are."""
    checked = "checked" in (*arguments, os.environ.get("ECHO_EXPERTS"))
    if compiler() is None:
        print("g++ is needed to compile the experts, and is not here", file=sys.stderr)
        return 2
    try:
        programs = build(CHECKED if checked else FAST)
    except subprocess.CalledProcessError as error:
        print(error.stderr, file=sys.stderr)
        return 1
    print(next(iter(programs.values())).parent)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
