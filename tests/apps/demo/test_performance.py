"""One performance: refused before anything starts, or played, counted and cleared away."""

import json
import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from echo.apps.demo.cast import Cast, cast
from echo.apps.demo.options import DemoOptions, DemoRefused
from echo.apps.demo.performance import (
    AGENT_S,
    LEAD_MS,
    START_MS,
    Performance,
    Result,
    lead_ms,
    terminal_groups,
)
from echo.apps.demo.show import Ending, Moment, as_json
from echo.apps.demo.takings import Takings
from echo.domain.ids import AccountId, TradeId
from echo.domain.reconciliation import Discrepancy

TAKINGS = Takings(
    masters=1,
    slaves=1,
    actions=0,
    decisions=0,
    outcomes={},
    omitted={},
    failed={},
    discrepancies=(),
    unexplained=0,
    latencies=None,
)
ENDING = Ending(seconds=1.0, skipped_symbols={}, interrupted=False, folder=None)
LOST = Discrepancy(
    kind="lost", trade_id=TradeId("t"), account_id=AccountId("70001"), sentence="gone"
)


def performance(options: DemoOptions) -> Performance:
    return Performance(options, seen=lambda _cast, _moment: None, told=lambda _line: None)


@pytest.mark.parametrize(
    ("takings", "interrupted", "code"),
    [
        (TAKINGS, False, 0),
        (replace(TAKINGS, discrepancies=(LOST,)), False, 1),
        (replace(TAKINGS, unexplained=1), False, 1),
        (replace(TAKINGS, discrepancies=(LOST,)), True, 130),
        (TAKINGS, True, 130),
    ],
)
def test_the_exit_code_says_how_it_ended(takings: Takings, interrupted: bool, code: int) -> None:
    ending = replace(ENDING, interrupted=interrupted)

    assert Result(takings=takings, ending=ending).exit_code == code


def test_the_more_terminals_start_the_longer_the_market_waits() -> None:
    assert lead_ms(8, 2) == LEAD_MS + 4 * START_MS
    assert lead_ms(8, 8) == LEAD_MS + START_MS
    assert lead_ms(8) == lead_ms(8, os.cpu_count() or 1)


def test_where_the_agent_was_slow_to_come_up_the_terminals_are_given_as_much_longer() -> None:
    assert lead_ms(8, 2, agent_s=AGENT_S / 2) == lead_ms(8, 2)
    assert lead_ms(8, 2, agent_s=3 * AGENT_S) == 3 * lead_ms(8, 2)


@pytest.mark.parametrize(
    ("slaves", "processes", "accounts_max"), [(1, 2, 1), (15, 16, 1), (16, 9, 2), (100, 15, 7)]
)
def test_many_accounts_share_processes(slaves: int, processes: int, accounts_max: int) -> None:
    players = cast(1, slaves).players
    groups = terminal_groups(players)

    assert len(groups) == processes
    assert max(map(len, groups)) == accounts_max
    assert [each for group in groups for each in group] == list(enumerate(players))


def test_what_cannot_be_played_is_refused_with_every_reason() -> None:
    with pytest.raises(DemoRefused, match=r"--seconds 1 is not .*; --masters 0 is not"):
        performance(DemoOptions(seconds=1, masters=0))


async def test_a_folder_that_is_in_use_is_left_as_it_is(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("dear")

    with pytest.raises(DemoRefused, match="is not empty"):
        await performance(DemoOptions(state=tmp_path)).play()
    assert os.listdir(tmp_path) == ["letter.txt"]
    assert letter.read_text() == "dear"


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(DemoRefused, match=r"--state .*file: File exists"):
        await performance(DemoOptions(state=tmp_path / "file")).play()


async def test_it_plays_from_the_first_program_to_the_last_count(tmp_path: Path) -> None:
    moments: list[Moment] = []
    told: list[str] = []

    def seen(_cast: Cast, moment: Moment) -> None:
        moments.append(moment)

    options = DemoOptions(
        seconds=5, speed=Decimal(60), masters=1, slaves=2, broker_delay="0", state=tmp_path / "d"
    )
    play = Performance(options, seen=seen, told=told.append)
    result = await play.play()
    figures = as_json(result.takings, result.ending)

    assert result.exit_code == 0, json.dumps(figures)
    assert (figures["lost"], figures["duplicated"], figures["orphans"]) == (0, 0, 0)
    assert figures["filled"] > 0
    assert figures["copies_timed"] > 0
    assert figures["folder"] == str(tmp_path / "d")
    assert told == []
    elapsed = [moment.elapsed_s for moment in moments]
    assert elapsed == sorted(elapsed)
    assert elapsed[-1] >= 5
    assert len(play.troupe.programs) == 5
    assert all(
        each.process is not None and each.process.returncode is not None
        for each in play.troupe.programs
    )


@pytest.mark.parametrize(
    ("store", "said"),
    [
        ("mysql://ana@example.com/desk", "begin with"),
        ("postgresql://ana:secret@db/desk", "PGPASSWORD"),
    ],
)
async def test_a_server_that_cannot_keep_the_journal_is_refused(store: str, said: str) -> None:
    with pytest.raises(DemoRefused, match=f"--store: .*{said}"):
        await performance(DemoOptions(store=store)).play()
