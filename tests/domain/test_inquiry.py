"""By which rule something happened: the code tells it, or the policy, or the master's action."""

import pytest

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId, StrategyId, TradeId
from echo.domain.inquiry import RULES, rule_of
from echo.domain.intents import ActionKind
from echo.domain.journal import DecisionRecord
from echo.domain.sizing import Inputs


def decision(
    code: ErrorCode = ErrorCode.NO_ERROR,
    kind: ActionKind = ActionKind.OPEN,
    inputs: Inputs = (),
) -> DecisionRecord:
    return DecisionRecord(
        trade_id=TradeId("t"),
        seq=0,
        account_id=AccountId("7001"),
        kind=kind,
        outcome=Outcome.OMITTED,
        code=code,
        sentence="",
        inputs=inputs,
        command_id=None,
        decided_at_ms=0,
        settled_at_ms=None,
    )


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        (decision(ErrorCode.SPREAD_EXCEEDED), "policy/7001/max_spread"),
        (decision(ErrorCode.RISK_POLICY_MISSING), "risk/7001/swing"),
        (decision(ErrorCode.PAUSED), "modes"),
        (decision(ErrorCode.NO_MONEY), "the broker"),
        (decision(ErrorCode.NO_MONEY, ActionKind.CLOSE), "the master's close is repeated"),
        (
            decision(inputs=(("risk_type", "FIXED_LOT"), ("policy_version", 3))),
            "FIXED_LOT, version 3",
        ),
        (decision(), ""),
    ],
)
def test_the_rule_behind_an_outcome(row: DecisionRecord, rule: str) -> None:
    assert rule_of(row, StrategyId("swing")) == rule


def test_every_code_of_echos_own_that_leaves_an_entry_out_has_its_rule() -> None:
    terminals_own = {
        *(ErrorCode.NOT_FOUND, ErrorCode.DUPLICATE, ErrorCode.SINGLE_FLIGHT, ErrorCode.UNKNOWN),
        *(ErrorCode.LEDGER_UNWRITABLE, ErrorCode.NOT_EXECUTED, ErrorCode.SEQ_CONFLICT),
    }
    own = {code for code in ErrorCode if code >= ErrorCode.SPEC_MISSING}

    assert own - terminals_own <= RULES.keys()
