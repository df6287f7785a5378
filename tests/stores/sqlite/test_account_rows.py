"""Records about accounts become rows, and policies are read as operators write them."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import apsw
import pytest

from echo.domain.ids import ANY_STRATEGY, StrategyId
from echo.domain.journal import Record, SpecRecord
from echo.domain.policy import RiskPolicy, RiskType
from echo.domain.specs import SymbolSpecification
from echo.stores.sqlite.account_rows import (
    account_row,
    read_account,
    read_policy,
    read_symbol_maps,
    symbol_report_row,
    symbol_rows,
)
from echo.stores.sqlite.journal import SqliteJournal
from tests.stores import examples as ex
from tests.stores.sqlite.places import PUT_POLICY, policy_row, query


async def stored(path: Path, *records: Record) -> Path:
    journal = SqliteJournal.open(path / "journal.db")
    await journal.commit(records)
    await journal.close()
    return path / "journal.db"


def test_account_comes_back_with_its_handshake() -> None:
    assert read_account(account_row(ex.account())) == ex.account()


def test_handshake_of_a_later_program_is_read() -> None:
    """A field that this program does not know is left aside, one that is missing is its default."""
    row = list(account_row(ex.account()))
    row[3] = '{"protocol_version": 4, "client_semver": "9.0.0", "from_tomorrow": true}'

    record = read_account(row)

    assert (record.metadata.protocol_version, record.metadata.client_semver) == (4, "9.0.0")


def test_symbols_come_back_by_account() -> None:
    mine, others = ex.symbol_map(ex.DAX, ex.GOLD), replace(ex.symbol_map(), account_id=ex.OTHER)

    found = read_symbol_maps(
        [symbol_report_row(mine), symbol_report_row(others)], list(symbol_rows(mine))
    )

    assert found == (mine, others)


async def test_specs_quotes_and_money_are_there_for_readers(tmp_path: Path) -> None:
    specs = SpecRecord(account_id=ex.SLAVE, symbols=(ex.SPEC,), reported_at_ms=5)

    path = await stored(tmp_path, specs, ex.quote(), ex.account_state())

    ((payload,),) = query(path, "SELECT payload FROM account_symbol_spec")
    assert json.loads(str(payload))["stops_level_points"] == ex.SPEC.stops_level_points
    assert set(json.loads(str(payload))) == set(SymbolSpecification.__dataclass_fields__)
    assert query(path, "SELECT bid, ask, spread_points FROM symbol_quote_latest") == [
        ("4015.1", "4015.3", "20")
    ]
    assert query(path, "SELECT balance, equity, currency FROM account_state") == [
        ("10000.00", "-12.5", "USD")
    ]


async def test_evaluation_is_stored_with_every_symbol(tmp_path: Path) -> None:
    path = await stored(tmp_path, ex.evaluation())

    assert query(
        path,
        "SELECT status, global_warnings ->> '$[0].code', capabilities ->> 'metrics',"
        " required_features FROM account_symbol_registration_eval",
    ) == [("WARNING", "SPEC_STALE", '["exposure_v1"]', '["spec_report/v1"]')]
    assert query(
        path,
        "SELECT broker_symbol, warnings ->> '$[0].metadata[0][1]', errors, spec_age_ms"
        " FROM account_symbol_registration ORDER BY broker_symbol",
    ) == [("GOLD", "11000", "[]", 11_000), ("XAUUSD.m", "11000", "[]", 11_000)]


FIXED_LOT = RiskPolicy(
    account_id=ex.SLAVE,
    strategy_id=StrategyId("magic_7"),
    risk_type=RiskType.FIXED_LOT,
    lot_size=Decimal("0.05"),
    valid_until_ms=2**41,
)


@pytest.mark.parametrize("policy", [ex.POLICY, FIXED_LOT])
def test_policy_comes_back(policy: RiskPolicy) -> None:
    assert read_policy(policy_row(policy)) == policy


def test_default_is_read_as_any_strategy() -> None:
    row = policy_row(replace(FIXED_LOT, strategy_id=StrategyId("default")))

    assert read_policy(row).strategy_id == ANY_STRATEGY


@pytest.mark.parametrize(
    "config",
    [
        '{"commission_per_lot": "seven"}',
        '{"min_lot_override": [1]}',
        "[]",
        '{"commission_rate": {}}',
    ],
)
def test_policy_that_makes_no_sense_is_not_guessed(config: str) -> None:
    row = list(policy_row(FIXED_LOT))
    row[6] = config

    with pytest.raises(ValueError, match=r"number|array|object"):
        read_policy(row)


@pytest.mark.parametrize(
    "change",
    [
        {"lot_size": None},
        {"lot_size": Decimal(0)},
        {"lot_size": Decimal(-1)},
        {"risk_type": RiskType.FIXED_RISK},
        {"risk_type": RiskType.FIXED_RISK, "amount": Decimal(5)},
        {"risk_type": RiskType.FIXED_RISK, "amount": Decimal(5), "currency": "usd"},
    ],
    ids=str,
)
async def test_store_takes_no_policy_that_could_not_size(tmp_path: Path, change) -> None:
    path = await stored(tmp_path)

    with pytest.raises(apsw.ConstraintError):
        query(path, PUT_POLICY, policy_row(replace(FIXED_LOT, **change)))
