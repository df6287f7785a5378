"""``echoctl limits``: what a person sees of an account's headroom, and what is said of a pack."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from echo.domain.limit_rules import Stage
from echo.domain.limits_record import LimitsRecord
from echo.stores.sqlite.journal import SqliteJournal
from tests.apps.cli.running_core import echoctl, write_settings
from tests.stores import examples as ex

STANDING = replace(ex.LIMITS, account_id=ex.SLAVE)
SETTINGS = f"""admin.port = 0
[policy.{ex.SLAVE}]
limit_pack = "ftmo-2-step"
limit_initial_balance = 100000
max_lots = 5
[policy."9999"]
limit_pack = "futures-50k"
limit_initial_balance = 50000
"""


def desk(folder: Path, *records: LimitsRecord, more: str = SETTINGS) -> str:
    """Settings of a Core whose journal holds *records*."""
    settings = write_settings(folder, more)

    async def write() -> None:
        journal = SqliteJournal.open(folder / "core" / "journal.sqlite")
        await journal.commit(records)
        await journal.close()

    asyncio.run(write())
    return str(settings)


def test_each_account_shows_floor_headroom_and_stage(tmp_path: Path) -> None:
    code, told, _ = echoctl("limits", "show", "--config", desk(tmp_path, STANDING))

    assert code == 0
    assert "equity 96250.50, balance 100000.00 USD" in told
    [row] = [line for line in told.splitlines() if "daily-loss" in line]
    assert row.split()[:5] == ["daily-loss", "warn", "95000.00", "1250.50", "75%"]
    assert row.rstrip().endswith("(estimate)")
    assert "at most 5 lots per trade" in told
    assert "futures-50k  not seen yet" in told
    assert "flat-by: flat from 16:10 America/New_York" in told


def test_a_stopped_account_is_a_problem_to_a_program(tmp_path: Path) -> None:
    stopped = replace(STANDING, stage=Stage.FLATTEN, suspended="account is in EUR")
    settings = desk(tmp_path, stopped)
    code, told, _ = echoctl("limits", "show", "--config", settings, "--account", str(ex.SLAVE))

    assert code == 1
    assert "not judged: account is in EUR" in told
    assert "9999" not in told


def test_programs_read_numbers(tmp_path: Path) -> None:
    code, told, _ = echoctl("limits", "show", "--config", desk(tmp_path, STANDING), "--json")
    found = {each["account"]: each for each in json.loads(told)["accounts"]}

    assert code == 0
    assert found["9999"]["equity"] is None
    account = found[str(ex.SLAVE)]
    assert (account["stage"], account["equity"], account["currency"]) == ("warn", 96250.5, "USD")
    assert account["rules"][0]["headroom"] == 1250.5
    assert account["rules"][0]["estimated"] is True


def test_an_account_without_limits_is_said_so(tmp_path: Path) -> None:
    code, _, told = echoctl("limits", "show", "--config", desk(tmp_path), "--account", "5")

    assert code == 2
    assert "account 5 has no limits" in told
    assert "policy/5/limit_pack" in told


def test_without_a_journal_there_is_nothing_to_show(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, SETTINGS)
    code, told, _ = echoctl("limits", "show", "--config", str(settings), "--json")

    assert code == 2
    assert "there is no journal" in json.loads(told)["sentence"]
    assert echoctl("limits", "show", "--config", str(tmp_path / "gone.toml"))[0] == 2


@pytest.mark.parametrize(
    ("pack", "says"),
    [
        (
            "ftmo-2-step",
            "a day may lose 5 % of the initial balance, counted from the balance at 00:00"
            " Europe/Prague; warns at 70%, stops entries at 85%, closes at 95%",
        ),
        ("ftmo-2-step", "the account may lose 10 % of the initial balance, counted from the init"),
        ("ftmo-1-step", "counted from the best balance at 00:00 Europe/Prague so far"),
        ("the5ers-high-stakes", "counted from the higher of balance and equity at 00:00 Etc/GMT-3"),
        ("futures-50k", "may lose 2000, counted from the best balance at 18:00 America/New_York"),
        ("futures-50k", "never above the initial balance"),
    ],
)
def test_a_pack_says_what_it_limits_and_where_that_is_written(pack: str, says: str) -> None:
    code, told, _ = echoctl("limits", "check", pack)
    flat = " ".join(told.split())

    assert code == 0
    assert says in flat
    assert "https://" in flat
    assert "read on 2026-11-21" in flat


def test_a_pack_of_all_kinds_is_read_out(tmp_path: Path) -> None:
    told_by = 'source = "contract"\nverified_on = 2026-11-21\n'
    kinds = {
        "target": 'kind = "profit_target"\nlimit = 8\n',
        "idea": 'kind = "trade_idea"\nlimit = 2\nreopen_within_s = 600\n',
        "size": 'kind = "max_lots"\nper_symbol = 3\n',
        "count": 'kind = "max_open_trades"\nlimit = 4\n',
        "gearing": 'kind = "max_leverage"\nlimit = 30\n',
    }
    rules = "".join(f'[[rule]]\nid = "{name}"\n{said}{told_by}' for name, said in kinds.items())
    path = tmp_path / "own.toml"
    path.write_text(f'name = "own"\nverified_on = 2026-11-21\n{rules}')
    code, told, _ = echoctl("limits", "check", str(path), "--initial-balance", "50000")
    _, as_json, _ = echoctl("limits", "check", str(path), "--json")

    assert code == 0
    assert "target: when 8 % of the initial balance is won entries stop" in told
    assert "may cost 1000.00 together, those closed within 600 s included" in told
    assert "at most 3 lots per symbol, 30 times the equity, 4 open trades" in told
    assert json.loads(as_json)["rules"][0]["kind"] == "profit_target"


def test_a_pack_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text("name = 5")

    assert echoctl("limits", "check", str(path))[0] == 1
    assert "there is no pack 'ftmo'" in echoctl("limits", "check", "ftmo")[2]
    assert echoctl("limits", "check", "ftmo-2-step", "--initial-balance", "much")[0] == 2
    assert "must be > 0" in echoctl("limits", "check", "ftmo-2-step", "--initial-balance", "-5")[2]


def test_the_packs_that_come_along_are_listed() -> None:
    _, told, _ = echoctl("limits", "packs")
    _, as_json, _ = echoctl("limits", "packs", "--json")

    assert [line.split()[0] for line in told.splitlines()[1:]] == [
        each["name"] for each in json.loads(as_json)
    ]
