"""The Core's end of one stream, with a transport that does what the test says."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest

from echo.domain.answers import MessageAck
from echo.domain.sessions import ClockEcho
from echo.links import agent_stream, send_queue
from echo.links.agent_stream import AgentStream, Context
from echo.links.system_clock import SystemClock
from echo.wire.core import agent_frame
from echo.wire.pb import agent_pb2 as pb
from tests.fakes import WITHIN_S, until, until_real
from tests.links.grpc_peers import AGENT, Core, hello, pulse


class Wire:
    """Both directions of a transport."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[pb.AgentMessage | None] = asyncio.Queue()
        self.written: list[pb.CoreMessage] = []
        self.open = asyncio.Event()
        self.open.set()
        self.trouble: Exception | None = None

    async def frames(self) -> AsyncIterator[pb.AgentMessage]:
        while (frame := await self.incoming.get()) is not None:
            yield frame

    async def write(self, frame: pb.CoreMessage) -> None:
        await self.open.wait()
        if self.trouble is not None:
            raise self.trouble
        self.written.append(frame)

    def say(self, number: int) -> None:
        [frame] = agent_frame([(None, ClockEcho(mono_ms=number))], AGENT, 0, batch=False)
        self.incoming.put_nowait(frame)


class Scene:
    """A stream that is being served."""

    def __init__(self) -> None:
        self.core, self.wire = Core(), Wire()
        self.stream = AgentStream(1, AGENT, hello(), self.core, SystemClock())
        self.serving = asyncio.create_task(
            self.stream.serve([], self.wire.frames(), cast(Context, self.wire))
        )


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = Scene()
    await until(lambda: scene.wire.written)
    yield scene
    scene.serving.cancel()
    await asyncio.wait([scene.serving])


async def test_the_handler_hears_of_the_stream_from_hello_to_end(scene: Scene) -> None:
    scene.wire.say(1)
    scene.wire.say(2)
    scene.wire.incoming.put_nowait(None)

    assert await scene.serving == "the Agent closed the stream"
    assert scene.core.hellos == [hello()]
    assert scene.core.said == [ClockEcho(mono_ms=1), ClockEcho(mono_ms=2)]
    assert scene.core.left == ["the Agent closed the stream"]


async def test_an_end_delivers_the_last_words_and_hears_nothing_more(scene: Scene) -> None:
    scene.wire.open.clear()
    scene.stream.send([pulse(1)])
    scene.stream.end("enough")
    scene.wire.say(1)
    await until(lambda: scene.wire.incoming.empty())
    for _ in range(5):
        await asyncio.sleep(0)
    scene.wire.open.set()

    assert await scene.serving == "enough"
    assert [each.WhichOneof("payload") for each in scene.wire.written] == [
        *("core_hello", "delivery_heartbeat")
    ]
    assert scene.core.said == []


async def test_last_words_that_cannot_leave_are_not_waited_for(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agent_stream, "LAST_WORDS_S", 0.01)
    scene.wire.open.clear()
    scene.stream.send([pulse(1)])
    scene.stream.end("enough")

    assert await asyncio.wait_for(scene.serving, WITHIN_S) == "enough"
    assert len(scene.wire.written) == 1


async def test_too_much_unread_cuts_the_stream_at_once(scene: Scene) -> None:
    scene.wire.open.clear()
    scene.stream.send([pulse(1)] * send_queue.QUEUED_MAX)
    scene.stream.send([pulse(2)] * 300)
    scene.stream.send([pulse(3)])

    reason = await scene.serving
    assert str(send_queue.QUEUED_MAX) in reason
    assert scene.core.left == [reason]


async def test_a_held_stream_is_read_on_when_it_is_let_go(scene: Scene) -> None:
    scene.stream.hold(True)
    scene.wire.say(1)
    scene.wire.say(2)
    await until(lambda: scene.wire.incoming.qsize() == 1)
    assert scene.core.said == []

    scene.stream.hold(False)
    await until(lambda: len(scene.core.said) == 2)


async def test_what_cannot_be_read_is_refused_by_its_id(scene: Scene) -> None:
    scene.wire.incoming.put_nowait(pb.AgentMessage(message_id="l:1"))
    scene.wire.incoming.put_nowait(pb.AgentMessage())
    await until(lambda: len(scene.core.refused) == 2 and len(scene.wire.written) == 2)

    assert scene.wire.written[1].ack.message_id == "l:1"
    assert not scene.wire.written[1].ack.success


async def test_a_message_that_cannot_be_written_costs_only_itself(scene: Scene) -> None:
    scene.stream.send([pulse(2**70), MessageAck(message_id="l:1")])  # type: ignore[arg-type]  # as text
    await until(lambda: len(scene.wire.written) == 2 and scene.core.refused)

    assert scene.core.refused == [(AGENT, "unsendable_out_of_range")]


async def test_a_stream_that_is_cut_off_is_left_once(scene: Scene) -> None:
    scene.serving.cancel()
    scene.serving.cancel()
    await asyncio.wait([scene.serving])

    assert scene.core.left == ["the connection to the Agent is gone"]
    scene.stream.send([pulse(1)])
    assert scene.core.links == {}


async def test_a_transport_that_fails_ends_the_stream_with_its_error(scene: Scene) -> None:
    scene.wire.trouble = OSError("broken")
    scene.stream.send([pulse(1)])
    await until_real(scene.serving.done)

    assert isinstance(scene.serving.exception(), OSError)
    assert scene.core.left == ["the connection to the Agent is gone"]
