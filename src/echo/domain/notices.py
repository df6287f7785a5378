"""Which alarms a person is told, and when: each once, not too many, money at any hour.

A storm of alarms is one cause most of the time; the hundredth message is read by nobody, and the
one that matters must not be among those that are held back.
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from echo.domain.facts import Alarm


class Severity(StrEnum):
    """How much an alarm matters."""

    MONEY = "money"
    """A position, an order or a limit: told at any hour, and never held back by a storm."""
    WARN = "warn"


MONEY: Final = frozenset(
    {
        *("IN_DOUBT", "FILLED_AFTER_ALL", "UNPROTECTED", "CLOSE_PENDING", "EARLY_CLOSE"),
        *("MISSED_TRADE", "ACTION_NOT_TAKEN", "FLATTEN_UNSUPPORTED", "LIMIT_CLOSE_UNSUPPORTED"),
        *("LIMIT_FOREIGN_POSITIONS", "LIMIT_WARN", "LIMIT_STOP_ENTRIES", "LIMIT_FLATTEN"),
        *("LIMIT_SUSPENDED", "LEVELS_ASTRAY", "COMMAND_UNDELIVERED"),
        *("core_delivery_failed", "journal_refused", "engine_failed"),
    }
)
"""Codes of alarms that are about money."""

RECOVERIES: Final = frozenset(
    {"journal_recovered", "LIMIT_CLEAR", "LINK_BACK", "COLLECTOR_BACK", "VERDICT_ACCEPTED"}
)
"""Codes that say that all is well again with what their key names."""

TOLD_MAX: Final = 10_000
"""Alarms that are remembered as told; the oldest are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A span of the day in which only money is told; it may go past midnight."""

    begin: time
    end: time
    zone: ZoneInfo

    def covers(self, wall_ms: int) -> bool:
        """Whether *wall_ms* lies in it."""
        local = datetime.fromtimestamp(wall_ms / 1_000, UTC).astimezone(self.zone).time()
        if self.begin <= self.end:
            return self.begin <= local < self.end
        return local >= self.begin or local < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRules:
    """How patient the receiver is.

    ``repeat_after_ms``: the same alarm is told again after so long.  ``storm_max`` notices in
    ``storm_ms`` are enough; ``quiet`` ``None`` = no hour is.
    """

    repeat_after_ms: int = 15 * 60_000
    storm_max: int = 20
    storm_ms: int = 10 * 60_000
    quiet: QuietHours | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is sent to a person.  ``held_back`` counts what was not told since the last notice."""

    severity: Severity
    code: str
    sentence: str
    account_id: str = ""
    recovered: bool = False
    held_back: int = 0

    @property
    def text(self) -> str:
        """The notice in one line."""
        head = "recovered" if self.recovered else self.severity.value
        whose = f" account {self.account_id}:" if self.account_id else ""
        more = f" ({self.held_back} more were held back)" if self.held_back else ""
        return f"Echo, {head}: {self.code}{':' if not whose else ','}{whose} {self.sentence}{more}"


@dataclass(slots=True)
class NoticeBoard:
    """Decides about one alarm after the other."""

    rules: NoticeRules = field(default_factory=NoticeRules)
    _told: dict[tuple[str, str], int] = field(default_factory=dict)
    _recent: deque[int] = field(default_factory=deque)
    _held_back: int = 0

    def take(self, alarm: Alarm, wall_ms: int) -> Notice | None:
        """Return what a person is told of *alarm* now; ``None`` = nothing."""
        if alarm.code in RECOVERIES:
            return self._recovery(alarm)
        severity = Severity.MONEY if alarm.code in MONEY else Severity.WARN
        subject = (alarm.key, alarm.code)
        told_ms = self._told.get(subject)
        if told_ms is not None and 0 <= wall_ms - told_ms < self.rules.repeat_after_ms:
            return None
        if not self.may_tell(alarm, wall_ms):
            self._held_back += 1
            return None
        self._remember(subject, wall_ms)
        held_back, self._held_back = self._held_back, 0
        return Notice(
            severity=severity,
            code=alarm.code,
            sentence=alarm.sentence,
            account_id=alarm.account_id or "",
            held_back=held_back,
        )

    def _recovery(self, alarm: Alarm) -> Notice | None:
        """Tell that all is well to those who were told that it was not."""
        subjects = [each for each in self._told if each[0] == alarm.key]
        for subject in subjects:
            del self._told[subject]
        if not subjects:
            return None
        return Notice(
            severity=Severity.WARN,
            code=alarm.code,
            sentence=alarm.sentence,
            account_id=alarm.account_id or "",
            recovered=True,
        )

    def may_tell(self, alarm: Alarm, wall_ms: int) -> bool:
        """Whether neither quiet hours nor a storm hold back what has this alarm's code."""
        return alarm.code in MONEY or not self._must_wait(wall_ms)

    def _must_wait(self, wall_ms: int) -> bool:
        rules = self.rules
        if rules.quiet is not None and rules.quiet.covers(wall_ms):
            return True
        while self._recent and not 0 <= wall_ms - self._recent[0] < rules.storm_ms:
            self._recent.popleft()
        return len(self._recent) >= rules.storm_max

    def _remember(self, subject: tuple[str, str], wall_ms: int) -> None:
        self._recent.append(wall_ms)
        self._told.pop(subject, None)
        self._told[subject] = wall_ms
        if len(self._told) > TOLD_MAX:
            del self._told[next(iter(self._told))]
