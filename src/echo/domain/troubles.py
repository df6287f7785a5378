"""Troubles that last, and changes that are no alarm: what else a person is told, and when it ends.

An alarm is one moment.  That an account is away is a state: it begins and ends by a fact, is told
once it has lasted for a while, once only, and its end is told to whoever was told that it began.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from echo.domain.copy_facts import BacklogSeen
from echo.domain.facts import Alarm, Fact, LimitStageChanged, LinkChanged
from echo.domain.handshake import RegistrationStatus
from echo.domain.ids import AccountId
from echo.domain.limit_rules import Stage
from echo.domain.link_facts import CollectorChanged
from echo.domain.notices import Notice, NoticeBoard
from echo.domain.registration_facts import AccountEvaluated, EaChanged

SILENT_MS: Final = 5 * 60_000
"""For so long a terminal or an Agent may be restarted in peace."""
COLLECTOR_MS: Final = 10 * 60_000
VERDICT_MS: Final = 60_000
"""A terminal that comes back is judged again as its symbols and specifications arrive."""

MINUTE_MS: Final = 60_000


CONCERNING: Final[frozenset[type[Fact]]] = frozenset(
    {
        *(Alarm, BacklogSeen, EaChanged, LimitStageChanged),
        *(LinkChanged, CollectorChanged, AccountEvaluated),
    }
)
"""The kinds of facts that anything is made of here; all others pass by."""


@dataclass(slots=True, kw_only=True)
class Trouble:
    """What has begun and not ended.  ``told``: people know of it."""

    alarm: Alarm
    since_ms: int
    after_ms: int
    told: bool = False


@dataclass(slots=True)
class Troubles:
    """Takes every fact; *board* decides what is told of those that concern people."""

    board: NoticeBoard
    _lasting: dict[str, Trouble] = field(default_factory=dict)

    def take(self, fact: Fact, wall_ms: int) -> Iterator[Notice]:
        """Yield what a person is told at *wall_ms*, Unix ms, because of *fact*, or of the time."""
        match fact:
            case Alarm():
                yield from self._ask(fact, wall_ms)
            case BacklogSeen():
                yield from self._unnamed(fact, wall_ms)
                yield from self._due(wall_ms)
            case EaChanged(what="config_hash"):
                yield from self._ask(_changed(fact), wall_ms)
            case LimitStageChanged(stage=Stage.CLEAR):
                yield from self._ask(_cleared(fact), wall_ms)
            case LinkChanged():
                alarm, back = _away(fact)
                yield from self._turn(alarm, fact.up, back, SILENT_MS, wall_ms)
            case CollectorChanged():
                alarm, back = _collector(fact)
                yield from self._turn(alarm, fact.up, back, COLLECTOR_MS, wall_ms)
            case AccountEvaluated():
                accepted = fact.status is RegistrationStatus.ACCEPTED
                alarm, back = _judged(fact)
                yield from self._turn(alarm, accepted, back, VERDICT_MS, wall_ms)
            case _:
                pass

    def _unnamed(self, fact: BacklogSeen, wall_ms: int) -> Iterator[Notice]:
        """After its own restart a Core knows how many are away, and has seen none of them go."""
        named = any(key.startswith("link:") for key in self._lasting)
        minutes = SILENT_MS // MINUTE_MS
        sentence = f"{fact.accounts_silent} accounts have not been here for {minutes} minutes"
        away = Alarm(key="accounts", code="ACCOUNT_SILENT", sentence=sentence)
        back = Alarm(key="accounts", code="LINK_BACK", sentence="all accounts are here")
        well = fact.accounts_silent == 0
        if well or not named:
            yield from self._turn(away, well, back, SILENT_MS, wall_ms)

    def _turn(
        self, alarm: Alarm, well: bool, back: Alarm, after_ms: int, wall_ms: int
    ) -> Iterator[Notice]:
        """A state is well, or it is not; *back* says that it is again."""
        lasting = self._lasting.get(alarm.key)
        if well:
            self._lasting.pop(alarm.key, None)
            if lasting is not None:
                yield from self._ask(back, wall_ms)  # Which passes by who was not told.
        elif lasting is None or lasting.alarm.code != alarm.code:
            self._lasting[alarm.key] = Trouble(alarm=alarm, since_ms=wall_ms, after_ms=after_ms)

    def _due(self, wall_ms: int) -> Iterator[Notice]:
        """Tell what has lasted long enough; in quiet hours and storms it waits, and is not lost."""
        for trouble in self._lasting.values():
            if trouble.told:
                continue
            trouble.since_ms = min(trouble.since_ms, wall_ms)  # A clock may jump back.
            if wall_ms - trouble.since_ms < trouble.after_ms:
                continue
            if self.board.may_tell(trouble.alarm, wall_ms):
                trouble.told = True
                yield from self._ask(trouble.alarm, wall_ms)

    def _ask(self, alarm: Alarm, wall_ms: int) -> Iterator[Notice]:
        notice = self.board.take(alarm, wall_ms)
        if notice is not None:
            yield notice


def _away(fact: LinkChanged) -> tuple[Alarm, Alarm]:
    role, _, account = fact.peer.partition("_")
    is_account = role in {"master", "slave"}
    whose = AccountId(account) if is_account else None
    why = f": {fact.reason}" if fact.reason else ""
    key = f"link:{fact.peer}"
    return (
        Alarm(
            key=key,
            code="ACCOUNT_SILENT" if is_account else "AGENT_SILENT",
            sentence=f"{fact.peer} has not been here for {SILENT_MS // MINUTE_MS} minutes{why}",
            account_id=whose,
        ),
        Alarm(key=key, code="LINK_BACK", sentence=f"{fact.peer} is back", account_id=whose),
    )


def _collector(fact: CollectorChanged) -> tuple[Alarm, Alarm]:
    key, minutes = f"collector:{fact.address}", COLLECTOR_MS // MINUTE_MS
    sentence = f"the collector {fact.address} has taken nothing for {minutes} minutes: "
    back = f"the collector {fact.address} takes what it is sent"
    return (
        Alarm(key=key, code="COLLECTOR_AWAY", sentence=sentence + fact.sentence),
        Alarm(key=key, code="COLLECTOR_BACK", sentence=back),
    )


def _judged(fact: AccountEvaluated) -> tuple[Alarm, Alarm]:
    key, who = f"verdict:{fact.role.value}_{fact.account_id}", f"the {fact.role.value} EA"
    why = ", ".join(fact.issues or sorted({each.code for each in fact.counts}))
    rejected = fact.status is RegistrationStatus.REJECTED
    what = "is rejected: nothing is opened" if rejected else "is taken with warnings"
    return (
        Alarm(
            key=key,
            code=f"VERDICT_{fact.status.value}",
            sentence=f"{who} {what}; {why}",
            account_id=fact.account_id,
        ),
        Alarm(
            key=key,
            code="VERDICT_ACCEPTED",
            sentence=f"{who} is accepted",
            account_id=fact.account_id,
        ),
    )


def _changed(fact: EaChanged) -> Alarm:
    return Alarm(
        key=f"ea:{fact.role.value}_{fact.account_id}:{fact.after}",
        code="EA_CHANGED",
        sentence=f"the {fact.role.value} EA came back with other inputs:"
        f" {fact.before[:12]} before, {fact.after[:12]} now",
        account_id=fact.account_id,
    )


def _cleared(fact: LimitStageChanged) -> Alarm:
    return Alarm(
        key=f"limit:{fact.account_id}:{fact.rule_id}",
        code="LIMIT_CLEAR",
        sentence=fact.sentence,
        account_id=fact.account_id,
    )
