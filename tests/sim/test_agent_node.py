from echo.domain.handshake import Role
from echo.sim.agent_node import Agent
from echo.sim.faults import Mishap, MishapKind
from echo.sim.invariants import check
from echo.sim.world import World
from tests.sim.stage import SLAVE, closed, ended, fills, opened, world

LONG_MS = 6_000


def started(*names: str) -> tuple[World, Agent]:
    """A world in which only these run."""
    found = world(opened(), closed())
    for name in names:
        found.nodes[name].start()
    found.until(3_000)
    agent = found.nodes["agent-1"]
    assert isinstance(agent, Agent)
    return found, agent


def test_an_agent_connects_and_serves_the_pipes_of_its_accounts() -> None:
    found, agent = started("core", "agent-1", "slave-2001")
    assert found.ways["agent-1"].current is not None
    assert found.ways["slave-2001"].current is not None
    assert found.ways["master-1001"].current is None
    assert agent.pipe_of[found.ways["slave-2001"]] == (Role.SLAVE, SLAVE)
    assert SLAVE in found.journal.accounts


def test_an_agent_calls_until_the_core_is_there() -> None:
    found, _ = started("agent-1")
    assert found.ways["agent-1"].current is None
    found.core.start()
    found.until(6_000)
    assert found.ways["agent-1"].current is not None


def test_a_crash_loses_every_connection_and_another_life_finds_them_again() -> None:
    found, agent = started("core", "agent-1", "slave-2001")
    agent.crash("dies", 500)
    assert found.ways["agent-1"].current is None
    found.until(6_000)
    assert agent.up
    assert found.ways["agent-1"].connections == 2
    assert found.ways["slave-2001"].connections >= 2
    assert found.ways["slave-2001"].current is not None


def test_what_a_master_said_while_the_core_was_away_outlives_the_agent() -> None:
    mishaps = (
        Mishap(kind=MishapKind.CRASH, at_ms=14_000, target="core", lasts_ms=LONG_MS),
        Mishap(kind=MishapKind.CRASH, at_ms=16_500, target="agent-1", lasts_ms=100),
    )
    told = ended(opened(), closed(at_ms=15_000), mishaps=mishaps)
    assert told.scene.seen["acknowledged_by_agent"] > 0
    assert told.scene.seen["close_closed"] == 1
    assert check(told) == []


def test_a_full_ledger_does_not_stop_the_copy() -> None:
    full = Mishap(kind=MishapKind.LEDGER_FULL, at_ms=4_000, target="agent-1", lasts_ms=LONG_MS)
    told = ended(opened(), closed(), mishaps=(full,))
    assert fills(told) <= 1
    assert told.pending == []
    assert check(told) == []
