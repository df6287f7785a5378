"""``echoctl why``: one screen for a trade, everything for programs, from a journal at rest."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId
from echo.domain.intents import ActionKind
from echo.domain.journal import DecisionRecord
from echo.stores.sqlite.journal import SqliteJournal
from tests.apps.cli.running_core import echoctl, write_settings
from tests.stores import examples as ex

CROWD = tuple(AccountId(str(number)) for number in range(8_001, 8_011))


def omitted(account_id: AccountId) -> DecisionRecord:
    return replace(
        ex.decision(account_id=account_id, outcome=Outcome.OMITTED),
        code=ErrorCode.SPREAD_EXCEEDED,
        sentence="spread 34.0 pt > max 25 pt",
        command_id=None,
        inputs=(("bid", "1.1"), ("ask", "1.2")),
    )


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    async def write(path: Path) -> None:
        store = SqliteJournal.open(path)
        modified = ex.action(ex.modify(), ActionKind.MODIFY)
        await store.commit((*ex.one_of_each(), *map(omitted, CROWD), modified))
        await store.close()

    path = tmp_path / "journal.sqlite"
    asyncio.run(write(path))
    return path


def test_a_trade_is_told_in_one_screen_with_outcome_rule_and_inputs(journal: Path) -> None:
    code, said, _ = echoctl("why", str(ex.trade().master_ticket), "--journal", str(journal))

    assert code == 0
    for text in (ex.trade().trade_id, "filled", "spread 34.0 pt > max 25 pt", "bid=1.1 ask=1.2"):
        assert text in said
    assert len(said.splitlines()) < 50


def test_followers_to_whom_the_same_happened_share_a_line(journal: Path) -> None:
    _, said, _ = echoctl("why", ex.trade().trade_id, "--journal", str(journal))

    assert said.count("spread 34.0 pt > max 25 pt") == 1
    assert "8001, 8002, 8003, 8004 and 6 more" in " ".join(said.replace("│", " ").split())


def test_programs_get_every_decision_with_its_inputs(journal: Path) -> None:
    words = (ex.trade().trade_id[:13], "--journal", str(journal), "--json")
    [told] = json.loads(echoctl("why", *words)[1])
    rows = {each["account_id"]: each for each in told["decisions"]}

    assert told["trade_id"] == ex.trade().trade_id
    assert rows["8001"]["code"] == "SPREAD_EXCEEDED"
    assert rows["8001"]["rule"] == "policy/8001/max_spread"
    assert rows["8001"]["inputs"] == {"bid": "1.1", "ask": "1.2"}
    assert [each["kind"] for each in told["actions"]] == ["open", "modify"]


def test_the_settings_lead_to_the_journal(tmp_path: Path, journal: Path) -> None:
    settings = write_settings(tmp_path)
    journal.rename(tmp_path / "core" / "journal.sqlite")

    assert echoctl("why", ex.trade().trade_id, "--config", str(settings))[0] == 0


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("424242",), 1, "has ticket or id 424242"),
        (("abc",), 2, "neither a ticket nor 8 or more characters"),
    ],
)
def test_what_cannot_be_told_is_said(
    journal: Path, words: tuple[str, ...], code: int, told: str
) -> None:
    found, _, said = echoctl("why", *words, "--journal", str(journal))

    assert found == code
    assert told in said


def test_no_journal_no_answer(tmp_path: Path) -> None:
    code, _, said = echoctl("why", "12345", "--journal", str(tmp_path / "none.sqlite"))

    assert code == 2
    assert "there is no journal" in said
    both = ("--journal", "a", "--config", "b")
    assert echoctl("why", "12345", *both)[0] == 2
    assert echoctl("why", "12345", "--config", str(tmp_path / "none.toml"))[0] == 2


def test_changes_of_policies_are_told_by_what_differs(journal: Path) -> None:
    code, said, _ = echoctl("audit", "changes", "risk/", "--journal", str(journal))

    assert code == 0
    assert "risk_pct=0.5" in said
    assert '{"' not in said


def test_changes_are_objects_for_programs(journal: Path) -> None:
    told = json.loads(echoctl("audit", "changes", "core/", "--journal", str(journal), "--json")[1])

    assert [(each["changed_by"], each["before"], each["after"]) for each in told] == [
        ("echo.toml", "100", "0")
    ]
    assert told[0]["acceptance"] == "refused"
    assert told[0]["reason"].endswith("is below 1")


def test_what_became_of_a_change_is_said(journal: Path) -> None:
    _, said, _ = echoctl("audit", "changes", "core/", "--journal", str(journal))

    assert "refused:" in said
    assert "is below 1" in " ".join(said.replace("│", " ").split())


def test_nothing_changed_is_said_so(journal: Path) -> None:
    _, said, _ = echoctl("audit", "changes", "nowhere/", "--journal", str(journal))

    assert said == "nothing of that kind was ever changed\n"
