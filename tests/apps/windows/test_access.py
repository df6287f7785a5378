"""Whom the service's folder is for, and what the service must be able to read."""

from pathlib import Path

import pytest

from echo.apps.windows.access import demand_own_folder, files_read, folder_access
from echo.apps.windows.plan import ServiceRefused
from echo.config.reading import read_settings
from echo.config.settings import AgentSettings, agent_settings

SID = "S-1-5-80-1-2-3-4-5"


def settings(**flat: object) -> AgentSettings:
    return agent_settings(
        read_settings({key.replace("__", "/"): each for key, each in flat.items()}).values
    )


def test_the_folder_is_for_the_service_and_administrators_only() -> None:
    text = folder_access(SID)

    assert text.startswith("D:P(")  # nothing is inherited from above
    assert [entry.rpartition(";")[2] for entry in text[3:].strip("()").split(")(")] == [
        "SY",
        "BA",
        SID,
    ]
    assert all("OICI" in entry for entry in text[3:].split(")(")), "what is made in it, too"


def test_a_folder_that_is_new_empty_or_its_own_is_taken(tmp_path: Path) -> None:
    state = tmp_path / "agent"
    demand_own_folder(settings(), state)
    state.mkdir()
    demand_own_folder(settings(), state)
    (state / "var").mkdir()
    for name in ("echo-agent.log", "echo-agent.log.1"):
        (state / name).touch()
    demand_own_folder(settings(), state)
    (state / "ledger").mkdir()
    demand_own_folder(settings(agent__delivery__ledger_path="ledger/a.sqlite"), state)
    (state / "ledger").rmdir()
    for name in ("a.sqlite", "a.sqlite-wal", "agent.state.json"):
        (state / name).touch()
    demand_own_folder(settings(agent__delivery__ledger_path="a.sqlite"), state)


def test_a_folder_of_others_is_not_shut_to_them(tmp_path: Path) -> None:
    (tmp_path / "Windows").mkdir()

    with pytest.raises(ServiceRefused, match="such as Windows"):
        demand_own_folder(settings(), tmp_path)


def test_a_ledger_elsewhere_is_refused(tmp_path: Path) -> None:
    elsewhere = settings(agent__delivery__ledger_path="/fast/ledger.sqlite")

    with pytest.raises(ServiceRefused, match=r"/fast/ledger\.sqlite is outside of"):
        demand_own_folder(elsewhere, tmp_path)


def test_settings_and_certificates_are_read() -> None:
    state, config = Path("/data/echo"), Path("/etc/echo.toml")
    found = settings(agent__tls__ca_file="ca.pem", agent__tls__key_file="/keys/a.pem")

    assert files_read(found, config, state) == (config, state / "ca.pem", Path("/keys/a.pem"))
    assert files_read(settings(), None, state) == ()
