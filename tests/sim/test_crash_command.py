import json

import pytest

from echo.sim import crash_command
from echo.sim.__main__ import main
from echo.sim.crash_search import Broken, Leaves, Row
from echo.sim.watch import Violation


def found(*, broken: bool) -> Row:
    row = Row(name="open_close", points=3, runs=3)
    if broken:
        violation = Violation(invariant=2, at_ms=5, sentence="two fills")
        row.broken = [
            Broken(name="open_close", points=(7, 9), leaves=Leaves.MUCH, violation=violation)
        ]
    return row


def test_the_table_of_a_world_is_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[object] = []

    def search(names: list[str], **options: object) -> list[Row]:
        asked.extend((names, options))
        return [found(broken=False)]

    monkeypatch.setattr(crash_command, "search", search)
    assert main(["crash", "--scenario", "open_close", "--pairs", "--jobs", "2"]) == 0
    assert asked == [["open_close"], {"pairs": True, "leaves": list(Leaves), "jobs": 2}]
    assert capsys.readouterr().out.splitlines()[1].split()[:4] == ["open_close", "3", "0", "3"]


def test_a_broken_promise_is_told_with_the_command_that_shows_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(crash_command, "search", lambda *_, **__: [found(broken=True)])
    assert main(["crash"]) == 1
    assert "crash --scenario open_close --at 7,9 --leaves much" in capsys.readouterr().out
    assert main(["crash", "--json", "--leaves", "much"]) == 1
    [said] = json.loads(capsys.readouterr().out)["scenarios"]
    assert said["violations"][0]["again"].endswith("--at 7,9 --leaves much")


def test_one_run_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["crash", "--scenario", "open_close", "--at", "120", "--leaves", "little"]
    assert main(words) == 0
    short = capsys.readouterr().out.splitlines()
    assert short[0] == "one trade is opened and closed"
    assert sum("crashes: at an effect" in line for line in short) == 1
    assert main([*words, "--trace"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 5 * len(short)


@pytest.mark.parametrize("words", [["--at", "x"], ["--jobs", "0"], ["--scenario", "none"]])
def test_what_cannot_be_asked_is_refused(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["crash", *words])
    assert words[0] in capsys.readouterr().err
