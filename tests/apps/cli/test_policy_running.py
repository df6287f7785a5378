"""``echoctl policy explain --account``: the running Core's own decision, number by number."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from echo.domain.explanations import EntryExplained, ExplainEntry
from echo.domain.ids import AccountId, StrategyId
from echo.domain.quantities import Side
from tests.apps.cli.running_core import echoctl, running, write_settings
from tests.links.admin_desk import Behind

SIZED = EntryExplained(
    account_id=AccountId("2001"),
    symbol="EURUSD.x",
    side=Side.BUY,
    code="NO_ERROR",
    reason="",
    lot=Decimal("0.20"),
    expected_loss=Decimal(100),
    stop_loss=Decimal("1.0951"),
    after_fill=True,
    inputs=(
        ("risk_type", "FIXED_RISK"),
        ("amount", "100"),
        ("wanted_lot", "0.2071"),
        ("lot_step", "0.01"),
        ("lot", "0.20"),
        ("take_profit", "None"),
    ),
)
REFUSED = EntryExplained(
    account_id=AccountId("2001"),
    symbol="EURUSD",
    side=Side.BUY,
    code="WINDOW_BLOCKED",
    reason="inside window NFP",
)
LEAST = ("--account", "2001", "--symbol", "EURUSD", "--side", "buy")


def test_the_core_is_asked_about_what_was_typed(tmp_path: Path) -> None:
    behind = Behind(SIZED)
    more = ("--stop", "1.0951", "--target", "1.2", "--strategy", "swing", "--master", "1001")
    with running(tmp_path, behind) as config:
        code, out, _ = echoctl(
            "policy", "explain", *LEAST, *more, "--master-lot", "2", "--config", str(config)
        )

    assert code == 0
    assert "lot 0.20   expected_loss 100.00   stop 1.0951   target None" in out
    assert "they are set after the fill" in out
    assert "lot = amount / (ticks * tick_value + cost_per_lot)" in out
    assert "0.2071 down to a multiple of 0.01" in out
    assert behind.asked[0][1] == ExplainEntry(
        account_id=AccountId("2001"),
        symbol="EURUSD",
        side=Side.BUY,
        stop_loss=Decimal("1.0951"),
        take_profit=Decimal("1.2"),
        strategy_id=StrategyId("swing"),
        master_id=AccountId("1001"),
        master_lot=Decimal(2),
    )


def test_a_refusal_is_a_sentence_and_an_exit_code(tmp_path: Path) -> None:
    with running(tmp_path, Behind(REFUSED)) as config:
        code, out, _ = echoctl("policy", "explain", *LEAST, "--config", str(config))

    assert code == 1
    assert "WINDOW_BLOCKED" in out
    assert "inside window NFP" in out


def test_programs_read_one_object(tmp_path: Path) -> None:
    with running(tmp_path, Behind(SIZED)) as config:
        _, out, _ = echoctl("policy", "explain", *LEAST, "--json", "--config", str(config))
    found = json.loads(out)

    assert (found["lot"], found["expected_loss"], found["code"]) == (0.2, 100, "NO_ERROR")
    assert (found["risk_type"], found["stop_loss"]) == ("FIXED_RISK", 1.0951)
    assert found["formula"] == "lot = amount / (ticks * tick_value + cost_per_lot)"
    assert found["rounding"] == "0.2071 down to a multiple of 0.01, in bounds: 0.2"
    assert (found["inputs"]["amount"], found["inputs"]["take_profit"]) == (100, None)


def test_a_refusal_is_one_object_too(tmp_path: Path) -> None:
    with running(tmp_path, Behind(REFUSED)) as config:
        code, out, _ = echoctl("policy", "explain", *LEAST, "--json", "--config", str(config))
    found = json.loads(out)

    assert (code, found["code"], found["reason"]) == (1, "WINDOW_BLOCKED", "inside window NFP")
    assert (found["lot"], found["rounding"], found["formula"]) == (None, None, None)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--account", "2001", "--side", "BUY"), "--symbol SYMBOL and --side"),
        (("--account", "2001", "--symbol", "EURUSD"), "--symbol SYMBOL and --side"),
        (("--account", "2 001", "--symbol", "EURUSD", "--side", "BUY"), "is no name"),
        ((*LEAST, "--stop", "near"), "not a number"),
        ((*LEAST, "--stop", "-1"), "not above 0"),
        ((), "--account to ask the running Core"),
    ],
)
def test_wrong_options_ask_nobody(tmp_path: Path, options: tuple[str, ...], why: str) -> None:
    config = write_settings(tmp_path)
    code, _, err = echoctl("policy", "explain", *options, "--config", str(config))

    assert code == 2
    assert why in err


def test_without_a_core_there_is_no_answer(tmp_path: Path) -> None:
    code, _, err = echoctl("policy", "explain", *LEAST, "--config", str(write_settings(tmp_path)))

    assert code == 3
    assert "Core" in err
