"""The program that Windows starts; Windows itself is tested under Wine."""

import subprocess
import sys
from pathlib import Path

import pytest

from echo.apps.windows.service import LOG_FILE, ServiceOptions, service_options, use_log

OPTIONS = ServiceOptions(name="EchoAgent", config="echo.toml", state_dir=Path("state"))
HEAVY = ("grpc", "msgspec", "apsw", "echo.apps.agent")


def test_the_command_line_is_the_one_that_was_installed() -> None:
    words = ["--service", "EchoAgent", "--config", "echo.toml", "--state-dir", "state"]

    assert service_options(words) == OPTIONS


def test_what_is_printed_goes_into_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)  # as a service has it
    monkeypatch.setattr(sys, "stderr", None)
    log = use_log(tmp_path / "state")
    print("hé")
    print("to people", file=sys.stderr)
    sys.stderr.buffer.write(b"to programs\n")
    monkeypatch.undo()

    text = (tmp_path / "state" / LOG_FILE).read_text(encoding="utf-8")
    log.close()
    assert text == "hé\nto people\nto programs\n"


def test_it_is_there_before_the_agent_is_loaded() -> None:
    """Windows ends a service that has not reported itself in time, however slow the disk is."""
    text = "import sys, echo.apps.windows.service as _; print(sorted(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = ran.stdout

    assert "echo.links.rolling_file" in loaded
    assert [name for name in HEAVY if f"'{name}'" in loaded] == []
