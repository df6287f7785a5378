"""The demo from its command line: real programs, real histories, real ticks; books must agree."""

import json
import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from tests.acceptance.plays import CONTRACT, echoctl, in_a_window, short_folder
from tests.fakes import until_real
from tests.house.sources import ROOT

pytestmark = pytest.mark.no_cover

TO_ANOTHER_LINE = re.compile(r"\x1b\[\d*A|\r")
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
CLEARS_THE_SCREEN = "\x1b[2J"
STATEMENT = ROOT / "tests" / "data" / "statements" / "mt4_detailed.htm"


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def write_ticks(path: Path, *, minutes: int = 20) -> Path:
    """Write a person's own file of EURUSD ticks, headings and all."""
    chance, at, bid = Random(1), datetime(2024, 5, 2, 9, tzinfo=UTC), 107_000
    lines = ["time,bid,ask"]
    for _ in range(minutes * 120):
        at += timedelta(milliseconds=chance.randint(250, 750))
        bid += chance.choice((-1, 0, 1))
        lines.append(f"{at:%Y-%m-%d %H:%M:%S}.{at:%f},{bid / 1e5:.5f},{(bid + 12) / 1e5:.5f}")
    path.write_text("\n".join(lines) + "\n")
    return path


async def test_a_plain_run_loses_and_doubles_nothing(folder: Path) -> None:
    run = await echoctl(folder, "--seconds", "8", "--json")
    figures = await run.figures()

    assert figures.keys() >= CONTRACT
    assert (figures["masters"], figures["slaves"]) == (2, 6)
    assert figures["actions"] > 0
    assert figures["decisions"] == figures["actions"] * 6 == sum(figures["outcomes"].values())
    assert figures["filled"] > 0
    assert figures["closed"] > 0
    zeros = ("lost", "duplicated", "orphans", "in_doubt", "unexplained")
    assert [figures[each] for each in zeros] == [0] * 5
    assert 0 < figures["latency_ms"]["p50"] <= figures["latency_ms"]["p95"]
    assert figures["latency_ms"]["p95"] <= figures["latency_ms"]["p99"]
    assert figures["seconds"] >= 8
    assert figures["folder"] is None
    assert run.programs() == []
    assert names(folder) == set()


async def test_old_eas_take_part(folder: Path) -> None:
    run = await echoctl(
        folder, "--seconds", "8", "--legacy", "2", "--slaves", "4", "--broker-delay", "0", "--json"
    )
    figures = await run.figures()

    zeros = ("lost", "duplicated", "orphans", "in_doubt", "unexplained")
    assert [figures[each] for each in zeros] == [0] * 5
    assert figures["filled"] > figures["copies_timed"], "old EAs fill, and leave no stamps"


async def test_a_persons_own_statement_is_replayed_on_their_own_ticks(folder: Path) -> None:
    ticks = write_ticks(folder / "2024-05-02_EURUSD.csv")
    state = folder / "kept"
    run = await echoctl(
        folder,
        *("--seconds", "6", "--masters", "1", "--slaves", "2", "--json"),
        *("--data", str(STATEMENT), "--ticks", str(ticks), "--state", str(state)),
    )
    figures = await run.figures()

    assert figures["actions"] > 0
    assert figures["filled"] > 0
    assert figures["skipped_symbols"] == {"xauusd.": 2, "gbpusd": 1}
    assert figures["folder"] == str(state)
    assert {"core", "agent", "terminals", "logs", "echo.toml"} <= names(state)
    assert names(state / "pipes") == set()
    assert not (state / "core" / "core.state.json").exists()
    assert (state / "core" / "journal.sqlite").exists()


def test_a_person_sees_it_happen(folder: Path) -> None:
    code, shown = in_a_window(
        folder, "--seconds", "5", "--masters", "1", "--slaves", "1", columns=100, rows=24
    )
    text = CONTROL.sub("", TO_ANOTHER_LINE.sub("\n", shown))

    assert code == 0, text
    assert "starting Core, Agent and the terminals of 1 master and 1 slave" in text
    assert "left out" in text
    assert "of 5 s   market 2014-05-08" in text
    assert "nothing lost, nothing twice" in text
    assert max(map(len, text.splitlines())) <= 100
    assert CLEARS_THE_SCREEN not in shown, "that would flicker"


async def test_without_a_window_the_summary_comes_alone(folder: Path) -> None:
    run = await echoctl(folder, "--seconds", "5", "--masters", "1", "--slaves", "1")
    code, said, errors = await run.ended()

    assert (code, errors) == (0, "")
    assert said.startswith("╭")
    assert said.count("Echo demo") == 1
    assert "nothing lost, nothing twice" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(["--data", "nowhere.htm"], "nowhere.htm: No such file", id="missing"),
        pytest.param(["--data", "README.md"], "expected an account statement", id="no history"),
        pytest.param(["--ticks", "EURUSD=README.md"], "no ticks in", id="no ticks"),
        pytest.param(["--seconds", "1"], "--seconds 1 is not 5 to 3600", id="too short"),
        pytest.param(["--state", "README.md"], "--state README.md: File exists", id="state"),
    ],
)
async def test_what_cannot_be_played_is_refused_in_a_sentence(
    folder: Path, options: list[str], said: str
) -> None:
    run = await echoctl(folder, *options)
    code, shown, errors = await run.ended()

    assert (code, shown) == (2, "")
    assert said in errors
    assert errors.startswith("echoctl demo: ")
    assert len(errors.splitlines()) == 1
    assert names(folder) == set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=["Ctrl-C", "closed window"])
async def test_an_interrupted_run_leaves_nothing_behind(
    folder: Path, number: signal.Signals
) -> None:
    run = await echoctl(folder, "--seconds", "60", "--slaves", "2", "--json")
    await until_real(lambda: len(run.programs()) == 6)
    run.signal(number)
    code, said, _ = await run.ended()

    assert code == 130
    assert json.loads(said)["interrupted"] is True
    assert run.programs() == []
    assert names(folder) == set()


async def test_programs_do_not_outlive_a_demo_that_was_killed(folder: Path) -> None:
    run = await echoctl(folder, "--seconds", "60", "--slaves", "2")
    await until_real(lambda: len(run.programs()) == 6)
    run.signal(signal.SIGKILL)
    await run.ended()

    await until_real(lambda: run.programs() == [])
    [left_behind] = names(folder)
    assert names(folder / left_behind / "pipes") == set(), "they ended in order"
