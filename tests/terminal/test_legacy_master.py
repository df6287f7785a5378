"""A legacy master behaves as the ones in the field do, faults included."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.handshake import (
    Handshake,
    RegistrationStatus,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.ids import EvaluationId, is_uuid
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.quantities import Side
from echo.domain.sessions import Ping
from echo.terminal.orders import CloseLot, SendOrder, SetLevels
from tests.terminal.rig import ACCOUNT, SERVER, Rig, slave_settings

D = Decimal


def legacy(version: int = 2) -> Rig:
    settings = slave_settings(role=Role.MASTER, protocol_version=version, symbols=())
    return Rig(settings)


def buy(**changes: object) -> SendOrder:
    base = SendOrder(
        ref="h",
        symbol="EURUSD.m",
        side=Side.BUY,
        lot=D("0.10"),
        magic_number=7,
        stop_loss=D("1.38"),
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def close_first(rig: Rig, lot: str | None = None) -> None:
    ticket = next(iter(rig.broker.positions))
    rig.by_hand(CloseLot(ref="h", ticket=ticket, lot=None if lot is None else D(lot)))


def verdict(status: RegistrationStatus) -> SymbolRegistrationResult:
    return SymbolRegistrationResult(
        account_id=ACCOUNT,
        pipe_role=Role.MASTER,
        protocol_version=2,
        status=status,
        evaluation_id=EvaluationId("e"),
        evaluated_at_ms=0,
    )


@pytest.mark.parametrize(("version", "strategy"), [(1, ""), (2, "magic_7")])
def test_a_trade_is_said_once_and_never_again(version: int, strategy: str) -> None:
    rig = legacy(version).start()

    rig.by_hand(buy())
    rig.pass_ms(60_000)

    [intent] = rig.heard_of(TradeIntent)
    assert is_uuid(intent.trade_id)
    assert intent.trade_id[14] == "4"
    assert (intent.symbol, intent.strategy_id, intent.ticket) == ("EURUSD.M", strategy, 1_000_001)
    assert intent.age_ms is None
    assert rig.file == []


def test_it_introduces_itself_and_pings() -> None:
    rig = legacy().start()
    rig.pass_ms(10_000)

    assert [each.metadata.protocol_version for each in rig.heard_of(Handshake)] == [2]
    assert len(rig.heard_of(Ping)) == 3


def test_a_trade_without_a_stop_waits_for_one_however_long() -> None:
    rig = legacy().start()
    rig.by_hand(buy(stop_loss=None))
    rig.pass_ms(60_000)
    naked = rig.heard_of(TradeIntent)

    ticket = next(iter(rig.broker.positions))
    rig.by_hand(SetLevels(ref="h", ticket=ticket, stop_loss=D("1.38"), take_profit=None))

    assert naked == []
    assert [each.stop_loss for each in rig.heard_of(TradeIntent)] == [D("1.38")]


def test_modifications_are_unknown_to_it() -> None:
    rig = legacy().start()
    rig.by_hand(buy())

    ticket = next(iter(rig.broker.positions))
    rig.by_hand(SetLevels(ref="h", ticket=ticket, stop_loss=D("1.37"), take_profit=None))

    assert rig.heard_of(TradeModify) == []


def test_a_partial_close_looks_like_a_close_and_a_new_trade() -> None:
    rig = legacy().start()
    rig.by_hand(buy())

    close_first(rig, "0.04")

    first, second = rig.heard_of(TradeIntent)
    [closed] = rig.heard_of(TradeClose)
    assert (closed.trade_id, closed.ticket) == (first.trade_id, 1_000_001)
    assert closed.close_price == D("1.39")
    assert (second.ticket, second.lot) == (1_000_002, D("0.06"))
    assert second.trade_id != first.trade_id


def test_a_close_carries_the_magic_of_the_last_order_seen() -> None:
    rig = legacy().start()
    rig.by_hand(buy())
    rig.by_hand(buy(magic_number=8))

    close_first(rig)

    assert [each.magic_number for each in rig.heard_of(TradeClose)] == [8]


def test_what_was_open_at_its_start_closes_under_an_id_that_nobody_knows() -> None:
    rig = legacy().start()
    rig.by_hand(buy())
    [intent] = rig.heard_of(TradeIntent)

    rig.restart()
    close_first(rig)

    [closed] = rig.heard_of(TradeClose)
    assert closed.trade_id != intent.trade_id
    assert len(rig.heard_of(TradeIntent)) == 1


def test_a_close_while_the_pipe_is_down_is_lost() -> None:
    rig = legacy().start()
    rig.by_hand(buy())
    rig.disconnect()

    close_first(rig)
    rig.connect()
    rig.look()

    assert rig.heard_of(TradeClose) == []


def test_a_trade_opened_while_the_pipe_is_down_is_said_later() -> None:
    rig = legacy().start()
    rig.disconnect()
    rig.by_hand(buy())

    rig.connect()
    rig.look()

    assert len(rig.heard_of(TradeIntent)) == 1


def test_a_shut_gate_stops_intents_and_closes() -> None:
    rig = legacy().start()
    rig.by_hand(buy())
    rig.hear(verdict(RegistrationStatus.REJECTED))

    rig.by_hand(buy())
    close_first(rig)
    shut = len(rig.heard_of(TradeIntent)), len(rig.heard_of(TradeClose))
    rig.hear(verdict(RegistrationStatus.WARNING))
    rig.look()

    assert shut == (1, 0)
    assert len(rig.heard_of(TradeIntent)) == 2


def test_a_ping_without_an_answer_ends_the_pipe_after_three_seconds() -> None:
    rig = legacy()
    rig.answer_pings = False
    rig.start()

    rig.pass_ms(3_000)

    assert rig.ended == ["no pong for 3000 ms"]
    assert rig.settings.server == SERVER
