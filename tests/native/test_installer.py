"""The installer under Wine: it installs without a window, what it installs runs, and it goes again.

``make installer`` builds it first and says where it is; a release is built on Windows itself.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.native import wine
from tests.native.build import TOOLS, build, digest

INSTALLER = "ECHO_WINDOWS_INSTALLER"
NOT_INSTALLED_YET = 3
SETTINGS = """
[agent]
slave_accounts = ["200"]
pipe_prefix = "echo_installed_"

[endpoints]
core_addr = "127.0.0.1:9"
"""
PING = r"""
import json
with open(r"\\.\pipe\echo_installed_slave_200", "r+b", buffering=0) as pipe:
    pipe.write(b'{"type":"ping","id":"p1","timestamp_ms":1,"role":"slave"}\n')
    print(json.loads(pipe.read(4_000).splitlines()[0])["type"])
"""


class Windows:
    """A Windows on which Echo is installed."""

    def __init__(self, environment: dict[str, str], python: str) -> None:
        self._environment, self._python = environment, python
        self.drive = Path(environment["WINEPREFIX"]) / "drive_c"
        self.programs = self.drive / "Program Files" / "Echo"
        self.data = self.drive / "ProgramData" / "Echo"

    def begin(self) -> None:
        """Start Wine's own programs where nobody waits for the end of what they print."""
        nothing = subprocess.DEVNULL
        for command in (["wineserver", "-p60"], ["wine", "wineboot"]):
            subprocess.run(
                command,
                env=self._environment,
                stdin=nothing,
                stdout=nothing,
                stderr=nothing,
                check=False,
            )

    def run(self, width: str, *command: str) -> tuple[int, str]:
        ran = subprocess.run(
            [wine.LOADERS[width], *command],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=200,
            check=False,
        )
        return ran.returncode, ran.stdout.decode(errors="replace")

    def echoctl(self, *words: str) -> tuple[int, dict[str, Any]]:
        program = str(self.programs / "echoctl.exe")
        code, said = self.run("x64", program, "agent", *words, "--json")
        return code, json.loads(said.splitlines()[-1])

    def python(self, text: str) -> str:
        return self.run("x64", self._python, "-c", text)[1].strip()


@pytest.fixture
def setup() -> str:
    found = os.environ.get(INSTALLER)
    if found is None:
        pytest.skip("only make installer builds and tries the installer")
    return found


@pytest.fixture
def windows(prefix: dict[str, str], windows_python: str) -> Iterator[Windows]:
    there = Windows(prefix, windows_python)
    wine.be_patient(prefix)
    there.begin()
    yield there
    wine.end(prefix)


@pytest.mark.timeout(600)
def test_it_installs_an_agent_that_runs_and_takes_it_away_again(
    setup: str, windows: Windows, tmp_path: Path
) -> None:
    terminal = tmp_path / "terminal"
    for platform in ("MQL4", "MQL5"):
        (terminal / platform).mkdir(parents=True)
    code, _ = windows.run("x86", setup, "/S")
    settings = windows.data / "echo.toml"

    assert code == NOT_INSTALLED_YET, "the settings name no account yet"
    assert "slave_accounts = []" in settings.read_text()
    assert windows.echoctl("status")[1]["code"] == "problem"

    settings.write_text(SETTINGS)
    data_folder = wine.path_of(terminal).replace("/", "\\")  # a slash begins an option
    code, _ = windows.run("x86", setup, "/S", f"/TERMINAL={data_folder}")
    _, state = windows.echoctl("status")

    assert (code, state["state"]) == (0, "running"), state
    assert state["command_line"].startswith('"C:\\Program Files\\Echo\\echo-agent.exe" --service')
    assert windows.python(PING) == "pong"
    for platform, width in (("MQL4", "x86"), ("MQL5", "x64")):
        copied = terminal / platform / "Libraries" / "echo_pipe.dll"
        assert width in TOOLS
        assert digest(copied) == digest(build(width, tmp_path / "built"))
        assert len(list((terminal / platform / "Experts").iterdir())) == 2
        assert (terminal / platform / "Include" / "Echo" / "Gate.mqh").is_file()

    # Left to itself, an uninstaller goes on from a copy; told where it is, it stays and ends.
    windows.run("x86", str(windows.programs / "uninstall.exe"), "/S", r"_?=C:\Program Files\Echo")

    assert not (windows.programs / "echoctl.exe").exists()
    assert settings.read_text().count("pipe_users") == 1, "settings stay"
    assert (windows.data / "agent" / "var" / "agent" / "ledger.sqlite").is_file(), "so does this"
    assert windows.python("open(r'\\\\.\\pipe\\echo_installed_slave_200')") == ""
