import pytest

from echo.domain.answers import Outcome
from echo.domain.ids import SEQ_CLOSE
from echo.sim.invariants import check
from echo.sim.report import world_of
from echo.sim.small_worlds import SMALL_WORLDS
from tests.sim.stories import fills, positions


@pytest.mark.parametrize("name", list(SMALL_WORLDS))
def test_without_a_crash_everything_is_copied_and_closed(name: str) -> None:
    scenario = SMALL_WORLDS[name].scenario
    world = world_of(scenario)
    world.run()
    assert check(world) == []
    rows = world.journal.decisions.values()
    for seat in scenario.slaves:
        assert fills(world, seat.account_id) == 1
        assert positions(world, seat.account_id) == []
    assert [row.outcome for row in rows if not row.seq] == [Outcome.FILLED] * len(scenario.slaves)
    closed = {row.outcome for row in rows if row.seq == SEQ_CLOSE}
    assert closed <= {Outcome.CLOSED, Outcome.NOTHING_TO_CLOSE}
    # Whatever is done is done while crashes strike, unless a broker says nothing about it.
    assert name == "silent_broker" or max(world.watch.settled_ms.values()) < scenario.active_ms
    struck = set(world.scene.faults.struck) - {"last_words_lost", "crash", "broker_reply_lost"}
    assert struck == set()


def test_small_is_small() -> None:
    for world in SMALL_WORLDS.values():
        assert world.about
        assert len(world.scenario.masters) == 1
        assert len(world.scenario.slaves) <= 2
        assert world.scenario.active_ms <= 7_000
