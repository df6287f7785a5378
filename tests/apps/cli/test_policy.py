"""``echoctl policy explain``: a size with everything that led to it, or the reason for none."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from echo.apps.cli.main import app

SPEC = {
    "symbol": "EURUSD.m",
    "digits": 5,
    "point": 0.00001,
    "tick_size": 0.00001,
    "tick_value": 1,
    "min_lot": 0.01,
    "max_lot": 100,
    "lot_step": 0.01,
    "contract_size": 100_000,
    "stop_level": 20,
}
RISK = {"risk_type": "FIXED_RISK", "amount": 100, "currency": "USD"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "spec.json").write_text(json.dumps(SPEC))
    return tmp_path


def explain(folder: Path, policy: dict[str, Any], *options: str) -> Result:
    (folder / "policy.json").write_text(json.dumps(policy))
    files = ("--policy", str(folder / "policy.json"), "--spec", str(folder / "spec.json"))
    return CliRunner().invoke(app, ["policy", "explain", *files, *options])


def answer(folder: Path, policy: dict[str, Any], *options: str) -> dict[str, Any]:
    result = explain(folder, policy, "--json", *options)
    assert result.exit_code in {0, 1}, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_size_comes_with_its_numbers(folder: Path) -> None:
    found = answer(folder, RISK, "--entry", "1.39509", "--stop", "1.39455")

    assert (found["lot"], found["expected_loss"], found["code"]) == (1.85, 99.9, "NO_ERROR")
    assert found["inputs"]["ticks"] == 54
    assert found["rounding"] == "1.85185 down to a multiple of 0.01, in bounds: 1.85"


def test_people_read_formula_rounding_and_result(folder: Path) -> None:
    shown = explain(folder, RISK, "--entry", "1.39509", "--stop", "1.39455").stdout

    assert "lot = amount / (ticks * tick_value + cost_per_lot)" in shown
    assert "1.85185 down to a multiple of 0.01" in shown
    assert "lot 1.85   expected_loss 99.90 USD" in shown


def test_a_stop_inside_the_stop_level_counts_where_it_can_be_set(folder: Path) -> None:
    found = answer(folder, RISK, "--entry", "1.39500", "--stop", "1.39490")

    assert found["inputs"]["stop_price"] == 1.3948
    assert found["lot"] == 5


@pytest.mark.parametrize(
    ("policy", "options", "lot"),
    [
        ({"risk_type": "FIXED_LOT", "lot_size": 0.129}, (), 0.12),
        (
            {"risk_type": "RISK_PERCENT", "risk_pct": 1, "currency": "USD"},
            ("--stop", "1.39400", "--balance", "10000"),
            1,
        ),
        (
            {"risk_type": "MULTIPLIER", "multiplier": 2},
            ("--master-lot", "0.5", "--master-contract-size", "50000"),
            0.5,
        ),
        (
            {"risk_type": "EQUITY_RATIO", "currency": "USD"},
            ("--master-lot", "1", "--equity", "2500", "--master-equity", "10000"),
            0.25,
        ),
        (
            {"risk_type": "BALANCE_RATIO", "currency": "USD"},
            ("--master-lot", "1", "--balance", "5000", "--master-balance", "10000"),
            0.5,
        ),
    ],
)
def test_every_mode_can_be_explained(
    folder: Path, policy: dict[str, Any], options: tuple[str, ...], lot: float
) -> None:
    assert answer(folder, policy, "--entry", "1.395", *options)["lot"] == lot


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), "STOP_REQUIRED"),
        (("--stop", "1.39499", "--side", "SELL"), "INVALID_STOPS"),
        (("--stop", "1.39400", "--account-currency", "EUR"), "RISK_POLICY_INVALID"),
        (("--stop", "0.2"), "VOLUME_BELOW_MIN"),
    ],
)
def test_a_refusal_names_its_code(folder: Path, options: tuple[str, ...], code: str) -> None:
    result = explain(folder, RISK, "--entry", "1.39500", *options)

    assert answer(folder, RISK, "--entry", "1.39500", *options)["code"] == code
    assert result.exit_code == 1
    assert code in result.stdout


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--entry", "nan"), "not a finite number"),
        (("--entry", "0"), "not a price above 0"),
        (("--entry", "1", "--side", "UP"), "neither BUY nor SELL"),
        (("--entry", "1", "--balance", "lots"), "not a number"),
    ],
)
def test_bad_input_is_refused(folder: Path, options: tuple[str, ...], why: str) -> None:
    result = explain(folder, RISK, *options)

    assert result.exit_code == 2
    assert why in result.stderr


def test_what_a_file_says_beyond_that_is_told_aside(folder: Path) -> None:
    result = explain(
        folder, {**RISK, "colour": "red"}, "--entry", "1.395", "--stop", "1.394", "--json"
    )

    assert "not used: colour" in result.stderr
    assert json.loads(result.stdout)["lot"] == 1
