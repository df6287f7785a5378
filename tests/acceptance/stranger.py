"""An Agent of another make, which reports as it likes."""

import asyncio
import contextlib
from collections.abc import Iterable, Sequence

from bench.eas import SPEC
from echo.domain.handshake import AccountSymbolsReport, HandshakeMetadata, Role
from echo.domain.ids import AccountId, AgentId
from echo.domain.sessions import (
    AccountConnected,
    AgentHeartbeat,
    AgentHello,
    AgentToCore,
    CoreToAgent,
    DeliveryHeartbeat,
)
from echo.links.grpc_client import GrpcCoreLink
from echo.links.system_clock import SystemClock
from echo.links.system_ids import SystemIds
from echo.ports.links import CoreStream
from tests.fakes import WITHIN_S

LAST_STAMP_MS = 1


class Stranger:
    """Says hello for one account and then what it was given; hears only that it was heard."""

    def __init__(self, port: int, agent_id: str, account_id: str) -> None:
        self._agent_id, self._account_id = AgentId(agent_id), AccountId(account_id)
        clock, ids = SystemClock(), SystemIds()
        self._link = GrpcCoreLink("127.0.0.1", port, self._agent_id, clock, ids)
        self._said: list[AgentToCore] = []
        self._heard = asyncio.Event()

    async def say(self, *messages: AgentToCore) -> None:
        """Connect, say everything, wait until the Core has heard it, and leave."""
        last = AgentHeartbeat(agent_id=self._agent_id, timestamp_ms=1, mono_ms=LAST_STAMP_MS)
        self._said = [*messages, last]
        self._heard.clear()
        running = asyncio.create_task(self._link.run(self))
        await asyncio.wait_for(self._heard.wait(), WITHIN_S)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running

    def reports(self, *reported_at_ms: int) -> Sequence[AgentToCore]:
        """Return a terminal's symbols, told at these times in one session of it."""
        return [
            AccountConnected(account_id=self._account_id, connected_at_ms=1, role=Role.SLAVE),
            *(
                AccountSymbolsReport(
                    account_id=self._account_id,
                    symbols=(SPEC,),
                    reported_at_ms=each,
                    metadata=HandshakeMetadata(protocol_version=2, client_semver="0.9.0"),
                )
                for each in reported_at_ms
            ),
        ]

    def core_up(self, link: CoreStream) -> None:
        """Speak."""
        hello = AgentHello(
            agent_id=self._agent_id,
            version="0",
            hostname="elsewhere",
            os="?",
            owned_accounts=(self._account_id,),
        )
        link.send([(None, each) for each in (hello, *self._said)])

    def core_said(self, link: CoreStream, messages: Iterable[CoreToAgent]) -> None:
        """Listen for the answer to the last words."""
        for each in messages:
            if isinstance(each, DeliveryHeartbeat) and each.echo_mono_ms == LAST_STAMP_MS:
                self._heard.set()

    def core_down(self, link: CoreStream, reason: str) -> None:
        """Do not care."""

    def core_refused(self, reason: str, sentence: str) -> None:
        """Nor about this."""
