"""Memory of trades that are over: their ids for a while, and after that a question to the journal.

A master whose acknowledgement was lost reports again.  What it says of a trade that is over must be
acknowledged and must not be copied a second time, however long ago that was; but not every trade
there ever was can be held in memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from echo.domain.ids import TradeId, is_uuid7
from echo.domain.intents import MasterAction
from echo.domain.journal import REMEMBERED_MAX, REMEMBERED_MS
from echo.engine.events import AgentSaid
from echo.engine.outbox import Outbox

CLOCKS_APART_MS: Final = 2 * 86_400_000
"""How far a broker's clock and ours may be apart: an open time is compared with ours."""
WAITING_MAX: Final = 10_000
"""Actions that may wait for the journal's word; more are sent again by their Agents."""


@dataclass(slots=True, init=False)
class SettledTrades:
    """Ids of settled trades, the latest; knows which ones it may have forgotten.

    ``settled_at_ms``: by id, in the order in which they were told.
    """

    since_ms: int
    settled_at_ms: dict[TradeId, int]

    def __init__(
        self, ids: Iterable[TradeId] = (), *, since_ms: int = 0, now_wall_ms: int = 0
    ) -> None:
        """Take over *ids*: all trades that were settled since *since_ms*, 0 = all there are."""
        self.since_ms = since_ms
        self.settled_at_ms = dict.fromkeys(sorted(ids), now_wall_ms)

    def __contains__(self, trade_id: object) -> bool:
        return trade_id in self.settled_at_ms

    def __len__(self) -> int:
        return len(self.settled_at_ms)

    def add(self, trade_id: TradeId, now_wall_ms: int) -> list[TradeId]:
        """Remember a trade that is over now; return those that are forgotten for it."""
        self.settled_at_ms[trade_id] = now_wall_ms
        forgotten = []
        while self.settled_at_ms:
            oldest, at_ms = next(iter(self.settled_at_ms.items()))
            too_many = len(self.settled_at_ms) > REMEMBERED_MAX
            if not too_many and now_wall_ms - at_ms <= REMEMBERED_MS:
                break
            del self.settled_at_ms[oldest]
            self.since_ms = max(self.since_ms, at_ms, 1)
            forgotten.append(oldest)
        return forgotten

    def may_have_held(self, trade_id: TradeId) -> bool:
        """Whether a trade that is not in here may be over all the same.

        An id of our layout tells when the position was opened, hence since when it can be over at
        the earliest.  Ids of older EAs are minted anew for every report: they never come back.
        """
        if not self.since_ms or not is_uuid7(trade_id):
            return False
        opened_at_ms = int(trade_id[:8] + trade_id[9:13], 16)
        return opened_at_ms <= self.since_ms + CLOCKS_APART_MS


@dataclass(slots=True)
class Recalls:
    """Actions that wait until the journal has said whether their trade is over."""

    _waiting: dict[TradeId, list[AgentSaid]] = field(default_factory=dict)
    _count: int = 0

    def ask(self, said: AgentSaid, action: MasterAction, out: Outbox) -> None:
        """Let an action wait, behind those of its trade that wait already.

        One that finds no room is dropped without an answer: its Agent sends it again.
        """
        if self._count >= WAITING_MAX:
            return
        self._count += 1
        waiting = self._waiting.get(action.trade_id)
        if waiting is None:
            self._waiting[action.trade_id] = [said]
            out.recall(action.trade_id)
        else:
            waiting.append(said)

    def answered(self, trade_id: TradeId) -> list[AgentSaid]:
        """Return what has waited for the word about that trade, in order."""
        waiting = self._waiting.pop(trade_id, [])
        self._count -= len(waiting)
        return waiting

    def is_asked(self, trade_id: TradeId) -> bool:
        """Whether the journal has been asked about that trade and has not answered."""
        return trade_id in self._waiting
