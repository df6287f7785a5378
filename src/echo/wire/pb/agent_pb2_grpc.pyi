from collections.abc import AsyncIterable, AsyncIterator

import grpc.aio

from echo.wire.pb import agent_pb2

class AgentServiceStub:
    def __init__(self, channel: grpc.aio.Channel) -> None: ...
    StreamBidi: grpc.aio.StreamStreamMultiCallable[agent_pb2.AgentMessage, agent_pb2.CoreMessage]
    Ping: grpc.aio.UnaryUnaryMultiCallable[agent_pb2.PingRequest, agent_pb2.PingResponse]

class AgentServiceServicer:
    def StreamBidi(
        self, request_iterator: AsyncIterable[agent_pb2.AgentMessage], context: grpc.aio.ServicerContext[agent_pb2.AgentMessage, agent_pb2.CoreMessage]
    ) -> AsyncIterator[agent_pb2.CoreMessage]: ...
    async def Ping(
        self, request: agent_pb2.PingRequest, context: grpc.aio.ServicerContext[agent_pb2.PingRequest, agent_pb2.PingResponse]
    ) -> agent_pb2.PingResponse: ...

def add_AgentServiceServicer_to_server(
    servicer: AgentServiceServicer, server: grpc.aio.Server
) -> None: ...
