"""An admin door that stands open, with somebody behind it who answers as the test says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from echo.domain.health import Health, Standby
from echo.domain.operations import Answer, PendingList, Request
from echo.links.admin_client import AdminClient
from echo.links.admin_door import AdminAt, AdminDoor
from tests.fakes import WITHIN_S

TOKEN = "the-token"
QUIET = PendingList(rows=(), total=0)


@dataclass(slots=True)
class Behind:
    """Who answers."""

    answer: Answer = QUIET
    ready: bool = True
    standby: Standby | None = None
    fails: bool = False
    asked: list[tuple[str, Request]] = field(default_factory=list)

    async def operate(self, by: str, request: Request) -> Answer:
        if self.fails:
            raise KeyError("a bug")
        self.asked.append((by, request))
        return self.answer

    async def health(self) -> Health:
        return Health(ready=self.ready, standby=self.standby)


@asynccontextmanager
async def open_door(behind: Behind, where: AdminAt | None = None) -> AsyncIterator[AdminDoor]:
    """Serve, and stop in order."""
    door = AdminDoor(where or AdminAt(port=0))
    serving = asyncio.create_task(door.serve(TOKEN.__eq__, behind.operate, behind.health))
    try:
        yield door
    finally:
        door.stop()
        async with asyncio.timeout(WITHIN_S):
            await serving


def client(door: AdminDoor, token: str = TOKEN, certificate: Path | None = None) -> AdminClient:
    host, _, port = door.address.rpartition(":")
    return AdminClient(host=host, port=int(port), token=token, certificate=certificate)
