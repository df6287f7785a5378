"""What all parts of an EA share."""

from dataclasses import replace

import pytest

from echo.domain.facts import Alarm
from echo.domain.handshake import RegistrationStatus, Role, SymbolRegistrationResult
from echo.domain.handshake_facts import consumed, sent
from echo.domain.ids import EvaluationId, Ticket
from echo.domain.quantities import Instant
from echo.domain.sessions import Ping
from echo.terminal.effects import Append, Arm, Disarm, Observe, Order, Panel, Say
from echo.terminal.orders import CloseLot
from echo.terminal.reports import handshake
from echo.terminal.workplace import Workplace
from tests.terminal.rig import ACCOUNT, Rig, slave_settings

PING = Ping(ping_id="p")
REJECTED = SymbolRegistrationResult(
    account_id=ACCOUNT,
    pipe_role=Role.SLAVE,
    protocol_version=3,
    status=RegistrationStatus.REJECTED,
    evaluation_id=EvaluationId("e-1"),
    evaluated_at_ms=4_000,
)


def test_there_is_nothing_to_see_before_the_ea_is_attached() -> None:
    place = Workplace(slave_settings())
    with pytest.raises(ValueError, match="Attached"):
        _ = place.view

    rig = Rig()
    place.see(rig.broker.view(rig.now))

    assert place.symbol("EURUSD.m") is not None
    assert place.symbol("none") is None


def test_effects_are_handed_over_once_and_in_order() -> None:
    place = Workplace(slave_settings())
    place.now = Instant(0, 100)
    request = CloseLot(ref="r", ticket=Ticket(1))

    place.append({"t": "T", "n": 1})
    place.order(request)
    place.arm(("key",), 50)
    place.disarm(("key",))

    assert place.take_effects() == [
        Append({"t": "T", "n": 1}),
        Order(request),
        Arm(("key",), 150),
        Disarm(("key",)),
    ]
    assert place.take_effects() == []


def test_nothing_is_said_without_a_listener() -> None:
    place = Workplace(slave_settings())
    place.say(PING)
    silent = place.take_effects()

    place.link.opened(place.now)
    place.say(PING)

    assert silent == []
    assert place.take_effects() == [Say(PING)]


def test_an_alarm_names_the_account() -> None:
    place = Workplace(slave_settings())

    place.alarm("key", "CODE", "why")

    assert place.take_effects() == [
        Observe(Alarm(key="key", code="CODE", sentence="why", account_id=ACCOUNT))
    ]


def test_uptime_counts_from_the_start_of_this_life() -> None:
    place = Workplace(slave_settings())
    place.started_mono_ms = 300
    place.now = Instant(0, 1_000)

    assert place.uptime_ms == 700


def test_another_account_proves_nothing_about_this_one() -> None:
    place = Workplace(slave_settings())
    rig = Rig()
    view = rig.broker.view(rig.now)

    place.see(view)
    home = place.at_home, place.conclusive
    place.see(replace(view, account_id="9"))  # type: ignore[arg-type]  # another log-in
    away = place.at_home, place.conclusive
    place.see(replace(view, synchronised=False))

    assert (home, away) == ((True, True), (False, False))
    assert (place.at_home, place.conclusive) == (True, False)


def test_symbols_are_mapped_once_for_each_view_that_shows_others() -> None:
    place, rig = Workplace(slave_settings()), Rig()
    view = rig.broker.view(rig.now)
    place.see(view)
    before = place.symbols

    place.see(replace(view, server_time_ms=view.server_time_ms + 1))
    same = place.symbols
    place.see(replace(view, symbols=()))

    assert [each.canonical_symbol for each in before] == ["EURUSD"]
    assert same is before
    assert place.symbols == ()


def test_who_introduces_itself_and_takes_a_verdict_in_tells_so() -> None:
    rig = Rig()
    place = Workplace(slave_settings())
    place.see(rig.broker.view(rig.now))
    place.now = Instant(5_000, 100)
    hello = handshake(place.settings, place.view, instance="i", ledger_n=0, now=place.now)
    place.introduce(hello)
    assert place.take_effects() == [], "nobody hears"

    place.link.opened(place.now)
    place.introduce(hello)
    place.judged(REJECTED)
    said, introduced, judged, panel = place.take_effects()

    assert said == Say(hello)
    assert introduced == Observe(sent(hello))
    assert judged == Observe(consumed(REJECTED, 5_000))
    assert isinstance(panel, Panel)
    assert place.gate.shut
