"""What an action of the master is for one follower, or why it is nothing."""

from decimal import Decimal

import pytest

from echo.domain.commands import CloseOrder, ModifyOrder, ReduceOrder, Residual
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, derive_command_id
from echo.domain.intents import MasterAction
from echo.domain.policy import CopyOptions
from echo.domain.quantities import Timestamps
from tests.engine.scenes import (
    SLAVE,
    TRADE,
    closed,
    desk,
    done,
    filled,
    mapping,
    modified,
    reduced,
    sent,
)


def test_a_close_names_ticket_symbol_and_magic_of_the_copy() -> None:
    stage = desk()
    stage.fill(magic_number=99)
    told = stage.say(
        closed(
            symbol="whatever",
            magic_number=1,
            timestamps=Timestamps(t0_master_ea_ms=3),
            traceparent="00-2",
        )
    )

    assert stage.one(told, CloseOrder) == CloseOrder(
        command_id=derive_command_id(TRADE, SEQ_CLOSE, SLAVE),
        trade_id=TRADE,
        account_id=SLAVE,
        ticket=9001,  # type: ignore[arg-type]  # a plain number will do
        symbol="EURUSD.x",
        magic_number=99,
        seq=SEQ_CLOSE,
        timestamps=Timestamps(t0_master_ea_ms=3),
        traceparent="00-2",
    )


def test_a_modify_names_its_number_and_the_slaves_prices() -> None:
    stage = desk()
    stage.fill()
    modify = stage.one(stage.say(modified(4, sl="1.09", tp="0")), ModifyOrder)

    assert modify.command_id == derive_command_id(TRADE, 4, SLAVE)
    assert (modify.seq, modify.ticket, modify.symbol) == (4, 9001, "EURUSD.x")
    assert (modify.stop_loss, modify.take_profit) == (Decimal("1.09010"), Decimal(0))


def test_the_newest_of_several_changes_of_one_level_counts() -> None:
    stage = desk()
    stage.fill()
    first = stage.one(stage.say(modified(1, tp="1.3")), ModifyOrder)
    stage.say(modified(2, sl="1.05", tp="1.25"))
    stage.say(modified(3, sl="0"))
    stage.later(CopyOptions().modify_coalesce_ms)
    second = stage.one(stage.say(done(first)), ModifyOrder)

    assert (second.seq, second.take_profit) == (3, Decimal("1.25010"))
    assert second.stop_loss == 0


def test_what_a_sent_modify_carried_for_others_is_not_carried_again() -> None:
    stage = desk()
    order = stage.open()
    stage.say(modified(1, sl="1.09"))
    stage.say(modified(2, tp="1.2"))
    both = stage.one(stage.say(filled(order)), ModifyOrder)
    stage.say(done(both))
    stage.later(CopyOptions().modify_coalesce_ms)
    third = stage.one(stage.say(modified(3, tp="1.3")), ModifyOrder)

    assert both.stop_loss == Decimal("1.09010")
    assert (third.stop_loss, third.take_profit) == (None, Decimal("1.30010"))


def test_stops_that_are_not_copied_are_not_modified() -> None:
    stage = desk(options=CopyOptions(copy_sl_tp=False))
    stage.fill()
    stage.say(modified(1, sl="1.09"))

    assert stage.code(1) is ErrorCode.INVALID_STOPS
    assert stage.archive.decision(1).sentence == "stops are not copied to this account"


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        (modified(1, sl="1.09"), "EURUSD.x is not reported any more"),
        (reduced(1, "0.5"), "what EURUSD.x should keep cannot be told"),
    ],
)
def test_without_a_spec_only_a_close_can_be_done(action: MasterAction, sentence: str) -> None:
    stage = desk()
    stage.fill()
    stage.register(SLAVE, symbols=())
    stage.say(action)

    assert (stage.code(1), stage.archive.decision(1).sentence) == (ErrorCode.SPEC_MISSING, sentence)
    assert stage.one(stage.say(closed()), CloseOrder).symbol == "EURUSD.x"


def test_what_becomes_of_a_residue_is_the_accounts_choice() -> None:
    coarse = mapping(min_lot=Decimal("0.10"), lot_step=Decimal("0.10"))
    kept = desk(symbol=coarse)
    gone = desk(symbol=coarse, options=CopyOptions(residual=Residual.CLOSE))
    orders = []
    for stage in (kept, gone):
        stage.fill()
        orders += sent(stage.say(reduced(1, "0.50")), ReduceOrder)

    assert [(each.remaining_lot, each.residual) for each in orders] == [
        (Decimal("0.10"), Residual.KEEP),
        (Decimal(0), Residual.CLOSE),
    ]
