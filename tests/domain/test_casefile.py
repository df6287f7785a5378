"""A case is a value: what was read can be compared, and changed into another."""

from dataclasses import FrozenInstanceError

import pytest

from echo.domain.casefile import CaseFile
from echo.domain.ids import TradeId
from tests.domain.cases import case


def test_the_same_rows_make_the_same_case() -> None:
    assert case() == case()
    assert hash(case()) == hash(case())


def test_a_case_may_hold_nothing() -> None:
    empty = CaseFile(trade_id=TradeId(""))

    assert (empty.trade, empty.decisions, empty.unreadable) == (None, (), ())


def test_nobody_changes_a_case() -> None:
    with pytest.raises(FrozenInstanceError):
        case().trade_id = TradeId("other")  # type: ignore[misc]  # what must not work
