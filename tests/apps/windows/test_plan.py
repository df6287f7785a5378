"""What a service is to be, and where it must not come from."""

from pathlib import PureWindowsPath

import pytest

from echo.apps.windows.plan import (
    RESTART_AFTER_MS,
    ServicePlan,
    ServiceRefused,
    checked_name,
    demand_servable,
    host_command,
    service_sid,
)

HOME = PureWindowsPath(r"C:\Users\ana")
PYTHON = r"C:\Program Files\Python311\python.exe"


def plan(name: str = "EchoAgent", command: tuple[str, ...] = (PYTHON,)) -> ServicePlan:
    return ServicePlan(
        name=name,
        config=r"C:\Echo settings\echo.toml",
        state_dir=r"C:\ProgramData\Echo\agent",
        command=command,
    )


def test_the_sid_of_a_service_is_that_of_windows() -> None:
    """Source: Microsoft's documentation names this one."""
    wanted = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"

    assert service_sid("TrustedInstaller") == service_sid("TRUSTEDINSTALLER") == wanted


def test_a_service_runs_as_an_account_of_its_own() -> None:
    assert plan().account == r"NT SERVICE\EchoAgent"
    assert plan().sid == service_sid("EchoAgent")


def test_spaces_in_paths_are_no_ends_of_words() -> None:
    """An unquoted path with a space lets Windows start another program."""
    assert plan().command_line == (
        r'"C:\Program Files\Python311\python.exe" --service EchoAgent'
        r' --config "C:\Echo settings\echo.toml" --state-dir C:\ProgramData\Echo\agent'
    )


def test_people_can_tell_two_agents_apart() -> None:
    assert plan().display_name == "Echo Agent"
    assert plan("EchoAgent2").display_name == "Echo Agent (EchoAgent2)"


def test_a_frozen_program_starts_its_neighbour_a_python_its_module() -> None:
    assert host_command(r"C:\Echo\echoctl.exe", frozen=True) == (r"C:\Echo\echo-agent.exe",)
    assert host_command(PYTHON, frozen=False) == (PYTHON, "-m", "echo.apps.windows.service")


@pytest.mark.parametrize("name", ["", "7", "a b", "a" * 65, r"NT SERVICE\x", 'a"b', "é"])
def test_what_cannot_name_a_service_is_refused(name: str) -> None:
    with pytest.raises(ServiceRefused, match="cannot name a service"):
        checked_name(name)


def test_a_plain_name_is_taken() -> None:
    assert checked_name("EchoAgent_2") == "EchoAgent_2"


def test_a_virtual_environment_is_refused_with_the_reason() -> None:
    with pytest.raises(ServiceRefused, match="virtual environment") as refused:
        demand_servable(
            executable=r"C:\echo\.venv\Scripts\python.exe",
            prefix=r"C:\echo\.venv",
            base_prefix=r"C:\Python311",
            home=HOME,
            frozen=False,
        )

    assert "installer" in refused.value.hint


@pytest.mark.parametrize("frozen", [True, False])
def test_a_program_in_ones_own_folder_is_refused(frozen: bool) -> None:
    with pytest.raises(ServiceRefused, match="folder of one person"):
        demand_servable(
            executable=r"c:\users\Ana\AppData\Local\Python\python.exe",
            prefix="same",
            base_prefix="same",
            home=HOME,
            frozen=frozen,
        )


@pytest.mark.parametrize("frozen", [True, False])
def test_a_program_for_all_is_taken(frozen: bool) -> None:
    demand_servable(executable=PYTHON, prefix="same", base_prefix="same", home=HOME, frozen=frozen)


def test_a_failed_service_is_back_within_seconds_and_never_given_up() -> None:
    assert RESTART_AFTER_MS[0] <= 1_000
    assert list(RESTART_AFTER_MS) == sorted(RESTART_AFTER_MS)
