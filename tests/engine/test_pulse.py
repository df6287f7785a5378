"""Agents come and go: greeted, timed, probed; and nobody speaks with an old session's voice."""

from dataclasses import replace

from echo.domain.answers import TradeIntentAck
from echo.domain.clocks import ROUNDING_MS
from echo.domain.commands import ExecuteOrder
from echo.domain.facts import Alarm, LinkChanged
from echo.domain.ids import AgentId
from echo.domain.journal import AgentSessionRecord, TradeRecord
from echo.domain.link_facts import ClockCompared
from echo.domain.sessions import (
    AgentHeartbeat,
    AgentHello,
    ClockEcho,
    CoreHello,
    DeliveryHeartbeat,
)
from echo.engine import pulse
from echo.engine.effects import Arm, Disarm, EndSession, Persist, Send, SendNow
from echo.engine.events import AgentJoined, AgentLeft, AgentSaid, Due, SettingsChanged
from tests.engine.scenes import (
    AGENT,
    MASTER,
    SLAVE,
    Desk,
    alarms,
    closed,
    desk,
    facts,
    modified,
    opened,
    records,
    sent,
    settings,
)


def beat(
    stage: Desk, *, mono_ms: int, echo_mono_ms: int | None, held_ms: int = 0
) -> AgentHeartbeat:
    return AgentHeartbeat(
        agent_id=AGENT,
        timestamp_ms=stage.now.wall_ms,
        mono_ms=mono_ms,
        echo_mono_ms=echo_mono_ms,
        held_ms=held_ms,
    )


def test_an_agent_is_greeted_without_waiting_for_the_journal() -> None:
    stage = Desk()
    told = stage.join(probed=False)

    assert [type(effect.message) for effect in told if isinstance(effect, SendNow)] == [
        CoreHello,
        DeliveryHeartbeat,
    ]
    assert facts(told, LinkChanged) == [LinkChanged(peer=AGENT, up=True)]


def test_an_agent_that_cannot_repeat_is_known_for_one() -> None:
    stage = Desk()
    hello = AgentHello(
        agent_id=AGENT, version="0", hostname="h", os="", supports_lossless_delivery=False
    )
    told = stage.feed(AgentJoined(AGENT, 1, hello))

    assert stage.one(told, CoreHello).compat_mode_active


def test_the_pulse_carries_the_settings_in_force() -> None:
    stage = Desk()
    stage.join()
    stage.feed(SettingsChanged(settings(ack_timeout_ms=7, max_retries=8, retry_backoff_ms=(9,))))
    [*_, last] = sent(stage.wait(1_000), DeliveryHeartbeat)

    assert (last.ack_timeout_ms, last.max_retries, last.retry_backoff_ms) == (7, 8, (9,))


def test_the_pulse_returns_the_peers_stamp_and_how_long_it_was_held() -> None:
    stage = Desk()
    stage.join(probed=False)
    stage.say(beat(stage, mono_ms=555, echo_mono_ms=None), message_id=None)
    [*_, last] = sent(stage.wait(1_000), DeliveryHeartbeat)

    assert (last.echo_mono_ms, last.held_ms) == (555, 1_000)
    assert last.mono_ms == stage.now.mono_ms


def test_a_heartbeat_is_answered_at_once_an_echo_is_not() -> None:
    stage = Desk()
    stage.join()
    answered = stage.say(beat(stage, mono_ms=1, echo_mono_ms=None), message_id=None)

    assert len(sent(answered, DeliveryHeartbeat)) == 1
    assert stage.say(ClockEcho(mono_ms=2), message_id=None) == []


def test_a_silent_agents_stream_is_ended() -> None:
    stage = Desk()
    stage.join()
    told = stage.wait(10_000)

    assert [effect for effect in told if isinstance(effect, EndSession)] == [
        EndSession(AGENT, 1, "silent for 4000 ms")
    ]
    assert stage.wait(10_000) == []


def test_an_agent_that_speaks_is_not_silent() -> None:
    stage = desk()
    told = []
    for _ in range(10):
        told += stage.wait(1_000)
        stage.quote()

    assert not any(isinstance(effect, EndSession) for effect in told)


def test_a_new_stream_ends_an_old_one_that_is_silent() -> None:
    stage = desk()
    stage.later(2_600)
    told = stage.feed(AgentJoined(AGENT, 2, hello()))

    assert EndSession(AGENT, 1, "the Agent opened another stream") in told
    assert stage.feed(AgentLeft(AGENT, 1, "old stream is gone")) == []
    assert stage.engine.state.agents[AGENT].session == 2


def hello(hostname: str = "h", os: str = "linux") -> AgentHello:
    return AgentHello(agent_id=AGENT, version="1", hostname=hostname, os=os)


def test_every_session_of_an_agent_has_a_number_of_its_own_that_outlives_the_core() -> None:
    stage = Desk()
    epochs = [records(stage.join(), AgentSessionRecord)[0].epoch for _ in range(2)]
    stage.restart()
    epochs += [records(stage.join(), AgentSessionRecord)[0].epoch for _ in range(2)]

    assert epochs == [1, 2, 3, 4]
    assert stage.archive.read_back().agent_epochs == (AgentSessionRecord(agent_id=AGENT, epoch=4),)


def test_the_number_of_a_session_is_written_before_anything_of_it_is_done() -> None:
    told = desk().join(SLAVE)
    numbered = next(
        place
        for place, effect in enumerate(told)
        if isinstance(effect, Persist) and isinstance(effect.record, AgentSessionRecord)
    )

    assert all(not isinstance(effect, Send) for effect in told[:numbered])


def test_a_second_agent_of_one_name_is_turned_away_while_the_first_lives() -> None:
    stage = desk()
    [session] = stage.sessions.values()
    told = stage.feed(AgentJoined(AGENT, 99, hello("elsewhere")))

    assert [each.session for each in told if isinstance(each, EndSession)] == [99]
    assert len(told) == 1
    assert stage.engine.state.agents[AGENT].session == session
    assert not stage.feed(AgentSaid(AGENT, 99, None, opened()))
    assert not stage.feed(AgentLeft(AGENT, 99, "turned away"))
    assert stage.open().account_id == SLAVE


def test_people_are_told_once_that_there_are_two_agents_of_one_name() -> None:
    stage = desk()
    told = []
    for session in range(90, 100):
        told += stage.feed(AgentJoined(AGENT, session, hello("elsewhere")))
        told += stage.probe()

    [alarm] = facts(told, Alarm)
    assert alarm.code == "AGENT_ID_TAKEN"
    assert "elsewhere" in alarm.sentence


def test_an_agent_that_connects_again_is_let_in_once_its_old_stream_is_silent() -> None:
    stage = desk()
    stage.later(1_000)
    assert sent(stage.feed(AgentJoined(AGENT, 98, hello())), CoreHello) == []
    stage.later(1_600)
    told = stage.feed(AgentJoined(AGENT, 99, hello()))

    assert len(sent(told, CoreHello)) == 1
    assert stage.engine.state.agents[AGENT].session == 99
    assert alarms(told) == []


def test_an_agent_whose_stream_is_over_is_let_in_at_once() -> None:
    stage = desk()
    stage.leave()

    assert len(sent(stage.join(probed=False), CoreHello)) == 1


def test_new_settings_reach_every_agent_at_once_and_set_its_pulse() -> None:
    stage = desk()
    told = stage.feed(SettingsChanged(settings(heartbeat_interval_ms=4_000, ack_timeout_ms=7)))

    [beat_now] = sent(told, DeliveryHeartbeat)
    assert (beat_now.heartbeat_interval_ms, beat_now.ack_timeout_ms) == (4_000, 7)
    assert not sent(stage.wait(3_900), DeliveryHeartbeat)
    assert len(sent(stage.wait(200), DeliveryHeartbeat)) == 1


def test_frames_of_an_old_session_are_not_heard() -> None:
    stage = desk()
    stage.join(MASTER, SLAVE)

    assert stage.feed(AgentSaid(AGENT, 1, None, opened())) == []
    assert stage.feed(AgentSaid(AgentId("nobody"), 1, None, opened())) == []


def test_a_lost_agent_is_told_to_telemetry_and_its_pulse_stops() -> None:
    stage = desk()
    told = stage.leave()

    assert Disarm(("pulse", AGENT)) in told
    assert facts(told, LinkChanged) == [LinkChanged(peer=AGENT, up=False, reason="gone")]
    assert not stage.engine.state.account(SLAVE).connected
    assert stage.feed(Due(("pulse", AGENT))) == []


# -- the clock probe


def test_actions_wait_until_the_clock_probe_is_answered() -> None:
    stage = desk()
    stage.join(MASTER, SLAVE, probed=False)
    for message in (opened(sent_mono_ms=stage.now.mono_ms), modified(1, sl="1.09"), closed()):
        assert stage.say(message) == []
    told = stage.probe()
    acks = sent(told, TradeIntentAck)

    assert [ack.seq for ack in acks] == [0, 1, 2_147_483_647]
    assert len(sent(told, ExecuteOrder)) == 1
    assert stage.probe() != []
    assert sent(stage.told, TradeIntentAck) == []


def test_a_probe_that_returns_no_stamp_answers_nothing() -> None:
    stage = desk()
    stage.join(MASTER, SLAVE, probed=False)
    stage.say(opened())
    stage.say(beat(stage, mono_ms=5, echo_mono_ms=None), message_id=None)

    assert stage.archive.all(TradeRecord) == ()


def test_a_stamp_of_another_life_answers_nothing() -> None:
    stage = desk()
    before = stage.now.mono_ms
    stage.later(50)
    stage.join(MASTER, SLAVE, probed=False)
    stage.say(opened())
    for foreign in (before, stage.now.mono_ms + 1):
        stage.say(beat(stage, mono_ms=5, echo_mono_ms=foreign), message_id=None)
        assert stage.archive.all(TradeRecord) == ()
    stage.say(beat(stage, mono_ms=5, echo_mono_ms=stage.now.mono_ms), message_id=None)
    assert len(stage.archive.all(TradeRecord)) == 1


def test_a_clock_echo_answers_the_probe_as_well() -> None:
    stage = desk()
    stage.join(MASTER, SLAVE, probed=False)
    stage.say(opened())
    told = stage.say(ClockEcho(mono_ms=9, echo_mono_ms=stage.now.mono_ms), message_id=None)

    assert len(sent(told, ExecuteOrder)) == 1


def test_the_agents_clock_may_show_anything() -> None:
    stage = desk()
    stage.join(MASTER, SLAVE, probed=False)
    probed = stage.now.mono_ms
    stage.later(40)
    # The Agent heard the probe 10 ms before it answered, when its clock showed 7000.
    pulse_ = beat(stage, mono_ms=7_010, echo_mono_ms=probed, held_ms=10)
    stage.say(pulse_, message_id=None)
    stage.later(60)
    order = stage.open(age_ms=0, sent_mono_ms=7_050)

    assert order.age_ms == 50


def test_only_so_many_actions_wait() -> None:
    stage = desk()
    stage.join(MASTER, SLAVE, probed=False)
    held = stage.engine.state.agents[AGENT].held
    held.extend([AgentSaid(AGENT, 2, None, modified(1))] * pulse.HELD_MAX)
    stage.say(opened())

    assert len(held) == pulse.HELD_MAX


def test_what_waited_is_forgotten_with_its_stream() -> None:
    stage = desk()
    stage.join(MASTER, SLAVE, probed=False)
    stage.say(opened())
    stage.join(MASTER, SLAVE)

    assert records(stage.heard, TradeRecord) == []


def test_the_pulse_goes_on() -> None:
    stage = Desk()
    told = stage.join()

    assert Arm(("pulse", AGENT), stage.now.mono_ms + 1_000) in told
    assert len(sent(stage.wait(3_000), DeliveryHeartbeat)) == 3


def test_an_agents_wall_clock_is_compared_with_ours() -> None:
    stage = Desk()
    stage.join(probed=False)
    asked_ms = stage.now.mono_ms
    stage.wait(40)
    theirs = beat(stage, mono_ms=5, echo_mono_ms=asked_ms, held_ms=10)
    told = stage.say(replace(theirs, timestamp_ms=stage.now.wall_ms + 7_000))

    assert facts(told, ClockCompared) == [
        ClockCompared(peer=AGENT, ahead_ms=7_015, error_ms=15 + ROUNDING_MS)
    ]


def test_the_pulse_tells_the_cores_wall_clock() -> None:
    stage = desk()
    [*_, last] = sent(stage.wait(1_000), DeliveryHeartbeat)

    assert last.wall_ms == stage.now.wall_ms
