"""What would be decided now, told by the rules that decide; nothing comes of it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from echo.domain.explanations import EntryExplained, ExplainEntry
from echo.domain.ids import AccountId, StrategyId
from echo.domain.operations import NotDone, OperationCode
from echo.domain.policy import CopyOptions, RiskPolicy, RiskType
from echo.domain.quantities import Side
from tests.engine.questions import ask
from tests.engine.scenes import (
    MASTER,
    SLAVE,
    STRATEGY,
    Desk,
    desk,
    fixed_lot,
    fixed_risk,
    mapping,
    opened,
)


def question(**changes: Any) -> ExplainEntry:
    return replace(
        ExplainEntry(
            account_id=SLAVE, symbol="EURUSD", side=Side.BUY, stop_loss=Decimal("1.09510")
        ),
        **changes,
    )


def explained(stage: Desk, **changes: Any) -> EntryExplained:
    answer = ask(stage, question(**changes))
    assert isinstance(answer, EntryExplained)
    return answer


def test_a_size_comes_with_the_numbers_behind_it() -> None:
    told = explained(desk(policies=[fixed_risk()]))

    assert (told.lot, told.expected_loss, told.code) == (Decimal("0.20"), Decimal(100), "NO_ERROR")
    assert (told.symbol, told.stop_loss, told.take_profit) == ("EURUSD.x", Decimal("1.09510"), None)
    assert dict(told.inputs)["loss_per_lot"] == "500"


def test_it_is_what_the_same_trade_gets() -> None:
    stage = desk(policies=[fixed_risk(amount="77.7")])
    told = explained(stage, stop_loss=Decimal("1.09310"))
    order = stage.open(price=Decimal("1.10010"), stop_loss=Decimal("1.09310"))

    assert (told.lot, told.stop_loss) == (order.lot, order.stop_loss)


def test_nothing_comes_of_it() -> None:
    stage = desk(policies=[fixed_risk()])
    explained(stage)

    assert len(stage.told) == 1
    assert stage.engine.state.trades == {}


def test_the_accounts_own_name_of_a_symbol_is_understood() -> None:
    assert explained(desk(), symbol="eurusd.X").lot == Decimal("0.10")


@pytest.mark.parametrize(
    ("policies", "options", "changes", "code"),
    [
        ([fixed_risk()], CopyOptions(), {"stop_loss": None}, "STOP_REQUIRED"),
        ([fixed_risk(currency="EUR")], CopyOptions(), {}, "RISK_POLICY_INVALID"),
        ([fixed_risk()], CopyOptions(max_spread_points=Decimal(3)), {}, "SPREAD_EXCEEDED"),
        ([fixed_risk()], CopyOptions(sides=frozenset()), {}, "SIDE_FILTERED"),
        ([fixed_risk()], CopyOptions(), {"symbol": "XAUUSD"}, "SYMBOL_NOT_MAPPED"),
        ([], CopyOptions(), {}, "RISK_POLICY_MISSING"),
        ([fixed_risk()], CopyOptions(), {"strategy_id": "scalp"}, "RISK_POLICY_MISSING"),
    ],
)
def test_a_refusal_is_the_one_that_the_trade_would_get(
    policies: list[RiskPolicy], options: CopyOptions, changes: dict[str, Any], code: str
) -> None:
    told = explained(desk(policies=policies, options=options), **changes)

    assert (told.code, told.lot) == (code, None)
    assert told.reason


def test_levels_that_follow_the_fill_are_told_as_such() -> None:
    strict = mapping(stop_level_points=600)
    told = explained(desk(policies=[fixed_lot()], symbol=strict))

    assert told.after_fill
    assert told.stop_loss == Decimal("1.09510")


def test_modes_that_size_by_the_master_are_told_its_size() -> None:
    policy = replace(
        fixed_lot(), risk_type=RiskType.MULTIPLIER, multiplier=Decimal("0.5"), lot_size=None
    )
    stage = desk(policies=[policy])
    by_name = explained(stage, master_id=MASTER, master_lot=Decimal("0.60"))
    nobody = explained(stage, master_lot=Decimal("0.60"))

    assert by_name.lot == Decimal("0.30")
    assert nobody.code == "SPEC_MISSING"


def test_a_policy_of_one_master_is_explained_with_that_master() -> None:
    named = replace(fixed_lot(), master_accounts=frozenset({MASTER}))

    assert explained(desk(policies=[named])).code == "NO_ERROR"


def test_any_strategy_is_one_too() -> None:
    anything = replace(fixed_lot(), strategy_id=StrategyId("*"))

    assert explained(desk(policies=[anything])).code == "NO_ERROR"
    assert explained(desk(policies=[anything]), strategy_id=STRATEGY).code == "NO_ERROR"


def test_an_account_that_is_not_known_is_refused() -> None:
    answer = ask(desk(), question(account_id=AccountId("9")))

    assert isinstance(answer, NotDone)
    assert answer.code is OperationCode.UNKNOWN_ACCOUNT


def test_an_account_without_a_quote_is_told_so() -> None:
    stage = desk()
    stage.later(5_000)

    assert explained(stage).code == "QUOTE_STALE"
    assert stage.say(opened(), message_id=None)
