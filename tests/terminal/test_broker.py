"""The paper broker executes like a real one: later, at the market, and not always."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.ids import Ticket
from echo.domain.quantities import Instant, Side
from echo.terminal.book import BookKind, entry_from_record, entry_to_record
from echo.terminal.broker import PaperBroker
from echo.terminal.fates import PROMPT, Fate, Fates, Reply, ScriptedFates
from echo.terminal.orders import (
    BrokerEvent,
    CloseLot,
    Deleted,
    DeletePending,
    Filled,
    LevelsSet,
    LotClosed,
    OrderRequest,
    Placed,
    PlacePending,
    Refused,
    SendOrder,
    SetLevels,
)
from echo.terminal.view import MT4, MT5, Price
from tests.terminal.rig import EURUSD, MONO_MS, QUOTE, SERVER, WALL_MS, price, rules

D = Decimal


class Floor:
    """A broker and a clock."""

    def __init__(self, fates: Fates = PROMPT, **changes: object) -> None:
        self.broker = PaperBroker(rules(**changes), fates)
        self.now = Instant(WALL_MS, MONO_MS)
        self.broker.advance(self.now, {"EURUSD": QUOTE})

    def ask(self, order: OrderRequest, after_ms: int = 0) -> list[BrokerEvent]:
        self.broker.request(order, self.now)
        return self.later(after_ms)

    def later(self, ms: int, quotes: dict[str, Price] | None = None) -> list[BrokerEvent]:
        self.now = Instant(self.now.wall_ms + ms, self.now.mono_ms + ms)
        return self.broker.advance(self.now, quotes or {})

    def move(self, bid: str) -> list[BrokerEvent]:
        return self.later(1, {"EURUSD": price(bid)})


def buy(lot: str = "0.10", **changes: object) -> SendOrder:
    base = SendOrder(ref="r", symbol="EURUSD.m", side=Side.BUY, lot=D(lot), comment="c")
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def test_a_buy_pays_the_ask_and_a_sell_gets_the_bid() -> None:
    floor = Floor()

    [bought] = floor.ask(buy())
    [sold] = floor.ask(buy(side=Side.SELL))

    assert isinstance(bought, Filled)
    assert isinstance(sold, Filled)
    assert (bought.price, sold.price) == (D("1.39010"), D("1.39000"))
    assert [each.side for each in floor.broker.positions.values()] == [Side.BUY, Side.SELL]


def test_requests_are_numbered() -> None:
    floor = Floor()

    assert floor.broker.request(buy(), floor.now) < floor.broker.request(buy(), floor.now)


def test_a_request_takes_its_time_there_and_back() -> None:
    floor = Floor(ScriptedFates([Fate(execute_after_ms=100, reply_after_ms=50)]))

    assert floor.ask(buy(), 99) == []
    assert floor.broker.positions == {}
    assert floor.later(1) == []
    assert len(floor.broker.positions) == 1
    assert floor.broker.next_due_mono_ms == floor.now.mono_ms + 50
    assert [type(each) for each in floor.later(50)] == [Filled]
    assert floor.broker.next_due_mono_ms is None


def test_a_lost_reply_hides_a_fill() -> None:
    floor = Floor(ScriptedFates([Fate(reply=Reply.SILENCE)]))

    assert floor.ask(buy(), 100_000) == []
    assert len(floor.broker.positions) == 1


def test_a_time_out_may_be_followed_by_a_fill() -> None:
    floor = Floor(ScriptedFates([Fate(reply=Reply.TIMEOUT, execute_after_ms=60_000)]))

    [timeout] = floor.ask(buy(), 1_000)
    before = dict(floor.broker.positions)

    assert isinstance(timeout, Refused)
    assert (timeout.code, before) == (128, {})
    assert floor.later(59_000) == []
    assert len(floor.broker.positions) == 1


def test_a_time_out_may_be_all_there_is() -> None:
    floor = Floor(ScriptedFates([Fate(reply=Reply.TIMEOUT, executes=False)]))

    floor.ask(buy(), 100_000)

    assert floor.broker.positions == {}


@pytest.mark.parametrize(
    ("fate", "stored"),
    [
        (Fate(comment_chars=0), ""),
        (Fate(comment_chars=5), "E1234"),
        (Fate(comment="by server"), "by server"),
        (Fate(), "E123456789012345678901234567890"),
    ],
)
def test_servers_do_what_they_like_with_comments(fate: Fate, stored: str) -> None:
    floor = Floor(ScriptedFates([fate]))

    floor.ask(buy(comment="E1234567890123456789012345678901234"))

    [position] = floor.broker.positions.values()
    [entry] = floor.broker.take_entries()
    assert position.comment == stored
    assert entry.asked == "E1234567890123456789012345678901234"


def test_a_part_may_be_filled() -> None:
    floor = Floor(ScriptedFates([Fate(lot_share=D("0.5"))] * 2))

    [filled] = floor.ask(buy("0.11"))
    [least] = floor.ask(buy("0.01"))

    assert isinstance(filled, Filled)
    assert isinstance(least, Filled)
    assert (filled.lot, least.lot) == (D("0.05"), D("0.01"))


@pytest.mark.parametrize(("terminal", "code"), [(MT4, 138), (MT5, 10004)])
def test_a_price_that_ran_away_is_requoted(terminal: str, code: int) -> None:
    floor = Floor(ScriptedFates([Fate(execute_after_ms=10)]), terminal=terminal)
    floor.ask(buy(price=D("1.39010"), deviation_points=D(5)))

    floor.move("1.39006")
    [answer] = floor.later(10)

    assert isinstance(answer, Refused)
    assert answer.code == code


def test_levels_are_set_and_touched() -> None:
    floor = Floor()
    floor.ask(buy())

    [done] = floor.ask(
        SetLevels(ref="s", ticket=Ticket(1_000_001), stop_loss=D("1.38"), take_profit=D("1.40"))
    )
    calm = floor.move("1.38500")
    [stopped] = floor.move("1.37990")

    assert isinstance(done, LevelsSet)
    assert calm == []
    assert isinstance(stopped, LotClosed)
    assert (stopped.ref, stopped.reason, stopped.price) == ("", "sl", D("1.37990"))
    [deal] = floor.broker.view(floor.now).history
    assert (deal.comment, deal.reason, deal.profit) == ("c[sl]", "sl", D("-102.00"))
    assert floor.broker.view(floor.now).info.balance == D("999898.00")


def test_mt4_gives_the_rest_a_new_ticket_and_says_so_in_both_comments() -> None:
    floor = Floor()
    floor.ask(buy())

    [closed] = floor.ask(CloseLot(ref="x", ticket=Ticket(1_000_001), lot=D("0.04")))

    assert isinstance(closed, LotClosed)
    assert (closed.new_ticket, closed.remaining) == (1_000_002, D("0.06"))
    view = floor.broker.view(floor.now)
    assert [(each.ticket, each.comment) for each in view.positions] == [
        (1_000_002, "from #1000001")
    ]
    assert [(each.ticket, each.comment) for each in view.history] == [(1_000_001, "to #1000002")]
    assert view.positions[0].open_price == D("1.39010")


def test_mt5_keeps_the_ticket_and_numbers_the_deal() -> None:
    floor = Floor(terminal=MT5, first_ticket=2**33)
    floor.ask(buy())

    [part] = floor.ask(CloseLot(ref="x", ticket=Ticket(2**33), lot=D("0.04")))
    floor.ask(CloseLot(ref="x", ticket=Ticket(2**33)))

    assert isinstance(part, LotClosed)
    assert part.new_ticket is None
    view = floor.broker.view(floor.now)
    assert [(each.ticket, each.position_id, each.lot) for each in view.history] == [
        (2**33 + 1, 2**33, D("0.04")),
        (2**33 + 2, 2**33, D("0.06")),
    ]


@pytest.mark.parametrize(
    ("stop", "side", "at", "reached"),
    [
        (False, Side.BUY, "1.38000", "1.37980"),
        (False, Side.SELL, "1.40000", "1.40000"),
        (True, Side.BUY, "1.40000", "1.40000"),
        (True, Side.SELL, "1.38000", "1.38000"),
    ],
)
def test_pending_orders_wait_for_their_price(stop: bool, side: Side, at: str, reached: str) -> None:
    floor = Floor()
    order = PlacePending(
        ref="p", symbol="EURUSD.m", side=side, lot=D("0.10"), price=D(at), stop=stop
    )

    [placed] = floor.ask(order)
    waiting = floor.move("1.39100")
    [filled] = floor.move(reached)

    assert isinstance(placed, Placed)
    assert waiting == []
    assert isinstance(filled, Filled)
    assert (filled.ref, filled.ticket) == ("", placed.ticket)
    assert floor.broker.view(floor.now).pendings == ()


def test_a_pending_order_can_be_deleted() -> None:
    floor = Floor()
    order = PlacePending(ref="p", symbol="EURUSD.m", side=Side.BUY, lot=D("0.1"), price=D("1.3"))
    floor.ask(order)

    [gone] = floor.ask(DeletePending(ref="d", ticket=Ticket(1_000_001)))
    [again] = floor.ask(DeletePending(ref="d", ticket=Ticket(1_000_001)))

    assert isinstance(gone, Deleted)
    assert isinstance(again, Refused)
    assert again.code == 4108


def test_a_margin_call_closes_the_worst_position_first() -> None:
    floor = Floor(balance=D(2_000), leverage=100)
    floor.ask(buy("0.50"))
    floor.ask(buy("0.60"))

    events = floor.move("1.37400")

    assert [(each.ticket, each.reason) for each in events if isinstance(each, LotClosed)] == [
        (1_000_002, "so")
    ]


def test_no_connection_means_no_order_and_a_code_that_proves_nothing() -> None:
    floor = Floor()
    floor.broker.door.connected = False

    [answer] = floor.ask(buy(), 1_000)

    assert isinstance(answer, Refused)
    assert answer.code == 6
    assert floor.broker.positions == {}
    assert not floor.broker.view(floor.now).conclusive


def test_an_answer_to_a_terminal_that_went_offline_is_no_answer() -> None:
    floor = Floor(ScriptedFates([Fate(reply_after_ms=100)]))
    floor.ask(buy())
    floor.broker.door.connected = False

    [answer] = floor.later(100)

    assert isinstance(answer, Refused)
    assert answer.code == 6
    assert len(floor.broker.positions) == 1


def test_a_closed_market_moves_nothing() -> None:
    floor = Floor()
    floor.ask(buy(stop_loss=D("1.38")))
    order = PlacePending(ref="p", symbol="EURUSD.m", side=Side.BUY, lot=D("0.1"), price=D("1.3"))
    floor.ask(order)
    floor.broker.door.closed_markets.add("EURUSD.m")

    assert floor.move("1.20000") == []

    floor.broker.door.closed_markets.clear()
    assert len(floor.move("1.20000")) == 2


def test_a_mark_up_widens_the_spread() -> None:
    floor = Floor(symbols=(replace(EURUSD, spread_markup_points=D(15)),))

    assert floor.broker.prices["EURUSD.m"] == Price(D("1.39000"), D("1.39025"))


def test_the_view_shows_who_and_what() -> None:
    floor = Floor(broker="Northwind", leverage=30, clock_offset_ms=7_200_000)
    floor.ask(buy("1.00"))
    floor.move("1.39110")

    view = floor.broker.view(floor.now)

    assert (view.server, view.broker, view.leverage) == (SERVER, "Northwind", 30)
    assert view.server_time_ms == WALL_MS + 7_200_000
    assert view.positions[0].open_time_ms == WALL_MS + 7_200_000
    assert view.positions[0].profit == D("100.00")
    assert view.info.equity == D("1000100.00")
    assert view.info.margin == D("4633.67")
    assert view.symbols[0].tick_value == 1


ORDERS = st.lists(
    st.sampled_from(["buy", "sell", "part", "close", "levels", "pend", "delete", "fall", "rise"]),
    max_size=15,
)


@given(ORDERS, st.sampled_from([MT4, MT5]))
def test_the_account_is_the_sum_of_its_book(steps: list[str], terminal: str) -> None:
    floor = Floor(terminal=terminal)
    bid = D("1.39000")
    for step in steps:
        tickets = list(floor.broker.positions)
        match step:
            case "buy" | "sell":
                floor.ask(buy(side=Side(step.upper()), stop_loss=None))
            case "part" if tickets:
                floor.ask(CloseLot(ref="x", ticket=tickets[0], lot=D("0.03")))
            case "close" if tickets:
                floor.ask(CloseLot(ref="x", ticket=tickets[-1]))
            case "levels" if tickets:
                side = floor.broker.positions[tickets[0]].side
                level = bid - side.sign * D("0.005")
                floor.ask(SetLevels(ref="l", ticket=tickets[0], stop_loss=level, take_profit=None))
            case "pend":
                floor.ask(
                    PlacePending(
                        ref="p", symbol="EURUSD.m", side=Side.BUY, lot=D("0.1"), price=bid - 1
                    )
                )
            case "delete":
                floor.ask(DeletePending(ref="d", ticket=Ticket(1_000_001)))
            case "fall" | "rise":
                bid += D("0.004") if step == "rise" else D("-0.004")
                floor.move(str(bid))
            case _:
                pass
    entries = [entry_from_record(entry_to_record(each)) for each in floor.broker.take_entries()]

    restored = PaperBroker.restore(rules(terminal=terminal), entries)
    restored.advance(floor.now, {"EURUSD": price(str(bid))})

    assert restored.view(floor.now) == floor.broker.view(floor.now)
    assert restored._holdings.next_ticket == floor.broker._holdings.next_ticket
    assert {each.kind for each in entries} <= set(BookKind)
