"""What goes into terminals and into the installer; the installer itself is tried under Wine."""

import os
import re
import time
import tomllib
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from echo.apps.cli.main import app
from echo.apps.windows.service import LOG_FILE
from echo.config.reading import read_settings
from echo.config.toml_file import flatten_toml
from tests.deploy.composition import read_yaml
from tests.house.sources import ROOT, read
from tests.native.build import tools_missing
from tools.dashboards import WINDOWS
from tools.windows_installer import PAPERS, SOURCES, archive, stage_terminals, version

SCRIPT = (SOURCES / "echo.nsi").read_text(encoding="utf-8")


def test_terminals_get_what_their_manual_says_where_it_says(tmp_path: Path) -> None:
    if tools_missing():
        if os.environ.get("CI"):
            pytest.fail("no mingw: there are no DLLs to pack")
        pytest.skip("no mingw: there are no DLLs to pack")
    folder = stage_terminals(tmp_path / "staged")
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    assert {name for name in there if name.startswith("MQL4/Experts")} == {
        "MQL4/Experts/EchoMaster.mq4",
        "MQL4/Experts/EchoSlave.mq4",
    }
    assert {"MQL5/Experts/EchoSlave.mq5", "MQL5/Include/Echo/Gate.mqh"} <= there
    assert {"install-the-terminals.md", "MQL4/Libraries/echo_pipe.dll"} <= there
    dlls = [
        (folder / each / "Libraries" / "echo_pipe.dll").read_bytes() for each in ("MQL4", "MQL5")
    ]
    assert [machine(each) for each in dlls] == [0x14C, 0x8664]


def machine(image: bytes) -> int:
    """Return which processor an image is for; source: PE format, COFF file header."""
    header = int.from_bytes(image[0x3C:0x40], "little")
    return int.from_bytes(image[header + 4 : header + 6], "little")


def test_the_same_files_make_the_same_archive(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "two").write_text("2")
    (folder / "one").write_text("1")
    first = archive(folder, tmp_path / "first.zip").read_bytes()
    os.utime(folder / "one", (time.time() - 9_999, time.time() - 9_999))
    (folder / "one").chmod(0o600)
    second = archive(folder, tmp_path / "second.zip")

    assert second.read_bytes() == first
    assert zipfile.ZipFile(second).namelist() == ["b/two", "one"]


def test_every_paper_that_is_packed_is_there() -> None:
    assert [name for name in PAPERS if not (ROOT / name).is_file()] == []
    assert version() == tomllib.loads(read(ROOT / "pyproject.toml"))["project"]["version"]


def test_the_sample_of_settings_is_one() -> None:
    reading = read_settings(flatten_toml(read(SOURCES / "agent.sample.toml")))

    assert (reading.complaints, reading.warnings) == ((), ())


def test_the_installer_calls_commands_that_there_are() -> None:
    for words in re.findall(r'echoctl\.exe" (agent [a-z-]+)', SCRIPT):
        ran = CliRunner().invoke(app, [*words.split(), "--help"])
        assert ran.exit_code == 0, words
    assert SCRIPT.count("agent remove-service") == 1
    uninstalls = SCRIPT.partition('Section "Uninstall"')[2]
    assert not re.search(r"(RMDir|Delete)[^\n]*(APPDATA|\$Data)", uninstalls), "state stays"


def test_the_exporter_is_asked_for_what_the_board_of_machines_shows() -> None:
    found = read_yaml(read(SOURCES / "windows_exporter.yml"))
    enabled = set(found["collectors"]["enabled"].split(","))

    assert {
        next((each for each in enabled if name.startswith(f"windows_{each}_")), name)
        for name in WINDOWS
    } <= enabled
    assert re.match(found["collector"]["service"]["include"], "EchoAgent")
    assert found["web"]["listen-address"].startswith("127.0.0.1:")


def test_logs_are_shipped_from_where_they_are_written() -> None:
    found = read_yaml(read(SOURCES / "otelcol.yaml"))
    [path] = found["receivers"]["filelog/agent"]["include"]
    [pipeline] = found["service"]["pipelines"].values()

    assert path == rf"C:\ProgramData\Echo\agent\{LOG_FILE}"
    assert set(pipeline["receivers"]) == set(found["receivers"])
    assert pipeline["processors"][0] == "memory_limiter"
    assert pipeline["processors"][-1] == "batch"
    assert set(pipeline["exporters"]) == set(found["exporters"])
