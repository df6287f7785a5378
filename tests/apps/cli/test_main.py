"""``echoctl``: what it offers, and how it says no."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from echo.apps.cli.main import EXIT_REFUSED, app


def run(*arguments: str) -> tuple[int, str, str]:
    """Return exit code, standard output and standard error."""
    result = CliRunner().invoke(
        app, list(arguments), env={"COLUMNS": "160", "NO_COLOR": "1", "TERM": "dumb"}
    )
    return result.exit_code, result.stdout, result.stderr


def test_without_a_command_it_says_what_there_is() -> None:
    _, said, errors = run()

    assert "a self-hosted trade copier" in said + errors
    assert "demo" in said + errors


def test_help_names_every_option() -> None:
    code, said, _ = run("demo", "--help")

    assert code == 0
    for option in ("seconds", "speed", "masters", "slaves", "legacy", "data", "ticks", "state"):
        assert f"--{option}" in said
    for option in ("--broker-delay", "--keep", "--record", "--json"):
        assert option in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--seconds", "4"], "--seconds 4 is not 5 to 3600"),
        (["--speed", "fast"], "--speed fast is not a number"),
        (["--masters", "0", "--slaves", "101"], "--masters 0 is not 1 to 20; --slaves 101 is not"),
        (["--slaves", "2", "--legacy", "3"], "--legacy 3 is not 0 to the 2 slaves"),
        (["--broker-delay", "slow"], "--broker-delay slow is neither real nor 0"),
        (["--data", "nowhere.htm"], "nowhere.htm: No such file or directory"),
        (["--ticks", "nowhere.csv"], "which symbol is it? say --ticks SYMBOL=nowhere.csv"),
    ],
)
@pytest.mark.parametrize("style", [[], ["--json"]])
def test_what_cannot_be_played_is_refused_in_one_sentence(
    arguments: list[str], sentence: str, style: list[str]
) -> None:
    code, said, errors = run("demo", *arguments, *style)

    assert (code, said) == (EXIT_REFUSED, "")
    assert errors.startswith("echoctl demo: ")
    assert sentence in errors
    assert errors.count("\n") == 1


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").touch()
    code, _, errors = run("demo", "--state", str(tmp_path))

    assert code == EXIT_REFUSED
    assert f"--state {tmp_path} is not empty" in errors


def test_an_unknown_option_is_refused() -> None:
    code, _, errors = run("demo", "--masterz", "3")

    assert code == EXIT_REFUSED
    assert "--masterz" in errors
