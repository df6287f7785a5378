"""The Core's door for Agents: one bidirectional gRPC stream per Agent."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import grpc
import grpc.aio

from echo.domain.ids import AgentId, is_identifier
from echo.domain.sessions import AgentHello
from echo.links.agent_stream import AgentStream, Context, Said
from echo.links.core_face import CoreFace as CoreFace
from echo.links.grpc_options import (
    AGENT_ID_KEY,
    SERVICE,
    TlsFiles,
    authority,
    is_loopback,
    server_options,
)
from echo.ports.clock import Clock
from echo.ports.errors import PortTaken, SettingsInvalid, UnsafeBind
from echo.ports.links import AgentHandler
from echo.wire.core import read_agent_frame
from echo.wire.pb import agent_pb2 as pb

HELLO_WITHIN_S: Final = 10.0
STREAMS_MAX: Final = 1_000
_STOPS: Final = "the Core stops"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenAt:
    """Where to listen, and how.

    ``port`` 0 = any free one.  Without ``tls`` only loopback is allowed.
    """

    host: str = "127.0.0.1"
    port: int = 50_051
    tls: TlsFiles | None = None
    heartbeat_interval_ms: int = 1_000


class GrpcAgentServer:
    """Fulfils `AgentServer`.

    Args:
        face: Returns what a ping is answered with.
    """

    def __init__(self, where: ListenAt, clock: Clock, face: Callable[[], CoreFace]) -> None:
        self._where, self._clock, self._face = where, clock, face
        self._server: grpc.aio.Server | None = None
        self._handler: AgentHandler
        self._open: set[AgentStream] = set()
        self._stopping = False
        self._sessions = 0
        self._port = where.port

    @property
    def port(self) -> int:
        """The port that is listened on."""
        return self._port

    async def start(self, handler: AgentHandler) -> None:
        """Begin to listen, for the first time or again.

        Raises:
            PortTaken: the address is in use, or cannot be listened on.
            UnsafeBind: it can be reached from elsewhere, and there are no TLS files.
            SettingsInvalid: the TLS files cannot be read or used.
        """
        where = self._where
        if where.tls is None and not is_loopback(where.host):
            raise UnsafeBind(
                f"listening on {where.host} needs TLS files: "
                "other machines could send orders and read trades"
            )
        self._handler = handler
        server = grpc.aio.server(options=server_options(where.heartbeat_interval_ms))
        server.add_generic_rpc_handlers((self._methods(),))
        if self._port:
            where = replace(where, port=self._port)  # at every start the same
        address = authority(where.host, where.port)
        await _look_whether_free(where)
        try:
            if where.tls is None:
                self._port = server.add_insecure_port(address)
            else:
                self._port = server.add_secure_port(address, _credentials(where.tls))
        except RuntimeError as error:
            raise PortTaken(f"cannot listen on {address}: {error}") from error
        await server.start()
        self._server, self._stopping = server, False

    async def stop(self, grace_ms: int) -> None:
        """Let queued frames leave, then close all streams."""
        self._stopping = True
        for stream in tuple(self._open):
            stream.end(_STOPS)
        if self._server is not None:
            await self._server.stop(grace_ms / 1_000)
            self._server = None

    def _methods(self) -> grpc.GenericRpcHandler:
        return grpc.method_handlers_generic_handler(
            SERVICE,
            {
                "StreamBidi": grpc.stream_stream_rpc_method_handler(
                    self._stream,
                    request_deserializer=pb.AgentMessage.FromString,
                    response_serializer=pb.CoreMessage.SerializeToString,
                ),
                "Ping": grpc.unary_unary_rpc_method_handler(
                    self._ping,
                    request_deserializer=pb.PingRequest.FromString,
                    response_serializer=pb.PingResponse.SerializeToString,
                ),
            },
        )

    async def _ping(self, _request: pb.PingRequest, _context: Any) -> pb.PingResponse:
        face = self._face()
        return pb.PingResponse(
            status="SERVING" if face.ready else "NOT_READY",
            timestamp_ms=self._clock.now().wall_ms,
            protocol_min=face.protocol_min,
            protocol_max=face.protocol_max,
            core_version=face.core_version,
            ready=face.ready,
        )

    async def _stream(self, frames: AsyncIterator[pb.AgentMessage], context: Context) -> None:
        agent_id, hello, rest = await self._greeted(frames, context)
        if self._stopping:
            await context.abort(grpc.StatusCode.UNAVAILABLE, _STOPS)
        if len(self._open) >= STREAMS_MAX:
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, f"{STREAMS_MAX} streams open")
        self._sessions += 1
        stream = AgentStream(self._sessions, agent_id, hello, self._handler, self._clock)
        self._open.add(stream)
        try:
            reason = await stream.serve(rest, frames, context)
        finally:
            self._open.discard(stream)
        await context.abort(grpc.StatusCode.UNAVAILABLE, reason)

    async def _greeted(
        self, frames: AsyncIterator[pb.AgentMessage], context: Context
    ) -> tuple[AgentId, AgentHello, list[Said]]:
        """Return who calls, its hello, and what came in the same frame; abort otherwise."""
        named = dict(context.invocation_metadata() or ()).get(AGENT_ID_KEY, "")
        if not isinstance(named, str) or not is_identifier(named):
            await context.abort(
                grpc.StatusCode.INVALID_ARGUMENT,
                f"the metadata {AGENT_ID_KEY!r} must name the Agent",
            )
        if not self._may_be(named, context):
            await context.abort(
                grpc.StatusCode.PERMISSION_DENIED, f"the certificate does not name {named}"
            )
        try:
            async with asyncio.timeout(HELLO_WITHIN_S):
                frame = await anext(frames, None)
        except TimeoutError:
            await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "no hello")
        said = read_agent_frame(frame)[0] if frame is not None else []
        hello = said[0][1] if said else None
        if not isinstance(hello, AgentHello):
            await context.abort(
                grpc.StatusCode.FAILED_PRECONDITION, "the first message is the hello"
            )
        if hello.agent_id != named:
            await context.abort(
                grpc.StatusCode.INVALID_ARGUMENT, f"{named} says hello as {hello.agent_id}"
            )
        return hello.agent_id, hello, said[1:]

    def _may_be(self, agent_id: str, context: Context) -> bool:
        """Whether the caller may speak as *agent_id*: with client certificates, if its says so."""
        tls = self._where.tls
        if tls is None or tls.ca_file is None:
            return True
        names = context.auth_context()
        return any(
            agent_id.encode() in names.get(key, ())
            for key in ("x509_subject_alternative_name", "x509_common_name")
        )


async def _look_whether_free(where: ListenAt) -> None:
    """Raise ``PortTaken`` with the system's reason; gRPC gives none, and writes to the console."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(
            where.host.strip("[]"), where.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, address = found[0]
        with socket.socket(family, kind, protocol) as probe:
            # As gRPC does it: connections that are just being closed are no hindrance.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        at = authority(where.host, where.port)
        raise PortTaken(f"cannot listen on {at}: {error.strerror}") from error


def _credentials(tls: TlsFiles) -> grpc.ServerCredentials:
    cert, key, ca = tls.read()
    if cert is None or key is None:
        raise SettingsInvalid(["listening with TLS needs a certificate and its key"])
    return grpc.ssl_server_credentials(
        [(key, cert)], root_certificates=ca, require_client_auth=ca is not None
    )
