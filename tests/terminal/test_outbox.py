"""What a master EA reads back from its file is what it knew."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.ids import SEQ_CLOSE, Ticket
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.terminal.outbox import Outbox
from tests.terminal.rig import trade_id
from tests.terminal.test_detection import INTENT, end

D = Decimal
MOVE = TradeModify(
    trade_id=INTENT.trade_id,
    seq=1,
    account_id=INTENT.account_id,
    client_id=INTENT.client_id,
    ticket=Ticket(1),
    symbol=INTENT.symbol,
    magic_number=7,
    stop_loss=D("1.385"),
)


def read_back(outbox: Outbox) -> Outbox:
    return Outbox.read(outbox.records, highest_n=0)


def test_actions_wait_until_they_are_acknowledged() -> None:
    outbox = Outbox()
    outbox.intends(INTENT, at_ms=5)
    outbox.intends(MOVE, at_ms=6)
    outbox.intends(end(2, volume_remaining=D("0.04"), new_ticket=Ticket(9)), at_ms=7)
    outbox.acknowledged((INTENT.trade_id, 1), at_ms=8)

    again = read_back(outbox)

    assert again.waiting == outbox.waiting
    assert list(again.waiting) == [(INTENT.trade_id, 0), (INTENT.trade_id, 2)]
    assert again.tracked == outbox.tracked
    assert list(again.tracked) == [9]
    assert again.n == 4


def test_numbers_go_on_after_the_highest_ever_used() -> None:
    outbox = Outbox.read((), highest_n=41)

    assert outbox.intends(INTENT, at_ms=0)["n"] == 42


def test_a_closed_trade_is_not_tracked_any_more() -> None:
    outbox = Outbox()
    outbox.intends(INTENT, at_ms=0)
    outbox.intends(end(SEQ_CLOSE), at_ms=0)

    assert outbox.tracked == {}
    assert len(outbox.waiting) == 2


def test_a_record_that_was_not_written_gets_a_new_number() -> None:
    outbox = Outbox()
    record = outbox.intends(INTENT, at_ms=0)
    outbox.intends(MOVE, at_ms=0)

    [lost] = outbox.unwritten([record["n"]])
    renewed = outbox.again(lost)

    assert renewed == {**record, "n": 3}
    assert [each["n"] for each in outbox.records] == [2, 3]


def test_counting_on_changes_the_next_number_of_that_trade_only() -> None:
    outbox = Outbox()
    outbox.intends(INTENT, at_ms=0)

    outbox.renumbered(INTENT.trade_id, 9)
    outbox.renumbered(trade_id(2), 5)

    assert [trade.seq for trade in outbox.trades.values()] == [9]


def test_only_what_is_old_settled_and_closed_is_dropped() -> None:
    outbox = Outbox()
    other = replace(INTENT, trade_id=trade_id(2), ticket=Ticket(2))
    actions: tuple[TradeIntent | TradeClose, ...] = (INTENT, end(SEQ_CLOSE), other)
    for number, action in enumerate(actions):
        outbox.intends(action, at_ms=number)
        outbox.acknowledged((action.trade_id, action.seq), at_ms=number)

    smaller = outbox.compacted(settled_before_ms=100)

    assert [record["t"] for record in smaller.records] == ["I", "A"]
    assert smaller.tracked == outbox.tracked
    assert smaller.n == outbox.n
    assert len(outbox.compacted(settled_before_ms=0).records) == 6


@pytest.mark.parametrize(
    "record",
    [
        {"t": "I", "n": 1, "at": 0},
        {"t": "I", "n": 1, "at": 0, "kind": "open", "action": {"trade_id": 5}},
        {"t": "A", "n": 1, "at": 0},
        {"t": "I", "n": 1, "at": 0, "kind": "dance", "action": {}},
    ],
)
def test_a_record_that_says_nothing_sensible_is_refused(record: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Outbox.read((record,), highest_n=1)


def test_records_of_kinds_to_come_are_skipped() -> None:
    assert Outbox.read(({"t": "Z", "n": 3, "at": 0},), highest_n=3).waiting == {}
