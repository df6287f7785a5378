import asyncio
from collections.abc import Iterator
from random import Random

import pytest

from echo.sim.desk import virtual_loop
from echo.sim.desk.virtual_loop import Stuck, VirtualLoop, this_process
from tests.sim.desk.stage import Bench


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.loop.close()


def test_an_hour_passes_at_once_and_exactly(bench: Bench) -> None:
    async def nap() -> list[int]:
        moments = []
        for span_s in (0.001, 3_600, 0.25):
            await asyncio.sleep(span_s)
            moments.append(bench.loop.now_ms)
        return moments

    assert bench.run(nap()) == [1, 3_600_001, 3_600_251]
    assert bench.loop.time() == 3_600.251


def test_one_process_keeps_its_order_and_several_do_not(bench: Bench) -> None:
    said: list[str] = []

    async def speak(name: str) -> None:
        for number in range(20):
            said.append(f"{name}{number}")
            await asyncio.sleep(0)

    async def all_of_them() -> None:
        works = [bench.loop.spawn(bench.process(name), speak(name)) for name in "ab"]
        await asyncio.gather(*works)

    bench.run(all_of_them())
    for name in "ab":
        assert [each for each in said if each[0] == name] == [f"{name}{n}" for n in range(20)]
    turns = "".join(each[0] for each in said)
    assert turns not in {"ab" * 20, "ba" * 20, "a" * 20 + "b" * 20, "b" * 20 + "a" * 20}


def test_the_same_seed_gives_the_same_order() -> None:
    def order(seed: int) -> list[str]:
        bench, said = Bench(seed), list[str]()

        async def speak(name: str) -> None:
            for _ in range(10):
                said.append(name)
                await asyncio.sleep(0.001)

        async def all_of_them() -> None:
            await asyncio.gather(*(bench.loop.spawn(bench.process(n), speak(n)) for n in "abc"))

        bench.run(all_of_them())
        bench.loop.close()
        return said

    assert order(1) == order(1)
    assert len({tuple(order(seed)) for seed in range(5)}) == 5


def test_what_a_process_begins_belongs_to_it(bench: Bench) -> None:
    process = bench.process("mine")

    async def begin() -> list[str]:
        names = [this_process().name]
        asyncio.get_running_loop().call_later(1, lambda: names.append(this_process().name))
        await asyncio.create_task(asyncio.sleep(2))
        names.append(this_process().name)
        return names

    assert bench.run_in(process, begin()) == ["mine"] * 3


def test_the_killed_do_nothing_any_more_not_even_in_the_end(bench: Bench) -> None:
    process, done = bench.process(), list[str]()

    async def work() -> None:
        try:
            await asyncio.sleep(1)
            done.append("worked")
        finally:
            done.append("tidied up")

    async def kill() -> list[str]:
        bench.loop.spawn(process, work())
        await asyncio.sleep(0.5)
        bench.loop.kill(process)
        await asyncio.sleep(5)
        return list(done)

    assert bench.run(kill()) == []
    bench.loop.close()
    assert done == ["tidied up"]


def test_a_fuse_kills_in_the_middle_of_what_is_done(bench: Bench) -> None:
    process, reached = bench.process(), list[bool]()
    process.fuse = 2

    async def reach() -> None:
        reached.extend(bench.loop.touches(process) for _ in range(4))
        await asyncio.sleep(0)
        reached.append(True)

    async def watch() -> None:
        bench.loop.spawn(process, reach())
        await asyncio.sleep(1)

    bench.run(watch())
    assert reached == [True, True, False, False]
    assert bench.killed == [process]


def test_the_frozen_do_everything_later_and_in_order(bench: Bench) -> None:
    process, moments = bench.process(), list[int]()

    async def tick() -> None:
        for _ in range(3):
            await asyncio.sleep(0.1)
            moments.append(bench.loop.now_ms)

    bench.at(150, lambda: bench.loop.freeze(process))
    bench.at(1_000, lambda: bench.loop.thaw(process))
    bench.run_in(process, tick())
    assert moments == [100, 1_000, 1_100]
    assert process.thawed_ms == 1_000


def test_who_waits_for_nobody_is_stuck(bench: Bench) -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stuck, match="everybody waits"):
        bench.run(wait())


def test_a_circle_is_noticed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual_loop, "CALLS_MAX", 2_000)

    def again() -> None:
        bench.loop.call_soon(again)

    async def spin() -> None:
        again()
        await asyncio.sleep(1)

    with pytest.raises(Stuck, match="and still more"):
        bench.run(spin())


def test_sockets_threads_and_signals_are_refused(bench: Bench) -> None:
    async def connect() -> None:
        await asyncio.open_connection("127.0.0.1", 1)

    async def think() -> None:
        await asyncio.to_thread(print)

    for work in (connect, think):
        with pytest.raises(NotImplementedError):
            bench.run(work())
    with pytest.raises(NotImplementedError):
        bench.loop.add_signal_handler(2, print)


def test_what_nobody_catches_is_kept_with_whose_it_was(bench: Bench) -> None:
    process = bench.process("clumsy")

    def fail() -> None:
        raise ValueError("oh")

    async def plan() -> None:
        asyncio.get_running_loop().call_soon(fail)
        await asyncio.sleep(1)

    bench.run_in(process, plan())
    (failure,) = bench.loop.failures
    assert failure.startswith("clumsy: ")
    assert "oh" in failure


def test_a_cancelled_timer_does_not_go_off(bench: Bench) -> None:
    gone: list[str] = []

    async def plan() -> None:
        timer = asyncio.get_running_loop().call_later(1, gone.append, "off")
        asyncio.get_running_loop().call_later(1, gone.append, "on")
        timer.cancel()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(2):
                await asyncio.Event().wait()

    bench.run(plan())
    assert gone == ["on"]
    assert bench.loop.now_ms == 2_000


def test_a_closed_loop_stays_closed() -> None:
    loop = VirtualLoop.begin(Random(1))
    assert not loop.is_closed()
    loop.close()
    loop.close()
    assert loop.is_closed()
    assert not loop.is_running()
    with pytest.raises(RuntimeError):
        loop.run_forever()
    with pytest.raises(TypeError):
        loop.run_until_complete(loop.create_future())
