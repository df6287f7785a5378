"""Asking the running Core: a name for who asks, a hint for every refusal."""

from pathlib import Path

import pytest
import typer

from echo.apps.cli.asking import HINTS, asked, who
from echo.domain.operations import ListPending, NotDone, OperationCode
from tests.apps.cli.running_core import running, write_settings
from tests.links.admin_desk import Behind


def test_no_core_is_exit_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as given_up:
        asked("this that", write_settings(tmp_path), "me", ListPending(), as_json=False)

    assert given_up.value.exit_code == 3
    assert capsys.readouterr().err.startswith("echoctl this that: ")


def test_a_refusal_ends_the_program_with_its_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = NotDone(code=OperationCode.UNKNOWN_ACCOUNT, sentence="account 9 was never here")
    with running(tmp_path, Behind(refusal)) as settings, pytest.raises(typer.Exit) as given_up:
        asked("this that", settings, "me", ListPending(), as_json=False)

    assert given_up.value.exit_code == 1
    assert capsys.readouterr().err.splitlines() == [
        "echoctl this that: account 9 was never here",
        f"  {HINTS[OperationCode.UNKNOWN_ACCOUNT]}",
    ]


def test_a_name_has_to_be_one() -> None:
    assert who("this", "ana") == "ana"
    for wrong in ("", "a" * 65, "a\nb"):
        with pytest.raises(typer.Exit) as given_up:
            who("this", wrong)
        assert given_up.value.exit_code == 2
