from echo.ports.clock import Clock
from echo.ports.ids import Ids
from echo.sim.desk.host import DeskClock, DeskIds
from echo.sim.schedule import BOOT_MONO_MS, EPOCH_MS, HostClock
from tests.sim.desk.stage import Bench


def test_a_clock_shows_the_hosts_time_and_calls_by_it() -> None:
    bench = Bench()
    host = HostClock(drift_ppm=100_000, wall_offset_ms=-5_000)
    clock: Clock = DeskClock(bench.loop, host, bench.chance)
    moments: list[int] = []

    async def look() -> None:
        assert (clock.now().wall_ms, clock.now().mono_ms) == (EPOCH_MS - 5_000, BOOT_MONO_MS)
        clock.call_at(BOOT_MONO_MS + 1_100, lambda: moments.append(bench.loop.now_ms))
        clock.call_at(0, lambda: moments.append(bench.loop.now_ms))
        clock.call_at(BOOT_MONO_MS + 10, lambda: moments.append(-1)).cancel()
        await clock.sleep_ms(2_200)

    bench.run(look())
    assert moments == [0, 1_000]
    assert bench.loop.now_ms == 2_000
    assert clock.wall_us() == (EPOCH_MS - 5_000 + 2_200) * 1_000
    bench.loop.close()


def test_a_busy_hosts_sleeps_last_longer_never_shorter() -> None:
    bench = Bench()
    clock = DeskClock(bench.loop, HostClock(), bench.chance, lag_ms=100)
    lasted: list[int] = []

    async def nap() -> None:
        for _ in range(20):
            began_ms = bench.loop.now_ms
            await clock.sleep_ms(20)
            lasted.append(bench.loop.now_ms - began_ms)

    bench.run(nap())
    assert all(20 <= each <= 120 for each in lasted)
    assert len(set(lasted)) > 10
    bench.loop.close()


def test_ids_are_fresh_and_of_their_owner() -> None:
    bench = Bench()
    ids: Ids = DeskIds("core.2", bench.chance)
    assert ids.instance_id() != ids.instance_id()
    assert ids.instance_id().startswith("core.2.")
    assert len({ids.evaluation_id() for _ in range(100)}) == 100
    assert len(ids.evaluation_id()) == 36
    assert {ids.jitter(2) for _ in range(50)} == {0, 1, 2}
    bench.loop.close()
