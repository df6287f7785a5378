"""What a master did, and when two reports of it are the same."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.ids import SEQ_CLOSE, AccountId, ClientId, Ticket, TradeId
from echo.domain.intents import (
    ActionKind,
    MasterAction,
    TradeClose,
    TradeIntent,
    TradeModify,
    action_content,
    action_kind,
)
from echo.domain.quantities import Side, Timestamps

WHO = {
    "trade_id": TradeId("0145d921-2800-718b-ba1b-d7d44d061972"),
    "account_id": AccountId("1001"),
    "client_id": ClientId("master_1001"),
    "ticket": Ticket(5001),
    "symbol": "EURUSD",
    "magic_number": 7,
}
OPEN = TradeIntent(**WHO, side=Side.BUY, lot=Decimal(1), price=Decimal("1.1"))  # type: ignore[arg-type]  # one table of common fields
MODIFY = TradeModify(**WHO, seq=1, stop_loss=Decimal("1.09"))  # type: ignore[arg-type]  # one table of common fields
REDUCE = TradeClose(**WHO, seq=2, volume_remaining=Decimal("0.5"))  # type: ignore[arg-type]  # one table of common fields
CLOSE = TradeClose(**WHO)  # type: ignore[arg-type]  # one table of common fields


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        (OPEN, ActionKind.OPEN),
        (MODIFY, ActionKind.MODIFY),
        (REDUCE, ActionKind.REDUCE),
        (CLOSE, ActionKind.CLOSE),
    ],
)
def test_kinds(action: MasterAction, kind: ActionKind) -> None:
    assert action_kind(action) is kind


def test_numbers_that_nobody_chose() -> None:
    assert OPEN.seq == 0
    assert CLOSE.seq == SEQ_CLOSE


@pytest.mark.parametrize(
    ("action", "changes"),
    [
        pytest.param(OPEN, {"symbol": "eurusd"}, id="spelling of the symbol"),
        pytest.param(OPEN, {"age_ms": 900, "attempt": 3, "sent_mono_ms": 5}, id="how it travelled"),
        pytest.param(OPEN, {"timestamps": Timestamps(t1_agent_recv_ms=4)}, id="stamps"),
        pytest.param(MODIFY, {"traceparent": "00-1"}, id="trace"),
        pytest.param(REDUCE, {"lot": Decimal("0.5"), "close_price": Decimal(1)}, id="reduction"),
        pytest.param(CLOSE, {"reason": "sl", "profit": Decimal(9)}, id="reason of a close"),
        pytest.param(CLOSE, {"volume_remaining": Decimal(0)}, id="what a close leaves"),
    ],
)
def test_the_same_action_reported_otherwise(
    action: MasterAction, changes: dict[str, object]
) -> None:
    assert action_content(replace(action, **changes)) == action_content(action)  # type: ignore[arg-type]  # a table of fields


@pytest.mark.parametrize(
    ("action", "changes"),
    [
        pytest.param(OPEN, {"symbol": "GBPUSD"}, id="symbol"),
        pytest.param(OPEN, {"side": Side.SELL}, id="side"),
        pytest.param(OPEN, {"lot": Decimal(2)}, id="lot"),
        pytest.param(OPEN, {"price": Decimal("1.2")}, id="price"),
        pytest.param(MODIFY, {"stop_loss": None}, id="stop"),
        pytest.param(MODIFY, {"take_profit": Decimal(0)}, id="target removed"),
        pytest.param(REDUCE, {"volume_remaining": Decimal("0.4")}, id="what is left"),
        pytest.param(REDUCE, {"seq": SEQ_CLOSE}, id="all of it"),
    ],
)
def test_another_action_under_the_same_number(
    action: MasterAction, changes: dict[str, object]
) -> None:
    assert action_content(replace(action, **changes)) != action_content(action)  # type: ignore[arg-type]  # a table of fields
