"""Delivery: to the owner alone, again until its Agent has it, and never longer than true."""

from dataclasses import replace

import pytest

from echo.domain.answers import AckResult, AckStage
from echo.domain.commands import CancelPendings, CloseOrder, ExecuteOrder, Flatten
from echo.domain.facts import CommandSent, DeliveryRetried
from echo.domain.ids import CommandId, Ticket
from echo.domain.journal import CommandProgress, CommandRecord, CommandStatus, RetryRecord
from echo.engine import dispatch
from echo.engine.effects import Arm, Disarm, Persist, Send
from echo.engine.events import SettingsChanged
from echo.engine.state import CommandState
from tests.engine.scenes import (
    AGENT,
    MASTER,
    OTHER_AGENT,
    SECOND,
    SLAVE,
    alarms,
    closed,
    desk,
    facts,
    opened,
    recipients,
    records,
    sent,
    settings,
    trade_id_of,
    two_hosts,
)


def test_only_the_owner_is_told() -> None:
    stage = two_hosts()
    told = stage.say(opened())
    commands = [
        effect
        for effect in told
        if isinstance(effect, Send) and isinstance(effect.message, ExecuteOrder)
    ]

    assert recipients(commands) == {OTHER_AGENT}
    assert [each.session for each in commands] == [stage.sessions[OTHER_AGENT]]
    [record] = records(told, CommandRecord)
    assert (record.account_id, record.agent_id) == (SLAVE, OTHER_AGENT)


def test_a_command_is_repeated_with_back_off_until_the_agent_has_it() -> None:
    stage = desk()
    order = stage.open()
    began = stage.now.mono_ms
    gaps = []
    for _ in range(12):
        start = stage.now.mono_ms
        while not (again := sent(stage.wait(10), ExecuteOrder)):
            assert stage.now.mono_ms - start <= 10_000
        gaps.append(stage.now.mono_ms - start)
        assert again[0].command_id == order.command_id

    assert gaps[:5] == [150, 150, 200, 400, 800]
    assert gaps[-3:] == [10_000] * 3
    stage.ack(order.command_id)
    assert sent(stage.wait(60_000), ExecuteOrder) == []
    assert stage.now.mono_ms > began


def test_a_repeat_says_how_much_time_is_left_by_then() -> None:
    stage = desk()
    order = stage.open()
    [again] = sent(stage.wait(150), ExecuteOrder)

    assert (order.age_ms, order.ttl_ms) == (20, 4_980)
    assert (again.age_ms, again.ttl_ms) == (170, 4_830)
    assert again.sent_mono_ms == stage.now.mono_ms
    assert again.timestamps.t3_core_send_ms == stage.now.wall_ms
    assert again.timestamps.t2_core_recv_ms == order.timestamps.t2_core_recv_ms
    [*_, last] = sent(stage.wait(60_000), ExecuteOrder)
    assert last.ttl_ms == 0


def test_repeats_are_told_to_telemetry_and_at_last_to_people() -> None:
    stage = desk(max_retries=3)
    order = stage.open()
    told = stage.wait(150)
    [retried] = facts(told, DeliveryRetried)
    [again] = facts(told, CommandSent)

    assert (retried.command_id, retried.attempt) == (order.command_id, 2)
    assert again.attempt == 2
    assert alarms(told) == []
    assert alarms(stage.wait(150)) == ["DELIVERY_SLOW"]
    assert alarms(stage.wait(60_000)) == []


def test_a_receipt_stops_the_repeats_and_is_written_down_lazily() -> None:
    stage = desk()
    order = stage.open()
    told = stage.ack(order.command_id)
    [written] = [effect for effect in told if isinstance(effect, Persist)]

    assert written.lazy
    assert isinstance(written.record, CommandProgress)
    assert written.record.status is CommandStatus.DELIVERED
    assert written.record.stage is AckStage.AGENT_BUFFERED
    assert Disarm(("resend", order.command_id)) in told
    assert stage.ack(order.command_id) == []
    assert stage.ack(order.command_id, AckStage.PIPE_DELIVERED) != []


@pytest.mark.parametrize(
    ("stage_reached", "result"),
    [
        pytest.param(AckStage.AGENT_BUFFERED, AckResult.PENDING, id="not yet"),
        pytest.param(AckStage.CORE_ACCEPTED, AckResult.OK, id="nothing new"),
    ],
)
def test_news_that_are_none_do_not_stop_the_repeats(
    stage_reached: AckStage, result: AckResult
) -> None:
    stage = desk()
    order = stage.open()

    assert stage.ack(order.command_id, stage_reached, result) == []
    assert len(sent(stage.wait(150), ExecuteOrder)) == 1


def test_a_failed_delivery_is_noted_and_repeated() -> None:
    stage = desk()
    order = stage.open()
    told = stage.ack(order.command_id, AckStage.AGENT_BUFFERED, AckResult.FAILED)
    [record] = records(told, RetryRecord)

    assert (record.command_id, record.error) == (order.command_id, "NO_ERROR")
    assert len(sent(stage.wait(150), ExecuteOrder)) == 1


def test_receipts_of_strangers_and_for_nothing_are_ignored() -> None:
    stage = desk()
    order = stage.open()
    stage.join(agent=OTHER_AGENT)

    assert stage.ack(order.command_id, agent=OTHER_AGENT) == []
    assert stage.ack(CommandId("unheard-of")) == []


def test_a_new_session_gets_everything_unresolved_again() -> None:
    stage = desk(SLAVE, SECOND)
    orders = sent(stage.say(opened()), ExecuteOrder)
    for order in orders:
        stage.ack(order.command_id, AckStage.PIPE_DELIVERED)
    stage.leave()
    stage.later(1_000)
    told = stage.join(MASTER, SLAVE, SECOND)

    assert [each.command_id for each in sent(told, ExecuteOrder)] == [
        each.command_id for each in orders
    ]
    assert {each.ttl_ms for each in sent(told, ExecuteOrder)} == {3_980}
    assert len(sent(stage.wait(150), ExecuteOrder)) == 2


def test_nothing_is_sent_while_the_agent_is_away() -> None:
    stage = desk()
    stage.open()
    stage.leave()
    told = stage.wait(60_000)

    assert sent(told, ExecuteOrder) == []
    assert facts(told, DeliveryRetried) == []


def test_after_a_restart_an_open_has_no_time_left_and_an_unknown_age() -> None:
    stage = desk()
    order = stage.open()
    stage.restart()
    [again] = sent(stage.join(MASTER, SLAVE), ExecuteOrder)

    assert (again.ttl_ms, again.age_ms) == (0, None)
    assert (order.first, again.first) == (True, False)
    assert (
        replace(
            again,
            ttl_ms=order.ttl_ms,
            age_ms=order.age_ms,
            sent_mono_ms=order.sent_mono_ms,
            timestamps=order.timestamps,
            first=True,
        )
        == order
    )


def test_a_close_is_repeated_as_it_is() -> None:
    stage = desk()
    stage.fill()
    close = stage.one(stage.say(closed()), CloseOrder)
    [again] = sent(stage.wait(150), CloseOrder)

    assert replace(again, timestamps=close.timestamps) == close


def test_an_account_follows_its_agent() -> None:
    stage = two_hosts()
    order = stage.open()
    stage.leave(OTHER_AGENT)
    told = stage.join(SLAVE)

    assert [each.command_id for each in sent(told, ExecuteOrder)] == [order.command_id]
    assert recipients(told) == {AGENT}
    assert stage.ack(order.command_id, agent=AGENT) != []


@pytest.mark.parametrize(
    "command",
    [
        CancelPendings(command_id=CommandId("c"), account_id=SLAVE),
        Flatten(command_id=CommandId("c"), account_id=SLAVE, tickets=()),
    ],
)
def test_commands_beside_the_lanes_are_repeated_unchanged(
    command: CancelPendings | Flatten,
) -> None:
    stage = desk()
    order = stage.open()
    known = stage.engine.state.commands.pop(order.command_id)
    stage.engine.state.commands[order.command_id] = CommandState(
        command=command, account_id=SLAVE, trade_id=known.trade_id, seq=0, attempt=1
    )

    assert sent(stage.wait(150), type(command)) == [command]


@pytest.mark.parametrize(
    ("attempt", "wait_ms"), [(1, 50), (2, 100), (9, 10_000), (10, 10_000), (1_000, 10_000)]
)
def test_the_last_of_the_waits_repeats(attempt: int, wait_ms: int) -> None:
    assert dispatch.backoff_ms(desk().engine.state, attempt) == wait_ms


def test_no_wait_is_longer_than_ten_seconds() -> None:
    assert dispatch.backoff_ms(desk(retry_backoff_ms=(60_000,)).engine.state, 1) == 10_000


def test_no_frame_is_repeated_before_its_receipt_could_be_here() -> None:
    stage = desk(ack_timeout_ms=700)
    told = stage.say(opened())
    [order] = sent(told, ExecuteOrder)

    assert Arm(("resend", order.command_id), stage.now.mono_ms + 700) in told


def test_new_settings_set_the_pace_of_what_is_being_repeated() -> None:
    stage = desk(retry_backoff_ms=(10_000,))
    stage.open()
    stage.feed(SettingsChanged(settings(retry_backoff_ms=(50,), ack_timeout_ms=50)))

    assert len(sent(stage.wait(60), ExecuteOrder)) == 1


def test_new_settings_do_not_wake_what_has_arrived_or_has_nowhere_to_go() -> None:
    stage = desk()
    order = stage.open()
    stage.ack(order.command_id)
    assert not [
        each
        for each in stage.feed(SettingsChanged(settings(ack_timeout_ms=9)))
        if isinstance(each, Arm) and each.key[0] == "resend"
    ]
    stage.open(trade_id=trade_id_of(2), ticket=Ticket(2))
    stage.leave()
    assert not [
        each
        for each in stage.feed(SettingsChanged(settings(ack_timeout_ms=8)))
        if isinstance(each, Arm)
    ]
