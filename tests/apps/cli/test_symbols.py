"""``echoctl symbols``: a desk learns what its brokers' names mean before it trades."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from echo.apps.cli.main import app
from echo.domain.ids import AccountId
from echo.domain.registry import Advice, AskCoverage, Coverage
from tests.apps.cli.running_core import echoctl, running, write_settings
from tests.links.admin_desk import Behind

WATCHES = Path(__file__).parents[2] / "data" / "symbols" / "market_watches.csv"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["symbols", *arguments], env={"COLUMNS": "120"})


def answer(*arguments: str) -> Any:
    result = run("resolve", "--json", *arguments)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)["lists"]


def test_each_name_gets_an_answer() -> None:
    [found] = answer("EURUSDm", "DAX40U6", "DOW.N")

    assert [(each["name"], each["canonical"], each["contract"]) for each in found["symbols"]] == [
        ("EURUSDm", "EURUSD", "plain"),
        ("DAX40U6", "GER40", "dated"),
        ("DOW.N", None, None),
    ]
    assert found["symbols"][2]["candidates"] == ["US30"]
    assert "share" in found["symbols"][2]["reason"]


def test_people_get_a_table_with_the_reason() -> None:
    result = run("resolve", "EURSUD", "GOLD")

    assert "like no name in the catalogue; perhaps EURUSD" in result.stdout
    assert "by the name GOLD" in result.stdout


def test_a_market_watch_gets_its_mapping(tmp_path: Path) -> None:
    path = tmp_path / "watch.csv"
    path.write_text("symbol,trade_mode\nEURUSD,0\nEURUSD.pro,2\nGOLD,2\nXAUUSD,2\n")
    [found] = answer("--file", str(path))
    shown = run("resolve", "--file", str(path)).stdout

    assert [(each["canonical"], each["broker_symbol"]) for each in found["mapping"]] == [
        ("EURUSD", "EURUSD.pro"),
        ("XAUUSD", None),
    ]
    assert "EURUSD: EURUSD.pro is taken: EURUSD is not tradable" in shown
    assert "XAUUSD: nothing is taken: GOLD, XAUUSD are equally good" in shown


def test_a_mapping_decides(tmp_path: Path) -> None:
    path = tmp_path / "watch.csv"
    path.write_text("GOLD\nXAUUSD\nDOW\n")
    [found] = answer("--file", str(path), "--mappings", "GOLD:xauusd, DOW:US30")

    assert {each["canonical"]: each["broker_symbol"] for each in found["mapping"]} == {
        "US30": "DOW",
        "XAUUSD": "GOLD",
    }


def test_recorded_market_watches_are_read_without_a_mistake() -> None:
    result = run("coverage", "--file", str(WATCHES), "--json")

    assert result.exit_code == 0
    assert json.loads(result.stdout)["lists"][0] == {
        "server": "CMCMarkets1-Live",
        "names": 193,
        "right": 192,
        "refused": 1,
        "wrong": 0,
    }
    assert "Pepperstone-Demo01" in run("coverage", "--file", str(WATCHES)).stdout


def test_a_wrong_reading_fails_the_count(tmp_path: Path) -> None:
    path = tmp_path / "watch.csv"
    path.write_text("symbol,canonical\nEURUSD,GBPUSD\n")

    assert run("coverage", "--file", str(path)).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("resolve",), "give names"),
        (("resolve", "--file", "/nowhere.csv"), "No such file"),
        (("resolve", "GOLD", "--mappings", "GOLD"), "BROKER:CANONICAL"),
        (("resolve", "GOLD", "--mappings", "GOLD:PLUM"), "of the catalogue"),
        (("coverage", "--file", "/nowhere.csv"), "No such file"),
    ],
)
def test_bad_input_is_refused_with_a_reason(arguments: tuple[str, ...], why: str) -> None:
    result = run(*arguments)

    assert result.exit_code == 2
    assert why in result.stderr


def covered(advice: Advice, silent: tuple[str, ...] = ()) -> Coverage:
    return Coverage(
        hours=48,
        active=8,
        reporting=8 - len(silent),
        silent=tuple(map(AccountId, silent)),
        unknown_action="reject",
        advice=advice,
        sentence="because",
    )


@pytest.mark.parametrize(
    ("advice", "expected"), [(Advice.REJECT, 0), (Advice.WAIT, 0), (Advice.WARN, 1)]
)
def test_whether_accounts_report_is_asked_of_the_running_core(
    tmp_path: Path, advice: Advice, expected: int
) -> None:
    behind = Behind(covered(advice, ("2001",)))
    with running(tmp_path, behind) as settings:
        code, out, _ = echoctl("symbols", "coverage", "--hours", "12", "--config", str(settings))

    assert code == expected
    assert out.splitlines() == [
        "active within 12 h: 8 accounts",
        "reporting symbols: 7",
        "silent: 2001",
        "core/symbols/unknown_action is reject",
        f"advice: {advice}: because",
    ]
    assert behind.asked == [("operator", AskCoverage(hours=12))]


def test_advice_for_programs(tmp_path: Path) -> None:
    with running(tmp_path, Behind(covered(Advice.REJECT))) as settings:
        code, out, _ = echoctl("symbols", "coverage", "--json", "--config", str(settings))

    assert (code, json.loads(out)["advice"]) == (0, "reject")


def test_without_a_core_nobody_knows(tmp_path: Path) -> None:
    code, _, told = echoctl("symbols", "coverage", "--config", str(write_settings(tmp_path)))

    assert code == 3
    assert told.startswith("echoctl symbols coverage: ")
