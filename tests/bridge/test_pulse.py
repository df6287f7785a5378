from dataclasses import replace

import pytest

from echo.bridge.effects import EndStream
from echo.bridge.events import Due, SettingsChanged
from echo.domain.clocks import ROUNDING_MS
from echo.domain.facts import Alarm, InputRefused, LinkChanged
from echo.domain.handshake import Role
from echo.domain.ids import AgentId
from echo.domain.link_facts import ClockCompared
from echo.domain.sessions import (
    AgentHeartbeat,
    AgentHello,
    ClockEcho,
    CoreHello,
    DeliveryConfig,
)
from tests.bridge.stage import (
    MASTER,
    MONO_MS,
    OTHER_SLAVE,
    SETTINGS,
    SLAVE,
    WALL_MS,
    Stage,
    intent,
    ready,
)


def test_a_stream_begins_with_hello_and_a_probe() -> None:
    settings = replace(
        SETTINGS,
        agent_id=AgentId("agent_7"),
        hostname="vps",
        os="linux",
        slave_accounts=(SLAVE, MASTER),
    )
    stage = Stage(settings)

    hello, beat = stage.core_up(probed=False).all_up

    assert hello == AgentHello(
        agent_id=AgentId("agent_7"),
        version="0.1.0",
        hostname="vps",
        os="linux",
        owned_accounts=(MASTER, SLAVE),
    )
    assert beat == AgentHeartbeat(
        agent_id=AgentId("agent_7"), timestamp_ms=WALL_MS, mono_ms=MONO_MS
    )


def test_the_heart_beats_while_the_core_is_there() -> None:
    stage = ready()

    assert len(stage.live(5_000).up(AgentHeartbeat)) == 5
    stage.core_down()
    assert stage.pass_ms(5_000).up(AgentHeartbeat) == []


def test_a_beat_returns_the_cores_stamp() -> None:
    stage = ready()
    stamp = stage.core_mono_ms
    stage.pass_ms(999)

    [beat] = stage.pass_ms(1).up(AgentHeartbeat)

    assert (beat.echo_mono_ms, beat.held_ms) == (stamp, 1_000)


def test_the_cores_first_stamp_is_returned_at_once() -> None:
    stage = Stage()
    stage.core_up(probed=False)
    beat = stage.beat(echo_mono_ms=None)

    assert stage.core(beat).up(ClockEcho) == [
        ClockEcho(mono_ms=stage.now.mono_ms, echo_mono_ms=beat.mono_ms)
    ]
    assert stage.core(beat).up(ClockEcho) == []


def test_a_bare_probe_is_always_answered_and_an_answer_never() -> None:
    stage = ready()
    probe = ClockEcho(mono_ms=stage.core_mono_ms)

    assert len(stage.core(probe).up(ClockEcho)) == 1
    assert len(stage.core(probe).up(ClockEcho)) == 1
    assert stage.core(replace(probe, echo_mono_ms=stage.now.mono_ms)).up(ClockEcho) == []


@pytest.mark.parametrize("echo_ms", [MONO_MS - 1, MONO_MS + 1], ids=["another stream's", "none's"])
def test_an_echo_of_what_was_never_sent_proves_nothing(echo_ms: int) -> None:
    stage = Stage()
    stage.core_up(probed=False)
    stage.core(stage.beat(echo_mono_ms=echo_ms))

    assert stage.bridge._state.core_clock.probed_at_mono_ms is None


def test_a_held_answer_is_no_younger_for_it() -> None:
    stage = Stage()
    stage.core_up(probed=False)
    stage.pass_ms(700)
    stage.core(stage.beat(echo_mono_ms=MONO_MS, held_ms=600))
    clock = stage.bridge._state.core_clock

    assert clock.peer_mono_ms == stage.core_mono_ms - 600


def test_a_frozen_core_is_noticed_within_three_seconds() -> None:
    stage = ready()
    assert stage.pass_ms(2_999).of(EndStream) == []

    done = stage.pass_ms(1)

    [ended] = done.of(EndStream)
    assert (ended.stream, ended.reason) == (1, "the Core was silent for 3000 ms")
    assert done.facts(LinkChanged) == [LinkChanged(peer="core", up=False, reason=ended.reason)]
    assert stage.core_down() == []


def test_whatever_the_core_says_shows_that_it_lives() -> None:
    stage = ready()
    hello = CoreHello(required_protocol_version=3, lossless_required=False, service_version="1")
    for _ in range(5):
        assert stage.pass_ms(2_500).of(EndStream) == []
        assert stage.core(hello) == []


def test_a_core_that_beats_rarely_may_be_silent_for_longer() -> None:
    stage = ready()
    stage.core(stage.beat(heartbeat_interval_ms=5_000))

    assert stage.pass_ms(14_000).of(EndStream) == []
    assert len(stage.pass_ms(1_000).of(EndStream)) == 1


def test_what_a_core_says_on_an_old_stream_is_not_heard() -> None:
    stage = ready()
    stage.core_down()
    before = stage.stream
    stage.core_up()
    stage.stream = before

    assert stage.core(stage.beat()) == []
    assert stage.core_down() == []


def test_new_settings_of_the_core_reach_the_master_eas() -> None:
    stage = ready()
    master = stage.master()
    stage.slave()
    stage.connect(Role.MASTER, OTHER_SLAVE)

    done = stage.core(stage.beat(retry_backoff_ms=(70, 700), max_retries=9))

    assert done.down(DeliveryConfig) == [DeliveryConfig(retry_backoff_ms=(70, 700), max_retries=9)]
    assert len(done.down(DeliveryConfig, master)) == 1
    again = stage.core(stage.beat(retry_backoff_ms=(70, 700), max_retries=9))
    assert again.down(DeliveryConfig) == []


def test_new_settings_of_the_core_hold_for_the_uplink() -> None:
    stage = ready()
    stage.core(stage.beat(ack_timeout_ms=900))
    stage.say(stage.master(), intent())

    assert stage.pass_ms(899).numbered == []
    assert len(stage.pass_ms(1).numbered) == 1


def test_settings_that_make_no_sense_are_not_taken_over() -> None:
    stage = ready()

    done = stage.core(stage.beat(retry_backoff_ms=()))

    assert [fact.reason for fact in done.facts(InputRefused)] == ["delivery_settings"]
    stage.say(stage.master(), intent())
    assert len(stage.pass_ms(150).numbered) == 1


def test_local_settings_hold_until_the_core_has_spoken() -> None:
    stage = Stage()
    stage.master()
    done = stage.do(SettingsChanged(replace(SETTINGS, max_retries=7)))
    assert [config.max_retries for config in done.down(DeliveryConfig)] == [7]

    stage.core_up()
    assert stage.do(SettingsChanged(replace(SETTINGS, max_retries=8))).down(DeliveryConfig) == []


def test_a_core_that_asks_for_too_much_is_an_alarm() -> None:
    stage = ready()
    hello = CoreHello(required_protocol_version=4, lossless_required=True, service_version="9")

    [alarm] = stage.core(hello).facts(Alarm)

    assert "requires protocol 4" in alarm.sentence


def test_a_timer_of_a_stream_that_is_gone_does_nothing() -> None:
    stage = Stage()

    assert stage.do(Due(("core_silence",))) == []
    assert stage.do(Due(("heartbeat",))) == []


def test_the_cores_wall_clock_is_compared_with_ours() -> None:
    stage = Stage()
    stage.core_up(probed=False)
    stage.pass_ms(20)
    answer = stage.beat(echo_mono_ms=MONO_MS, held_ms=4)
    told = stage.core(replace(answer, wall_ms=stage.now.wall_ms - 500)).facts(ClockCompared)

    assert told == [ClockCompared(peer="core", ahead_ms=-492, error_ms=8 + ROUNDING_MS)]


def test_a_core_that_does_not_tell_its_time_is_not_compared() -> None:
    stage = Stage()
    stage.core_up(probed=False)

    assert stage.core(stage.beat(echo_mono_ms=MONO_MS)).facts(ClockCompared) == []
