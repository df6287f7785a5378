"""``echoctl report divergence``: a table, an object, a page; from a journal at rest."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from tests.apps.cli.running_core import echoctl, write_settings
from tests.apps.divergence.desks import write_desk
from tests.domain.stories import TRADE

REPORT = ("report", "divergence")


@pytest.fixture
def journal(tmp_path: Path) -> str:
    return str(write_desk(tmp_path) / "journal.sqlite")


def told(*words: str) -> dict[str, object]:
    code, said, _ = echoctl(*REPORT, *words, "--json")
    assert code == 0
    found: dict[str, object] = json.loads(said, parse_float=Decimal)
    return found


def test_accounts_are_told_with_every_part(journal: str) -> None:
    code, said, _ = echoctl(*REPORT, "--journal", journal)

    assert code == 0
    for text in ("7001 USD", "7002 USD", "entry slip", "-250.00", "2 of 2 copies"):
        assert text in said
    assert "?" not in said


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("account", ["7001", "7002"]),
        ("strategy", ["magic_1"]),
        ("day", ["2026-11-21"]),
        ("trade", [TRADE.trade_id]),
    ],
)
def test_programs_get_totals_that_add_up(journal: str, by: str, keys: list[str]) -> None:
    found = told("--journal", journal, "--by", by)
    totals = found["totals"]
    assert isinstance(totals, list)

    assert [each["key"] for each in totals] == keys
    for each in totals:
        assert sum(each["parts"].values()) == each["difference"]
        assert each["result"] - each["reference"] == each["difference"]
    assert isinstance(found["copies"], list)
    assert {each["account"] for each in found["copies"]} == {"7001", "7002"}


def test_trades_are_told_copy_by_copy(journal: str) -> None:
    _, said, _ = echoctl(*REPORT, "--journal", journal, "--by", "trade")

    assert said.count(TRADE.trade_id) == 1
    assert "missed" in said


def test_a_part_that_is_not_known_of_a_copy_has_a_question_mark_there(
    tmp_path: Path, journal: str
) -> None:
    nowhere = ("--events", str(tmp_path / "none"))
    _, said, _ = echoctl(*REPORT, "--journal", journal, "--by", "trade", *nowhere)

    rows = [line for line in said.splitlines() if "USD" in line]
    assert len(rows) == 2
    assert all(line.rstrip(" │").endswith("?") for line in rows)


def test_what_is_not_known_has_a_question_mark_and_a_sentence(tmp_path: Path, journal: str) -> None:
    nowhere = ("--events", str(tmp_path / "none"))
    _, said, _ = echoctl(*REPORT, "--journal", journal, *nowhere)
    copies = told("--journal", journal, *nowhere)["copies"]
    assert isinstance(copies, list)

    assert "? swap, commission: not known of 2 copies" in said
    assert "no raw events" in said
    assert all(each["parts"]["swap_commission"] is None for each in copies)


def test_copies_that_cannot_be_told_are_in_no_sum(tmp_path: Path) -> None:
    words = ("--journal", str(write_desk(tmp_path, ticks=False) / "journal.sqlite"))
    _, said, _ = echoctl(*REPORT, *words)
    copies = told(*words)["copies"]
    assert isinstance(copies, list)

    assert "2 copies are in no sum; not known is what a tick is worth" in said
    assert {each["not_known"] for each in copies} == {"what a tick is worth on the account"}


def test_the_days_can_be_chosen(journal: str) -> None:
    assert told("--journal", journal, "--from", "2026-11-22")["totals"] == []
    assert told("--journal", journal, "--to", "2026-11-21")["totals"] != []


def test_the_page_is_written_where_it_was_asked_for(tmp_path: Path, journal: str) -> None:
    page = tmp_path / "report.html"

    assert echoctl(*REPORT, "--journal", journal, "--html", str(page))[0] == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    code, _, said = echoctl(*REPORT, "--journal", journal, "--html", str(tmp_path))
    assert code == 2
    assert str(tmp_path) in said


def test_the_settings_lead_to_journal_and_events(tmp_path: Path) -> None:
    settings = write_settings(tmp_path)
    write_desk(tmp_path / "core")
    found = told("--config", str(settings))

    assert found["deals_from"] == str(tmp_path / "core" / "events")
    assert found["copies_told"] == 2
