"""A program that knows Echo only by its protocol files: talks to a Core, prints what it hears.

Usage: stranger.py GENERATED_FOLDER PORT
"""

import sys
from collections.abc import Iterator
from threading import Event

import grpc

sys.path.insert(0, sys.argv[1])

from echo.v1 import agent_pb2 as pb  # type: ignore[import-not-found]  # made by the test
from echo.v1 import agent_pb2_grpc as rpc

HEARD_ENOUGH = Event()


def spoken() -> Iterator[object]:
    """What this program says; its side stays open until it has heard enough."""
    yield pb.AgentMessage(hello=pb.AgentHello(agent_id="stranger", protocol_version=2))
    connected = pb.AccountConnected(account_id="100", client_type="slave")
    yield pb.AgentMessage(message_id="ledger:1", account_connected=connected)
    HEARD_ENOUGH.wait()


with grpc.insecure_channel(f"127.0.0.1:{sys.argv[2]}") as channel:
    stub = rpc.AgentServiceStub(channel)
    pong = stub.Ping(pb.PingRequest(agent_id="stranger"))
    print("ping", pong.status, pong.protocol_max, pong.core_version, pong.ready)
    for message in stub.StreamBidi(spoken(), metadata=(("agent-id", "stranger"),)):
        print("heard", message.WhichOneof("payload"))
        if message.delivery_heartbeat.mono_ms == 2:
            HEARD_ENOUGH.set()
            break
