"""``echoctl agent``, on a Windows that is not there, and where there is none."""

import json
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from echo.apps.cli import agent
from echo.apps.cli.main import app
from echo.apps.windows import installation
from tests.apps.programs import begin, write_settings
from tests.apps.windows.services import USER, Services
from tests.house.sources import ROOT


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Services:
    there = Services()
    monkeypatch.setattr(agent, "is_windows", lambda: True)
    monkeypatch.setattr(agent, "services", lambda: there)
    monkeypatch.setattr(agent, "demand_servable", lambda **_: None)
    quiet = installation.Rights(keep_to_itself=lambda *_: None, let_read=lambda *_: None)
    monkeypatch.setattr(installation, "Rights", lambda: quiet)
    monkeypatch.setattr(agent, "STOPPED_WITHIN_S", 0.0)
    monkeypatch.setenv("PROGRAMDATA", str(tmp_path / "program data"))
    return there


def echoctl(*words: str) -> Result:
    return CliRunner().invoke(app, ["agent", *words])


def relative_settings(folder: Path) -> Path:
    """Write settings whose ledger lies in the service's folder."""
    return write_settings(folder, change=(f"{folder}/agent/ledger", "ledger"))


@pytest.mark.parametrize("command", list(agent.SYSTEMD))
def test_where_there_is_no_windows_it_names_the_way_of_systemd(command: str) -> None:
    ran = echoctl(command, "--json")

    assert ran.exit_code == 2
    assert "on Windows only" in ran.stderr
    assert agent.SYSTEMD[command] in ran.stderr
    assert json.loads(ran.stdout)["code"] == "not_windows"


def test_the_unit_that_it_names_is_there() -> None:
    assert (ROOT / "deploy/systemd/echo-agent.service").is_file()


def test_it_is_installed_started_asked_stopped_and_removed(
    services: Services, tmp_path: Path
) -> None:
    settings = relative_settings(tmp_path)
    state = str(tmp_path / "state")
    ran = echoctl("install-service", "--config", str(settings), "--state-dir", state)
    assert ran.exit_code == 0, ran.output
    assert f"--config {settings}" in ran.stdout
    assert "echoctl agent start" in ran.stdout
    assert USER in settings.read_text()

    ran = echoctl("status")
    assert (ran.exit_code, ran.stdout.splitlines()[0]) == (1, "EchoAgent is stopped")
    ran = echoctl("start")
    assert (ran.exit_code, ran.stdout.splitlines()[0]) == (0, "EchoAgent is running, process 77")
    assert echoctl("status").exit_code == 0
    told = json.loads(echoctl("status", "--json").stdout)
    assert (told["state"], told["account"]) == ("running", r"NT SERVICE\EchoAgent")
    assert echoctl("stop").stdout.splitlines()[0] == "EchoAgent is stopped"
    assert echoctl("remove-service").stdout == "EchoAgent is removed\n"
    assert echoctl("status").exit_code == 1


def test_installed_and_started_in_one_go_its_data_are_where_programs_keep_them(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROGRAMDATA", str(tmp_path / "data"))
    services.notes.append("its description could not be set: x")
    settings = str(relative_settings(tmp_path))
    ran = echoctl("install-service", "--config", settings, "--start", "--json")
    told = json.loads(ran.stdout)

    assert ran.exit_code == 0
    assert told["state_dir"] == str(tmp_path / "data" / "Echo" / "agent")
    assert told["not_set"] == services.notes
    assert "description" in ran.stderr
    assert services.known["EchoAgent"].state == "running"
    ran = echoctl("install-service", "--config", settings, "--name", "Second")
    assert str(tmp_path / "data" / "Echo" / "Second") in ran.stdout


def test_one_that_fails_is_a_problem_and_says_where_to_look(
    services: Services, tmp_path: Path
) -> None:
    services.fails = 2
    echoctl("install-service", "--config", str(relative_settings(tmp_path)))
    ran = echoctl("start")

    assert ran.exit_code == 1
    assert "EchoAgent has ended with code 2" in ran.stderr
    assert "log" in ran.stderr
    assert "had the code 2" in echoctl("status").stdout


def test_one_that_windows_still_shows_is_said_to_go(services: Services, tmp_path: Path) -> None:
    services.lingers = True
    echoctl("install-service", "--config", str(relative_settings(tmp_path)))

    assert "goes as soon as" in echoctl("remove-service").stdout
    assert json.loads(echoctl("remove-service", "--json").stdout)["state"] == "marked"


@pytest.mark.parametrize("command", ["start", "stop", "remove-service", "status"])
def test_what_is_not_installed_is_a_problem(services: Services, command: str) -> None:
    ran = echoctl(command, "--json")

    assert ran.exit_code == 1
    assert json.loads(ran.stdout)["code"] == "problem"


def test_a_name_that_no_service_can_have_is_refused(services: Services) -> None:
    ran = echoctl("start", "--name", "a b")

    assert (ran.exit_code, "cannot name a service" in ran.stderr) == (1, True)


async def test_it_runs_in_a_window_until_told(tmp_path: Path) -> None:
    settings = str(write_settings(tmp_path, port=1))
    words = ("-m", "echo.apps.cli.main", "agent", "run", "--config", settings, "--until-eof")
    running = await begin(sys.executable, *words)
    running.hang_up()

    assert running.first_line.startswith("echo-agent ready: 2 pipes")
    assert (await running.ended())[0] == 0
