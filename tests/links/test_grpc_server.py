"""The Core's door, over real connections: greetings, TLS, ends, and strangers."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import grpc
import grpc.aio
import pytest

from echo.domain.handshake import Role
from echo.domain.ids import AccountId, AgentId
from echo.domain.sessions import AccountConnected, AgentToCore
from echo.links import grpc_server
from echo.links.grpc_client import GrpcCoreLink
from echo.links.grpc_options import TlsFiles
from echo.links.grpc_server import GrpcAgentServer, ListenAt
from echo.links.system_clock import SystemClock
from echo.links.system_ids import SystemIds
from echo.ports.errors import PortTaken, SettingsInvalid, UnsafeBind
from echo.ports.links import AgentServer
from echo.wire.core import agent_frame
from echo.wire.pb import agent_pb2 as pb
from echo.wire.pb.agent_pb2_grpc import AgentServiceStub
from tests.fakes import WITHIN_S, until_real
from tests.house.sources import ROOT
from tests.links.grpc_peers import AGENT, FACE, Agent, Core, hello, new_server, pulse
from tests.links.linked import linked

TLS = Path(__file__).parent / "tls"
CORE_TLS = TlsFiles(
    cert_file=TLS / "core.pem", key_file=TLS / "core.key.pem", ca_file=TLS / "ca.pem"
)
AGENT_TLS = TlsFiles(
    cert_file=TLS / "agent_tls.pem", key_file=TLS / "agent_tls.key.pem", ca_file=TLS / "ca.pem"
)


@pytest.fixture
def core() -> Core:
    return Core()


@pytest.fixture
async def server(core: Core) -> AsyncIterator[GrpcAgentServer]:
    server = new_server()
    await server.start(core)
    yield server
    await server.stop(200)


@pytest.fixture
async def stub(server: GrpcAgentServer) -> AsyncIterator[AgentServiceStub]:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield AgentServiceStub(channel)


def frame(message: AgentToCore) -> pb.AgentMessage:
    [written] = agent_frame([(None, message)], AGENT, 0, batch=False)
    return written


async def refusal(stub: AgentServiceStub, *frames: pb.AgentMessage, agent_id: str = AGENT) -> str:
    """How a call ends that must not be served."""
    call = stub.StreamBidi(metadata=(("agent-id", agent_id),))
    for each in frames:
        await call.write(each)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call.read()
    return caught.value.code().name


async def test_a_ping_tells_the_cores_face(stub: AgentServiceStub) -> None:
    pong = await stub.Ping(pb.PingRequest(agent_id=AGENT))

    assert (pong.status, pong.ready, pong.core_version) == ("SERVING", True, "1.2.3")
    assert (pong.protocol_min, pong.protocol_max) == (1, 3)


async def test_a_ping_tells_when_the_core_is_not_ready() -> None:
    server = GrpcAgentServer(ListenAt(port=0), SystemClock(), lambda: replace(FACE, ready=False))
    await server.start(Core())
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        pong = await AgentServiceStub(channel).Ping(pb.PingRequest())
    await server.stop(0)

    assert (pong.status, pong.ready) == ("NOT_READY", False)


async def test_who_does_not_say_its_name_is_refused(stub: AgentServiceStub, core: Core) -> None:
    first = frame(hello())

    assert await refusal(stub, first, agent_id="") == "INVALID_ARGUMENT"
    assert await refusal(stub, first, agent_id="no name at all") == "INVALID_ARGUMENT"
    assert await refusal(stub, first, agent_id="somebody_else") == "INVALID_ARGUMENT"
    assert core.hellos == []


async def test_who_does_not_begin_with_a_hello_is_refused(
    stub: AgentServiceStub, core: Core
) -> None:
    connected = AccountConnected(account_id=AccountId("100"), connected_at_ms=1, role=Role.MASTER)

    assert await refusal(stub, frame(connected)) == "FAILED_PRECONDITION"
    assert await refusal(stub, pb.AgentMessage()) == "FAILED_PRECONDITION"
    assert core.hellos == []


async def test_who_says_nothing_is_not_waited_for(
    stub: AgentServiceStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grpc_server, "HELLO_WITHIN_S", 0.05)

    assert await refusal(stub) == "DEADLINE_EXCEEDED"


async def test_streams_are_bounded(
    stub: AgentServiceStub, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grpc_server, "STREAMS_MAX", 1)
    first = stub.StreamBidi(metadata=(("agent-id", AGENT),))
    await first.write(frame(hello()))
    await until_real(lambda: core.links)

    assert await refusal(stub, frame(hello())) == "RESOURCE_EXHAUSTED"
    first.cancel()
    await until_real(lambda: core.left)


async def test_what_came_with_the_hello_is_heard_after_it(
    stub: AgentServiceStub, core: Core
) -> None:
    batch = pb.AgentMessage()
    batch.batch.messages.append(frame(hello()))
    batch.batch.messages.add(message_id="l:1").account_connected.CopyFrom(
        pb.AccountConnected(account_id="100", client_type="slave")
    )
    call = stub.StreamBidi(metadata=(("agent-id", AGENT),))
    await call.write(batch)
    await until_real(lambda: core.frames)

    assert core.hellos == [hello()]
    assert [message_id for message_id, _ in core.frames[0]] == ["l:1"]
    await call.done_writing()
    await until_real(lambda: core.left == ["the Agent closed the stream"])


async def test_stopping_delivers_what_was_queued_and_tells_why(
    core: Core, server: AgentServer
) -> None:
    assert isinstance(server, GrpcAgentServer)
    agent = Agent(hello())
    async with linked(server.port, agent):
        await until_real(lambda: agent.said and core.links)
        core.link.send([pulse(n) for n in range(1, 501)])

        await server.stop(1_000)

        await until_real(lambda: agent.downs)
        assert len(agent.said) == 501
        assert "the Core stops" in agent.downs[0]
        assert core.left == ["the Core stops"]


async def test_a_door_that_was_shut_opens_again_at_the_same_port(core: Core) -> None:
    server = new_server(0)
    await server.start(core)
    port = server.port
    await server.stop(100)
    async with asyncio.timeout(WITHIN_S):
        with pytest.raises(OSError, match="Connect call failed"):
            await asyncio.open_connection("127.0.0.1", port)

        await server.start(core)
    assert server.port == port
    agent = Agent(hello())
    async with linked(port, agent):
        await until_real(lambda: agent.said)
    await server.stop(100)


async def test_a_taken_port_is_refused(server: GrpcAgentServer) -> None:
    with pytest.raises(PortTaken, match=str(server.port)):
        await new_server(server.port).start(Core())


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.example.com"])
async def test_an_address_that_is_not_here_is_refused(host: str) -> None:
    where = ListenAt(host=host, tls=CORE_TLS)
    with pytest.raises(PortTaken, match=host):
        await GrpcAgentServer(where, SystemClock(), lambda: FACE).start(Core())


async def test_an_address_of_another_machine_is_refused_without_tls() -> None:
    with pytest.raises(UnsafeBind, match="TLS"):
        await GrpcAgentServer(ListenAt(host="192.0.2.1"), SystemClock(), lambda: FACE).start(Core())


async def test_tls_without_a_key_is_refused() -> None:
    where = ListenAt(port=0, tls=TlsFiles(cert_file=TLS / "core.pem"))
    with pytest.raises(SettingsInvalid, match="key"):
        await GrpcAgentServer(where, SystemClock(), lambda: FACE).start(Core())


@pytest.mark.parametrize(("agent_id", "served"), [("agent_tls", True), ("agent_other", False)])
async def test_with_client_certificates_an_agent_is_who_its_certificate_names(
    core: Core, agent_id: str, served: bool
) -> None:
    where = ListenAt(port=0, tls=CORE_TLS)
    server = GrpcAgentServer(where, SystemClock(), lambda: FACE)
    await server.start(core)
    agent = Agent(hello(agent_id))
    link = GrpcCoreLink(
        "localhost", server.port, AgentId(agent_id), SystemClock(), SystemIds(), tls=AGENT_TLS
    )

    def denied() -> bool:
        return any("PERMISSION_DENIED" in reason for reason in agent.downs)

    async with linked(server.port, agent, link):
        await until_real(lambda: agent.said or denied())
    await server.stop(200)

    assert bool(core.hellos) is served
    assert denied() is not served


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Protocol code made from the published files alone."""
    out = tmp_path_factory.mktemp("generated")
    proto = ROOT / "proto"
    files = [str(path) for path in sorted((proto / "echo" / "v1").glob("*.proto"))]
    protoc = [sys.executable, "-m", "grpc_tools.protoc", f"-I{proto}"]
    subprocess.run([*protoc, f"--python_out={out}", f"--grpc_python_out={out}", *files], check=True)
    (out / "echo" / "__init__.py").touch()  # or the installed package of that name would win
    return out


async def test_a_program_that_knows_only_the_protocol_files_is_served(
    core: Core, server: GrpcAgentServer, generated: Path
) -> None:
    """An older peer gets every message in a frame of its own."""
    program = str(Path(__file__).with_name("stranger.py"))
    stranger = await asyncio.create_subprocess_exec(
        *(sys.executable, program, str(generated), str(server.port)), stdout=subprocess.PIPE
    )
    try:
        await until_real(lambda: core.frames)
        [[(message_id, connected)]] = core.frames
        core.link.send([pulse(1), pulse(2)])
        output, _ = await asyncio.wait_for(stranger.communicate(), WITHIN_S)
    finally:
        if stranger.returncode is None:
            stranger.kill()

    assert message_id == "ledger:1"
    assert isinstance(connected, AccountConnected)
    assert output.decode().splitlines() == [
        "ping SERVING 3 1.2.3 True",
        "heard core_hello",
        "heard delivery_heartbeat",
        "heard delivery_heartbeat",
    ]
