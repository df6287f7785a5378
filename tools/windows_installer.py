"""Builds the installer for Windows: ``python -m tools.windows_installer``.

On Windows with the Python that runs this (which needs what requirements.lock and
deploy/windows/installer.lock pin); elsewhere with the Python for Windows of the tests, under Wine:
good enough to see that it installs, not to be given to people.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.native import wine
from tests.native.build import FOLDER as DLLS
from tests.native.build import TOOLS, build, tools_missing
from tools import windows_python

ROOT: Final = Path(__file__).resolve().parents[1]
SOURCES: Final = ROOT / "deploy" / "windows"
BUILT: Final = ROOT / "build" / "installer"
PAPERS: Final = (
    *("LICENSE", "NOTICE", "deploy/windows/agent.sample.toml"),
    *("docs/how-to/install-the-agent-on-windows.md", "docs/how-to/install-the-terminals.md"),
)
PLATFORMS: Final = {"MQL4": ("mq4", "x86"), "MQL5": ("mq5", "x64")}
"""Folder in a terminal's data folder: ending of its experts, width of its DLL."""
THE_SAME_DAY: Final = (2020, 1, 1, 0, 0, 0)
"""The date of every file in an archive: the same sources give the same bytes."""


def main() -> int:
    """Build what the options say; print what was made, with its SHA-256."""
    options = argparse.ArgumentParser(prog="tools.windows_installer", description=__doc__)
    options.add_argument(
        "--frozen", type=Path, help="Programs that PyInstaller has frozen before; it is not run."
    )
    options.add_argument(
        "--only", choices=("terminals", "frozen"), help="Stop after this part of the work."
    )
    chosen = options.parse_args()
    shutil.rmtree(BUILT / "staged", ignore_errors=True)
    out = BUILT / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    terminals = stage_terminals(BUILT / "staged" / "terminals")
    made = [archive(terminals, out / f"echo-terminals-{version()}.zip")]
    if chosen.only != "terminals":
        frozen = chosen.frozen.resolve() if chosen.frozen else freeze()
        if chosen.only != "frozen":
            made.append(installer(frozen, terminals, out / f"echo-agent-{version()}-setup.exe"))
    sums = "".join(f"{digest(path)}  {path.name}\n" for path in made)
    (out / "SHA256SUMS").write_text(sums)
    print(sums, end="")
    return 0


def version() -> str:
    """Return the version that this checkout is."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def stage_terminals(folder: Path) -> Path:
    """Lay out what goes into terminals as it lies there, with both DLLs; return *folder*."""
    dlls = {width: dll(width) for width in TOOLS}
    for name, (ending, width) in PLATFORMS.items():
        shutil.copytree(ROOT / "mql" / "Include" / "Echo", folder / name / "Include" / "Echo")
        experts, libraries = folder / name / "Experts", folder / name / "Libraries"
        experts.mkdir()
        libraries.mkdir()
        for source in sorted((ROOT / "mql" / "Experts").glob(f"*.{ending}")):
            shutil.copy(source, experts)
        shutil.copy(dlls[width], libraries)
    shutil.copy(ROOT / "docs" / "how-to" / "install-the-terminals.md", folder)
    return folder


def dll(width: str) -> Path:
    """Return the DLL, built here or, without a compiler, where another machine has put it.

    Raises:
        FileNotFoundError: neither.
    """
    if not tools_missing():
        return build(width)
    path = DLLS / width / "echo_pipe.dll"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: build it with make dll where mingw is installed")
    return path


def archive(folder: Path, path: Path) -> Path:
    """Pack *folder* into a zip whose bytes depend on its files alone; return *path*."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(each for each in folder.rglob("*") if each.is_file()):
            entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), THE_SAME_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, file.read_bytes())
    return path


def freeze() -> Path:
    """Run PyInstaller; return the folder that it has made."""
    words = ("--noconfirm", "--log-level", "WARN", "--distpath", "dist", "--workpath", "work")
    spec = str(SOURCES / "echo.spec")
    place = BUILT / "pyinstaller"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    if os.name == "nt":
        command = [sys.executable, "-m", "PyInstaller", *words, spec]
        subprocess.run(command, cwd=place, check=True)
        return place / "dist" / "echo"
    if windows_python.main():
        raise FileNotFoundError("there is no Python for Windows: see tools/windows_python.py")
    python = windows_python.FOLDER / windows_python.MINOR / "python.exe"
    packages = place / "packages"
    uv = [str(ROOT / ".venv" / "bin" / "uv"), "pip", "install", "--quiet", "--only-binary", ":all:"]
    where = ["--python-platform", "windows", "--target", str(packages)]
    lock = ["--require-hashes", "-r", str(SOURCES / "installer.lock")]
    subprocess.run([*uv, *where, *lock], check=True)
    # Not in the checkout: Wine's drives are links, one of them to the root of this machine, and
    # whoever packs a checkout would walk through them.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        environment = wine.environment(Path(folder)) | {"PYTHONPATH": wine.path_of(packages)}
        ran = _under_wine(environment, place, python, "-m", "PyInstaller", *words, spec)
    (place / "pyinstaller.log").write_bytes(ran.stdout)
    if ran.returncode:
        sys.stderr.write(ran.stdout.decode(errors="replace")[-4_000:])
        raise SystemExit("PyInstaller has failed")
    return place / "dist" / "echo"


def installer(frozen: Path, terminals: Path, path: Path) -> Path:
    """Run NSIS over the frozen programs and what goes into terminals; return *path*.

    Raises:
        FileNotFoundError: a part is missing, or NSIS is.
    """
    makensis = shutil.which("makensis")
    if makensis is None:
        raise FileNotFoundError("makensis: install NSIS (on Debian: apt-get install nsis)")
    papers = terminals.parent / "papers"
    papers.mkdir()
    for name in PAPERS:
        shutil.copy(ROOT / name, papers)
    for program in ("echo-agent.exe", "echoctl.exe"):
        if not (frozen / program).is_file():
            raise FileNotFoundError(f"{frozen / program}: PyInstaller has not made it")
    defined = _defined(
        VERSION=version(), FROZEN=frozen, TERMINALS=terminals, PAPERS=papers, OUT=path
    )
    quiet = ["-V2", "-INPUTCHARSET", "UTF8"]
    subprocess.run([makensis, *quiet, *defined, str(SOURCES / "echo.nsi")], check=True)
    return path


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _defined(**values: object) -> Iterator[str]:
    for name, value in values.items():
        yield f"-D{name}={value}"


def _under_wine(
    environment: dict[str, str], place: Path, python: Path, *words: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a Python of Windows in *place*, in a Wine of its own that ends with it."""
    nothing = subprocess.DEVNULL
    command = [str(wine.LOADERS["x64"]), str(python), *words[:-1], wine.path_of(words[-1])]
    try:
        # Python wants a pipe to write to there, and Wine's own servers must not hold it.
        subprocess.run(
            ["wine", "wineboot", "-i"],
            env=environment,
            stdin=nothing,
            stdout=nothing,
            stderr=nothing,
            check=True,
        )
        return subprocess.run(
            command,
            cwd=place,
            env=environment,
            stdin=nothing,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
    finally:
        wine.end(environment)


if __name__ == "__main__":
    sys.exit(main())
