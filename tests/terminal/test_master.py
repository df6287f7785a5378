"""A master EA reports everything that happens on its account, until it is acknowledged."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.answers import Receipt, ResultAck, TradeIntentAck
from echo.domain.errors import ErrorCode
from echo.domain.handshake import (
    Handshake,
    RegistrationStatus,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import SEQ_CLOSE, AccountId, CommandId, EvaluationId, Ticket, derive_trade_id
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.quantities import Side
from echo.domain.sessions import DeliveryConfig
from echo.terminal import events
from echo.terminal.effects import ActionDetected
from echo.terminal.master import traceparent
from echo.terminal.orders import CloseLot, SendOrder, SetLevels
from echo.terminal.settings import EaSettings
from echo.terminal.view import MT4, MT5, Bar
from tests.terminal.rig import (
    ACCOUNT,
    EURUSD,
    SERVER,
    UNSHOWN_MS,
    WALL_MS,
    Crashed,
    Rig,
    rules,
)

D = Decimal
Action = TradeIntent | TradeModify | TradeClose

both = pytest.mark.parametrize("terminal", [MT4, MT5])


def settings(**changes: object) -> EaSettings:
    base = EaSettings(role=Role.MASTER, account_id=ACCOUNT, server=SERVER)
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def master(terminal: str = MT4, **changes: object) -> Rig:
    return Rig(settings(**changes), rules(terminal=terminal))


def buy(lot: str = "0.10", **changes: object) -> SendOrder:
    base = SendOrder(
        ref="hand",
        symbol="EURUSD.m",
        side=Side.BUY,
        lot=D(lot),
        magic_number=7,
        stop_loss=D("1.38"),
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def actions(rig: Rig) -> list[Action]:
    return [each for each in rig.said if isinstance(each, TradeIntent | TradeModify | TradeClose)]


def distinct(rig: Rig) -> list[tuple[str, int]]:
    return list(dict.fromkeys((each.trade_id, each.seq) for each in actions(rig)))


def ack(action: Action, result: Receipt = Receipt.OK, **changes: object) -> TradeIntentAck:
    base = TradeIntentAck(
        trade_id=action.trade_id, seq=action.seq, result=result, account_id=ACCOUNT
    )
    return replace(base, **changes)  # type: ignore[arg-type]  # tests name real fields


def only(rig: Rig) -> Ticket:
    return next(iter(rig.broker.positions))


def logged_in_elsewhere(rig: Rig) -> None:
    """Show the account of somebody else."""
    rig.feed(events.Seen(replace(rig.broker.view(rig.now), account_id=AccountId("9"))))


def attached_elsewhere() -> Rig:
    """An EA whose pipe comes up while its terminal shows another account."""
    rig = master().attach()
    logged_in_elsewhere(rig)
    return rig.connect()


def test_it_introduces_itself_only_when_its_terminal_shows_its_own_account() -> None:
    rig = attached_elsewhere()
    rig.pass_ms(20_000)
    away = list(rig.said)

    rig.look()
    rig.pass_ms(2_000)

    assert away == []
    [hello] = rig.heard_of(Handshake)
    assert hello.account_id == ACCOUNT
    rig.look()
    assert len(rig.heard_of(Handshake)) == 1


def test_a_pipe_that_went_down_meanwhile_is_not_spoken_to() -> None:
    rig = attached_elsewhere()
    rig.disconnect()
    rig.look()
    down = list(rig.said)

    rig.connect()

    assert down == []
    assert len(rig.heard_of(Handshake)) == 1


def test_a_look_at_another_account_does_not_have_it_introduce_itself_again() -> None:
    rig = master().start()
    logged_in_elsewhere(rig)
    rig.look()

    assert len(rig.heard_of(Handshake)) == 1


def test_an_open_is_reported_with_everything_and_on_disk_before() -> None:
    rig = master().start()

    rig.by_hand(buy(take_profit=D("1.40")))

    [intent] = rig.heard_of(TradeIntent)
    assert intent.trade_id == derive_trade_id(
        server=SERVER, account_id=ACCOUNT, root_ticket=Ticket(1_000_001), opened_at_ms=WALL_MS
    )
    assert (intent.symbol, intent.side, intent.lot, intent.price) == (
        "EURUSD.m",
        Side.BUY,
        D("0.10"),
        D("1.39010"),
    )
    assert (intent.stop_loss, intent.take_profit, intent.magic_number) == (
        D("1.38"),
        D("1.40"),
        7,
    )
    assert (intent.strategy_id, intent.server, intent.seq) == ("magic_7", SERVER, 0)
    assert (intent.age_ms, intent.attempt, intent.buffer_depth) == (0, 1, 1)
    assert intent.timestamps.t0_master_ea_ms == rig.now.wall_ms
    assert intent.traceparent == traceparent(intent.trade_id, 0)
    assert [record["t"] for record in rig.file] == ["I"]
    assert ActionDetected(trade_id=intent.trade_id, seq=0) in rig.observed


def test_an_open_tells_the_charts_time_frame_and_the_symbols_mean_range() -> None:
    bars = tuple(Bar(D(f"1.39{n:02}5"), D(f"1.38{n:02}"), D("1.389")) for n in range(20))
    symbols = (replace(EURUSD, bars=bars),)
    rig = Rig(settings(), rules(chart_s=14_400, symbols=symbols)).start()

    rig.by_hand(buy())

    [intent] = rig.heard_of(TradeIntent)
    assert intent.timeframe == "H4"
    assert intent.atr == D("0.01005")


def test_without_chart_and_bars_an_open_tells_neither() -> None:
    rig = master().start()

    rig.by_hand(buy())

    [intent] = rig.heard_of(TradeIntent)
    assert (intent.timeframe, intent.atr) == ("", None)


def test_a_trace_is_named_after_its_trade() -> None:
    trade = derive_trade_id(
        server=SERVER, account_id=ACCOUNT, root_ticket=Ticket(1), opened_at_ms=WALL_MS
    )

    version, trace, span, flags = traceparent(trade, 3).split("-")

    assert (version, trace, flags) == ("00", trade.replace("-", ""), "01")
    assert len(span) == 16
    assert traceparent(trade, 4) != traceparent(trade, 3)


def test_levels_volume_and_end_are_reported_in_order() -> None:
    rig = master().start()
    rig.by_hand(buy())

    rig.by_hand(SetLevels(ref="h", ticket=only(rig), stop_loss=D("1.381"), take_profit=None))
    rig.by_hand(CloseLot(ref="h", ticket=only(rig), lot=D("0.04")))
    rig.by_hand(SetLevels(ref="h", ticket=only(rig), stop_loss=None, take_profit=D("1.41")))
    rig.by_hand(CloseLot(ref="h", ticket=only(rig)))

    _, moved, reduced, removed, closed = actions(rig)
    assert isinstance(moved, TradeModify)
    assert (moved.seq, moved.stop_loss, moved.take_profit) == (1, D("1.381"), None)
    assert isinstance(reduced, TradeClose)
    assert (reduced.seq, reduced.ticket, reduced.new_ticket) == (2, 1_000_001, 1_000_002)
    assert (reduced.lot, reduced.volume_remaining) == (D("0.04"), D("0.06"))
    assert isinstance(removed, TradeModify)
    assert (removed.seq, removed.stop_loss, removed.take_profit) == (3, D(0), D("1.41"))
    assert isinstance(closed, TradeClose)
    assert (closed.seq, closed.ticket, closed.reason) == (SEQ_CLOSE, 1_000_002, "manual")
    assert closed.close_price == D("1.39")
    assert len({each.trade_id for each in actions(rig)}) == 1


def test_mt5_keeps_the_ticket_of_what_is_left() -> None:
    rig = master(MT5).start()
    rig.by_hand(buy())

    rig.by_hand(CloseLot(ref="h", ticket=only(rig), lot=D("0.04")))

    reduced = actions(rig)[-1]
    assert isinstance(reduced, TradeClose)
    assert (reduced.new_ticket, reduced.volume_remaining) == (None, D("0.06"))


@pytest.mark.parametrize(("bid", "reason"), [("1.37900", "sl"), ("1.41000", "tp")])
@both
def test_the_reason_of_a_close_is_told(terminal: str, bid: str, reason: str) -> None:
    rig = master(terminal).start()
    rig.by_hand(buy(take_profit=D("1.40")))

    rig.quote(bid)

    closed = actions(rig)[-1]
    assert isinstance(closed, TradeClose)
    assert (closed.seq, closed.reason) == (SEQ_CLOSE, reason)


def test_actions_are_said_again_with_growing_pauses_until_they_are_acknowledged() -> None:
    rig = master().start()
    rig.by_hand(buy())
    rig.pass_ms(60_000)
    intents = rig.heard_of(TradeIntent)

    rig.hear(ack(intents[-1]))
    rig.pass_ms(60_000)

    assert 10 <= len(intents) <= 15
    assert intents[3].attempt == 4
    assert intents[3].age_ms == 350
    assert "NOT_ACKNOWLEDGED" in rig.alarms
    assert len(rig.heard_of(TradeIntent)) == len(intents)
    assert [record["t"] for record in rig.file] == ["I", "A"]


def test_what_happens_while_the_pipe_is_down_is_said_when_it_is_up() -> None:
    rig = master().start()
    rig.disconnect()
    rig.by_hand(buy())
    rig.by_hand(CloseLot(ref="h", ticket=only(rig)))

    rig.connect()

    assert [each.seq for each in actions(rig)] == [0, SEQ_CLOSE]


def test_a_burst_is_said_a_bounded_number_of_lines_at_a_time() -> None:
    rig = master().start()
    rig.disconnect()
    for _ in range(100):
        rig.by_hand(buy("0.01"))
    rig.connect()
    at_once = len(rig.heard_of(TradeIntent))

    rig.pass_ms(10)

    assert at_once == 64
    assert len(rig.heard_of(TradeIntent)) == 100


def test_a_restart_says_again_what_was_not_acknowledged_and_nothing_else() -> None:
    rig = master().start()
    rig.by_hand(buy())
    rig.hear(ack(actions(rig)[0]))
    rig.by_hand(buy())
    rig.said.clear()

    rig.pass_ms(3_000)
    rig.said.clear()
    rig.restart()

    [intent] = rig.heard_of(TradeIntent)
    assert intent.ticket == 1_000_002
    assert intent.age_ms == 3_000 + UNSHOWN_MS


def test_a_brokers_clock_that_stood_still_over_a_restart_makes_no_open_younger() -> None:
    rig = master().start()
    rig.by_hand(buy())
    rig.pass_ms(20_000)
    rig.said.clear()

    shown = rig.broker.rules
    rig.broker.rules = replace(shown, clock_offset_ms=shown.clock_offset_ms - 20_000)
    rig.restart()

    [intent] = rig.heard_of(TradeIntent)
    assert intent.age_ms == 20_000


def test_what_happened_while_the_ea_was_away_is_found_at_the_start() -> None:
    rig = master().start()
    rig.by_hand(buy())
    rig.by_hand(buy())
    rig.kill()
    first, second = rig.broker.positions
    rig.by_hand(CloseLot(ref="h", ticket=first))
    rig.by_hand(CloseLot(ref="h", ticket=second, lot=D("0.03")))
    rig.by_hand(buy())
    rig.pass_ms(4_000)
    rig.said.clear()

    rig.restart()

    found = {(each.seq, type(each).__name__) for each in actions(rig)}
    assert found == {
        (0, "TradeIntent"),
        (SEQ_CLOSE, "TradeClose"),
        (1, "TradeClose"),
    }
    latest = max(rig.heard_of(TradeIntent), key=lambda each: each.ticket)
    assert latest.age_ms == 4_000 + UNSHOWN_MS


def test_a_lost_outbox_gives_the_same_ids_again() -> None:
    rig = master().start()
    rig.by_hand(buy())
    rig.by_hand(CloseLot(ref="h", ticket=only(rig), lot=D("0.02")))
    rig.by_hand(CloseLot(ref="h", ticket=only(rig), lot=D("0.02")))
    before = {each.trade_id for each in actions(rig)}
    rig.said.clear()
    rig.file.clear()

    rig.restart()

    assert {each.trade_id for each in actions(rig)} == before


def test_a_conflict_about_an_open_is_answered_by_where_the_trade_stands() -> None:
    rig = master().start()
    rig.by_hand(buy(take_profit=D("1.40")))
    [intent] = rig.heard_of(TradeIntent)
    rig.said.clear()

    rig.hear(ack(intent, Receipt.RETRY, error_code=ErrorCode.SEQ_CONFLICT, last_seq=4))

    levels, volume = actions(rig)
    assert isinstance(levels, TradeModify)
    assert (levels.seq, levels.stop_loss, levels.take_profit) == (5, D("1.38"), D("1.40"))
    assert isinstance(volume, TradeClose)
    assert (volume.seq, volume.volume_remaining, volume.new_ticket) == (6, D("0.10"), 1_000_001)
    rig.by_hand(SetLevels(ref="h", ticket=only(rig), stop_loss=None, take_profit=None))
    assert actions(rig)[-1].seq == 7


def test_an_acknowledged_open_that_is_known_further_is_caught_up() -> None:
    rig = master().start()
    rig.by_hand(buy())
    [intent] = rig.heard_of(TradeIntent)

    rig.hear(ack(intent, last_seq=2))

    assert [each.seq for each in actions(rig)] == [0, 3, 4]


def test_a_conflict_renumbers_everything_that_waits_in_its_order() -> None:
    rig = master().start()
    rig.by_hand(buy())
    rig.hear(ack(actions(rig)[0]))
    for stop in ("1.381", "1.382"):
        rig.by_hand(SetLevels(ref="h", ticket=only(rig), stop_loss=D(stop), take_profit=None))
    first = actions(rig)[1]
    rig.said.clear()

    rig.hear(ack(first, Receipt.RETRY, error_code=ErrorCode.SEQ_CONFLICT, last_seq=9))

    renumbered = rig.heard_of(TradeModify)
    assert [(each.seq, each.stop_loss) for each in renumbered] == [
        (10, D("1.381")),
        (11, D("1.382")),
    ]
    assert "SEQ_CONFLICT" in rig.alarms
    rig.said.clear()
    rig.restart()
    assert distinct(rig) == [(first.trade_id, 10), (first.trade_id, 11)]


def test_a_trade_that_the_core_has_closed_is_an_alarm() -> None:
    rig = master().start()
    rig.by_hand(buy())
    [intent] = rig.heard_of(TradeIntent)

    rig.hear(ack(intent, last_seq=SEQ_CLOSE))

    assert "CLOSED_ELSEWHERE" in rig.alarms
    assert len(actions(rig)) == 1


def test_a_refusal_for_good_is_an_alarm_and_not_said_again() -> None:
    rig = master().start()
    rig.by_hand(buy())

    rig.hear(ack(actions(rig)[0], Receipt.FAILED, error_code=ErrorCode.UNKNOWN))
    rig.pass_ms(20_000)

    assert "ACTION_REFUSED" in rig.alarms
    assert len(actions(rig)) == 1


def test_come_again_means_come_again() -> None:
    rig = master().start()
    rig.by_hand(buy())

    rig.hear(ack(actions(rig)[0], Receipt.RETRY))
    rig.hear(ack(replace(actions(rig)[0], seq=5)))
    rig.pass_ms(1_000)

    assert len(actions(rig)) > 2


def verdict(status: RegistrationStatus) -> SymbolRegistrationResult:
    return SymbolRegistrationResult(
        account_id=ACCOUNT,
        pipe_role=Role.MASTER,
        protocol_version=3,
        status=status,
        evaluation_id=EvaluationId("e"),
        evaluated_at_ms=0,
        symbols=(
            SymbolRegistration(
                canonical_symbol="EURUSD.M", broker_symbol="EURUSD.m", status=status
            ),
        ),
    )


def test_a_rejected_symbol_is_not_reported_until_it_is_accepted_and_then_with_its_age() -> None:
    rig = master().start()
    rig.hear(verdict(RegistrationStatus.REJECTED))
    rig.by_hand(buy())
    rig.pass_ms(7_000)
    rejected = actions(rig)

    rig.look()
    rig.hear(verdict(RegistrationStatus.ACCEPTED))

    assert rejected == []
    [intent] = rig.heard_of(TradeIntent)
    assert intent.age_ms is not None
    assert intent.age_ms >= 5_000


def test_only_the_chosen_magic_numbers_are_reported() -> None:
    rig = master(magic_numbers=frozenset({8})).start()

    rig.by_hand(buy())
    rig.by_hand(buy(magic_number=8))

    assert [each.magic_number for each in rig.heard_of(TradeIntent)] == [8]


def test_an_account_that_shows_nothing_has_closed_nothing() -> None:
    rig = master().start()
    rig.by_hand(buy())
    rig.said.clear()
    empty = replace(rig.broker.view(rig.now), positions=(), synchronised=False)

    rig.feed(events.Seen(empty))
    rig.feed(events.Seen(replace(empty, synchronised=True, server="Other-Srv")))

    assert actions(rig) == []


def test_a_position_that_shows_up_after_a_gap_is_as_old_as_the_broker_says() -> None:
    rig = master().start()
    rig.broker.door.connected = False
    rig.look()
    rig.broker.door.connected = True
    rig.broker.request(buy(), rig.now)
    rig.broker.advance(rig.now, {})
    rig._revision = rig.broker.revision
    rig.broker.door.connected = False
    rig.pass_ms(30_000)
    rig.broker.door.connected = True

    rig.look()

    [intent] = rig.heard_of(TradeIntent)
    assert intent.age_ms == 30_000 + UNSHOWN_MS


def test_open_trades_are_listed_every_five_seconds() -> None:
    rig = master().start()
    rig.by_hand(buy())
    before = rig.heard_of(OpenTrades)[-1].hash

    rig.pass_ms(5_000)

    listed = rig.heard_of(OpenTrades)[-1]
    assert [each.ticket for each in listed.trades] == [1_000_001]
    assert listed.trades[0].trade_id == actions(rig)[0].trade_id
    assert listed.hash != before


def test_positions_that_are_not_reported_are_listed_for_they_are_open() -> None:
    rig = master(magic_numbers=frozenset({8})).start()
    rig.by_hand(buy())
    rig.pass_ms(5_000)

    assert actions(rig) == []
    assert [each.ticket for each in rig.heard_of(OpenTrades)[-1].trades] == [1_000_001]


def test_a_terminal_that_may_not_see_everything_lists_nothing() -> None:
    rig = master().start()
    rig.by_hand(buy())
    rig.broker.door.connected = False
    rig.look()
    before = len(rig.heard_of(OpenTrades))
    rig.pass_ms(20_000)

    assert len(rig.heard_of(OpenTrades)) == before
    assert not rig.heard_of(StateSnapshot)[-1].connected


def test_a_masters_account_is_shown_with_its_levels() -> None:
    rig = master().start()
    rig.by_hand(buy())
    rig.pass_ms(5_000)
    shown = rig.heard_of(StateSnapshot)

    assert [each.sequence for each in shown] == list(range(1, len(shown) + 1))
    [position] = shown[-1].positions
    assert (position.ticket, shown[-1].complete, shown[-1].connected) == (1_000_001, True, True)


def test_an_outbox_that_cannot_be_written_holds_back_what_it_should_hold() -> None:
    rig = master().start()
    rig.disk_full = True
    rig.by_hand(buy())
    rig.pass_ms(3_000)
    silent = actions(rig)

    rig.disk_full = False
    rig.pass_ms(1_100)

    assert silent == []
    assert [each.seq for each in actions(rig)][:1] == [0]
    assert "OUTBOX_UNWRITABLE" in rig.alarms


def test_an_acknowledgement_that_cannot_be_noted_is_noted_later() -> None:
    rig = master().start()
    rig.by_hand(buy())
    rig.disk_full = True
    rig.hear(ack(actions(rig)[0]))

    rig.disk_full = False
    rig.pass_ms(1_100)

    assert [record["t"] for record in rig.file] == ["I", "A"]


def test_an_unreadable_outbox_is_an_alarm_and_a_new_start() -> None:
    rig = master()
    rig.file = [{"t": "I", "n": 3, "at": 0}]

    rig.start()
    rig.by_hand(buy())

    assert "OUTBOX_UNREADABLE" in rig.alarms
    assert rig.file[-1]["n"] == 4


def test_old_acknowledged_actions_of_closed_trades_leave_the_file() -> None:
    rig = master(compact_records_min=10, keep_settled_ms=60_000).start()
    for _ in range(6):
        rig.by_hand(buy())
        rig.hear(ack(actions(rig)[-1]))
    kept = only(rig)
    for ticket in list(rig.broker.positions)[1:]:
        rig.by_hand(CloseLot(ref="h", ticket=ticket))
        rig.hear(ack(actions(rig)[-1]))
    before = len(rig.file)

    rig.pass_ms(3_600_000)
    size = len(rig.file)
    rig.restart()
    rig.by_hand(CloseLot(ref="h", ticket=kept))

    assert (before, size) == (22, 2)
    assert actions(rig)[-1].seq == SEQ_CLOSE
    assert rig.file[-1]["n"] > 22


def test_two_positions_that_claim_one_trade_are_an_alarm() -> None:
    rig = master().start()
    rig.by_hand(buy())
    view = rig.broker.view(rig.now)
    twin = replace(view.positions[0], ticket=Ticket(99), comment="from #1000001", lot=D("0.10"))

    rig.feed(events.Seen(replace(view, positions=(*view.positions, twin))))

    assert "TWIN_POSITION" in rig.alarms
    assert len(actions(rig)) == 1


def test_the_pace_is_the_agents_and_slaves_words_mean_nothing() -> None:
    rig = master().start()
    rig.hear(DeliveryConfig(retry_backoff_ms=(5_000,), max_retries=2))
    rig.hear(ResultAck(command_id=CommandId("c"), account_id=ACCOUNT))
    rig.feed(events.Due(("nothing",)))
    rig.quote("1.39100")

    rig.by_hand(buy())
    rig.pass_ms(10_000)

    assert len(actions(rig)) == 2
    assert [each.metadata.pipe_role for each in rig.heard_of(Handshake)] == [Role.MASTER]


HAND = st.lists(
    st.sampled_from(["open", "move", "reduce", "close", "wait", "cut", "ack"]), max_size=14
)


@given(HAND, st.lists(st.integers(0, 25), max_size=3), st.sampled_from([MT4, MT5]))
def test_whatever_crashes_the_core_can_follow_the_account(
    steps: list[str], crashes: list[int], terminal: str
) -> None:
    """At the end, what was said describes exactly what is open, and every id means one action."""
    rig = master(terminal).start()
    ahead = list(crashes)
    rig.crash_in = ahead.pop(0) if ahead else None

    for step in steps:
        try:
            hand(rig, step)
        except Crashed:
            rig.restart()
            rig.crash_in = ahead.pop(0) if ahead else None
    rig.restart()
    rig.pass_ms(11_000)

    said: dict[tuple[str, int], Action] = {}
    for action in actions(rig):
        if isinstance(action, TradeIntent):
            action = replace(action, attempt=1, buffer_depth=0, age_ms=0, sent_mono_ms=0)
        assert said.setdefault((action.trade_id, action.seq), action) == action
    book: dict[str, tuple[int, Decimal, object, object]] = {}
    for (trade, _), action in sorted(said.items(), key=lambda item: item[0]):
        if isinstance(action, TradeIntent):
            book[trade] = (action.ticket, action.lot, action.stop_loss, action.take_profit)
            continue
        ticket, lot, stop, target = book[trade]
        if isinstance(action, TradeModify):
            stop = stop if action.stop_loss is None else action.stop_loss or None
            target = target if action.take_profit is None else action.take_profit or None
        elif action.seq != SEQ_CLOSE:
            ticket = action.new_ticket or ticket
            lot = action.volume_remaining or lot
        else:
            del book[trade]
            continue
        book[trade] = (ticket, lot, stop, target)
    assert sorted(book.values(), key=str) == sorted(
        (
            (each.ticket, each.lot, each.stop_loss, each.take_profit)
            for each in rig.broker.positions.values()
        ),
        key=str,
    )


def hand(rig: Rig, step: str) -> None:
    tickets = list(rig.broker.positions)
    match step:
        case "open":
            rig.by_hand(buy())
        case "move" if tickets:
            stop = D("1.38") + D(len(rig.broker.view(rig.now).history) + 1) / 10_000
            rig.by_hand(SetLevels(ref="h", ticket=tickets[-1], stop_loss=stop, take_profit=None))
        case "reduce" if tickets:
            rig.by_hand(CloseLot(ref="h", ticket=tickets[0], lot=D("0.02")))
        case "close" if tickets:
            rig.by_hand(CloseLot(ref="h", ticket=tickets[0]))
        case "wait":
            rig.pass_ms(700)
        case "cut":
            rig.disconnect()
            rig.connect()
        case "ack":
            for action in actions(rig)[-2:]:
                rig.hear(ack(action))
        case _:
            pass
