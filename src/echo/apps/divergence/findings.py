"""What a report on divergence is made of: results of closed trades, from journal and raw events."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from echo.apps.inquiries import results
from echo.apps.journals import Place
from echo.domain.divergence import Divergence, NotKnown, Part
from echo.domain.divergence_totals import By, Total, totals
from echo.domain.raw_events import day_of
from echo.domain.trade_results import CopyResult, copy_results
from echo.stores.events.deals import read_deals
from echo.stores.events.months import month_paths

_DAY_MS: Final = 86_400_000
_FOREVER_MS: Final = 1 << 62


@dataclass(frozen=True, kw_only=True)
class Span:
    """UTC days, both included; ``None`` = without bound."""

    first: date | None = None
    last: date | None = None

    @property
    def from_ms(self) -> int:
        """When the first day begins."""
        return 0 if self.first is None else _ms(self.first)

    @property
    def to_ms(self) -> int:
        """When the last day is over."""
        return _FOREVER_MS if self.last is None else _ms(self.last + timedelta(days=1))


@dataclass(frozen=True, kw_only=True)
class Findings:
    """The results of every follower of every trade that its master closed in a span.

    ``open_trades`` are those that masters have not closed; ``deals_from`` is where deals were read
    from, ``None`` = there were no raw events.
    """

    journal: Place
    span: Span = field(default_factory=Span)
    results: tuple[CopyResult, ...] = ()
    open_trades: int = 0
    deals_from: Path | None = None

    def totals(self, by: By) -> tuple[Total, ...]:
        """Add the results up."""
        return totals(self.results, by)

    @cached_property
    def told(self) -> tuple[tuple[CopyResult, Divergence], ...]:
        """Results that can be told, the dearest first."""
        found = [(each, each.found) for each in self.results if isinstance(each.found, Divergence)]
        found.sort(key=lambda pair: (pair[1].difference, pair[0].trade_id, pair[0].account_id))
        return tuple(found)

    @cached_property
    def not_known(self) -> Mapping[str, int]:
        """Why results cannot be told -> of how many; the most frequent first."""
        counts = Counter(
            each.found.sentence for each in self.results if isinstance(each.found, NotKnown)
        )
        return dict(counts.most_common())

    @cached_property
    def lacking(self) -> Mapping[Part, int]:
        """Part -> of how many results that are told it is not known."""
        counts: Counter[Part] = Counter()
        for each in self.totals(By.ACCOUNT):
            counts.update(each.lacking)
        return dict(counts)


def gather(journal: Place, events: Path, span: Span) -> Findings:
    """Read what is known; not for a thread with an event loop.

    Args:
        events: Folder of raw events, for deals; it need not be there.

    Raises:
        JournalUnavailable: there is no journal, it cannot be read, or not understood.
        EventsUnavailable: the raw events cannot be read, or not understood.
        SettingsInvalid: the driver for PostgreSQL is not installed.
    """
    found = results(journal, from_ms=span.from_ms, to_ms=span.to_ms)
    since_ms = min((each.trade.opened_at_ms for each in found.stories), default=0)
    # A deal cannot be told before its position is there, but clocks may be a day apart.
    deals = read_deals(events, first_day=day_of(max(0, since_ms - _DAY_MS)))
    return Findings(
        journal=journal,
        span=span,
        results=tuple(
            result
            for story in found.stories
            for result in copy_results(story, found.accounts, deals)
        ),
        open_trades=found.open_trades,
        deals_from=events if month_paths(events) else None,
    )


def _ms(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000
