"""What a master did follows from two looks at its account."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.accounts import Deal, Position
from echo.domain.ids import SEQ_CLOSE, ClientId, Ticket, TradeId
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.quantities import Side
from echo.terminal.detection import (
    Appeared,
    Moved,
    Shrunk,
    Tracked,
    Vanished,
    after,
    changes,
    opened_at_ms,
    reason_of,
)
from tests.terminal.rig import ACCOUNT, WALL_MS, Rig, trade_id

D = Decimal
VIEW = Rig().broker.view(Rig().now)


def position(ticket: int, lot: str = "0.10", **changes: object) -> Position:
    base = Position(
        ticket=Ticket(ticket),
        symbol="EURUSD.m",
        side=Side.BUY,
        lot=D(lot),
        open_price=D("1.39"),
        open_time_ms=1,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def deal(ticket: int, lot: str = "0.10", **changes: object) -> Deal:
    base = Deal(
        ticket=Ticket(ticket),
        symbol="EURUSD.m",
        side=Side.BUY,
        lot=D(lot),
        open_price=D("1.39"),
        close_price=D("1.40"),
        open_time_ms=1,
        close_time_ms=2,
        position_id=ticket,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def tracked(*positions: Position) -> dict[Ticket, Tracked]:
    return {
        each.ticket: Tracked(trade_id=TradeId(f"t{each.ticket}"), position=each)
        for each in positions
    }


def compare(known: dict[Ticket, Tracked], *now: Position, history: tuple[Deal, ...] = ()):
    return changes(known, replace(VIEW, positions=now, history=history))


def test_nothing_changed_is_nothing() -> None:
    assert compare(tracked(position(1)), position(1, profit=D(5))) == []


def test_new_gone_moved_and_shrunk_are_told_apart() -> None:
    known = tracked(position(1), position(2), position(3))
    closing = deal(1)

    found = compare(
        known,
        position(2, stop_loss=D("1.3")),
        position(3, "0.04"),
        position(4),
        history=(closing,),
    )

    assert found == [
        Vanished(known[Ticket(1)], closing),
        Moved(known[Ticket(2)], position(2, stop_loss=D("1.3"))),
        Shrunk(known[Ticket(3)], position(3, "0.04")),
        Appeared(position(4)),
    ]


def test_the_rest_of_a_partial_close_is_no_new_trade() -> None:
    known = tracked(position(1))
    rest = position(2, "0.06", comment="from #1", stop_loss=D("1.2"))

    assert compare(known, rest) == [Shrunk(known[Ticket(1)], rest), Moved(known[Ticket(1)], rest)]


def test_twins_closed_whole_and_in_part_are_not_confused() -> None:
    """Opened in the same second at the same price, they differ in nothing but their tickets."""
    known = tracked(position(1), position(2))
    rest = position(3, "0.07", comment="from #2")

    found = compare(known, rest, history=(deal(1), deal(2, "0.03", comment="to #3")))

    assert [type(each) for each in found] == [Vanished, Shrunk]


def test_the_last_part_of_a_position_tells_price_and_reason() -> None:
    parts = (deal(9, "0.05", position_id=1), deal(10, "0.05", position_id=1, reason="tp"))

    [gone] = compare(tracked(position(1)), history=parts)

    assert isinstance(gone, Vanished)
    assert gone.deal == parts[1]


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (None, "manual"),
        (deal(1), "manual"),
        (deal(1, reason="sl"), "sl"),
        (deal(1, comment="tag[tp]"), "tp"),
        (deal(1, reason="so"), "so"),
    ],
)
def test_reasons(found: Deal | None, reason: str) -> None:
    assert reason_of(found) == reason


INTENT = TradeIntent(
    trade_id=trade_id(),
    account_id=ACCOUNT,
    client_id=ClientId("master_1"),
    ticket=Ticket(1),
    symbol="EURUSD.m",
    side=Side.BUY,
    lot=D("0.10"),
    price=D("1.39"),
    magic_number=7,
    stop_loss=D("1.38"),
)


def end(seq: int, **changes: object) -> TradeClose:
    base = TradeClose(
        trade_id=INTENT.trade_id,
        account_id=ACCOUNT,
        client_id=INTENT.client_id,
        ticket=Ticket(1),
        symbol=INTENT.symbol,
        magic_number=7,
        seq=seq,
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def test_actions_replayed_give_what_was_reported() -> None:
    opened = after(None, INTENT)
    moved = after(
        opened,
        TradeModify(
            trade_id=INTENT.trade_id,
            seq=1,
            account_id=ACCOUNT,
            client_id=INTENT.client_id,
            ticket=Ticket(1),
            symbol=INTENT.symbol,
            magic_number=7,
            stop_loss=D(0),
            take_profit=D("1.5"),
        ),
    )
    reduced = after(moved, end(2, volume_remaining=D("0.04"), new_ticket=Ticket(5)))

    assert opened is not None
    assert opened.position.open_time_ms == WALL_MS == opened_at_ms(INTENT.trade_id)
    assert moved is not None
    assert (moved.seq, moved.position.stop_loss, moved.position.take_profit) == (
        1,
        None,
        D("1.5"),
    )
    assert reduced is not None
    assert (reduced.seq, reduced.position.ticket, reduced.position.lot) == (2, 5, D("0.04"))
    assert after(reduced, end(SEQ_CLOSE)) is None
    assert after(None, end(3)) is None
