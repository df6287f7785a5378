"""Requests and answers are values that belong together by their ref."""

from typing import get_args

from echo.terminal.orders import BrokerEvent, OrderRequest


def test_every_request_and_every_answer_carries_a_ref() -> None:
    for kind in (*get_args(OrderRequest), *get_args(BrokerEvent)):
        assert "ref" in kind.__slots__
        assert kind.__dataclass_params__.frozen
