"""Every handshake gets its verdict: the Core is told again, thrice in all, and then people are."""

from echo.domain.facts import Alarm
from echo.domain.handshake import AccountSymbolsReport, RegistrationStatus, Role
from echo.domain.ids import EvaluationId
from echo.domain.registration_facts import (
    HandshakeHeard,
    ReportSent,
    VerdictConsumed,
    VerdictForwarded,
    VerdictNotForwarded,
)
from echo.domain.sessions import AccountConnected, Ping
from tests.bridge.stage import MASTER, SLAVE, Stage, ready


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
    assert (fact.latency_ms, fact.attempt, fact.pipe_count) == (40, 1, 1)
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


def test_each_telling_of_a_handshake_is_told_with_its_number() -> None:
    stage = ready()
    session = stage.connect(Role.SLAVE, SLAVE)
    [first] = stage.greet(session, Role.SLAVE, SLAVE).facts(ReportSent)
    [second] = stage.live(1_500).facts(ReportSent)
    stage.verdict()
    stage.core_down()
    [back] = stage.core_up().facts(ReportSent)

    assert [first.attempt, second.attempt, back.attempt] == [1, 2, 1]
    assert (first.account_id, first.role, first.protocol_version) == (SLAVE, Role.SLAVE, 3)


def test_nothing_is_told_to_a_core_that_is_away() -> None:
    stage, _ = waiting()
    stage.core_down()
    session = stage.connect(Role.MASTER, MASTER)

    assert not stage.greet(session, Role.MASTER, MASTER).facts(ReportSent)


def test_an_ea_that_says_which_verdict_it_has_taken_in_is_told_of_once() -> None:
    stage, session = waiting()
    evaluation_id = stage.verdict().facts(VerdictForwarded)[0].evaluation_id
    stage.live(3_000)
    ping = Ping(ping_id="p-1", evaluation_id=evaluation_id, verdict_age_ms=2_900)
    [fact] = stage.say(session, ping).facts(VerdictConsumed)

    assert (fact.evaluation_id, fact.status) == (evaluation_id, RegistrationStatus.ACCEPTED)
    assert fact.consumed_at_ms == stage.now.wall_ms - 2_900
    assert not stage.say(session, ping).facts(VerdictConsumed)


def test_a_verdict_that_is_not_in_force_any_more_is_not_told_of() -> None:
    stage, session = waiting()
    stage.verdict()
    other = EvaluationId("01890a5d-ac96-774b-bcce-b302099a8057")

    assert not stage.say(session, Ping(ping_id="p-1")).facts(VerdictConsumed)
    assert not stage.say(session, Ping(ping_id="p-2", evaluation_id=other)).facts(VerdictConsumed)
