"""Reports of terminals are compared with the journal: cheaply, and without opening anything."""

from decimal import Decimal

from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.answers import AckStage
from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.facts import DeliveryRetried
from tests.engine.reports import foreign, listing, numbered, position, say_every, snapshot
from tests.engine.scenes import (
    MASTER,
    OTHER_AGENT,
    SLAVE,
    TICKET,
    alarms,
    closed,
    desk,
    done,
    facts,
    sent,
)


def test_a_close_that_was_delivered_and_lost_is_sent_again_while_the_terminal_lives() -> None:
    stage = desk()
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.ack(close.command_id, AckStage.PIPE_DELIVERED)

    assert not sent(say_every(stage, snapshot(position()), seconds=9, every_ms=1_000), CloseOrder)
    told = say_every(stage, snapshot(position()), seconds=3, every_ms=1_000)

    [again] = sent(told, CloseOrder)
    assert again.command_id == close.command_id
    assert [each.stage for each in facts(told, DeliveryRetried)] == [AckStage.EA_CONFIRMED]


def test_a_lost_close_is_sent_ever_more_seldom() -> None:
    stage = desk()
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.ack(close.command_id, AckStage.PIPE_DELIVERED)
    told = []
    for _ in range(300):
        told += say_every(stage, snapshot(position()), seconds=0)
        stage.ack(close.command_id, AckStage.PIPE_DELIVERED)
        stage.later(2_000)

    assert 5 <= len(sent(told, CloseOrder)) <= 12


def test_an_open_is_never_sent_again_because_of_a_snapshot() -> None:
    stage = desk()
    order = stage.open()
    stage.ack(order.command_id, AckStage.PIPE_DELIVERED)

    assert not sent(say_every(stage, snapshot(foreign()), seconds=60), ExecuteOrder)


def test_a_terminal_that_is_offline_is_not_asked_again() -> None:
    stage = desk()
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.ack(close.command_id, AckStage.PIPE_DELIVERED)
    offline = snapshot(position(), connected=False)

    assert not sent(say_every(stage, offline, seconds=60), CloseOrder)


def test_reports_of_a_strangers_agent_count_for_nothing() -> None:
    stage = desk()
    stage.fill()
    stage.join(agent=OTHER_AGENT)
    reports: tuple[OpenTrades | StateSnapshot, ...] = (
        listing(),
        snapshot(foreign()),
        listing(account_id=SLAVE),
    )
    for _ in range(30):
        for each in reports:
            assert alarms(stage.say(each, agent=OTHER_AGENT, message_id=None)) == []
        stage.later(5_000)


def test_snapshots_that_come_thick_and_fast_are_compared_now_and_then_only() -> None:
    stage = desk()
    stage.fill()
    evidence = stage.engine.state.account(SLAVE).evidence
    compared = set()
    for _ in range(100):
        stage.say(numbered(stage, snapshot(position())), message_id=None)
        compared.add(evidence.compared_mono_ms)
        stage.later(100)

    assert len(compared) == 7


def test_a_snapshot_that_is_said_once_more_is_no_second_witness() -> None:
    stage = desk()
    stage.fill()
    for _ in range(60):
        assert alarms(stage.say(snapshot(foreign(), sequence=7), message_id=None)) == []
        stage.later(1_000)


def test_a_rebuild_begins_with_no_evidence() -> None:
    stage = desk()
    stage.fill()
    stage.say(listing(), message_id=None)
    stage.later(20_000)
    stage.feed_again()

    assert not sent(stage.say(listing(), message_id=None), CloseOrder)


def test_nothing_is_kept_of_trades_that_are_over() -> None:
    stage = desk()
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(done(close))
    state = stage.engine.state

    assert not state.trades
    assert all(not each.led and not each.followed for each in state.accounts.values())


def test_a_finding_that_is_settled_meanwhile_stays_open_for_nobody() -> None:
    stage = desk()
    stage.fill()
    moved = position(TICKET, symbol="EURUSD", stop_loss=Decimal("1.05"))
    stage.say(snapshot(moved, account_id=MASTER, sequence=1), message_id=None)
    evidence = stage.engine.state.account(MASTER).evidence
    assert evidence.is_open

    close = stage.one(stage.say(closed()), CloseOrder)
    stage.say(done(close))
    stage.later(2_000)
    stage.say(snapshot(account_id=MASTER, sequence=2), message_id=None)
    assert not evidence.is_open
