import pytest

from echo.bridge.bridge import Bridge
from echo.bridge.effects import SendCore
from echo.bridge.events import CoreUp, Due, EaRefused, EaSaid, PipeClosed, Restored
from echo.domain.answers import ResultAck
from echo.domain.facts import InputRefused, LinkChanged
from echo.domain.handshake import Role, SymbolRegistrationResult
from echo.domain.intents import TradeIntent
from echo.domain.quantities import Instant
from echo.domain.sessions import AccountConnected, Ping, Pong
from tests.bridge.stage import (
    EMPTY,
    MONO_MS,
    SETTINGS,
    SLAVE,
    WALL_MS,
    Stage,
    close_order,
    intent,
    quote,
    ready,
    receipt,
    result_ack,
    snapshot,
)

RESTORED = Restored(EMPTY, "boot", 1)


def test_a_life_begins_with_its_ledger() -> None:
    bridge = Bridge(SETTINGS)

    with pytest.raises(ValueError, match="first event"):
        bridge.handle(CoreUp(1), Instant(1, 1))
    assert bridge.handle(RESTORED, Instant(1, 1)) == []
    with pytest.raises(ValueError, match="first event"):
        bridge.handle(RESTORED, Instant(1, 1))


def test_a_ping_is_answered_at_once_with_this_hosts_clock() -> None:
    stage = Stage()
    session = stage.connect(Role.SLAVE, SLAVE)

    done = stage.say(session, Ping(ping_id="p1", timestamp_ms=77))

    assert done.down(Pong) == [
        Pong(ping_id="p1", timestamp_ms=WALL_MS, echo_ms=77, mono_ms=MONO_MS)
    ]


def test_unknown_sessions_are_nobody() -> None:
    stage = ready()

    assert stage.do(EaSaid(99, intent())) == []
    assert stage.do(EaRefused(99, "bad_json", "x")) == []
    assert stage.do(PipeClosed(99, "gone")) == []


def test_a_line_that_cannot_be_read_is_counted_and_the_link_lives_on() -> None:
    stage = ready()
    master = stage.master()

    done = stage.do(EaRefused(master, "bad_json", "line 3 is no JSON"))

    assert done.facts(InputRefused) == [
        InputRefused(peer="master_1001", reason="bad_json", sentence="line 3 is no JSON")
    ]
    assert len(stage.say(master, intent()).numbered) == 1


@pytest.mark.parametrize("key", [(), ("unknown",)])
def test_strange_timers_are_refused(key: tuple[str, ...]) -> None:
    assert [fact.reason for fact in Stage().do(Due(key)).facts(InputRefused)] == ["unknown_timer"]


@pytest.mark.parametrize(
    "key", ["notes", "uplink", "commands", "market", "heartbeat", "ea_silence", "core_silence"]
)
def test_a_timer_that_was_overtaken_changes_nothing(key: str) -> None:
    stage = ready()
    stage.slave()
    sent = stage.do(Due((key,)))

    assert sent.numbered == []
    assert sent.facts(InputRefused) == []


@pytest.mark.parametrize("message", [quote(), snapshot(), receipt(close_order())])
def test_nobody_speaks_for_another_account(message: object) -> None:
    stage = ready()
    other = stage.slave("2002")  # type: ignore[arg-type]  # a plain account

    done = stage.say(other, message)  # type: ignore[arg-type]  # one of several kinds

    assert [fact.reason for fact in done.facts(InputRefused)] == ["foreign_account"]
    assert done.all_up == []


def test_a_second_stream_replaces_the_first() -> None:
    stage = ready()
    master = stage.master()
    stage.say(master, intent())

    done = stage.do(CoreUp(7))

    assert [fact.up for fact in done.facts(LinkChanged)] == [False, True]
    assert {effect.stream for effect in done.of(SendCore)} == {7}
    assert len(done.up(TradeIntent)) == 1


def test_a_core_that_comes_back_hears_greeting_eas_market_and_then_the_work() -> None:
    stage = Stage()
    master = stage.master()
    slave = stage.slave(accepted=False)
    stage.say(slave, quote())
    stage.say(master, intent())

    names = [type(message).__name__ for message in stage.core_up(probed=False).all_up]

    assert names == [
        *("AgentHello", "AgentHeartbeat"),
        *("AccountConnected", "AccountSymbolsReport") * 2,
        *("Quote", "TradeIntent"),
    ]


def test_eas_that_are_here_stay_accepted_while_the_core_is_away() -> None:
    stage = ready()
    slave = stage.slave()
    stage.core_down()
    stage.core_up()

    assert stage.core(result_ack(close_order())).down(ResultAck, slave) != []
    assert stage.verdict().down(SymbolRegistrationResult, slave) != []


def test_every_ea_is_announced_by_role() -> None:
    stage = Stage()
    stage.master()
    stage.slave()

    assert [each.role for each in stage.core_up().up(AccountConnected)] == [Role.MASTER, Role.SLAVE]
