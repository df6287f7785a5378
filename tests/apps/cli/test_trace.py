"""``echoctl trace``: where one trade's time went, for people, programs and as a page."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId
from echo.stores.sqlite.journal import SqliteJournal
from tests.apps.cli.running_core import echoctl
from tests.apps.waterfall.falls import STAMPS
from tests.stores import examples as ex

TRADE = ex.trade()
OTHER = AccountId("8009")


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    async def write(path: Path) -> None:
        store = SqliteJournal.open(path)
        order = ex.execute()
        trade = replace(TRADE, followers=(order.account_id, OTHER))
        filled = ex.execution(replace(ex.result(order), timestamps=STAMPS))
        left_out = replace(
            ex.decision(account_id=OTHER, outcome=Outcome.OMITTED),
            code=ErrorCode.SPREAD_EXCEEDED,
            sentence="spread 34.0 pt > max 25 pt",
            command_id=None,
        )
        copied = ex.decision(outcome=Outcome.FILLED)
        await store.commit((trade, ex.opened(), copied, left_out, ex.command(order), filled))
        await store.close()

    path = tmp_path / "journal.sqlite"
    asyncio.run(write(path))
    return path


def test_a_person_sees_a_bar_for_every_step(journal: Path) -> None:
    code, said, _ = echoctl("trace", str(TRADE.master_ticket), "--journal", str(journal))

    assert code == 0
    lines = said.splitlines()
    steps = [line for line in lines if "█" in line or "░" in line]
    assert len(steps) == 6
    assert [line.split("  ")[-1].strip() for line in steps] == [
        "1 ms",
        "2 ms",
        "3 ms",
        "1 ms",
        "2 ms",
        "255 ms",
    ]
    assert "→" in steps[-1], "the broker's wait goes on beyond the edge"
    assert f"  {OTHER} omitted: spread 34.0 pt > max 25 pt" in lines


def test_a_program_gets_spans_with_their_parents(journal: Path) -> None:
    code, said, _ = echoctl("trace", TRADE.trade_id, "--journal", str(journal), "--json")
    told = json.loads(said)

    assert code == 0
    assert told["trade_id"] == TRADE.trade_id
    [action] = told["actions"]
    [copied, left_out] = action["followers"]
    chain = [*action["steps"], *copied["steps"]]
    assert [step["parent_id"] for step in chain[1:]] == [step["span_id"] for step in chain[:-1]]
    assert sum(step["lasts_ms"] for step in chain) == copied["done_ms"] == 264
    assert copied["to_order_ms"] == 14
    assert (left_out["account_id"], left_out["steps"]) == (OTHER, [])


def test_a_page_is_written(journal: Path, tmp_path: Path) -> None:
    page = tmp_path / "trade.html"
    code, said, _ = echoctl("trace", TRADE.trade_id, "--journal", str(journal), "--html", str(page))

    assert (code, said.split()) == (0, ["written:", str(page)])
    assert page.read_text(encoding="utf-8").count("<svg") == 1


def test_one_follower_can_be_asked_for(journal: Path) -> None:
    code, said, _ = echoctl(
        "trace", TRADE.trade_id, "--journal", str(journal), "--account", OTHER, "--json"
    )

    assert code == 0
    [action] = json.loads(said)["actions"]
    assert [each["account_id"] for each in action["followers"]] == [OTHER]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("12",), 1, "has ticket or id 12"),
        (("abc",), 2, "is neither a ticket nor 8"),
        ((TRADE.trade_id, "--account", "1"), 1, "account 1 does not follow"),
        ((TRADE.trade_id, "--html", "/nowhere/at/all.html"), 2, "No such file"),
        ((TRADE.trade_id, "--config", "x.toml"), 2, "choose one"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_a_sentence(
    journal: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ended, shown, errors = echoctl("trace", *arguments, "--journal", str(journal))

    assert (ended, shown) == (code, "")
    assert errors.startswith("echoctl trace: ")
    assert said in errors


def test_a_refusal_can_be_read_by_programs(journal: Path) -> None:
    _, said, _ = echoctl("trace", "12", "--journal", str(journal), "--json")

    assert json.loads(said)["code"] == "unknown_trade"


def test_a_ticket_of_two_trades_is_asked_back(tmp_path: Path) -> None:
    async def write(path: Path) -> None:
        store = SqliteJournal.open(path)
        await store.commit((ex.trade(1), ex.opened(1), ex.trade(2), ex.opened(2)))
        await store.close()

    path = tmp_path / "journal.sqlite"
    asyncio.run(write(path))
    code, shown, errors = echoctl("trace", str(TRADE.master_ticket), "--journal", str(path))

    assert (code, shown) == (1, "")
    assert f"2 trades in {path}" in errors
    assert ex.trade(2).trade_id in errors


def test_a_journal_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "none.sqlite"
    code, shown, errors = echoctl("trace", TRADE.trade_id, "--journal", str(missing))

    assert (code, shown) == (2, "")
    assert str(missing) in errors
