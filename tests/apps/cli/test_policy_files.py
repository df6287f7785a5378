"""Policies and specifications in files: read whole, or refused with key and value."""

from decimal import Decimal
from pathlib import Path

import pytest

from echo.apps.cli.policy_files import FileUnreadable, decimal_of, read_policy, read_spec
from echo.domain.policy import RiskBasis, RiskType, TinyTrade

SPEC = """
symbol = "GOLD"
point = 0.01
tick_size = 0.01
tick_value = 1
min_lot = 0.01
max_lot = 50
lot_step = 0.01
contract_size = 100
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "file"
    path.write_text(text)
    return path


def quiet(_line: str) -> None: ...


def test_a_policy_in_either_form_is_the_same(tmp_path: Path) -> None:
    as_json = read_policy(
        written(
            tmp_path,
            '{"risk_type": "RISK_PERCENT", "risk_pct": 0.1, "risk_basis": "equity",'
            ' "tiny_trade": "raise", "currency": "usd"}',
        ),
        quiet,
    )
    as_toml = read_policy(
        written(
            tmp_path,
            '[policy]\nrisk_type = "risk_percent"\nrisk_percent = 0.1\nrisk_basis = "equity"\n'
            'tiny_trade = "raise"\ncurrency = "USD"\n',
        ),
        quiet,
    )

    assert as_json == as_toml
    assert (as_json.risk_type, as_json.risk_basis) == (RiskType.RISK_PERCENT, RiskBasis.EQUITY)
    assert (as_json.risk_pct, as_json.tiny_trade) == (Decimal("0.1"), TinyTrade.RAISE)


def test_a_row_of_the_table_is_understood(tmp_path: Path) -> None:
    row = (
        '{"account_id": "1", "strategy_id": "*", "risk_type": "FIXED_RISK", "version": 3,'
        ' "config": {"amount": "100", "currency": "EUR"}}'
    )
    policy = read_policy(written(tmp_path, row), quiet)

    assert (policy.amount, policy.currency) == (Decimal(100), "EUR")


def test_what_is_not_used_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    read_spec(written(tmp_path, SPEC + "colour = 1\n"), told.append)

    assert "not used: colour" in told[0]


def test_a_specification_fills_in_what_follows_from_the_rest(tmp_path: Path) -> None:
    spec = read_spec(
        written(
            tmp_path,
            SPEC.replace("tick_size = 0.01\n", "").replace(
                "contract_size = 100", "contract_size = 0"
            ),
        ),
        quiet,
    )

    assert (spec.tick_size, spec.digits, spec.contract_size) == (Decimal("0.01"), 2, None)
    assert spec.broker_symbol == spec.canonical_symbol == "GOLD"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("lot_step = 0.01", "lot_step = 0"), "lot_step = 0 must be above 0"),
        (("min_lot = 0.01", "min_lot = 60"), "min_lot = 60 is above max_lot"),
        (("tick_value = 1", "tick_value = nan"), "not a finite number"),
        (("tick_value = 1", "tick_value = -1"), "below 0"),
        (("point = 0.01", "point = true"), "point = True is not a number"),
        (("point = 0.01", 'point = "x"'), "is not a number"),
        (("point = 0.01\n", ""), "point = None must be above 0"),
        (('symbol = "GOLD"', ""), "symbol is missing"),
        (("point", "point point"), "neither JSON nor TOML"),
    ],
)
def test_a_bad_specification_is_refused(tmp_path: Path, change: tuple[str, str], why: str) -> None:
    with pytest.raises(FileUnreadable, match=why):
        read_spec(written(tmp_path, SPEC.replace(*change)), quiet)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{}", "risk_type = None is none of"),
        ('{"risk_type": "ALL_IN"}', "ALL_IN"),
        ('{"risk_type": "FIXED_LOT", "lot_size": NaN}', "lot_size"),
        ('{"risk_type": "FIXED_LOT", "lot_size": -1}', "below 0"),
        ("[" * 5_000, "neither JSON nor TOML"),
    ],
)
def test_a_bad_policy_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(FileUnreadable, match=why):
        read_policy(written(tmp_path, text), quiet)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="No such file"):
        read_policy(tmp_path / "none", quiet)
    with pytest.raises(FileUnreadable, match="MiB"):
        read_policy(written(tmp_path, "#" * (1 << 20) + "##"), quiet)


def test_numbers_are_finite_ones() -> None:
    assert decimal_of("1.50", "--entry") == Decimal("1.5")
    with pytest.raises(FileUnreadable, match="--entry 'inf' is not a finite"):
        decimal_of("inf", "--entry")
