"""What lasts is told once, after a while, and its end to those who were told; changes at once."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from echo.domain.answers import AckStage
from echo.domain.copy_facts import BacklogSeen
from echo.domain.facts import Alarm, Fact, LimitStageChanged, LinkChanged
from echo.domain.handshake import RegistrationStatus, Role
from echo.domain.ids import AccountId
from echo.domain.limit_rules import Stage
from echo.domain.link_facts import CollectorChanged, FactsShed
from echo.domain.notices import MONEY, NoticeBoard, NoticeRules, QuietHours
from echo.domain.registration_facts import AccountEvaluated, EaChanged
from echo.domain.troubles import CONCERNING, SILENT_MS, Troubles

NOON_MS = int(datetime(2026, 7, 1, 12, tzinfo=UTC).timestamp() * 1_000)
SECOND = 1_000
MINUTE = 60 * SECOND
SLAVE = AccountId("70001")
GONE = LinkChanged(peer="slave_70001", up=False, reason="the pipe is gone")
BACK = LinkChanged(peer="slave_70001", up=True)


class Watching:
    """A person with a clock: facts come, minutes pass, and notices are read."""

    def __init__(self, rules: NoticeRules | None = None, *, wall_ms: int = NOON_MS) -> None:
        self.troubles = Troubles(NoticeBoard(rules or NoticeRules()))
        self.wall_ms = wall_ms

    def see(self, *facts: Fact) -> list[str]:
        found = (each for fact in facts for each in self.troubles.take(fact, self.wall_ms))
        return [each.text for each in found]

    def wait(self, minutes: float, *, silent: int = 0) -> list[str]:
        """Let time pass, with a look at the backlog every ten seconds."""
        told = []
        for _ in range(round(minutes * 6)):
            self.wall_ms += 10 * SECOND
            told += self.see(backlog(silent))
        return told


def backlog(silent: int = 0) -> BacklogSeen:
    return BacklogSeen(commands=0, oldest_ms=((AckStage.CORE_ACCEPTED, 0),), accounts_silent=silent)


def judged(status: RegistrationStatus, *issues: str) -> AccountEvaluated:
    return AccountEvaluated(account_id=SLAVE, status=status, protocol_version=3, issues=issues)


def stage(before: Stage, after: Stage) -> LimitStageChanged:
    return LimitStageChanged(
        account_id=SLAVE, rule_id="daily", before=before, stage=after, sentence="100 USD left"
    )


def test_who_is_away_for_long_is_told_once_and_that_he_is_back() -> None:
    person = Watching()

    assert person.see(GONE) == []
    assert person.wait(4.5, silent=1) == []
    assert person.wait(120, silent=1) == [
        "Echo, warn: ACCOUNT_SILENT, account 70001: slave_70001 has not been here for 5 minutes:"
        " the pipe is gone"
    ]
    assert person.see(BACK) == ["Echo, recovered: LINK_BACK, account 70001: slave_70001 is back"]
    assert person.see(BACK) == []


def test_a_restart_is_told_to_nobody() -> None:
    person = Watching()
    person.see(GONE)

    assert person.wait(4) == []
    assert person.see(BACK) == []
    assert person.wait(30) == []


def test_an_agent_is_away_as_an_agent() -> None:
    person = Watching()
    person.see(LinkChanged(peer="agent_vps1", up=False))

    assert person.wait(6, silent=3) == [
        "Echo, warn: AGENT_SILENT: agent_vps1 has not been here for 5 minutes"
    ]


def test_those_that_a_restarted_core_never_sees_are_counted() -> None:
    person = Watching()

    assert person.wait(30, silent=2) == [
        "Echo, warn: ACCOUNT_SILENT: 2 accounts have not been here for 5 minutes"
    ]
    assert person.wait(1, silent=0) == ["Echo, recovered: LINK_BACK: all accounts are here"]


def test_what_begins_at_night_is_told_in_the_morning_and_what_ends_there_is_not() -> None:
    zone = ZoneInfo("Europe/Madrid")
    quiet = NoticeRules(quiet=QuietHours(begin=time(22), end=time(7), zone=zone))
    at_ms = int(datetime(2026, 7, 1, 6, 30, tzinfo=zone).timestamp() * 1_000)
    person = Watching(quiet, wall_ms=at_ms)
    person.see(GONE, LinkChanged(peer="slave_70002", up=False))

    assert person.wait(20) == []
    assert person.see(LinkChanged(peer="slave_70002", up=True)) == []
    told = person.wait(30)
    assert [each[:40] for each in told] == ["Echo, warn: ACCOUNT_SILENT, account 7000"]
    assert "held back" not in told[0]


def test_a_clock_that_jumps_back_does_not_make_it_last_for_ever() -> None:
    person = Watching()
    person.see(GONE)
    person.wall_ms -= 600 * MINUTE

    assert person.wait(SILENT_MS / MINUTE + 1) != []


def test_a_collector_that_stays_away_is_told_and_that_it_takes_again() -> None:
    person = Watching()
    person.see(CollectorChanged(address="c:4317", up=False, sentence="no answer"))

    assert person.wait(9) == []
    assert person.wait(9) == [
        "Echo, warn: COLLECTOR_AWAY: the collector c:4317 has taken nothing for 10 minutes:"
        " no answer"
    ]
    assert person.see(CollectorChanged(address="c:4317", up=True, sentence="")) == [
        "Echo, recovered: COLLECTOR_BACK: the collector c:4317 takes what it is sent"
    ]


def test_a_verdict_that_stays_bad_is_told_and_one_that_gets_worse_anew() -> None:
    person = Watching()
    person.see(judged(RegistrationStatus.REJECTED, "SPEC_MISSING"))
    person.see(judged(RegistrationStatus.ACCEPTED))
    assert person.wait(5) == []

    person.see(judged(RegistrationStatus.WARNING, "SPEC_STALE"))
    assert person.wait(2) == [
        "Echo, warn: VERDICT_WARNING, account 70001: the slave EA is taken with warnings;"
        " SPEC_STALE"
    ]
    person.see(judged(RegistrationStatus.REJECTED, "SPEC_MISSING"))
    assert person.wait(2) == [
        "Echo, warn: VERDICT_REJECTED, account 70001: the slave EA is rejected: nothing is"
        " opened; SPEC_MISSING"
    ]
    assert person.see(judged(RegistrationStatus.ACCEPTED)) == [
        "Echo, recovered: VERDICT_ACCEPTED, account 70001: the slave EA is accepted"
    ]


def test_a_verdict_that_got_worse_and_then_good_before_that_was_told_is_good_news_too() -> None:
    person = Watching()
    person.see(judged(RegistrationStatus.WARNING, "SPEC_STALE"))
    assert len(person.wait(2)) == 1

    person.see(judged(RegistrationStatus.REJECTED, "SPEC_MISSING"))
    assert person.see(judged(RegistrationStatus.ACCEPTED)) == [
        "Echo, recovered: VERDICT_ACCEPTED, account 70001: the slave EA is accepted"
    ]


def test_other_inputs_are_told_at_once_another_version_is_not() -> None:
    person = Watching()
    changed = EaChanged(
        account_id=SLAVE, role=Role.SLAVE, what="config_hash", before="a" * 64, after="b" * 64
    )

    assert person.see(changed, changed) == [
        "Echo, warn: EA_CHANGED, account 70001: the slave EA came back with other inputs:"
        " aaaaaaaaaaaa before, bbbbbbbbbbbb now"
    ]
    version = EaChanged(
        account_id=SLAVE, role=Role.SLAVE, what="client_semver", before="1", after="2"
    )
    assert person.see(version) == []


def test_a_limit_is_money_and_that_it_is_clear_again_is_told_to_who_was_told() -> None:
    person = Watching()
    near = Alarm(
        key="limit:70001:daily", code="LIMIT_STOP_ENTRIES", sentence="5 USD left", account_id=SLAVE
    )

    assert person.see(stage(Stage.WARN, Stage.CLEAR)) == []
    assert person.see(near) == ["Echo, money: LIMIT_STOP_ENTRIES, account 70001: 5 USD left"]
    assert person.see(stage(Stage.STOP_ENTRIES, Stage.WARN)) == []
    assert person.see(stage(Stage.WARN, Stage.CLEAR)) == [
        "Echo, recovered: LIMIT_CLEAR, account 70001: 100 USD left"
    ]


@pytest.mark.parametrize("each", [Stage.WARN, Stage.STOP_ENTRIES, Stage.FLATTEN])
def test_every_stage_of_a_limit_is_about_money(each: Stage) -> None:
    assert f"LIMIT_{each.name}" in MONEY


def test_facts_that_concern_nobody_are_passed_by() -> None:
    shed = FactsShed(what="spans", facts=3)

    assert type(shed) not in CONCERNING
    assert Watching().see(shed) == []
