"""Stand-ins for what surrounds the Core's service: journal, Agents, and a brain on a string."""

import asyncio
from collections.abc import Callable, Sequence

from echo.domain.answers import MessageAck
from echo.domain.facts import LinkChanged
from echo.domain.ids import AccountId, AgentId, MessageId, TradeId
from echo.domain.journal import AgentSessionRecord, LedgerMark, Record, Recovered
from echo.domain.quantities import Instant
from echo.domain.sessions import AgentHello, CoreToAgent
from echo.engine.effects import Effect, EndSession, Observe, Persist, Send
from echo.engine.events import Event
from echo.ports.links import AgentHandler


class GatedJournal:
    """A journal whose commits finish when the test says so, and fail when it says that."""

    def __init__(self) -> None:
        self.rows: list[Record] = []
        self.commits: list[list[Record]] = []
        self.troubles: list[Exception] = []
        """What the next attempts raise, first to last."""
        self.load_troubles: list[Exception] = []
        self.loads = 0
        self.closed = False
        self.recovered = Recovered()
        self.settled: set[TradeId] = set()
        self.too_old = 0
        """How many trades a purge would find."""
        self.purges: list[tuple[int, int]] = []
        self.old_verdicts = 0
        """How many verdicts a purge of registrations would find, a hundred at a time."""
        self.verdict_purges: list[int] = []
        self._open = asyncio.Event()
        self._open.set()

    def shut(self) -> None:
        """Let commits hang."""
        self._open.clear()

    def let_go(self) -> None:
        """Let them finish."""
        self._open.set()

    async def load(self) -> Recovered:
        self.loads += 1
        if self.load_troubles:
            raise self.load_troubles.pop(0)
        return self.recovered

    async def commit(self, records: Sequence[Record]) -> None:
        self.commits.append(list(records))
        await self._open.wait()
        if self.troubles:
            raise self.troubles.pop(0)
        self.rows += records

    async def is_settled(self, trade_id: TradeId) -> bool:
        if self.troubles:
            raise self.troubles.pop(0)
        return trade_id in self.settled

    async def purge(self, *, keep_ms: int, trades_max: int) -> int:
        self.purges.append((keep_ms, trades_max))
        if self.troubles:
            raise self.troubles.pop(0)
        gone = min(trades_max, self.too_old)
        self.too_old -= gone
        return gone

    async def purge_registrations(self, *, keep_days: int) -> int:
        self.verdict_purges.append(keep_days)
        gone, self.old_verdicts = min(self.old_verdicts, 100), max(0, self.old_verdicts - 100)
        return gone

    async def close(self) -> None:
        self.closed = True


class FakeSession:
    """An Agent's stream as the service sees it."""

    def __init__(self, session: int = 1, agent_id: str = "agent_1") -> None:
        self.session, self.agent_id = session, AgentId(agent_id)
        self.sent: list[CoreToAgent] = []
        self.calls: list[list[CoreToAgent]] = []
        self.ended: list[str] = []
        self.held = False

    def send(self, messages: Sequence[CoreToAgent]) -> None:
        self.sent += messages
        self.calls.append(list(messages))

    def hold(self, held: bool) -> None:
        self.held = held

    def end(self, reason: str) -> None:
        self.ended.append(reason)


class FakeServer:
    """Listens to nobody; the test plays the Agents."""

    def __init__(self) -> None:
        self.handler: AgentHandler | None = None
        self.stopped = self.listening = False
        self.trouble: Exception | None = None

    async def start(self, handler: AgentHandler) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.handler, self.listening = handler, True

    async def stop(self, grace_ms: int) -> None:
        self.stopped, self.listening = True, False


class Puppet:
    """A brain that answers events as the test tells it to."""

    def __init__(self, answer: Callable[[Event], Sequence[Effect]] = lambda _: ()) -> None:
        self.answer = answer
        self.events: list[Event] = []
        self.moments: list[Instant] = []

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        self.events.append(event)
        self.moments.append(now)
        return self.answer(event)


def row(n: int) -> Record:
    """A record that is told from others by its number."""
    return LedgerMark(account_id=AccountId("200"), ledger_n=n)


def lazy_row(n: int) -> Record:
    return AgentSessionRecord(agent_id=AgentId("agent_1"), epoch=n)


def ack(n: int) -> MessageAck:
    return MessageAck(message_id=MessageId(f"l:{n}"))


def persist(n: int) -> Persist:
    return Persist(row(n))


def persist_lazily(n: int) -> Persist:
    return Persist(lazy_row(n), lazy=True)


def send(n: int, session: int = 1) -> Send:
    return Send(AgentId("agent_1"), session, ack(n))


def end(session: int = 1) -> EndSession:
    return EndSession(AgentId("agent_1"), session, "over")


def observe(n: int) -> Observe:
    return Observe(LinkChanged(peer=str(n), up=True))


def hello() -> AgentHello:
    return AgentHello(agent_id=AgentId("agent_1"), version="1", hostname="", os="")
