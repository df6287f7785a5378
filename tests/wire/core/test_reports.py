"""Quotes and snapshots, in the stream and in the domain."""

from dataclasses import replace

import pytest
from hypothesis import given

from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.specs import Quote
from echo.wire.core import reports
from echo.wire.pb import agent_pb2
from echo.wire.pb import common_pb2 as pb
from echo.wire.refusals import WireError, WireReason
from tests.wire import strategies as our
from tests.wire.pipe.samples import SNAPSHOT


@given(our.QUOTES)
def test_quotes_are_read_as_they_were_written(quote: Quote) -> None:
    message = pb.SymbolQuoteSnapshot()
    reports.write_quote(message, quote)

    assert reports.read_quote(message) == quote


@given(our.SNAPSHOTS)
def test_snapshots_are_read_as_they_were_written(snapshot: StateSnapshot) -> None:
    message = pb.StateSnapshot()
    reports.write_snapshot(message, snapshot)

    assert reports.read_snapshot(message) == snapshot


@given(our.OPEN_TRADES)
def test_open_trades_are_read_as_they_were_written(trades: OpenTrades) -> None:
    message = agent_pb2.OpenTrades()
    reports.write_open_trades(message, trades)

    assert reports.read_open_trades(message) == trades


def test_a_snapshot_without_money_still_names_its_account() -> None:
    message = pb.StateSnapshot()
    reports.write_snapshot(message, replace(SNAPSHOT, info=None))

    read = reports.read_snapshot(message)

    assert (read.account_id, read.info) == (SNAPSHOT.account_id, None)


@pytest.mark.parametrize("accounts", [0, 2])
def test_a_snapshot_is_of_one_account(accounts: int) -> None:
    message = pb.StateSnapshot()
    for _ in range(accounts):
        message.accounts.add(account_id="7")

    with pytest.raises(WireError) as refusal:
        reports.read_snapshot(message)

    assert refusal.value.reason is WireReason.OUT_OF_RANGE


def test_a_position_without_a_side_is_refused() -> None:
    message = pb.StateSnapshot()
    reports.write_snapshot(message, SNAPSHOT)
    message.positions[0].ClearField("side")

    with pytest.raises(WireError, match="side 0") as refusal:
        reports.read_snapshot(message)

    assert refusal.value.reason is WireReason.UNKNOWN_VALUE
