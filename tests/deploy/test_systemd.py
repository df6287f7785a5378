"""The units: systemd understands them, they are shut in, and the programs speak as they say."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest

from tests.apps.programs import start, write_settings
from tests.house.sources import ROOT

FOLDER = ROOT / "deploy" / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
EXPOSURE_MAX = 20
"""Of 100, as systemd reckons it; a unit without any of these lines has 96."""


@pytest.fixture
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("there is no systemd-analyze here: the units are not verified")
    return found


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Return the units with the programs of this environment, as files in one folder."""
    programs = Path(sys.executable).parent
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8").replace("/opt/echo/bin", str(programs))
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    return tmp_path


def run(*command: str | Path) -> tuple[int, str]:
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return ran.returncode, ran.stdout + ran.stderr


def read(unit: Path) -> ConfigParser:
    told = ConfigParser(strict=False, interpolation=None)
    told.optionxform = str  # type: ignore[assignment, method-assign]  # names are as written
    told.read_string(unit.read_text(encoding="utf-8"))
    return told


def test_both_programs_have_one() -> None:
    assert [unit.name for unit in UNITS] == ["echo-agent.service", "echo-core.service"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_it(unit: Path, here: Path, analyze: str) -> None:
    code, said = run(analyze, "verify", "--man=no", here / unit.name)
    about_it = [line for line in said.splitlines() if unit.name in line]

    assert (code, about_it) == (0, []), said


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_it_is_shut_in(unit: Path, here: Path, analyze: str) -> None:
    _, known = run(analyze, "security", "--help")
    if "--offline" not in known:
        pytest.skip("this systemd reckons the exposure of running units only")
    threshold = f"--threshold={EXPOSURE_MAX}"
    code, said = run(
        analyze, "security", "--offline=true", "--no-pager", threshold, here / unit.name
    )

    assert code == 0, said[-3_000:]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_it_comes_back_always_and_is_given_time_to_end(unit: Path) -> None:
    told = read(unit)

    assert told["Service"]["Restart"] == "always"
    assert told["Unit"]["StartLimitIntervalSec"] == "0"
    assert int(told["Service"]["TimeoutStopSec"]) > 5
    assert told["Service"]["Type"] == "notify"
    # Without /proc/sys no stored deadline could be dated.
    assert "ProcSubset" not in told["Service"]


@pytest.mark.skipif(os.name == "nt", reason="systemd is a matter of Linux")
async def test_the_program_says_when_it_serves_and_when_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(name)
        systemd.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        agent = await start("agent", write_settings(tmp_path, port=1))
        ready = systemd.recv(100)
        agent.signal(signal.SIGTERM)
        code, errors = await agent.ended()

        assert (ready, systemd.recv(100), code) == (b"READY=1", b"STOPPING=1", 0), errors
