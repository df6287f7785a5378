"""How the command line ends: one code, one sentence, one thing to do next."""

import json

import pytest
import typer

from echo.apps.cli.exits import CODES, EXIT_PROBLEM, EXIT_UNREACHABLE, EXIT_USAGE, give_up


def test_it_says_why_and_what_to_do_next(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        give_up("audit run", EXIT_USAGE, "no journal\nat all", "name one")

    assert ended.value.exit_code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "echoctl audit run: no journal\nechoctl audit run: at all\n  name one\n"


@pytest.mark.parametrize(("why", "code"), [("", "unreachable"), ("not_ready", "not_ready")])
def test_programs_get_an_object(capsys: pytest.CaptureFixture[str], why: str, code: str) -> None:
    with pytest.raises(typer.Exit):
        give_up("x", EXIT_UNREACHABLE, "nobody", as_json=True, why=why)

    assert json.loads(capsys.readouterr().out) == {"code": code, "sentence": "nobody"}


def test_codes_are_told_apart() -> None:
    assert set(CODES) == {EXIT_PROBLEM, EXIT_USAGE, EXIT_UNREACHABLE} == {1, 2, 3}
