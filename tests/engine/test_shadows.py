"""Dry runs: every decision is made and written down with its would-be fill, nothing is sent."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from echo.domain.answers import Outcome
from echo.domain.commands import CloseOrder, ExecuteOrder, ModifyOrder
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId
from echo.domain.journal import CommandRecord
from echo.domain.modes import Mode
from echo.domain.policy import CopyOptions
from echo.engine.effects import Effect, Send
from tests.engine.desk_scenes import switch
from tests.engine.scenes import (
    SECOND,
    SLAVE,
    Desk,
    closed,
    desk,
    fixed_risk,
    modified,
    opened,
    ready,
    reduced,
    sent,
)


def dry(*slaves: AccountId, **changes: Any) -> Desk:
    stage = desk(*slaves, **changes)
    switch(stage, Mode.DRY_RUN)
    return stage


def commands(effects: Iterable[Effect]) -> list[CloseOrder | ExecuteOrder | ModifyOrder]:
    kinds = (CloseOrder, ExecuteOrder, ModifyOrder)
    return [
        each.message
        for each in effects
        if isinstance(each, Send) and isinstance(each.message, kinds)
    ]


def test_an_entry_is_decided_with_all_its_numbers_and_not_sent() -> None:
    stage = dry(policies=[fixed_risk()])
    told = stage.say(opened(stop_loss=Decimal("1.09000")))
    row = stage.archive.decision()

    assert commands(told) == []
    assert stage.archive.all(CommandRecord) == ()
    assert (row.outcome, row.code) == (Outcome.SHADOWED, ErrorCode.NO_ERROR)
    assert row.sentence == "dry run: would have sent BUY 0.10 EURUSD.x at 1.10010"
    inputs = dict(row.inputs)
    assert inputs["expected_loss"] == 100
    assert (inputs["would_fill_lot"], inputs["would_fill_price"]) == (
        Decimal("0.10"),
        Decimal("1.10010"),
    )


def test_what_would_have_been_left_out_is_left_out() -> None:
    stage = dry(options=CopyOptions(max_spread_points=Decimal(1)))
    stage.say(opened())

    assert (stage.outcome(), stage.code()) == (Outcome.OMITTED, ErrorCode.SPREAD_EXCEEDED)


def test_later_actions_say_what_they_would_have_done() -> None:
    stage = dry()
    stage.say(opened())
    stage.say(modified(1, sl="1.09000", tp="0"))
    stage.say(reduced(2, "0.40"))
    stage.quote(bid="1.10210", ask="1.10220")
    told = stage.say(closed())
    outcomes = [stage.outcome(seq) for seq in (SEQ_OPEN, 1, 2, SEQ_CLOSE)]

    assert commands(told) == []
    assert outcomes == [Outcome.SHADOWED] * 4
    assert stage.archive.decision(1).sentence == (
        "dry run: would have moved the stop from the master at 1.09000 and the target away"
    )
    assert stage.archive.decision(2).sentence.startswith(
        "dry run: would have closed a part of 0.10 lots of EURUSD.x"
    )
    assert stage.archive.decision(SEQ_CLOSE).sentence == (
        "dry run: would have closed 0.10 lots of EURUSD.x at 1.10210 (+200.0 pt)"
    )
    assert stage.archive.trade().settled


def test_without_a_fresh_quote_the_price_of_the_close_is_not_made_up() -> None:
    stage = dry()
    stage.say(opened())
    stage.later(60_000)
    stage.say(closed())

    assert "a price that nobody knows: the quote is 60000 ms old" in (
        stage.archive.decision(SEQ_CLOSE).sentence
    )


def test_a_dry_run_that_is_interrupted_by_a_restart_goes_on_dry() -> None:
    stage = dry()
    stage.say(opened())
    stage.restart()
    ready(stage)
    told = stage.say(closed())

    assert commands(told) == []
    assert stage.outcome(SEQ_CLOSE) is Outcome.SHADOWED
    assert "would have closed 0.10 lots" in stage.archive.decision(SEQ_CLOSE).sentence


def test_other_accounts_stay_live() -> None:
    stage = dry(SLAVE, SECOND)
    orders = sent(stage.say(opened()), ExecuteOrder)

    assert [each.account_id for each in orders] == [SECOND]


def test_what_was_open_before_is_looked_after() -> None:
    stage = desk()
    stage.fill()
    switch(stage, Mode.DRY_RUN)

    stage.one(stage.say(closed()), CloseOrder)
