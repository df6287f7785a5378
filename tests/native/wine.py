"""Wine, and what is run under it."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.native.build import ROOT, tools_missing

LOADERS: Final = {"x64": Path("/usr/lib/wine/wine64"), "x86": Path("/usr/lib/wine/wine")}
QUIET: Final = {"WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe="}
PYTHON: Final = "ECHO_WINDOWS_PYTHON"
"""Names a python.exe of Windows, in the environment of the tests."""
AGENT: Final = (
    f"import sys; sys.path.insert(0, r'{ROOT / 'src'}'); from echo.apps.agent import main; main()"
)
"""What that Python runs to be the Agent."""


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a Wine whose files lie in *folder*."""
    prefix = str(folder / "prefix")
    return {**os.environ, **QUIET, "WINEPREFIX": prefix, "HOME": str(folder)}


def missing(width: str) -> str | None:
    """Return what is not here of what a program of *width* needs, or ``None``."""
    if tools := tools_missing():
        return f"not installed: {', '.join(tools)}"
    if not LOADERS[width].exists() or shutil.which("wineserver") is None:
        return f"no Wine for {width}"
    return None


def end(wine: Mapping[str, str]) -> None:
    """End this Wine with all that runs in it."""
    subprocess.run(["wineserver", "-k"], env=wine, check=False)


def path_of(path: Path | str) -> str:
    """Return how a program of Windows calls a file of this system."""
    return f"Z:{path}"


def be_patient(wine: Mapping[str, str]) -> None:
    """Let services take two minutes to report themselves, not Wine's ten seconds; ends this Wine.

    Windows waits for 30 s; a machine that runs tests may be slower than any that runs services.
    """
    key = r"HKLM\System\CurrentControlSet\Control"
    value = ("/v", "ServicesPipeTimeout", "/t", "REG_DWORD", "/d", "120000", "/f")
    nothing = subprocess.DEVNULL
    subprocess.run(
        ["wine", "reg", "add", key, *value],
        env=wine,
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        check=True,
    )
    end(wine)
