"""Journals that earlier releases wrote are read by this one, and come to the same.

Each was written in a simulated world by the release that its file is named after, and lists every
outcome beside it.
"""

import json
from pathlib import Path

import apsw
import pytest

from echo.domain.answers import Outcome
from echo.domain.journal import DecisionRecord
from echo.domain.policy import PolicyBook
from echo.domain.quantities import Instant
from echo.engine.effects import Persist
from echo.engine.engine import Engine
from echo.engine.events import Started
from echo.engine.settings import EngineSettings
from echo.stores.sqlite.journal import SqliteJournal
from echo.stores.sqlite.reading import read_books

JOURNALS = sorted((Path(__file__).parents[2] / "golden" / "journals").glob("*.sql"))
NOW = Instant(1_750_000_600_000, 5_000)

Outcomes = dict[tuple[str, int, str], tuple[str, str]]


def restored(dump: Path, folder: Path) -> Path:
    path = folder / "journal.sqlite"
    connection = apsw.Connection(str(path))
    connection.execute(dump.read_text(encoding="utf-8"))
    connection.close()
    return path


def told(dump: Path) -> Outcomes:
    rows = json.loads(dump.with_suffix(".json").read_bytes())
    return {(trade, seq, account): (outcome, code) for trade, seq, account, outcome, code in rows}


def stored(path: Path) -> Outcomes:
    rows = apsw.Connection(str(path)).execute(
        "SELECT trade_id, seq, account_id, outcome, code FROM copy_decisions"
    )
    return {(trade, seq, account): (outcome, code) for trade, seq, account, outcome, code in rows}


def test_there_are_some_with_every_kind_of_ending() -> None:
    endings = {outcome for dump in JOURNALS for outcome, _ in told(dump).values()}
    assert endings >= {"filled", "omitted", "in_doubt", "pending", "closed", "reduced", "modified"}


@pytest.mark.parametrize("dump", JOURNALS, ids=lambda dump: dump.stem)
async def test_a_journal_of_a_past_release_comes_to_the_same(dump: Path, tmp_path: Path) -> None:
    path = restored(dump, tmp_path)
    journal = SqliteJournal.open(path)
    recovered = await journal.load()
    effects = Engine(EngineSettings(), PolicyBook()).handle(Started(recovered), NOW)
    records = [each.record for each in effects if isinstance(each, Persist)]
    await journal.commit(records)
    await journal.close()

    again = [each for each in records if isinstance(each, DecisionRecord)]
    unfinished = {Outcome.PENDING, Outcome.IN_DOUBT}
    open_before = {key for key, (outcome, _) in told(dump).items() if outcome in unfinished}
    assert {(each.trade_id, each.seq, each.account_id) for each in again} <= open_before
    final = {key: ending for key, ending in told(dump).items() if key not in open_before}
    assert {key: ending for key, ending in stored(path).items() if key in final} == final
    live = {each.trade_id for each in recovered.trades}
    in_doubt = {key[0] for key, (outcome, _) in told(dump).items() if outcome == "in_doubt"}
    assert in_doubt <= live


@pytest.mark.parametrize("dump", JOURNALS, ids=lambda dump: dump.stem)
async def test_every_decision_of_it_can_still_be_read(dump: Path, tmp_path: Path) -> None:
    path = restored(dump, tmp_path)
    await SqliteJournal.open(path).close()

    books = read_books(path)

    found = {
        (each.trade_id, each.seq, each.account_id): str(each.outcome) for each in books.decisions
    }
    assert found == {key: outcome for key, (outcome, _) in told(dump).items()}
