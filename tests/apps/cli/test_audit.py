"""``echoctl audit``: one line when all is well, a table when not, one object for programs."""

import asyncio
import json
from pathlib import Path

import pytest

from echo.apps.cli.audit import MEANINGS, SHOWN_MAX
from echo.domain.audit import CHECKS
from echo.stores.sqlite.journal import SqliteJournal
from tests.apps.cli.running_core import echoctl, write_settings
from tests.stores.sqlite.places import query
from tests.stores.sqlite.test_cases import CORRUPTIONS, a_day


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A day of work, where the settings say that the journal is."""
    path = tmp_path / "core" / "journal.sqlite"

    async def write() -> None:
        journal = SqliteJournal.open(path)
        await journal.commit(a_day())
        await journal.close()

    asyncio.run(write())
    return path


def test_a_clean_journal_is_one_line_with_the_sums(journal: Path) -> None:
    code, said, errors = echoctl("audit", "run", "--journal", str(journal))

    assert (code, errors) == (0, "")
    [line] = said.splitlines()
    assert line.startswith("3 trades, 14 actions × followers = 12 outcomes + 2 in flight")
    assert line.endswith("kept what was promised")


def test_the_settings_lead_to_the_journal(journal: Path, tmp_path: Path) -> None:
    settings = write_settings(tmp_path)

    code, said, _ = echoctl("audit", "run", "--config", str(settings), "--json")

    assert code == 0
    told = json.loads(said)
    assert (told["ok"], told["violations"], told["trades"]) == (True, [], 3)
    assert told["actions_times_followers"] == 14
    assert sum(told["outcomes"].values()) == 14
    assert told["in_flight"] == 2


def test_a_violation_is_a_table_and_an_exit_code(journal: Path) -> None:
    query(journal, "UPDATE copies SET lot_remaining = '0.05'")

    code, said, _ = echoctl("audit", "run", "--journal", str(journal))

    assert code == 1
    assert "closed is closed" in said
    assert "still holds 0.05 lots" in said
    assert "violations in 3 trades" in said


def test_programs_get_every_violation(journal: Path) -> None:
    query(journal, "UPDATE copies SET lot_remaining = '0.05'")

    code, said, _ = echoctl("audit", "run", "--journal", str(journal), "--json")

    told = json.loads(said)
    assert (code, told["ok"]) == (1, False)
    assert {each["invariant"] for each in told["violations"]} == {"3"}
    assert set(told["violations"][0]) == {"invariant", "trade_id", "account_id", "sentence"}


def test_a_long_table_is_cut_and_says_so(journal: Path) -> None:
    query(
        journal,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
        " INSERT INTO copies SELECT trade_id, 'x' || i, i, symbol, open_price, lot_initial,"
        " lot_remaining, updated_at_ms FROM n, (SELECT * FROM copies LIMIT 1)",
    )

    code, said, _ = echoctl("audit", "run", "--journal", str(journal))

    assert code == 1
    assert f"and {300 - SHOWN_MAX} more: see --json" in said


def test_every_promise_that_can_break_has_a_meaning() -> None:
    assert {invariant for invariant, _ in CORRUPTIONS.values()} | {"4"} == set(MEANINGS)
    assert len(CHECKS) >= 10


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--journal", "none.sqlite"), "there is no journal"),
        (("--config", "none.toml"), "No such file"),
        (("--config", "a", "--journal", "b"), "choose one"),
    ],
)
def test_nothing_to_read_is_a_usage_error(words: tuple[str, ...], named: str) -> None:
    code, _, errors = echoctl("audit", "run", *words)

    assert code == 2
    assert named in errors


def test_without_options_the_settings_here_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    code, said, _ = echoctl("audit", "run", "--json")

    assert code == 2
    assert "echo.toml" in json.loads(said)["sentence"]
