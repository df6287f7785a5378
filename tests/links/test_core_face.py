"""What the Core says of itself when it is asked, over a real connection."""

import asyncio

from echo.links.core_face import CoreFace
from echo.links.grpc_client import GrpcCoreLink
from echo.links.system_clock import SystemClock
from echo.links.system_ids import SystemIds
from tests.fakes import until_real
from tests.links.grpc_peers import AGENT, Agent, Core, hello, new_server


async def test_an_agent_learns_at_each_stream_which_eas_the_core_speaks_to() -> None:
    server = new_server()
    await server.start(Core())
    faces: list[CoreFace] = []
    link = GrpcCoreLink(
        "127.0.0.1", server.port, AGENT, SystemClock(), SystemIds(), told=faces.append
    )
    running = asyncio.create_task(link.run(Agent(hello())))
    try:
        await until_real(lambda: faces)
    finally:
        running.cancel()
        await asyncio.wait([running])
        await server.stop(200)

    [face] = faces
    assert face.protocol_min <= face.protocol_max
    assert face.core_version
