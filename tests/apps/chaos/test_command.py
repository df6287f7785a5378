"""``echoctl chaos``: options in, one JSON object out, and an exit code that a script can use."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from echo.apps.chaos import command as module
from echo.apps.chaos.campaign import CampaignResult
from echo.apps.chaos.command import chaos
from echo.apps.chaos.options import ChaosOptions
from tests.apps.chaos.rounds import played

app = typer.Typer()
app.command()(chaos)
ASKED: list[ChaosOptions] = []


@pytest.fixture(autouse=True)
def staged(monkeypatch: pytest.MonkeyPatch) -> None:
    async def campaign(options: ChaosOptions, told: Callable[[str], None]) -> CampaignResult:
        ASKED.append(options)
        told("a round")
        rounds = tuple(played(each, unexplained=each) for each in range(options.rounds))
        folder = None if options.rounds == 1 else Path("kept")
        return CampaignResult(rounds=rounds, seconds=9.0, interrupted=False, folder=folder)

    monkeypatch.setattr(module, "campaign", campaign)


def test_good_rounds_exit_with_0() -> None:
    result = CliRunner().invoke(app, ["--rounds", "1", "--json", "--seed", "5", "--first", "3"])
    figures = json.loads(result.stdout)

    assert (result.exit_code, result.stderr) == (0, "a round\n")
    assert len(result.stdout.splitlines()) == 1
    assert (figures["rounds"], figures["violations"], figures["folder"]) == (1, [], None)
    assert (ASKED[-1].seed, ASKED[-1].first, ASKED[-1].seconds) == (5, 3, 10)


def test_a_broken_promise_exits_with_1() -> None:
    result = CliRunner().invoke(app, ["--rounds", "2", "--cores", "2"])
    figures = json.loads(result.stdout)

    assert (result.exit_code, figures["unexplained"], figures["folder"]) == (1, 1, "kept")
    assert len(result.stdout.splitlines()) > 10, "for people, one figure a line"
    assert ASKED[-1].cores == 2


def test_what_cannot_be_played_exits_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    result = CliRunner().invoke(app, ["--rounds", "0"])

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "echoctl chaos: --rounds 0 is not 1 to 10000\n"
