"""Rows say what the master reported and where its trade stands."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.ids import SEQ_CLOSE, StrategyId
from echo.domain.intents import ActionKind
from echo.domain.journal import TradeStatus
from echo.engine import rows
from tests.engine.scenes import TRADE, Desk, closed, desk, opened


def test_an_action_is_kept_as_it_was_reported() -> None:
    now = Desk().now
    row = rows.action_record(closed(), now)

    assert (row.trade_id, row.seq, row.kind) == (TRADE, SEQ_CLOSE, ActionKind.CLOSE)
    assert row.action == closed()
    assert row.received_at_ms == now.wall_ms


def test_a_trade_is_a_row_of_its_own_state() -> None:
    stage = desk()
    stage.open(strategy_id=StrategyId("swing"), comment="mine", attempt=2)
    trade = stage.engine.state.trades[TRADE]
    row = rows.trade_record(trade, stage.now, settled=False)

    assert row == stage.archive.trade()
    assert (row.symbol, row.comment, row.attempt) == ("EURUSD", "mine", 2)
    assert row.status is TradeStatus.PENDING
    assert rows.trade_record(trade, stage.now, settled=True) == replace(row, settled=True)


def test_an_unknown_symbol_is_kept_in_the_masters_words() -> None:
    stage = desk()
    stage.say(opened(symbol="?", volume_initial=Decimal(2)))

    assert stage.archive.trade().symbol == "?"
    assert stage.archive.trade().volume_initial == 2
