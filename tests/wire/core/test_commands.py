"""Commands to slaves, in the stream and in the domain."""

from dataclasses import replace

import pytest
from hypothesis import given

from echo.domain.commands import (
    CancelPendings,
    CloseOrder,
    ExecuteOrder,
    Flatten,
    ModifyOrder,
    Protect,
    ReduceOrder,
)
from echo.domain.ids import SEQ_CLOSE
from echo.wire.core import commands
from echo.wire.pb import trade_pb2 as pb
from echo.wire.refusals import WireError, WireReason
from tests.wire import strategies as our
from tests.wire.pipe.samples import CLOSE_ORDER, NOW_MS, ORDER, TO_EA


@given(our.EXECUTES)
def test_opens_are_read_as_they_were_written(order: ExecuteOrder) -> None:
    message = pb.ExecuteOrder()
    commands.write_execute(message, order)

    assert commands.read_execute(pb.ExecuteOrder.FromString(message.SerializeToString())) == order


@given(our.CLOSE_ORDERS)
def test_closes_are_read_as_they_were_written(order: CloseOrder) -> None:
    message = pb.CloseOrder()
    commands.write_close_order(message, order)

    assert commands.read_close_order(message) == order


@given(our.MODIFY_ORDERS)
def test_modifies_are_read_as_they_were_written(order: ModifyOrder) -> None:
    message = pb.ModifyOrder()
    commands.write_modify_order(message, order)

    assert commands.read_modify_order(message) == order


@given(our.REDUCE_ORDERS)
def test_reductions_are_read_as_they_were_written(order: ReduceOrder) -> None:
    message = pb.ReduceOrder()
    commands.write_reduce_order(message, order)

    assert commands.read_reduce_order(message) == order


@given(our.CANCELS)
def test_cancellations_are_read_as_they_were_written(command: CancelPendings) -> None:
    message = pb.CancelPendings()
    commands.write_cancel(message, command)

    assert commands.read_cancel(message) == command


@given(our.FLATTENS)
def test_flattenings_are_read_as_they_were_written(command: Flatten) -> None:
    message = pb.Flatten()
    commands.write_flatten(message, command)

    assert commands.read_flatten(message) == command


def test_protection_without_levels_is_still_protection() -> None:
    message = pb.ExecuteOrder()
    commands.write_execute(message, replace(ORDER, protect=Protect()))

    read = commands.read_execute(pb.ExecuteOrder.FromString(message.SerializeToString()))

    assert read.protect == Protect()


def test_older_agents_find_the_client_and_the_time() -> None:
    stamps = replace(CLOSE_ORDER.timestamps, t3_core_send_ms=NOW_MS)
    message = pb.CloseOrder()
    commands.write_close_order(message, replace(CLOSE_ORDER, timestamps=stamps))

    assert (message.target_client_id, message.timestamp_ms) == ("slave_70001", NOW_MS)


def test_a_close_without_a_number_is_the_last_action() -> None:
    message = pb.CloseOrder()
    commands.write_close_order(message, CLOSE_ORDER)
    message.ClearField("seq")

    assert commands.read_close_order(message).seq == SEQ_CLOSE


def test_a_reduction_that_is_empty_is_refused() -> None:
    reduction = TO_EA[4]
    assert isinstance(reduction, ReduceOrder)
    message = pb.ReduceOrder()
    commands.write_reduce_order(message, reduction)
    message.ClearField("residual")

    with pytest.raises(WireError, match="residual") as refusal:
        commands.read_reduce_order(message)

    assert refusal.value.reason is WireReason.UNKNOWN_VALUE
