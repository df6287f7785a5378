"""Records about trades become rows that people can read, and come back from them."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from echo.domain.commands import CommandKind
from echo.domain.intents import ActionKind, TradeClose
from echo.stores.sqlite.journal import SqliteJournal
from echo.stores.sqlite.trade_rows import (
    CLOSING,
    COMMAND_TYPES,
    action_row,
    command_row,
    copy_row,
    decision_row,
    execution_row,
    read_copy,
    read_decision,
    read_trade,
    trade_row,
)
from tests.stores import examples as ex
from tests.stores.sqlite.places import query


@pytest.mark.parametrize(
    "record",
    [ex.trade(), ex.trade(followers=(), comment="", timeframe="", atr=None, settled=True)],
)
def test_trade_comes_back(record) -> None:
    assert read_trade(trade_row(record)) == record


@pytest.mark.parametrize("number", ["0.2", "0.20", "1E-8", "123456789.12345678"])
def test_lots_and_prices_come_back_exactly(number: str) -> None:
    record = ex.trade(lot=Decimal(number), price=Decimal(number), take_profit=Decimal(number))

    assert read_trade(trade_row(record)) == record


def test_decision_and_copy_come_back() -> None:
    assert read_decision(decision_row(ex.decision())) == ex.decision()
    assert read_copy(copy_row(ex.copy())) == ex.copy()


def content(record) -> object:
    return action_row(record)[3]


@pytest.mark.parametrize(
    ("change", "same"),
    [
        pytest.param({"lot": Decimal("0.2")}, True, id="the same lot with fewer digits"),
        pytest.param({"attempt": 5, "age_ms": 900}, True, id="another attempt"),
        pytest.param({"symbol": "xauusd"}, True, id="the same symbol in lower case"),
        pytest.param({"lot": Decimal("0.3")}, False, id="another lot"),
        pytest.param({"price": Decimal("4015.2")}, False, id="another price"),
    ],
)
def test_content_tells_whether_two_reports_are_one_action(change, same: bool) -> None:
    again = replace(ex.intent(), **change)

    assert (content(ex.action(again, ActionKind.OPEN)) == content(ex.opened())) is same


def test_reduction_is_what_it_leaves() -> None:
    half: TradeClose = replace(ex.close(), seq=2, volume_remaining=Decimal("0.1"))
    less = replace(half, volume_remaining=Decimal("0.05"))
    rows = [content(ex.action(each, ActionKind.REDUCE)) for each in (half, less)]

    assert rows[0] != rows[1]


def test_every_kind_of_command_has_a_name_in_the_journal() -> None:
    assert set(COMMAND_TYPES) == set(CommandKind)
    assert {CommandKind.CLOSE, CommandKind.REDUCE, CommandKind.FLATTEN} == CLOSING


def test_command_of_no_trade_has_no_trade() -> None:
    trades = [command_row(ex.command(what))[1] for what in ex.other_commands()]

    assert trades == [ex.trade_id()] * 3 + [None] * 2


def test_execution_is_keyed_by_what_was_said_and_when() -> None:
    answer = ex.execution(ex.result(ex.execute()))
    key = execution_row(answer)[0]

    assert isinstance(key, str)
    assert key.startswith(f"{answer.command_id}:")
    assert execution_row(answer)[0] == key
    assert execution_row(replace(answer, received_at_ms=1))[0] != key
    assert execution_row(ex.execution(ex.failed(ex.execute())))[0] != key


async def test_rows_say_what_happened_in_words(tmp_path: Path) -> None:
    """What an operator sees who looks with any SQLite tool."""
    path = tmp_path / "journal.db"
    journal = SqliteJournal.open(path)
    await journal.commit((*ex.one_of_each(), ex.execution(ex.failed(ex.execute(2)))))
    await journal.close()

    assert query(path, "SELECT side, lot_size, status, followers, settled FROM trades") == [
        ("BUY", "0.20", "FILLED", '["7001","7002"]', 0)
    ]
    assert query(path, "SELECT kind, outcome, code, inputs FROM copy_decisions") == [
        ("open", "pending", "NO_ERROR", '{"lot":0.10,"policy":"*","ticks":5000,"stop":null}')
    ]
    assert query(path, "SELECT command_type, stage, status, attempt FROM delivery_journal") == [
        ("execute_order", 2, "inflight", 2)
    ]
    assert query(
        path, "SELECT success, error_code, error_message, slave_ticket FROM executions ORDER BY 1"
    ) == [(0, "NO_MONEY", "code=134", None), (1, "NO_ERROR", "", ex.BIG_TICKET)]
