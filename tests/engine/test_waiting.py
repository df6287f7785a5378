"""Entries that may wait: which do, for how long, and what ends it."""

from decimal import Decimal
from typing import Any

import pytest

from echo.domain.answers import Outcome
from echo.domain.commands import ExecuteOrder, ModifyOrder
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN
from echo.domain.policy import CopyOptions
from echo.domain.quantities import Side
from tests.engine.scenes import (
    SLAVE,
    Desk,
    closed,
    desk,
    filled,
    modified,
    opened,
    ready,
    sent,
)

DEAR: dict[str, Any] = {"bid": "1.10040", "ask": "1.10050"}
"""50 points above the master's price."""


def patient(**changes: Any) -> CopyOptions:
    return CopyOptions(
        **{"wait_improvement_ms": 2_000, "wait_improvement_points": Decimal(10), **changes}
    )


def waits(options: CopyOptions | None = None) -> Desk:
    """A follower that waits for a better price."""
    stage = desk(options=options or patient())
    stage.quote(**DEAR)
    assert sent(stage.say(opened()), ExecuteOrder) == []
    return stage


def test_at_a_good_price_nothing_waits() -> None:
    stage = desk(options=patient())

    # The price is ten points worse already: not one more.
    assert stage.open().max_slippage_points == 0


def test_the_wait_is_in_the_decision_ledger() -> None:
    row = waits().archive.decision()

    assert (row.outcome, row.command_id) == (Outcome.PENDING, None)
    assert dict(row.inputs) == {
        "waits_ms": 2_000,
        "waits_because": "price 50.0 pt worse than the master's > max 10 pt",
    }


def test_it_is_entered_when_the_price_has_come() -> None:
    stage = waits()
    stage.later(700)
    order = stage.one(stage.quote(), ExecuteOrder)
    stage.say(filled(order))
    row = stage.archive.decision()

    assert (order.ttl_ms, order.max_slippage_points) == (4_280, Decimal(0))
    assert (row.outcome, dict(row.inputs)["waited_ms"]) == (Outcome.FILLED, 700)
    assert row.command_id == order.command_id


def test_a_market_that_is_still_too_dear_changes_nothing() -> None:
    stage = waits()

    assert sent(stage.quote(bid="1.10020", ask="1.10030"), ExecuteOrder) == []
    assert stage.outcome() is Outcome.PENDING


def test_a_wide_spread_on_the_way_does_not_end_the_wait() -> None:
    stage = waits(patient(max_spread_points=Decimal(20)))
    stage.quote(bid="1.10000", ask="1.10040")

    assert stage.outcome() is Outcome.PENDING
    assert len(sent(stage.quote(), ExecuteOrder)) == 1


def test_when_the_time_is_over_it_is_omitted_once() -> None:
    stage = waits()
    stage.later(1_500)
    stage.quote(**DEAR)
    stage.wait(500)
    row = stage.archive.decision()

    assert (row.outcome, row.code) == (Outcome.OMITTED, ErrorCode.SLIPPAGE_EXCEEDED)
    assert row.sentence == (
        "price 50.0 pt worse than the master's > max 10 pt, after 2000 ms of waiting"
    )
    assert sent(stage.quote(), ExecuteOrder) == []


def test_it_never_waits_past_the_entrys_own_time() -> None:
    stage = waits(patient(wait_improvement_ms=60_000, max_delay_ms=1_000))
    row = stage.archive.decision()

    assert dict(row.inputs)["waits_ms"] == 980
    stage.wait(981)
    assert stage.outcome() is Outcome.OMITTED


def test_what_is_not_about_the_price_does_not_wait() -> None:
    stage = desk(options=patient(sides=frozenset()))
    stage.say(opened())

    assert stage.code() is ErrorCode.SIDE_FILTERED


def test_the_masters_close_ends_the_wait() -> None:
    stage = waits()
    stage.say(closed())
    row = stage.archive.decision(SEQ_OPEN)

    assert (row.outcome, row.code) == (Outcome.OMITTED, ErrorCode.CLOSED_BEFORE_OPEN)
    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE
    assert sent(stage.quote(), ExecuteOrder) == []
    assert stage.engine.state.trades == {}


def test_stops_that_change_meanwhile_go_with_the_entry() -> None:
    stage = waits()
    stage.say(modified(1, sl="1.09"))
    order = stage.one(stage.quote(), ExecuteOrder)
    after = stage.one(stage.say(filled(order)), ModifyOrder)

    assert order.stop_loss == Decimal("1.09010")
    assert after.stop_loss == order.stop_loss


@pytest.mark.parametrize("reload", [Desk.restart, Desk.feed_again])
def test_nothing_that_waited_is_entered_after_a_restart(reload: Any) -> None:
    """How much of its time is left, nobody knows; late is worse than never."""
    stage = waits()
    reload(stage)
    row = stage.archive.decision()

    assert (row.outcome, row.code) == (Outcome.OMITTED, ErrorCode.DELAY_EXCEEDED)
    if reload is Desk.restart:
        ready(stage)
    assert sent(stage.quote(), ExecuteOrder) == []
    stage.say(closed())
    assert stage.outcome(SEQ_CLOSE) is Outcome.NOTHING_TO_CLOSE


def test_a_side_that_sells_waits_for_a_higher_bid() -> None:
    stage = desk(options=patient())
    stage.quote(bid="1.09900", ask="1.09910")
    stage.say(opened(side=Side.SELL))

    assert stage.outcome() is Outcome.PENDING
    assert stage.one(stage.quote(bid="1.09995", ask="1.10005"), ExecuteOrder).account_id == SLAVE
