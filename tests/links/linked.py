"""An Agent's link that runs while a test does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from echo.links.grpc_client import GrpcCoreLink
from tests.links.grpc_peers import Agent, new_link


@asynccontextmanager
async def linked(port: int, agent: Agent, link: GrpcCoreLink | None = None) -> AsyncIterator[None]:
    """Keep *agent* linked to the Core on *port*."""
    running = asyncio.create_task((link or new_link(port)).run(agent))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])
        assert running.cancelled(), running
