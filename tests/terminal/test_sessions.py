"""A link that does not answer is given up; a verdict opens and shuts."""

from dataclasses import replace

import pytest

from echo.domain.errors import ErrorCode
from echo.domain.handshake import (
    RegistrationStatus,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import EvaluationId
from echo.domain.quantities import Instant
from echo.domain.sessions import DeliveryConfig, EaSession, Ping, Pong
from echo.terminal.effects import Arm, Disarm, Effect, EndPipe, Say
from echo.terminal.sessions import PING, PONG, Gate, Link
from tests.terminal.rig import ACCOUNT, MONO_MS, WALL_MS, slave_settings

START = Instant(WALL_MS, MONO_MS)


def at(ms: int) -> Instant:
    return Instant(WALL_MS + ms, MONO_MS + ms)


def ping_in(effects: list[Effect]) -> Ping:
    [ping] = [each.message for each in effects if isinstance(each, Say)]
    assert isinstance(ping, Ping)
    return ping


def opened() -> tuple[Link, Ping]:
    link = Link(slave_settings(pong_timeout_ms=3_000))
    link.attached("life")
    return link, ping_in(link.opened(START))


def pong(ping: Ping, mono_ms: int = 900) -> Pong:
    return Pong(ping_id=ping.ping_id, timestamp_ms=0, echo_ms=0, mono_ms=mono_ms)


def test_a_new_pipe_is_pinged_at_once_and_then_every_five_seconds() -> None:
    link = Link(slave_settings(pong_timeout_ms=3_000))
    link.attached("life")

    effects = link.opened(START)
    first = ping_in(effects)
    answered = link.answered(pong(first))
    second = ping_in(link.due(PING, at(5_000)))

    assert effects[1:] == [Arm(PING, MONO_MS + 5_000), Arm(PONG, MONO_MS + 3_000)]
    assert answered
    assert (first.ping_id, second.ping_id) == ("life-1", "life-2")
    assert first.role == "slave"


def test_an_answer_bounds_how_old_a_frame_is() -> None:
    link, ping = opened()

    link.answered(pong(ping, mono_ms=900))

    assert link.probe.elapsed_ms_max(sent_mono_ms=1_000, now_mono_ms=MONO_MS + 400) == 300


def test_the_agents_clock_is_known_from_below() -> None:
    """However long the answer was under way, its clock had passed what stands in it."""
    link, ping = opened()
    before = link.agent_mono_ms(at(30))
    link.heard(at(40))
    link.answered(pong(ping, mono_ms=900))

    assert before is None
    assert link.agent_mono_ms(at(240)) == 1_100
    link.closed()
    assert link.agent_mono_ms(at(300)) is None


def test_answers_to_other_pings_say_nothing() -> None:
    link, ping = opened()

    assert not link.answered(replace(pong(ping), ping_id="other"))
    assert link.probe.probed_at_mono_ms is None
    assert link.answered(pong(ping))
    assert not link.answered(pong(ping))


def test_an_id_that_travelled_in_upper_case_is_recognised() -> None:
    link, ping = opened()

    assert link.answered(replace(pong(ping), ping_id=ping.ping_id.upper()))


def test_an_answer_is_known_in_capitals_too() -> None:
    """Older protocols spell ids in upper case."""
    link, ping = opened()

    assert link.answered(replace(pong(ping), ping_id=ping.ping_id.upper()))


def test_a_ping_without_an_answer_ends_the_pipe() -> None:
    link, _ = opened()
    link.heard(at(2_900))

    early = link.due(PONG, at(2_999))
    effects = link.due(PONG, at(3_000))

    assert early == []
    assert effects == [EndPipe("no pong for 3000 ms"), Disarm(PING), Disarm(PONG)]
    assert not link.up
    assert link.due(PING, at(5_000)) == []


def test_no_second_ping_leaves_before_the_first_is_answered() -> None:
    link = Link(slave_settings(ping_ms=1_000))
    link.opened(START)

    assert link.due(PING, at(1_000)) == [Arm(PING, MONO_MS + 2_000)]


def test_silence_ends_the_pipe() -> None:
    link, ping = opened()
    link.answered(pong(ping))

    assert isinstance(link.due(PING, at(15_000))[0], EndPipe)


@pytest.mark.parametrize(("version", "gives_up"), [(3, True), (2, False)])
def test_a_handshake_that_found_no_ear_ends_the_pipe(version: int, gives_up: bool) -> None:
    """It is said once; an Agent of whom it was not heard would answer nothing else for ever."""
    link = Link(slave_settings(protocol_version=version))
    link.attached("life")
    ping = ping_in(link.opened(START))
    for seconds in (5, 10, 15):
        link.heard(at(seconds * 1_000 - 100))
        assert link.answered(pong(ping))
        effects = link.due(PING, at(seconds * 1_000))
        if seconds < 15 or not gives_up:
            ping = ping_in(effects)

    assert (EndPipe("no session for 15000 ms") in effects) is gives_up


def test_a_late_timer_of_an_answered_ping_does_nothing() -> None:
    link, ping = opened()
    link.answered(pong(ping))

    assert link.due(PONG, at(3_000)) == []


def test_a_new_session_knows_nothing_of_the_old_one() -> None:
    link, ping = opened()
    link.answered(pong(ping))
    link.agreed(
        EaSession(
            session_epoch=4,
            heartbeat_interval_ms=1,
            retry_backoff_ms=(7,),
            max_retries=9,
            ledger_n=3,
        )
    )
    agreed = (link.epoch, link.ledger_n, link.backoff_ms, link.max_retries)

    link.closed()
    link.opened(at(100))

    assert agreed == (4, 3, (7,), 9)
    assert link.epoch is None
    assert link.probe.probed_at_mono_ms is None


def test_an_empty_list_of_pauses_changes_nothing() -> None:
    link, _ = opened()

    link.agreed(DeliveryConfig(retry_backoff_ms=(), max_retries=5))

    assert (link.backoff_ms, link.max_retries) == (slave_settings().retry_backoff_ms, 5)


def verdict(account: RegistrationStatus, symbol: RegistrationStatus) -> SymbolRegistrationResult:
    entry = SymbolRegistration(canonical_symbol="EURUSD", broker_symbol="EURUSD.m", status=symbol)
    return SymbolRegistrationResult(
        account_id=ACCOUNT,
        pipe_role=Role.SLAVE,
        protocol_version=3,
        status=account,
        evaluation_id=EvaluationId("e"),
        evaluated_at_ms=0,
        symbols=(entry,),
    )


@pytest.mark.parametrize(
    ("account", "symbol", "code"),
    [
        ("ACCEPTED", "ACCEPTED", None),
        ("WARNING", "WARNING", None),
        ("REJECTED", "ACCEPTED", ErrorCode.HANDSHAKE_NOT_READY),
        ("WARNING", "REJECTED", ErrorCode.SYMBOL_NOT_MAPPED),
    ],
)
def test_a_verdict_opens_and_shuts(account: str, symbol: str, code: ErrorCode | None) -> None:
    gate = Gate()
    before = gate.refuse("EURUSD.m")

    gate.judged(verdict(RegistrationStatus(account), RegistrationStatus(symbol)))
    refusal = gate.refuse("EURUSD.m")

    assert before is None
    assert (refusal.code if refusal else None) is code
    assert gate.shut is (account == "REJECTED")
    assert gate.rejects("EURUSD.m") is (symbol == "REJECTED")
    assert not gate.rejects("XAUUSD")


def test_a_ping_says_which_verdict_was_taken_in_and_how_long_ago() -> None:
    link, first = opened()
    link.judged(verdict(RegistrationStatus.ACCEPTED, RegistrationStatus.ACCEPTED), at(1_000))
    link.answered(pong(first))
    told = ping_in(link.due(PING, at(5_000)))
    link.closed()
    again = ping_in(link.opened(at(6_000)))

    assert (first.evaluation_id, again.evaluation_id) == ("", "")
    assert (told.evaluation_id, told.verdict_age_ms) == ("e", 4_000)


def test_pings_of_older_protocols_say_nothing_of_verdicts() -> None:
    link = Link(slave_settings(protocol_version=2))
    link.attached("life")
    first = ping_in(link.opened(START))
    link.judged(verdict(RegistrationStatus.ACCEPTED, RegistrationStatus.ACCEPTED), at(1_000))
    link.answered(pong(first))

    assert ping_in(link.due(PING, at(5_000))).evaluation_id == ""


def test_a_ping_says_how_long_the_one_before_took() -> None:
    link, first = opened()
    link.heard(at(30))
    link.answered(pong(first))

    assert (first.rtt_ms, ping_in(link.due(PING, at(5_000))).rtt_ms) == (None, 30)
