"""The moment at which an account's day begins: a local time in a zone, whatever clocks do there."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@dataclass(frozen=True, slots=True)
class ResetTime:
    """A time of day in an IANA zone, such as 00:00 in ``Europe/Prague``.

    On a day without that time the reset comes when the clock has jumped over it; on a day that
    has it twice, at the first.
    """

    at: time
    zone: str

    @property
    def complaint(self) -> str:
        """Say why it cannot be told; empty = it can."""
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            return f"{self.zone!r} is no time zone of the IANA database"
        return "a reset has whole minutes" if self.at.second or self.at.microsecond else ""

    def last_ms(self, at_ms: int) -> int:
        """Return when the day began that is under way at *at_ms* (Unix ms)."""
        today = datetime.fromtimestamp(at_ms / 1_000, tz=ZoneInfo(self.zone)).date()
        # The local date may already be tomorrow's where the reset of today is still to come.
        for days in (1, 0, -1, -2):
            begins_ms = self._on(today + timedelta(days=days))
            if begins_ms <= at_ms:
                return begins_ms
        raise AssertionError("a day lasts at most two days")

    def next_ms(self, at_ms: int) -> int:
        """Return when the next day begins."""
        today = datetime.fromtimestamp(at_ms / 1_000, tz=ZoneInfo(self.zone)).date()
        for days in (-1, 0, 1, 2):
            begins_ms = self._on(today + timedelta(days=days))
            if begins_ms > at_ms:
                return begins_ms
        raise AssertionError("a day lasts at most two days")

    def _on(self, day: date) -> int:
        local = datetime.combine(day, self.at, tzinfo=ZoneInfo(self.zone))
        moment = local.astimezone(UTC)
        # PEP 495: a time that does not exist comes back as another; the gap is what lies between.
        if moment.astimezone(ZoneInfo(self.zone)).time() != self.at:
            before = local.utcoffset()
            after = local.replace(fold=1).utcoffset()
            assert before is not None  # noqa: S101 -- a zone always has an offset
            assert after is not None  # noqa: S101 -- a zone always has an offset
            moment = _jump(moment, abs(after - before), ZoneInfo(self.zone))
        return int(moment.timestamp()) * 1_000


def _jump(inside: datetime, gap: timedelta, zone: ZoneInfo) -> datetime:
    """Return the minute at which the clock jumps, within *gap* around a time that it leaves out."""
    minutes = int(gap.total_seconds() // 60)
    start = inside - timedelta(minutes=minutes)
    offset = start.astimezone(zone).utcoffset()
    for minute in range(2 * minutes + 1):
        moment = start + timedelta(minutes=minute)
        if moment.astimezone(zone).utcoffset() != offset:
            return moment
    return inside
