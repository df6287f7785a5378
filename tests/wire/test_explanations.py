"""Questions about sizes cross the admin door as they were asked, and so do the answers."""

from decimal import Decimal
from urllib.parse import parse_qsl

import pytest

from echo.domain.explanations import EntryExplained, ExplainEntry
from echo.domain.ids import AccountId, StrategyId
from echo.domain.quantities import Side
from echo.wire.explanations import read_explain, read_explained, write_explain
from echo.wire.operations import write_answer
from echo.wire.refusals import WireError

ACCOUNT = AccountId("2001")
LEAST = ExplainEntry(account_id=ACCOUNT, symbol="EURUSD", side=Side.BUY)
ALL = ExplainEntry(
    account_id=ACCOUNT,
    symbol="S&P 500.i",
    side=Side.SELL,
    stop_loss=Decimal("1.1005"),
    take_profit=Decimal("1.0"),
    strategy_id=StrategyId("swing"),
    master_id=AccountId("1001"),
    master_lot=Decimal("0.35"),
)


@pytest.mark.parametrize("asked", [LEAST, ALL])
def test_a_question_arrives_as_it_was_asked(asked: ExplainEntry) -> None:
    assert read_explain(dict(parse_qsl(write_explain(asked)))) == asked


@pytest.mark.parametrize(
    "changes",
    [
        {"account": "two thousand"},
        {"account": ""},
        {"symbol": ""},
        {"symbol": "x" * 65},
        {"symbol": "EUR\tUSD"},
        {"side": "LONG"},
        {"stop": "nan"},
        {"stop": "-1"},
        {"stop": "1e400"},
        {"target": "high"},
        {"master_lot": "0"},
        {"strategy": "a b"},
        {"master": "a b"},
    ],
)
def test_what_cannot_be_asked_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(WireError):
        read_explain({"account": "2001", "symbol": "EURUSD", "side": "BUY", **changes})


@pytest.mark.parametrize(
    "told",
    [
        EntryExplained(
            account_id=ACCOUNT, symbol="EURUSD", side=Side.BUY, code="PAUSED", reason="paused"
        ),
        EntryExplained(
            account_id=ACCOUNT,
            symbol="EURUSD.x",
            side=Side.SELL,
            code="NO_ERROR",
            reason="",
            lot=Decimal("0.20"),
            expected_loss=Decimal("99.9"),
            stop_loss=Decimal("1.1"),
            after_fill=True,
            inputs=(("lot", "0.20"),),
        ),
    ],
)
def test_an_answer_arrives_as_it_was_given(told: EntryExplained) -> None:
    assert read_explained(write_answer(told)) == told


@pytest.mark.parametrize("body", [b"", b"[]", b'{"account_id": 1}', b"\xff"])
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(WireError):
        read_explained(body)
