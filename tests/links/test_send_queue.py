"""What waits for a stream."""

import asyncio

from echo.links import send_queue
from echo.links.send_queue import SendQueue


async def test_everything_since_the_last_write_leaves_together() -> None:
    queue: SendQueue[int] = SendQueue()
    queue.put([1])
    queue.put([2, 3])

    assert await queue.take() == [1, 2, 3]
    assert len(queue) == 0


async def test_a_writer_waits_for_the_first_message() -> None:
    queue: SendQueue[int] = SendQueue()
    taking = asyncio.ensure_future(queue.take())
    await asyncio.sleep(0)
    assert not taking.done()

    queue.put([7])

    assert await taking == [7]


async def test_a_long_queue_leaves_in_slices_in_order() -> None:
    queue: SendQueue[int] = SendQueue()
    many = list(range(2 * send_queue.SLICE_MAX + 1))
    queue.put(many)

    taken = [await queue.take() for _ in range(3)]

    assert [len(each) for each in taken] == [send_queue.SLICE_MAX, send_queue.SLICE_MAX, 1]
    assert [number for each in taken for number in each] == many


async def test_what_finds_no_room_is_refused_whole() -> None:
    queue: SendQueue[int] = SendQueue(queued_max=3)

    assert queue.put([1, 2])
    assert not queue.put([3, 4])
    assert await queue.take() == [1, 2]
    assert queue.put([3, 4])


async def test_a_closed_queue_gives_what_it_has_and_then_nothing() -> None:
    queue: SendQueue[int] = SendQueue()
    queue.put([1])
    queue.close()

    assert not queue.put([2])
    assert await queue.take() == [1]
    assert await queue.take() == []


async def test_closing_wakes_a_waiting_writer() -> None:
    queue: SendQueue[int] = SendQueue()
    taking = asyncio.ensure_future(queue.take())
    await asyncio.sleep(0)

    queue.close()

    assert await taking == []
