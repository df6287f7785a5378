"""Doors of the house with a failpoint in them: each passes everything on, unless it ends there.

They stand where the real adapters stand, so services know nothing of them, and a program that
nobody wants to end at a failpoint runs without them.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from echo.apps.failpoints import Failpoint
from echo.domain.handshake import Role
from echo.domain.ids import AccountId, AgentId, MessageId
from echo.domain.journal import Record
from echo.domain.ledger import LedgerEntry
from echo.domain.sessions import AgentHello, AgentToCore, CoreToAgent
from echo.ports.files import AppendFile
from echo.ports.journal import Journal
from echo.ports.ledger import Ledger
from echo.ports.links import (
    AgentHandler,
    AgentServer,
    AgentSession,
    CoreHandler,
    CoreLink,
    CoreStream,
    PipeHandler,
    PipeServer,
    PipeSession,
)
from echo.terminal.fates import Fate, Fates
from echo.terminal.orders import OrderRequest, SendOrder

SLOW_DISK_S: Final = 0.03
"""Before an end that comes before a write: what was let go too early has time to leave."""


class MortalJournal:
    """A `Journal` round which the Core may end: ``core.before_commit``, ``core.after_commit``."""

    def __init__(self, inner: Journal, failpoint: Failpoint) -> None:
        self._inner, self._failpoint = inner, failpoint
        self.load, self.close = inner.load, inner.close
        self.is_settled, self.purge = inner.is_settled, inner.purge
        self.purge_registrations = inner.purge_registrations

    async def commit(self, records: Sequence[Record]) -> None:
        """Pass on."""
        if self._failpoint.name == "core.before_commit":
            await asyncio.sleep(SLOW_DISK_S)
        self._failpoint.reach("core.before_commit")
        await self._inner.commit(records)
        self._failpoint.reach("core.after_commit")


class MortalAgentServer:
    """An `AgentServer` in which the Core may end: ``core.before_send``."""

    def __init__(self, inner: AgentServer, failpoint: Failpoint) -> None:
        self._inner, self._failpoint = inner, failpoint

    async def start(self, handler: AgentHandler) -> None:
        """Pass on."""
        await self._inner.start(_AgentHandler(handler, self._failpoint))

    async def stop(self, grace_ms: int) -> None:
        """Pass on."""
        await self._inner.stop(grace_ms)


class _AgentHandler:
    def __init__(self, inner: AgentHandler, failpoint: Failpoint) -> None:
        self._failpoint = failpoint
        self.agent_said, self.agent_left = inner.agent_said, inner.agent_left
        self.agent_refused, self._joined = inner.agent_refused, inner.agent_joined

    def agent_joined(self, link: AgentSession, hello: AgentHello) -> None:
        self._joined(_AgentSession(link, self._failpoint), hello)


class _AgentSession:
    def __init__(self, inner: AgentSession, failpoint: Failpoint) -> None:
        self.agent_id: AgentId = inner.agent_id
        self.session = inner.session
        self.hold, self.end, self._send = inner.hold, inner.end, inner.send
        self._failpoint = failpoint

    def send(self, messages: Sequence[CoreToAgent]) -> None:
        self._failpoint.reach("core.before_send")
        self._send(messages)


class MortalLedger:
    """A `Ledger` round which the Agent may end: ``agent.before_ledger``, ``agent.after_ledger``."""

    def __init__(self, inner: Ledger, failpoint: Failpoint) -> None:
        self._inner, self._failpoint = inner, failpoint
        self.load, self.close = inner.load, inner.close

    async def write(self, puts: Sequence[LedgerEntry], drops: Sequence[str]) -> None:
        """Pass on."""
        if self._failpoint.name == "agent.before_ledger":
            await asyncio.sleep(SLOW_DISK_S)
        self._failpoint.reach("agent.before_ledger")
        await self._inner.write(puts, drops)
        self._failpoint.reach("agent.after_ledger")


class MortalPipeServer:
    """A `PipeServer` in which the Agent may end: ``agent.before_pipe_write``."""

    def __init__(self, inner: PipeServer, failpoint: Failpoint) -> None:
        self._inner, self._failpoint = inner, failpoint

    async def start(self, pipes: Sequence[tuple[Role, AccountId]], handler: PipeHandler) -> None:
        """Pass on."""
        await self._inner.start(pipes, _PipeHandler(handler, self._failpoint))

    async def stop(self) -> None:
        """Pass on."""
        await self._inner.stop()


class _PipeHandler:
    def __init__(self, inner: PipeHandler, failpoint: Failpoint) -> None:
        self._failpoint = failpoint
        self.pipe_said, self.pipe_closed = inner.pipe_said, inner.pipe_closed
        self._opened = inner.pipe_opened

    def pipe_opened(self, pipe: PipeSession) -> None:
        self._opened(_PipeSession(pipe, self._failpoint))


class _PipeSession:
    def __init__(self, inner: PipeSession, failpoint: Failpoint) -> None:
        self.session, self.role, self.account_id = inner.session, inner.role, inner.account_id
        self.end, self._write = inner.end, inner.write
        self._failpoint = failpoint

    def write(self, data: bytes) -> bool:
        self._failpoint.reach("agent.before_pipe_write")
        return self._write(data)


class MortalCoreLink:
    """A `CoreLink` in which the Agent may end: ``agent.before_core_send``."""

    def __init__(self, inner: CoreLink, failpoint: Failpoint) -> None:
        self._inner, self._failpoint = inner, failpoint

    async def run(self, handler: CoreHandler) -> None:
        """Pass on."""
        await self._inner.run(_CoreHandler(handler, self._failpoint))


class _CoreHandler:
    """Shows each stream as one and the same wrapped one: the Agent asks which stream it is."""

    def __init__(self, inner: CoreHandler, failpoint: Failpoint) -> None:
        self._inner, self._failpoint = inner, failpoint
        self._shown: _CoreStream | None = None
        self.core_refused = inner.core_refused

    def core_up(self, link: CoreStream) -> None:
        self._inner.core_up(self._as_shown(link))

    def core_said(self, link: CoreStream, messages: Iterable[CoreToAgent]) -> None:
        self._inner.core_said(self._as_shown(link), messages)

    def core_down(self, link: CoreStream, reason: str) -> None:
        self._inner.core_down(self._as_shown(link), reason)

    def _as_shown(self, link: CoreStream) -> "_CoreStream":
        if self._shown is None or self._shown.stream != link.stream:
            self._shown = _CoreStream(link, self._failpoint)
        return self._shown


class _CoreStream:
    def __init__(self, inner: CoreStream, failpoint: Failpoint) -> None:
        self.stream = inner.stream
        self.end, self._send = inner.end, inner.send
        self._failpoint = failpoint

    def send(self, messages: Sequence[tuple[MessageId | None, AgentToCore]]) -> None:
        self._failpoint.reach("agent.before_core_send")
        self._send(messages)


class _Kind(msgspec.Struct):
    t: str = ""


_KINDS = {"X": "exec_record", "D": "done", "I": "intent_record"}
_CRC_CHARS = 9
_kind = msgspec.json.Decoder(_Kind)


class MortalFile:
    """An EA's `AppendFile` round whose records the terminal may end.

    ``terminal.before_X`` and ``terminal.after_X`` for X in exec_record, done, intent_record.
    """

    def __init__(self, inner: AppendFile, failpoint: Failpoint) -> None:
        self._inner, self._failpoint = inner, failpoint
        self.read, self.replace = inner.read, inner.replace
        self.set_aside, self.close = inner.set_aside, inner.close

    def append(self, data: bytes) -> None:
        """Pass on; *data* is one record."""
        kind = _KINDS.get(_kind.decode(data[_CRC_CHARS:]).t)
        if kind is not None:
            self._failpoint.reach(f"terminal.before_{kind}")
        self._inner.append(data)
        if kind is not None:
            self._failpoint.reach(f"terminal.after_{kind}")


class MortalFates:
    """`Fates` at which a slave's terminal may end: ``terminal.after_order``.

    A broker asks for the fate of an order that has just reached it.
    """

    def __init__(self, inner: Fates, failpoint: Failpoint) -> None:
        self._inner, self._failpoint = inner, failpoint

    def fate(self, request: OrderRequest) -> Fate:
        """Pass on."""
        if isinstance(request, SendOrder):
            self._failpoint.reach("terminal.after_order")
        return self._inner.fate(request)
