"""Stand-ins for what surrounds the Agent's service, and for the brain inside it."""

import asyncio
from collections.abc import Callable, Sequence

from echo.bridge.effects import Effect
from echo.bridge.events import Event
from echo.domain.handshake import Role
from echo.domain.ids import AccountId, MessageId
from echo.domain.ledger import LedgerContents, LedgerEntry
from echo.domain.quantities import Instant
from echo.domain.sessions import AgentToCore
from echo.ports.errors import LedgerUnwritable
from echo.ports.links import CoreHandler, PipeHandler


class FakePipe:
    """One EA on one pipe."""

    def __init__(self, session: int = 1, role: Role = Role.SLAVE, account_id: str = "200") -> None:
        self.session, self.role, self.account_id = session, role, AccountId(account_id)
        self.written = b""
        self.ended: list[str] = []

    def write(self, data: bytes) -> bool:
        self.written += data
        return True

    def end(self, reason: str) -> None:
        self.ended.append(reason)


class FakePipes:
    """Listens to nobody; the test plays the EAs."""

    def __init__(self) -> None:
        self.handler: PipeHandler | None = None
        self.pipes: list[tuple[Role, AccountId]] = []
        self.stopped = False
        self.trouble: Exception | None = None

    async def start(self, pipes: Sequence[tuple[Role, AccountId]], handler: PipeHandler) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.pipes, self.handler = list(pipes), handler

    async def stop(self) -> None:
        self.stopped = True


class FakeStream:
    """One stream to the Core."""

    def __init__(self, stream: int = 1) -> None:
        self.stream = stream
        self.calls: list[list[tuple[MessageId | None, AgentToCore]]] = []
        self.ended: list[str] = []

    def send(self, messages: Sequence[tuple[MessageId | None, AgentToCore]]) -> None:
        self.calls.append(list(messages))

    def end(self, reason: str) -> None:
        self.ended.append(reason)


class FakeCoreLink:
    """Reaches nobody; the test plays the Core."""

    def __init__(self) -> None:
        self.handler: CoreHandler | None = None

    async def run(self, handler: CoreHandler) -> None:
        self.handler = handler
        await asyncio.Event().wait()


class FakeLedger:
    """A ledger whose writes finish when the test says so."""

    def __init__(self) -> None:
        self.contents = LedgerContents(ledger_id="l", n=0, entries=())
        self.loads = 0
        self.load_troubles: list[Exception] = []
        self.writes: list[tuple[tuple[LedgerEntry, ...], tuple[str, ...]]] = []
        self.broken = False
        self.closed = False
        self._open = asyncio.Event()
        self._open.set()

    def shut(self) -> None:
        self._open.clear()

    def let_go(self) -> None:
        self._open.set()

    async def load(self) -> LedgerContents:
        self.loads += 1
        if self.load_troubles:
            raise self.load_troubles.pop(0)
        return self.contents

    async def write(self, puts: Sequence[LedgerEntry], drops: Sequence[str]) -> None:
        self.writes.append((tuple(puts), tuple(drops)))
        await self._open.wait()
        if self.broken:
            raise LedgerUnwritable("disk full")

    async def close(self) -> None:
        self.closed = True


class Puppet:
    """A brain that answers events as the test tells it to."""

    def __init__(self) -> None:
        self.answer: Callable[[Event], Sequence[Effect]] = lambda _: ()
        self.events: list[Event] = []
        self.moments: list[Instant] = []

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        self.events.append(event)
        self.moments.append(now)
        return self.answer(event)
