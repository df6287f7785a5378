"""The time at which an account must hold nothing: entries stop, then what is open is closed."""

from dataclasses import dataclass
from typing import Final

from echo.domain.limit_rules import Stage
from echo.domain.reset_time import ResetTime

LEAD_S_MAX: Final = 6 * 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingTime:
    """Every day from *closes* to *reopens* the account is flat.

    Attributes:
        stop_entries_s, flatten_s: So long before *closes* entries stop, and positions are closed;
            in seconds, 0 to 21,600, the first no less than the second.
        source, verified_on: Where the rule is published, and the ISO date on which it said so.
    """

    rule_id: str
    closes: ResetTime
    reopens: ResetTime
    stop_entries_s: int = 600
    flatten_s: int = 120
    source: str = ""
    verified_on: str = ""

    @property
    def complaint(self) -> str:
        """Say why the rule makes no sense; empty = it does."""
        found = self.closes.complaint or self.reopens.complaint
        if not found and (self.closes.at, self.closes.zone) == (self.reopens.at, self.reopens.zone):
            found = "it closes when it reopens"
        if not found and not 0 <= self.flatten_s <= self.stop_entries_s <= LEAD_S_MAX:
            found = (
                f"entries stop {self.stop_entries_s} s before, positions close {self.flatten_s} s"
                f" before: 0 to {LEAD_S_MAX}, entries first"
            )
        return f"limit {self.rule_id}: {found}" if found else ""

    def stage(self, at_ms: int) -> Stage:
        """Return what holds at *at_ms*: `FLATTEN`, `STOP_ENTRIES` or `CLEAR`."""
        if self.reopens_ms(at_ms, self.flatten_s) is not None:
            return Stage.FLATTEN
        if self.reopens_ms(at_ms, self.stop_entries_s) is not None:
            return Stage.STOP_ENTRIES
        return Stage.CLEAR

    def reopens_ms(self, at_ms: int, lead_s: int) -> int | None:
        """Return when the closing that has begun *lead_s* before its time ends, Unix ms."""
        closed_ms = self.closes.last_ms(at_ms + lead_s * 1_000)
        reopens_ms = self.reopens.next_ms(closed_ms)
        return reopens_ms if at_ms < reopens_ms else None

    def next_change_ms(self, at_ms: int) -> int:
        """Return when the stage changes next, Unix ms."""
        moments = [
            self.closes.next_ms(at_ms + lead_s * 1_000) - lead_s * 1_000
            for lead_s in (self.stop_entries_s, self.flatten_s)
        ]
        return min(*moments, self.reopens.next_ms(at_ms))

    def sentence(self, at_ms: int) -> str:
        """Say what holds at *at_ms*, for people."""
        closes, reopens = self.closes, self.reopens
        return (
            f"{self.rule_id}: flat from {closes.at:%H:%M} {closes.zone}"
            f" to {reopens.at:%H:%M} {reopens.zone}, entries stop {self.stop_entries_s} s before"
        )
