"""What is written to EAs is what they can read."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from echo.domain.answers import Receipt, TradeIntentAck
from echo.domain.commands import Flatten, Protect, ReduceOrder
from echo.domain.ids import Ticket
from echo.wire.framing import LEGACY_LINE_BYTES_MAX, TO_LEGACY_LINE_BYTES_MAX
from echo.wire.pipe import ToEa, read_agent_line, write_to_ea
from echo.wire.refusals import WireError, WireReason
from tests.wire.pipe.samples import COMMAND, MASTER, NOW_MS, ORDER, SLAVE, TO_EA, TRADE
from tests.wire.pipe.test_messages import TO_EA as MESSAGES

ADDED = {"seq", "session_epoch", "ttl_ms", "age_ms", "sent_mono_ms", "traceparent", "protect"}
ADDED |= {"max_slippage_points", "max_spread_points"}


def test_a_pong_is_known_by_its_raw_text() -> None:
    for version in (1, 2, 3):
        line = write_to_ea(TO_EA[0], version, NOW_MS)
        assert b'"type":"pong"' in line
        assert f'"id":"{COMMAND}"'.encode() in line


def test_legacy_eas_get_what_they_know() -> None:
    payload = json.loads(write_to_ea(ORDER, 2, NOW_MS))["payload"]

    assert not ADDED & set(payload)
    assert len(payload["timestamps"]) == 8
    assert set(json.loads(write_to_ea(ORDER, 3, NOW_MS))["payload"]) >= ADDED


def test_the_side_is_said_in_the_only_words_that_are_understood() -> None:
    assert b'"order_side":"BUY"' in write_to_ea(ORDER, 1, NOW_MS)


def test_absent_levels_are_left_out() -> None:
    bare = replace(
        ORDER, stop_loss=None, protect=Protect(), comment="", ttl_ms=None, traceparent=""
    )

    payload = json.loads(write_to_ea(bare, 3, NOW_MS))["payload"]

    assert not {"stop_loss", "take_profit", "comment", "ttl_ms", "traceparent"} & set(payload)
    assert payload["protect"] == {}


@given(MESSAGES)
def test_lines_to_legacy_eas_are_short_and_plain(message: ToEa) -> None:
    line = write_to_ea(message, 2, NOW_MS)

    assert line.endswith(b"\n")
    assert len(line) <= TO_LEGACY_LINE_BYTES_MAX + 1
    assert line.count(b"\n") == 1
    text = line.decode().replace("\\\\", "")
    assert not [at for at in range(len(text)) if text[at] == "\\" and text[at + 1] not in '"nrt']
    assert json.loads(line)["type"]


def test_what_cannot_be_cut_is_refused() -> None:
    tickets = tuple(Ticket(10**18 + n) for n in range(500))
    flatten = Flatten(command_id=COMMAND, account_id=SLAVE, tickets=tickets)

    with pytest.raises(WireError) as refusal:
        write_to_ea(flatten, 2, NOW_MS)

    assert refusal.value.reason is WireReason.TOO_LONG
    assert read_agent_line(write_to_ea(flatten, 3, NOW_MS).rstrip()) == flatten
    assert LEGACY_LINE_BYTES_MAX > TO_LEGACY_LINE_BYTES_MAX


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(WireError) as refusal:
        write_to_ea(replace(ORDER, lot=Decimal("NaN")), 3, NOW_MS)

    assert refusal.value.reason is WireReason.NOT_FINITE


def test_a_reduction_says_that_an_earlier_life_may_have_read_it_only_if_that_is_so() -> None:
    [first] = [each for each in TO_EA if isinstance(each, ReduceOrder)]
    again = replace(first, again=True)

    lines = [write_to_ea(each, 3, NOW_MS) for each in (first, again)]

    assert ['"again"' in str(line) for line in lines] == [False, True]
    assert [read_agent_line(line) for line in lines] == [first, again]


def test_an_answer_without_a_reason_says_none() -> None:
    ack = TradeIntentAck(trade_id=TRADE, seq=4, result=Receipt.FAILED, account_id=MASTER)

    payload = json.loads(write_to_ea(ack, 3, NOW_MS))["payload"]

    assert not {"error_code", "error_message", "command_id", "last_seq"} & set(payload)
    assert (payload["seq"], payload["result"]) == (4, "FAILED")
