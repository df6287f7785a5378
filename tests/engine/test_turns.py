"""An Agent that comes back to very much gets it in portions, and nothing of it twice."""

from collections.abc import Iterable

import pytest

from echo.domain.answers import AckStage
from echo.domain.commands import ExecuteOrder
from echo.domain.facts import DeliveryRetried
from echo.domain.ids import CommandId, Ticket
from echo.domain.quantities import Instant
from echo.engine import turns
from echo.engine.effects import Effect
from echo.engine.events import SettingsChanged
from echo.engine.state import AgentState
from echo.links import send_queue
from tests.engine.scenes import (
    AGENT,
    MASTER,
    SLAVE,
    Desk,
    desk,
    facts,
    sent,
    settings,
    trade_id_of,
)


def crowd(monkeypatch: pytest.MonkeyPatch, count: int = 5) -> tuple[Desk, list[CommandId]]:
    """An Agent that is away, owing answers to many opens; two may be sent again at once."""
    monkeypatch.setattr(turns, "RESENT_AT_ONCE", 2)
    monkeypatch.setattr(turns, "RESEND_US", 10_000)
    stage = desk()
    orders = [
        stage.open(trade_id=trade_id_of(number), ticket=Ticket(number))
        for number in range(1, count + 1)
    ]
    stage.leave()
    stage.later(100)
    return stage, [each.command_id for each in orders]


def names(effects: Iterable[Effect]) -> list[CommandId]:
    return [each.command_id for each in sent(effects, ExecuteOrder)]


def test_of_very_many_the_first_go_at_once_and_the_others_in_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage, orders = crowd(monkeypatch)

    at_once = names(stage.join(MASTER, SLAVE))
    in_turn = [names(stage.wait(10)) for _ in orders[2:]]

    assert at_once == orders[:2]
    assert in_turn == [[each] for each in orders[2:]]


def test_a_turn_is_no_repeat_and_its_frame_says_how_much_time_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage, orders = crowd(monkeypatch, 3)
    told = stage.join(MASTER, SLAVE)

    turn = stage.wait(10)

    [order] = sent(turn, ExecuteOrder)
    assert order.command_id == orders[2]
    assert facts(turn, DeliveryRetried) == []
    [before, _] = sent(told, ExecuteOrder)
    assert (before.ttl_ms or 0) - (order.ttl_ms or 0) == 10


def test_a_receipt_for_an_earlier_frame_takes_nobodys_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage, orders = crowd(monkeypatch, 3)
    stage.join(MASTER, SLAVE)

    stage.ack(orders[2], AckStage.PIPE_DELIVERED)

    assert names(stage.wait(10)) == [orders[2]]


def test_another_stream_begins_with_the_first_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, orders = crowd(monkeypatch)
    stage.join(MASTER, SLAVE)
    stage.leave()
    assert names(stage.wait(100)) == []

    assert names(stage.join(MASTER, SLAVE)) == orders[:2]


def test_new_settings_do_not_change_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, orders = crowd(monkeypatch, 3)
    stage.join(MASTER, SLAVE)

    stage.feed(SettingsChanged(settings(ack_timeout_ms=5_000)))

    assert names(stage.wait(10)) == [orders[2]]


def test_what_is_sent_again_at_once_fits_in_a_stream() -> None:
    assert turns.RESENT_AT_ONCE * 2 < send_queue.QUEUED_MAX


def test_places_that_nobody_took_for_long_are_not_kept_beyond_the_first_portion() -> None:
    agent = AgentState(AGENT, 1, joined_mono_ms=0, heard_mono_ms=0)
    for _ in range(turns.RESENT_AT_ONCE + 5):
        last = turns.take(agent, Instant(0, 0))
    later = [turns.take(agent, Instant(0, 60_000)) for _ in range(turns.RESENT_AT_ONCE + 1)]

    assert last == 1
    assert max(later[:-1]) == 60_000
    assert later[-1] == 60_001
