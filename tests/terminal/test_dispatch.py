"""Actions leave from the disk only, one by one, and come back until somebody takes them."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.answers import Receipt, TradeIntentAck
from echo.domain.errors import ErrorCode
from echo.domain.handshake import Role
from echo.domain.ids import ClientId
from echo.domain.intents import TradeIntent, TradeModify
from echo.domain.quantities import Instant, Timestamps
from echo.domain.sessions import Ping, Pong
from echo.terminal.dispatch import REOPEN_MS, RESEND, Dispatch
from echo.terminal.effects import Append, Arm, Observe, Say
from echo.terminal.outbox import Outbox
from echo.terminal.settings import EaSettings
from echo.terminal.workplace import Workplace
from tests.terminal.rig import ACCOUNT, MONO_MS, SERVER, UNSHOWN_MS, WALL_MS, Rig
from tests.terminal.test_detection import INTENT

AGENT_MONO_MS = 77_000
"""What the Agent's clock shows when it answers the first ping."""

SETTINGS = EaSettings(role=Role.MASTER, account_id=ACCOUNT, server=SERVER)


def desk(*, up: bool = True) -> tuple[Dispatch, Workplace]:
    place = Workplace(SETTINGS)
    place.now = Instant(WALL_MS, MONO_MS)
    place.see(Rig().broker.view(place.now))
    if up:
        connect(place)
    return Dispatch(place), place


def connect(place: Workplace) -> None:
    """Open the pipe, and have the first ping answered at once."""
    [ping] = [each.message for each in place.link.opened(place.now) if isinstance(each, Say)]
    assert isinstance(ping, Ping)
    place.link.heard(place.now)
    place.link.answered(
        Pong(ping_id=ping.ping_id, timestamp_ms=0, echo_ms=0, mono_ms=AGENT_MONO_MS)
    )


MODIFY = TradeModify(
    trade_id=INTENT.trade_id,
    seq=1,
    account_id=ACCOUNT,
    client_id=ClientId("master_1001"),
    ticket=INTENT.ticket,
    symbol=INTENT.symbol,
    magic_number=INTENT.magic_number,
    stop_loss=Decimal("1.3"),
)


def later(place: Workplace, ms: int) -> None:
    place.now = Instant(place.now.wall_ms + ms, place.now.mono_ms + ms)


def said(place: Workplace) -> list[TradeIntent]:
    return [
        each.message
        for each in place.take_effects()
        if isinstance(each, Say) and isinstance(each.message, TradeIntent)
    ]


def test_the_record_stands_before_the_line() -> None:
    dispatch, place = desk()

    dispatch.report(INTENT)

    kinds = [type(effect) for effect in place.take_effects()]
    assert kinds == [Observe, Append, Say, Arm]


def test_without_a_pipe_nothing_is_said_and_nothing_is_counted() -> None:
    dispatch, place = desk(up=False)
    dispatch.report(INTENT)
    dispatch.due()
    silent = said(place)

    connect(place)
    later(place, 70)
    dispatch.clock_known()

    [intent] = said(place)
    assert silent == []
    assert (intent.attempt, intent.age_ms, intent.sent_mono_ms) == (1, 70, AGENT_MONO_MS + 70)


def test_nothing_is_said_before_the_agent_can_tell_how_long_it_was_under_way() -> None:
    dispatch, place = desk(up=False)
    place.link.opened(place.now)
    dispatch.report(INTENT)
    dispatch.due()

    assert said(place) == []


def test_what_happens_while_older_records_wait_for_the_disk_waits_behind_them() -> None:
    """A level that became known before its position would be an action of no trade."""
    dispatch, place = desk()
    dispatch.report(INTENT)
    place.take_effects()
    dispatch.not_written((1,))
    place.take_effects()
    dispatch.report(MODIFY)
    waiting = place.take_effects()
    dispatch.rewrite_due()

    assert [each for each in waiting if isinstance(each, Append | Say)] == []
    effects = place.take_effects()
    written = [each.record["kind"] for each in effects if isinstance(each, Append)]
    heard = [type(each.message) for each in effects if isinstance(each, Say)]
    assert written == ["open", "modify"]
    assert heard == [TradeIntent, TradeModify]


def test_an_open_that_was_old_already_grows_older() -> None:
    dispatch, place = desk()

    dispatch.report(INTENT, age_ms=400)
    later(place, 60)
    dispatch.due()

    assert [each.age_ms for each in said(place)] == [400, 460]


def test_after_a_restart_an_open_is_as_old_as_the_brokers_clock_says() -> None:
    dispatch, place = desk()
    outbox = Outbox()
    outbox.intends(INTENT, at_ms=0)
    later(place, 9_000)
    place.see(replace(place.view, server_time_ms=WALL_MS + 9_000))

    dispatch.restored(Outbox.read(outbox.records, highest_n=1))
    dispatch.clock_known()

    assert [each.age_ms for each in said(place)] == [9_000 + UNSHOWN_MS]


def test_a_brokers_clock_that_stands_still_makes_no_open_younger() -> None:
    """No price has come since the terminal was started; its machine's clock went on."""
    dispatch, place = desk()
    outbox = Outbox()
    seen = replace(INTENT, timestamps=Timestamps(t0_master_ea_ms=place.now.wall_ms))
    outbox.intends(seen, at_ms=place.now.wall_ms)
    later(place, 40_000)

    dispatch.restored(Outbox.read(outbox.records, highest_n=1))
    dispatch.clock_known()

    assert [each.age_ms for each in said(place)] == [40_000]


def test_a_machines_clock_that_was_set_back_makes_no_open_younger() -> None:
    dispatch, place = desk()
    outbox = Outbox()
    seen = replace(INTENT, timestamps=Timestamps(t0_master_ea_ms=place.now.wall_ms + 60_000))
    outbox.intends(seen, at_ms=place.now.wall_ms)
    place.see(replace(place.view, server_time_ms=WALL_MS + 9_000))

    dispatch.restored(Outbox.read(outbox.records, highest_n=1))
    dispatch.clock_known()

    assert [each.age_ms for each in said(place)] == [9_000 + UNSHOWN_MS]


def test_the_timer_is_set_for_the_next_action_that_is_due() -> None:
    dispatch, place = desk()

    dispatch.report(INTENT)

    assert place.take_effects()[-1] == Arm(RESEND, MONO_MS + 50)


def test_a_conflict_that_names_no_number_is_only_a_delay() -> None:
    dispatch, _ = desk()
    dispatch.report(INTENT)

    dispatch.acknowledged(
        TradeIntentAck(
            trade_id=INTENT.trade_id,
            seq=0,
            result=Receipt.RETRY,
            account_id=ACCOUNT,
            error_code=ErrorCode.SEQ_CONFLICT,
        )
    )

    assert list(dispatch.outbox.waiting) == [(INTENT.trade_id, 0)]


def unknown(seq: int) -> TradeIntentAck:
    """The Core does not know the trade of this action."""
    return TradeIntentAck(
        trade_id=INTENT.trade_id,
        seq=seq,
        result=Receipt.RETRY,
        account_id=ACCOUNT,
        error_code=ErrorCode.NOT_FOUND,
    )


def taken(seq: int) -> TradeIntentAck:
    """The Core has the action."""
    return TradeIntentAck(trade_id=INTENT.trade_id, seq=seq, result=Receipt.OK, account_id=ACCOUNT)


def forgotten() -> tuple[Dispatch, Workplace]:
    """An open that was taken once, and a modify of a trade that nobody knows any more."""
    dispatch, place = desk()
    dispatch.report(INTENT)
    dispatch.acknowledged(taken(0))
    dispatch.report(MODIFY)
    place.take_effects()
    return dispatch, place


def test_an_open_that_nobody_knows_any_more_is_said_again() -> None:
    dispatch, place = forgotten()

    dispatch.acknowledged(unknown(1))

    assert [each.trade_id for each in said(place)] == [INTENT.trade_id]


def test_answers_that_come_late_do_not_have_an_open_said_again_and_again() -> None:
    """The open is taken, and answers that were under way before still call it unknown."""
    dispatch, place = forgotten()
    dispatch.acknowledged(unknown(1))
    dispatch.acknowledged(taken(0))
    place.take_effects()

    later(place, REOPEN_MS - 1)
    for _ in range(5):
        dispatch.acknowledged(unknown(1))

    assert said(place) == []
    assert list(dispatch.outbox.waiting) == [(INTENT.trade_id, 1)]


def test_an_open_that_is_still_unknown_after_a_while_is_said_once_more() -> None:
    dispatch, place = forgotten()
    dispatch.acknowledged(unknown(1))
    dispatch.acknowledged(taken(0))
    place.take_effects()

    later(place, REOPEN_MS)
    dispatch.acknowledged(unknown(1))

    assert len(said(place)) == 1
