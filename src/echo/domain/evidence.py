"""Evidence: what an account's own reports prove about the trades that the journal knows.

One report proves nothing: a terminal that is still loading shows an empty account.  A difference
counts when successive reports of the same life of an EA agree on it, long enough apart that none
of them can have been under way since before.
"""

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from functools import cached_property
from typing import Final, Generic, TypeVar

from echo.domain.accounts import OpenTrade, OpenTrades, Position, StateSnapshot
from echo.domain.ids import (
    TAG_DIGITS_MIN,
    Ticket,
    TradeId,
    comment_names_tag,
    order_tag,
    tag_prefix,
)
from echo.domain.sealing import sealed

GONE_MS: Final = 4_000
"""Least time between two reports that agree on a position being gone, or being there."""
EMPTY_MS: Final = 14_000
"""The same for an account that reports nothing at all: a terminal that loads looks like that."""
CHANGED_MS: Final = 20_000
"""The same for volumes and levels: what their master has reported may still be under way."""

_FROM: Final = re.compile(r"from #(\d{1,19})")

K = TypeVar("K", bound=Hashable)


@dataclass(slots=True)
class Agreement(Generic[K]):
    """What the successive reports of one EA's life have agreed on, and since when."""

    epoch: str = ""
    _since: dict[K, tuple[object, int]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether something was found that is neither proved nor denied yet."""
        return bool(self._since)

    def reset(self) -> None:
        """Forget what was said: something has come between the reports."""
        self.epoch = ""
        self._since.clear()

    def take(
        self, epoch: str, findings: Mapping[K, tuple[object, int]], now_mono_ms: int
    ) -> list[K]:
        """Take in all findings of one report; return those that are proved now, in their order.

        Args:
            epoch: The life of the EA that reports; another one begins anew.
            findings: By key, what was found and for how long reports must agree on it, in ms.
            now_mono_ms: When the report arrived.
        """
        if epoch != self.epoch:
            self.reset()
            self.epoch = epoch
        since: dict[K, tuple[object, int]] = {}
        proved = []
        for key, (content, needed_ms) in findings.items():
            known = self._since.get(key)
            first_ms = known[1] if known is not None and known[0] == content else now_mono_ms
            since[key] = (content, first_ms)
            # A report is never its own witness, however little time is asked for.
            if first_ms < now_mono_ms and now_mono_ms - first_ms >= needed_ms:
                proved.append(key)
        self._since = since
        return proved


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A position that the journal holds open on an account, under the numbers it has had."""

    trade_id: TradeId
    tickets: frozenset[Ticket]
    lot: Decimal
    symbol: str = ""
    """The broker's; empty = not known."""
    open_price: Decimal | None = None


class Listing:
    """An account's list of its Echo trades, to be asked about one of them."""

    def __init__(self, message: OpenTrades) -> None:
        self._by_id = {each.trade_id: each for each in message.trades if each.trade_id}
        self._by_ticket = {each.ticket: each for each in message.trades}
        self._tagged = [each for each in message.trades if each.tag and not each.trade_id]

    def find(self, held: Held) -> OpenTrade | None:
        """Return the entry of that trade: by its id, by any of its tickets, or by its tag."""
        found = self._by_id.get(held.trade_id)
        if found is not None:
            return found
        for ticket in held.tickets:
            if ticket in self._by_ticket:
                return self._by_ticket[ticket]
        if not self._tagged:
            return None
        tag = order_tag(held.trade_id)
        return next((each for each in self._tagged if comment_names_tag(each.tag, tag)), None)


class Presence(Enum):
    """Whether an account still has a position."""

    HERE = "here"
    GONE = "gone"
    UNCLEAR = "unclear"
    """Something is there that may be what is left of it."""


class Shown:
    """The positions of one snapshot, to be asked about one of them."""

    def __init__(self, positions: Iterable[Position]) -> None:
        self._by_ticket = {each.ticket: each for each in positions}

    # Most copies are found by their ticket: nobody asks what the comments say.
    @cached_property
    def _rests(self) -> set[Ticket | None]:
        return {_came_from(each.comment) for each in self._by_ticket.values()} - {None}

    @cached_property
    def _comments(self) -> list[str]:
        return [
            each.comment
            for each in self._by_ticket.values()
            if len(tag_prefix(each.comment)) >= TAG_DIGITS_MIN
        ]

    def at(self, ticket: Ticket) -> Position | None:
        """Return the position of that number."""
        return self._by_ticket.get(ticket)

    def lacks(self, tickets: frozenset[Ticket]) -> bool:
        """Whether any of *tickets* is not the number of a position."""
        return not tickets <= self._by_ticket.keys()

    def presence(self, held: Held, owned: frozenset[Ticket]) -> Presence:
        """Tell whether *held* is among the positions; *owned* are the tickets of other copies."""
        if not held.tickets.isdisjoint(self._by_ticket):
            return Presence.HERE
        if not held.tickets.isdisjoint(self._rests):
            return Presence.UNCLEAR
        tag = order_tag(held.trade_id) if self._comments else ""
        if any(comment_names_tag(comment, tag) for comment in self._comments):
            return Presence.UNCLEAR
        alike = (
            each.ticket not in owned
            and each.symbol == held.symbol
            and each.open_price == held.open_price
            and each.lot <= held.lot
            for each in self._by_ticket.values()
        )
        return Presence.UNCLEAR if any(alike) else Presence.GONE


def is_conclusive(snapshot: StateSnapshot) -> bool:
    """Whether what is missing in *snapshot* is missing on the account, as its EA says."""
    return bool(snapshot.complete and snapshot.connected and snapshot.epoch)


def _came_from(comment: str) -> Ticket | None:
    """Return the ticket that a rest says it was split off (MT4 renames what is left)."""
    found = _FROM.match(comment)
    return Ticket(int(found[1])) if found else None
