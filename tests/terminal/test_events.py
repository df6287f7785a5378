"""Every EA lives through every event, in any order once it is attached."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.answers import Receipt, ResultAck, TradeIntentAck
from echo.domain.handshake import Role
from echo.domain.ids import CommandId, Ticket
from echo.domain.sessions import DeliveryConfig, EaSession, Pong
from echo.terminal import events
from echo.terminal.ea import make_ea
from echo.terminal.orders import Deleted, Filled, LevelsSet, LotClosed, Placed, Refused
from tests.terminal.rig import (
    ACCOUNT,
    EPOCH,
    QUOTE,
    Rig,
    close,
    execute,
    modify,
    reduce,
    slave_settings,
    trade_id,
)

D = QUOTE.bid
VIEW = Rig().broker.view(Rig().now)
SESSION = EaSession(
    session_epoch=EPOCH, heartbeat_interval_ms=1, retry_backoff_ms=(), max_retries=0
)
POSSIBLE: list[events.Event] = [
    events.PipeUp(),
    events.PipeDown("gone"),
    events.Seen(VIEW),
    events.Ticked({"EURUSD.m": QUOTE}),
    events.AppendFailed((1, 2, 3), "full"),
    *(
        events.Heard(message)
        for message in (
            SESSION,
            Pong(ping_id="x-1", timestamp_ms=0, echo_ms=0, mono_ms=0),
            DeliveryConfig(retry_backoff_ms=(1,), max_retries=1),
            ResultAck(command_id=CommandId("c"), account_id=ACCOUNT),
            TradeIntentAck(trade_id=trade_id(), seq=0, result=Receipt.OK, account_id=ACCOUNT),
            execute(),
            modify(),
            reduce(),
            close(),
        )
    ),
    *(
        events.BrokerSaid(said)
        for said in (
            Filled(ref="r", ticket=Ticket(1), lot=D, price=D),
            Placed(ref="r", ticket=Ticket(1)),
            LevelsSet(ref="r", ticket=Ticket(1)),
            LotClosed(ref="r", ticket=Ticket(1), lot=D, price=D, remaining=D),
            Deleted(ref="r", ticket=Ticket(1)),
            Refused(ref="r", code=134),
        )
    ),
    *(
        events.Due(key)
        for key in (
            ("ping",),
            ("pong",),
            ("state",),
            ("answers",),
            ("resend",),
            ("read",),
            ("rewrite",),
            ("rediff",),
            ("close", trade_id()),
            ("levels", trade_id()),
            ("open", execute().command_id),
        )
    ),
]


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("role", list(Role))
@given(st.lists(st.sampled_from(POSSIBLE), max_size=12))
def test_no_order_of_events_upsets_an_ea(
    role: Role, version: int, happening: list[events.Event]
) -> None:
    rig = Rig(slave_settings(role=role, protocol_version=version))
    ea = make_ea(rig.settings)
    ea.handle(
        events.Attached(instance="x", records=(), highest_n=0, file_usable=True, view=VIEW),
        rig.now,
    )

    for event in happening:
        effects = ea.handle(event, rig.now)
        assert isinstance(effects, list)


def test_every_kind_of_event_was_among_them() -> None:
    assert {type(event) for event in POSSIBLE} == {*get_args(events.Event)} - {events.Attached}
