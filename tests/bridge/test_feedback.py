"""Every handshake gets its verdict: the Core is told again, thrice in all, and then people are."""

from echo.domain.facts import Alarm
from echo.domain.handshake import AccountSymbolsReport, RegistrationStatus, Role
from echo.domain.registration_facts import (
    HandshakeHeard,
    VerdictForwarded,
    VerdictNotForwarded,
)
from echo.domain.sessions import AccountConnected
from tests.bridge.stage import SLAVE, Stage, ready


def waiting() -> tuple[Stage, int]:
    stage = ready()
    session = stage.connect(Role.SLAVE, SLAVE)
    stage.greet(session, Role.SLAVE, SLAVE)
    return stage, session


def test_the_time_from_the_handshake_to_its_verdict_is_told() -> None:
    stage, _ = waiting()
    stage.live(40)
    [fact] = stage.verdict().facts(VerdictForwarded)

    assert (fact.account_id, fact.role, fact.status) == (
        SLAVE,
        Role.SLAVE,
        RegistrationStatus.ACCEPTED,
    )
    assert (fact.latency_ms, fact.attempt) == (40, 1)
    [later] = stage.verdict(status=RegistrationStatus.WARNING).facts(VerdictForwarded)
    assert later.latency_ms is None


def test_a_handshake_without_a_verdict_is_told_again_at_growing_distances() -> None:
    stage, _ = waiting()
    moments = []
    for second in range(1, 20):
        done = stage.live(1_000)
        if done.up(AccountSymbolsReport):
            assert done.up(AccountConnected), "a session that is known would say nothing new"
            moments.append(second)
        finals = [fact.final for fact in done.facts(VerdictNotForwarded)]
        if True in finals:
            [alarm] = done.facts(Alarm)
            assert alarm.code == "VERDICT_MISSING"
            assert second == 7

    assert moments == [1, 3]


def test_a_verdict_at_the_second_try_is_one() -> None:
    stage, _ = waiting()
    stage.live(1_500)
    [fact] = stage.verdict().facts(VerdictForwarded)

    assert fact.attempt == 2
    assert not stage.live(10_000).facts(VerdictNotForwarded)


def test_nobody_is_asked_while_the_core_is_away_and_all_tries_are_left_when_it_is_back() -> None:
    stage, _ = waiting()
    stage.core_down()
    assert not stage.live(10_000).facts(VerdictNotForwarded)
    stage.core_up()
    done = stage.live(3_500)

    assert [fact.attempt for fact in done.facts(VerdictNotForwarded)] == [1, 2]


def test_a_verdict_for_an_ea_that_is_gone_is_counted() -> None:
    stage, session = waiting()
    stage.disconnect(session)
    [fact] = stage.verdict().facts(VerdictNotForwarded)

    assert (fact.reason, fact.final) == ("ea_gone", True)
    assert not stage.live(10_000).facts(Alarm)


def test_a_handshake_is_told_with_what_it_says_of_itself() -> None:
    stage = ready()
    session = stage.connect(Role.SLAVE, SLAVE)
    done = stage.greet(session, Role.SLAVE, SLAVE, protocol_version=1, features=())
    [fact] = done.facts(HandshakeHeard)

    assert (fact.protocol_version, fact.legacy, fact.role) == (1, True, Role.SLAVE)
