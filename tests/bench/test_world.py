"""What a second of processor time plays is measured of worlds that are always the same."""

import pytest

from bench.world import (
    CHAOS,
    CHAOS_MS,
    WORLDS,
    Measured,
    best,
    line,
    measured,
    scenario,
)
from echo.terminal.replay_script import Open


def run(cpu_s: float, trace_hash: str = "ab") -> Measured:
    return Measured(seeds=10, cpu_s=cpu_s, events=1_000, trace_hash=trace_hash)


@pytest.mark.parametrize("seed", range(5))
def test_chaos_is_twelve_trades_two_slaves_and_two_minutes(seed: int) -> None:
    world = scenario(CHAOS, seed)

    opened = [each for hand in world.hands for each in hand if isinstance(each, Open)]
    assert len(opened) == 12
    assert (len(world.masters), len(world.slaves), world.active_ms) == (1, 2, 120_000)
    assert all(0 < each.at_ms < CHAOS_MS for each in (*world.hands[0], *world.mishaps))


@pytest.mark.parametrize("world", WORLDS)
def test_a_seed_is_always_the_same(world: str) -> None:
    assert scenario(world, 3) == scenario(world, 3)
    assert scenario(world, 3) != scenario(world, 4)


def test_equal_seeds_have_equal_histories() -> None:
    first, second = measured("gentle", range(1)), measured("gentle", range(1))

    assert first.trace_hash == second.trace_hash
    assert (first.seeds, first.events) == (1, second.events)
    assert first.cpu_s > 0


def test_the_cheapest_run_counts() -> None:
    assert best([run(5.0), run(4.0), run(6.0)]).seeds_per_cpu_s == 2.5


def test_different_histories_are_no_measurement() -> None:
    with pytest.raises(ValueError, match="different histories"):
        best([run(5.0), run(4.0, "cd")])


def test_a_row_says_how_many_seeds_a_second_plays() -> None:
    assert line("chaos", "compiled", run(4.0)).split() == [
        *("chaos", "compiled", "10", "1000", "4.00", "2.5")
    ]
