"""What the demo came to: brokers' books against the journal, by the checks that audits use."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from echo.apps.demo.cast import Cast, Player
from echo.apps.demo.funnel import Funnel, funnel
from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import TradeId, order_tag
from echo.domain.reconciliation import (
    BookPosition,
    Discrepancy,
    JournaledDecision,
    JournaledTrade,
    compare,
    unexplained,
)
from echo.services.terminal.books import read_entries
from echo.terminal.book import (
    BookEntry,
    BookKind,
    book_positions,
    of_master,
    of_slave,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    """EA to EA, in ms: from the master's terminal noticing to the slave's about to order."""

    p50: float
    p95: float
    p99: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Takings:
    """The figures of a run; see ``summary`` for how they are told."""

    masters: int
    slaves: int
    actions: int
    outcomes: Mapping[str, int]
    omitted: Mapping[str, int]
    failed: Mapping[str, int]
    discrepancies: tuple[Discrepancy, ...]
    unexplained: int
    """Decisions without an outcome, those apart that wait for an open in doubt."""
    latencies: Latencies | None
    decisions: int
    held: int = 0
    """Positions that masters still hold; their scripts close everything they open."""
    entries: Funnel | None = None

    def count(self, kind: str) -> int:
        """How many discrepancies of a kind there are."""
        return sum(each.kind == kind for each in self.discrepancies)

    def outcome(self, outcome: Outcome) -> int:
        """How many decisions ended so."""
        return self.outcomes.get(outcome.value, 0)


def read_book(path: Path) -> tuple[BookEntry, ...]:
    """Read a book; a last line that was cut off by a kill is left out."""
    return read_entries(path.read_bytes()) if path.exists() else ()


def take_stock(
    cast: Cast,
    books: Mapping[Player, Sequence[BookEntry]],
    trades: Sequence[JournaledTrade],
    decisions: Sequence[JournaledDecision],
) -> Takings:
    """Compare everything with everything."""
    tags = tagged(trades)
    masters: list[BookPosition] = []
    slaves: list[BookPosition] = []
    for player in cast.masters:
        account_id = player.account_id
        trade_of = of_master(player.broker.server, account_id)
        masters += book_positions(books[player], account_id=account_id, trade_of=trade_of)
    for player in cast.slaves:
        slaves += book_positions(
            books[player], account_id=player.account_id, trade_of=of_slave(tags)
        )
    return Takings(
        masters=len(cast.masters),
        slaves=len(cast.slaves),
        actions=sum(len(trade.seqs) for trade in trades),
        decisions=len(decisions),
        outcomes=Counter(row.outcome.value for row in decisions),
        omitted=_codes(decisions, Outcome.OMITTED),
        failed=_codes(decisions, Outcome.FAILED),
        discrepancies=compare(trades, decisions, masters, slaves),
        unexplained=len(unexplained(decisions)),
        latencies=latencies(books.values()),
        held=sum(position.lot_remaining > 0 for position in masters),
        entries=funnel(trades, decisions),
    )


def latencies(books: Iterable[Sequence[BookEntry]]) -> Latencies | None:
    """Measure from the stamps that the terminals left in their books; ``None`` = no copy.

    An order that had to wait for the broker's answer about another counts up to the moment at
    which it was ready: from then on the delay is the broker's own.
    """
    detected: dict[str, int] = {}
    ready: list[tuple[str, int]] = []
    for book in books:
        stamps: dict[str, dict[str, int]] = {}
        for entry in book:
            if entry.kind is BookKind.STAMP:
                stamps.setdefault(entry.subject, {}).setdefault(entry.note, entry.at_us)
        for subject, moments in stamps.items():
            if "detected" in moments:
                detected[subject] = moments["detected"]
            elif "sent" in moments:
                ready.append((subject, moments.get("blocked", moments["sent"])))
    times_ms = sorted(
        (at_us - detected[subject]) / 1_000 for subject, at_us in ready if subject in detected
    )
    if not times_ms:
        return None
    return Latencies(
        p50=quantile(times_ms, 0.50),
        p95=quantile(times_ms, 0.95),
        p99=quantile(times_ms, 0.99),
        count=len(times_ms),
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the value that *share* of the cases do not exceed (nearest rank)."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _codes(decisions: Sequence[JournaledDecision], outcome: Outcome) -> dict[str, int]:
    found: Counter[ErrorCode] = Counter(row.code for row in decisions if row.outcome is outcome)
    return {code.name: count for code, count in found.most_common()}


def tagged(trades: Iterable[JournaledTrade]) -> dict[str, TradeId]:
    """Map the comment that a slave's order carries to its trade.

    A legacy EA writes the trade's id instead of the tag, as far as a comment goes.
    """
    return {
        comment: trade.trade_id
        for trade in trades
        for comment in (order_tag(trade.trade_id), trade.trade_id, trade.trade_id[:31])
    }
