"""A legacy slave behaves as the ones in the field do, faults included."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from echo.domain.accounts import StateSnapshot
from echo.domain.answers import ExecutionResult, PipeDeliveryAck
from echo.domain.errors import ErrorCode
from echo.domain.handshake import (
    Handshake,
    RegistrationStatus,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import CommandId, EvaluationId, Ticket
from echo.domain.specs import Quote, SymbolSpecReport
from echo.terminal import events
from echo.terminal.fates import PROMPT, Fate, Fates, ScriptedFates
from echo.terminal.orders import CloseLot, DeletePending
from tests.terminal.rig import ACCOUNT, Rig, close, execute, modify, slave_settings

D = Decimal


def legacy(fates: Fates = PROMPT) -> Rig:
    rig = Rig(slave_settings(protocol_version=2), fates=fates)
    rig.warm_file = False
    return rig.start()


def results(rig: Rig) -> list[ExecutionResult]:
    return rig.heard_of(ExecutionResult)


def open_one(rig: Rig, **changes: Any) -> ExecutionResult:
    rig.hear(execute(**changes))
    rig.pass_ms(1_000)
    return results(rig)[-1]


def verdict(account: RegistrationStatus, symbol: RegistrationStatus) -> SymbolRegistrationResult:
    entry = SymbolRegistration(canonical_symbol="EURUSD", broker_symbol="EURUSD.m", status=symbol)
    return SymbolRegistrationResult(
        account_id=ACCOUNT,
        pipe_role=Role.SLAVE,
        protocol_version=2,
        status=account,
        evaluation_id=EvaluationId("e"),
        evaluated_at_ms=0,
        symbols=(entry,),
    )


def test_commands_are_read_once_a_second() -> None:
    rig = legacy()
    rig.hear(execute())
    rig.pass_ms(999)
    early = len(rig.opens)

    rig.pass_ms(1)

    assert (early, len(rig.opens)) == (0, 1)


def test_an_open_is_answered_with_its_ticket_and_carries_the_trade_id_as_comment() -> None:
    rig = legacy()

    result = open_one(rig)

    assert (result.success, result.ticket, result.executed_price) == (
        True,
        1_000_001,
        D("1.39010"),
    )
    [position] = rig.broker.positions.values()
    assert position.comment == execute().trade_id[:31]
    assert rig.heard_of(PipeDeliveryAck) == []
    assert rig.file == []


def test_a_repeated_command_is_answered_with_silence() -> None:
    rig = legacy()
    open_one(rig)

    rig.hear(execute())
    rig.pass_ms(5_000)

    assert len(rig.opens) == 1
    assert len(results(rig)) == 1


def test_a_restart_forgets_everything() -> None:
    rig = legacy()
    open_one(rig)

    rig.restart()
    open_one(rig)

    assert len(rig.broker.positions) == 2


def test_the_thousandth_command_after_it_pushes_a_command_out_of_memory() -> None:
    rig = legacy()
    open_one(rig)
    for number in range(1_000):
        rig.hear(execute(symbol="NONE", command_id=CommandId(f"c{number}")))
    rig.pass_ms(20_000)

    open_one(rig)

    assert len(rig.opens) == 2


@pytest.mark.parametrize(
    ("account", "symbol", "reason"),
    [
        ("REJECTED", "ACCEPTED", "handshake_not_ready"),
        ("ACCEPTED", "REJECTED", "symbol_disabled"),
    ],
)
def test_a_refused_open_is_remembered_as_done(account: str, symbol: str, reason: str) -> None:
    rig = legacy()
    rig.hear(verdict(RegistrationStatus(account), RegistrationStatus(symbol)))

    refused = open_one(rig)
    rig.hear(verdict(RegistrationStatus.ACCEPTED, RegistrationStatus.ACCEPTED))
    rig.hear(execute())
    rig.pass_ms(2_000)

    assert (refused.success, refused.error_code, refused.error_message) == (
        False,
        ErrorCode.UNKNOWN,
        reason,
    )
    assert rig.opens == []


def test_local_refusals_name_their_reason() -> None:
    rig = legacy()
    unpriced = Rig(slave_settings(protocol_version=2))
    unpriced.broker = type(unpriced.broker)(unpriced.broker.rules)
    unpriced.start()

    assert open_one(rig, symbol="XAUUSD").error_message == "Unknown broker symbol"
    assert open_one(unpriced).error_message == "price_unavailable"


def test_a_broker_refusal_hides_its_number_in_the_message() -> None:
    rig = legacy(ScriptedFates([Fate(refuse_code=134)]))

    result = open_one(rig)

    assert (result.ticket, result.error_code, result.error_message) == (
        -1,
        ErrorCode.NO_MONEY,
        "code=134",
    )
    assert len(rig.opens) == 1


def test_a_lot_is_rounded_to_two_places_and_lifted_to_the_least() -> None:
    rig = legacy()

    open_one(rig, lot=D("0.128"))
    rig.hear(execute(2, lot=D("0.001")))
    rig.pass_ms(1_000)

    assert [order.lot for order in rig.opens] == [D("0.13"), D("0.01")]


def test_a_close_by_ticket_and_one_without() -> None:
    rig = legacy()
    for number in (1, 2, 3):
        rig.hear(execute(number, magic_number=5))
    rig.pass_ms(1_000)

    rig.hear(close(2, ticket=1_000_002))
    rig.hear(close(3, ticket=0, magic_number=5))
    rig.pass_ms(1_000)

    assert list(rig.broker.positions) == [1_000_003]
    assert [each.executed_price for each in results(rig)[-2:]] == [D("1.39"), D("1.39")]


def test_a_refused_close_may_be_sent_again() -> None:
    rig = legacy()
    rig.hear(close())
    rig.hear(close(2, ticket=0))
    rig.pass_ms(1_000)
    refused = [each.error_message for each in results(rig)]

    open_one(rig)
    rig.hear(close())
    rig.pass_ms(1_000)

    assert refused == ["Ticket not found", "No order found"]
    assert rig.broker.positions == {}


def test_a_close_without_a_price_is_refused() -> None:
    rig = legacy()
    open_one(rig)
    rig.restart()
    rig.ea._place.prices.clear()  # type: ignore[attr-defined]  # no tick has come yet

    rig.hear(close())
    rig.pass_ms(1_000)

    assert results(rig)[-1].error_message == "price_unavailable"


def test_words_that_it_does_not_know_are_ignored() -> None:
    rig = legacy()
    open_one(rig)

    rig.hear(modify(stop_loss=D("1.38")))
    rig.by_hand(CloseLot(ref="hand", ticket=Ticket(1_000_001)))
    rig.by_hand(DeletePending(ref="hand", ticket=Ticket(9)))
    rig.feed(events.Due(("unknown",)))
    rig.pass_ms(1_000)

    assert len(results(rig)) == 1


def test_a_command_that_was_not_read_dies_with_the_pipe() -> None:
    rig = legacy()
    rig.hear(execute())

    rig.disconnect()
    rig.connect()
    rig.pass_ms(3_000)

    assert rig.opens == []


def test_its_reports_are_thin() -> None:
    rig = legacy()
    open_one(rig)
    rig.said.clear()
    rig.quote("1.39100")
    rig.pass_ms(100)
    rig.quote("1.39200")

    rig.pass_ms(10_000)

    snapshots = rig.heard_of(StateSnapshot)
    assert len(snapshots) == 10
    assert {(each.positions, each.complete, each.epoch) for each in snapshots} == {((), False, "")}
    assert len(rig.heard_of(SymbolSpecReport)) == 2
    assert len(rig.heard_of(Quote)) == 1
    assert rig.heard_of(Handshake) == []
    rig.disconnect()
    rig.quote("1.39300")


def test_stamps_are_its_own() -> None:
    rig = legacy()

    result = open_one(rig, timestamps=replace(execute().timestamps, t0_master_ea_ms=5))

    assert result.timestamps.t0_master_ea_ms == 5
    assert result.timestamps.t7_order_filled_ms == rig.now.wall_ms
