"""Questions of the engine to the journal, beside the line of commits."""

from asyncio import Event as Signal
from collections import deque
from collections.abc import Callable

from echo.domain.ids import TradeId
from echo.engine.events import Recalled
from echo.services.core.committer import Committer


class Recalls:
    """Looks up trades that are not in memory, one after the other.

    Args:
        tell: Takes the journal's word.
    """

    def __init__(self, committer: Committer, tell: Callable[[Recalled], None]) -> None:
        self._committer, self._tell = committer, tell
        self._asked: deque[TradeId] = deque()
        self._wanted = Signal()

    def ask(self, trade_id: TradeId) -> None:
        """Look up *trade_id*; whoever asks does not ask again before it is told."""
        self._asked.append(trade_id)
        self._wanted.set()

    async def run(self) -> None:
        """Answer what is asked, until cancelled; a journal that is away is waited for."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            while self._asked:
                trade_id = self._asked.popleft()
                self._tell(Recalled(trade_id, await self._committer.is_settled(trade_id)))
