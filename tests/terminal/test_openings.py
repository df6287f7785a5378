"""Opens: every check in its order, and at most one order per command whatever happens."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from echo.domain.answers import ExecutionResult, PipeDeliveryAck, Receipt, ResultAck
from echo.domain.errors import ErrorCode
from echo.domain.handshake import (
    RegistrationStatus,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import EvaluationId
from echo.domain.quantities import Side
from echo.domain.specs import TradePermission
from echo.terminal.fates import Fate, Reply, ScriptedFates
from echo.terminal.orders import CloseLot, SendOrder
from tests.terminal.rig import (
    ACCOUNT,
    EURUSD,
    MONO_MS,
    Rig,
    close,
    execute,
    rules,
    slave_settings,
)


def said(rig: Rig) -> list[ExecutionResult]:
    """Every result as often as it was said."""
    return rig.heard_of(ExecutionResult)


def results(rig: Rig) -> list[ExecutionResult]:
    """Every result once."""
    return [result for result in said(rig) if not result.stored]


def last(rig: Rig) -> ExecutionResult:
    return results(rig)[-1]


def verdict(status: RegistrationStatus, symbol: RegistrationStatus) -> SymbolRegistrationResult:
    return SymbolRegistrationResult(
        account_id=ACCOUNT,
        pipe_role=Role.SLAVE,
        protocol_version=3,
        status=status,
        evaluation_id=EvaluationId("e"),
        evaluated_at_ms=0,
        symbols=(
            SymbolRegistration(canonical_symbol="EURUSD", broker_symbol="EURUSD.m", status=symbol),
        ),
    )


def test_an_open_is_received_noted_sent_and_answered_in_this_order() -> None:
    rig = Rig().start()

    rig.hear(execute(stop_loss=Decimal("1.38000"), take_profit=Decimal("1.40000")))

    receipt, result = rig.heard_of(PipeDeliveryAck)[0], last(rig)
    assert receipt.result is Receipt.OK
    assert (result.success, result.ticket, result.executed_lot) == (
        True,
        1_000_001,
        Decimal("0.10"),
    )
    assert result.executed_price == Decimal("1.39010")
    assert result.spread_points == 10
    assert result.slippage_points == 0
    assert [record["t"] for record in rig.file] == ["W", "X", "D"]
    assert result.ledger_n == rig.file[-1]["n"]
    [position] = rig.broker.positions.values()
    assert position.comment == execute().comment
    assert (position.stop_loss, position.take_profit) == (Decimal("1.38"), Decimal("1.4"))
    assert result.timestamps.t6_order_send_ms == rig.now.wall_ms


def test_a_known_command_is_answered_from_the_ledger_also_after_a_restart() -> None:
    rig = Rig().start()
    rig.hear(execute())
    first = last(rig)

    rig.hear(execute())
    again = said(rig)[-1]
    rig.restart().hear(execute())

    assert again == replace(first, stored=True)
    assert said(rig)[-1] == again
    assert len(rig.opens) == 1


def test_an_open_whose_trade_is_closed_is_omitted() -> None:
    rig = Rig().start()

    rig.hear(close())
    rig.hear(execute())

    assert last(rig).error_code is ErrorCode.CLOSED_BEFORE_OPEN
    assert rig.opens == []


def test_a_close_stops_an_open_that_still_waits() -> None:
    rig = Rig()
    rig.answer_pings = False
    rig.start()
    rig.hear(execute())

    rig.hear(close())

    codes = {result.kind: result.error_code for result in results(rig)}
    assert list(codes.values()) == [ErrorCode.CLOSED_BEFORE_OPEN, ErrorCode.NOT_FOUND]
    assert rig.opens == []


def test_a_position_that_carries_the_tag_is_adopted_instead_of_opened() -> None:
    rig = Rig().start()
    rig.by_hand(
        SendOrder(
            ref="old life",
            symbol="EURUSD.m",
            side=Side.BUY,
            lot=Decimal("0.10"),
            magic_number=1,
            comment=execute().comment,
        )
    )

    rig.hear(execute())

    assert (last(rig).success, last(rig).late, last(rig).ticket) == (True, True, 1_000_001)
    assert rig.opens == []


def test_a_closed_position_with_the_tag_counts_as_its_fill_too() -> None:
    rig = Rig().start()
    rig.by_hand(
        SendOrder(
            ref="old life",
            symbol="EURUSD.m",
            side=Side.BUY,
            lot=Decimal("0.10"),
            comment=execute().comment[:20],
        )
    )
    rig.by_hand(CloseLot(ref="hand", ticket=next(iter(rig.broker.positions))))

    rig.hear(execute())

    assert (last(rig).success, last(rig).ticket) == (True, 1_000_001)
    assert rig.opens == []


def test_without_a_pong_an_open_waits_and_with_one_it_goes() -> None:
    rig = Rig()
    rig.answer_pings = False
    rig.start()
    rig.hear(execute())
    waited = list(rig.opens)

    rig.answer_pings = True
    rig.disconnect()
    rig.connect()
    rig.hear(execute())

    assert waited == []
    assert len(rig.opens) == 1


def test_time_to_live_is_measured_by_the_senders_clock() -> None:
    rig = Rig()
    rig.peer_ahead_ms = 7_000_000
    rig.start()
    rig.pass_ms(3_000)

    rig.hear(execute(1, ttl_ms=5_000, sent_mono_ms=MONO_MS + 7_000_000 + 3_000))
    rig.hear(execute(2, ttl_ms=2_000, sent_mono_ms=MONO_MS + 7_000_000 + 900))

    assert [result.error_code for result in results(rig)] == [
        ErrorCode.NO_ERROR,
        ErrorCode.STALE,
    ]


@pytest.mark.parametrize("missing", ["ttl_ms", "sent_mono_ms"])
def test_an_open_without_a_measurable_time_is_stale(missing: str) -> None:
    rig = Rig().start()
    unmeasured: dict[str, Any] = {missing: None}

    rig.hear(execute(**unmeasured))

    assert last(rig).error_code is ErrorCode.STALE


def test_an_open_whose_time_runs_out_while_it_waits_for_a_price_is_stale() -> None:
    rig = Rig()
    rig.quotes = {}
    rig.broker = type(rig.broker)(rules())
    rig.start()

    rig.hear(execute())
    rig.pass_ms(5_100)

    assert last(rig).error_code is ErrorCode.STALE
    assert rig.opens == []


def test_an_open_that_waits_for_a_price_goes_with_the_first_one() -> None:
    rig = Rig()
    rig.broker = type(rig.broker)(rules())
    rig.start()
    rig.hear(execute())

    rig.quote("1.39000")

    assert len(rig.opens) == 1


def test_two_opens_that_look_the_same_go_one_after_the_other() -> None:
    late = Fate(execute_after_ms=1_000)
    rig = Rig(fates=ScriptedFates([late])).start()
    rig.hear(execute(1, magic_number=5))
    rig.hear(execute(2, magic_number=5))
    together = len(rig.opens)

    rig.pass_ms(1_500)

    assert (together, len(rig.opens)) == (1, 2)
    assert [result.success for result in results(rig)] == [True, True]


def test_an_open_that_waits_too_long_for_its_twin_names_it() -> None:
    silent = Fate(reply=Reply.SILENCE)
    rig = Rig(fates=ScriptedFates([replace(silent, comment_chars=0)])).start()
    rig.hear(execute(1, magic_number=5))
    rig.hear(execute(2, magic_number=5))

    rig.pass_ms(6_000)

    assert last(rig).error_code is ErrorCode.SINGLE_FLIGHT
    assert execute(1).command_id in last(rig).error_message


def test_the_spread_is_looked_at_just_before_the_order() -> None:
    rig = Rig().start()
    rig.quote("1.39000", "1.39031")

    rig.hear(execute(max_spread_points=Decimal(30)))

    assert last(rig).error_code is ErrorCode.SPREAD_EXCEEDED
    assert last(rig).error_message == "spread 31.0 pt > max 30 pt"


def test_a_price_that_ran_away_while_the_open_waited_is_refused() -> None:
    rig = Rig(fates=ScriptedFates([Fate(refuse_code=138)])).start()
    rig.hear(execute(max_slippage_points=Decimal(5)))

    rig.quote("1.39006")
    rig.pass_ms(200)

    assert last(rig).error_code is ErrorCode.REQUOTE
    assert "6.0 pt worse" in last(rig).error_message
    assert len(rig.opens) == 1


def test_a_definite_no_is_final() -> None:
    rig = Rig(fates=ScriptedFates([Fate(refuse_code=134)])).start()

    rig.hear(execute())
    rig.pass_ms(6_000)

    assert last(rig).error_code is ErrorCode.NO_MONEY
    assert last(rig).error_message == "code=134 the broker would not"
    assert len(rig.opens) == 1


@pytest.mark.parametrize("code", [129, 135, 136, 138, 146])
def test_a_passing_no_is_tried_again_while_time_lasts(code: int) -> None:
    rig = Rig(fates=ScriptedFates([Fate(refuse_code=code)] * 3)).start()

    rig.hear(execute())
    rig.pass_ms(1_000)

    assert last(rig).success
    assert len(rig.opens) == 4
    assert len({order.ref for order in rig.opens}) == 4


def test_a_passing_no_that_does_not_pass_ends_with_the_brokers_word() -> None:
    rig = Rig(fates=ScriptedFates([Fate(refuse_code=136)] * 100)).start()

    rig.hear(execute(ttl_ms=450))
    rig.pass_ms(2_000)

    assert last(rig).error_code is ErrorCode.OFF_QUOTES
    assert len(rig.opens) == 5


def test_a_session_that_ends_forgets_opens_that_were_not_sent() -> None:
    """The Agent sends them again, with the time that is left then."""
    rig = Rig()
    rig.broker = type(rig.broker)(rules())
    rig.start()
    rig.hear(execute())

    rig.disconnect()
    rig.quote("1.39000")

    assert rig.opens == []
    rig.connect()
    rig.hear(execute())
    assert len(rig.opens) == 1


def test_a_session_that_ends_settles_what_the_broker_refused() -> None:
    rig = Rig(fates=ScriptedFates([Fate(refuse_code=138)])).start()
    rig.hear(execute())

    rig.disconnect()
    rig.connect()

    assert said(rig)[-1].error_code is ErrorCode.REQUOTE
    assert len(rig.opens) == 1


def test_a_refusal_that_arrives_after_the_session_is_not_tried_again() -> None:
    slow = Fate(refuse_code=138, execute_after_ms=500)
    rig = Rig(fates=ScriptedFates([slow])).start()
    rig.hear(execute())

    rig.disconnect()
    rig.pass_ms(1_000)
    rig.connect()

    assert said(rig)[-1].error_code is ErrorCode.REQUOTE
    assert len(rig.opens) == 1


def test_rejected_accounts_and_symbols_are_not_traded() -> None:
    accepted, rejected = RegistrationStatus.ACCEPTED, RegistrationStatus.REJECTED
    rig = Rig().start()
    rig.hear(verdict(rejected, accepted))
    rig.hear(execute(1))
    rig.hear(verdict(accepted, rejected))
    rig.hear(execute(2))
    rig.hear(verdict(accepted, accepted))
    rig.hear(execute(3))

    assert [result.error_code for result in results(rig)] == [
        ErrorCode.HANDSHAKE_NOT_READY,
        ErrorCode.SYMBOL_NOT_MAPPED,
        ErrorCode.NO_ERROR,
    ]


def test_a_symbol_that_the_broker_does_not_have_is_omitted() -> None:
    rig = Rig().start()

    rig.hear(execute(symbol="XAUUSD"))

    assert last(rig).error_code is ErrorCode.SYMBOL_NOT_MAPPED


def test_a_terminal_that_was_logged_in_elsewhere_trades_nothing() -> None:
    rig = Rig().start()
    rig.broker.rules = replace(rig.broker.rules, server="Other-Srv")
    rig.look()

    rig.hear(execute())

    assert last(rig).error_code is ErrorCode.SESSION_CLOSED
    assert rig.opens == []


def test_the_eas_own_limits_hold_against_everybody() -> None:
    rig = Rig(slave_settings(lots_per_minute_max=Decimal("0.25"), open_positions_max=3)).start()

    for number in range(1, 4):
        rig.hear(execute(number))
    rig.pass_ms(61_000)
    sent_mono_ms = rig.now.mono_ms
    for number in range(4, 6):
        rig.hear(execute(number, sent_mono_ms=sent_mono_ms))

    assert [result.error_code for result in results(rig)] == [
        ErrorCode.NO_ERROR,
        ErrorCode.NO_ERROR,
        ErrorCode.MAX_LOTS,
        ErrorCode.NO_ERROR,
        ErrorCode.MAX_TRADES,
    ]


def test_a_terminal_that_does_not_show_everything_waits() -> None:
    rig = Rig().start()
    rig.broker.door.synchronised = False
    rig.look()
    rig.hear(execute())
    before = len(rig.opens)

    rig.broker.door.synchronised = True
    rig.look()

    assert (before, len(rig.opens)) == (0, 1)


def test_commands_of_another_session_or_account_are_ignored() -> None:
    rig = Rig().start()

    rig.hear(execute(1, session_epoch=6))
    rig.hear(execute(2, account_id="70002"))

    assert rig.opens == []
    assert rig.heard_of(PipeDeliveryAck) == []


def test_a_ledger_that_cannot_be_written_forbids_trading() -> None:
    rig = Rig().start()
    rig.disk_full = True

    rig.hear(execute())

    assert last(rig).error_code is ErrorCode.LEDGER_UNWRITABLE
    assert last(rig).ledger_n is None
    assert rig.opens == []
    assert "LEDGER_UNWRITABLE" in rig.alarms

    rig.disk_full = False
    rig.pass_ms(1_100)
    rig.hear(execute())

    again = said(rig)[-1]
    assert (again.error_code, again.stored) == (ErrorCode.LEDGER_UNWRITABLE, True)
    assert rig.opens == []


def test_a_result_that_cannot_be_written_is_said_once_it_can() -> None:
    slow = Fate(execute_after_ms=100)
    rig = Rig(fates=ScriptedFates([slow])).start()
    rig.hear(execute())
    rig.disk_full = True
    rig.pass_ms(3_000)
    silent = results(rig)

    rig.disk_full = False
    rig.pass_ms(1_100)

    assert silent == []
    assert last(rig).success
    assert [record["t"] for record in rig.file] == ["W", "X", "D"]


def test_results_are_repeated_until_they_are_acknowledged() -> None:
    rig = Rig().start()
    rig.hear(execute())
    rig.pass_ms(30_000)
    repeats = len(said(rig))

    rig.hear(ResultAck(command_id=execute().command_id, account_id=ACCOUNT))
    rig.pass_ms(30_000)

    assert 8 <= repeats <= 12
    assert len(said(rig)) == repeats
    assert rig.file[-1]["t"] == "A"
    rig.restart()
    assert len(said(rig)) == repeats


def test_partly_filled_orders_report_what_was_filled() -> None:
    rig = Rig(fates=ScriptedFates([Fate(lot_share=Decimal("0.5"))])).start()

    rig.hear(execute())

    assert last(rig).executed_lot == Decimal("0.05")


def test_a_symbol_that_may_not_be_opened_fails_with_the_brokers_word() -> None:
    closing = replace(EURUSD, trade_permission=TradePermission.CLOSE_ONLY)
    rig = Rig(broker_rules=rules(symbols=(closing,))).start()

    rig.hear(execute())

    assert last(rig).error_code is ErrorCode.TRADE_DISABLED
