"""Actions leave from the disk only, one by one, and come back until somebody takes them."""

from dataclasses import replace

from echo.domain.answers import Receipt, TradeIntentAck
from echo.domain.errors import ErrorCode
from echo.domain.handshake import Role
from echo.domain.intents import TradeIntent
from echo.domain.quantities import Instant
from echo.terminal.dispatch import RESEND, Dispatch
from echo.terminal.effects import Append, Arm, Observe, Say
from echo.terminal.outbox import Outbox
from echo.terminal.settings import EaSettings
from echo.terminal.workplace import Workplace
from tests.terminal.rig import ACCOUNT, MONO_MS, SERVER, WALL_MS, Rig
from tests.terminal.test_detection import INTENT

SETTINGS = EaSettings(role=Role.MASTER, account_id=ACCOUNT, server=SERVER)


def desk(*, up: bool = True) -> tuple[Dispatch, Workplace]:
    place = Workplace(SETTINGS)
    place.now = Instant(WALL_MS, MONO_MS)
    place.see(Rig().broker.view(place.now))
    if up:
        place.link.opened(place.now)
    return Dispatch(place), place


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

    place.link.opened(place.now)
    later(place, 70)
    dispatch.pipe_opened()

    [intent] = said(place)
    assert silent == []
    assert (intent.attempt, intent.age_ms, intent.sent_mono_ms) == (1, 70, MONO_MS + 70)


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
    dispatch.pipe_opened()

    assert [each.age_ms for each in said(place)] == [9_000]


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
