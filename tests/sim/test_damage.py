import pytest

from echo.sim.agent_node import Agent
from echo.sim.damage import Damage
from echo.sim.faults import Mishap, MishapKind
from echo.sim.terminal_node import Terminal
from echo.sim.world import World
from tests.sim.stage import SLAVE, closed, opened, world


def lived(*, alone: bool = False) -> tuple[World, Damage]:
    found = world(opened(), closed(), rivals=() if alone else (SLAVE,))
    for node in found.nodes.values():
        node.start()
    found.until(8_000)
    return found, Damage(found.scene, found.nodes)


def struck(kind: MishapKind, target: str) -> tuple[World, Damage]:
    found, damage = lived()
    damage.copy(target)
    damage.strike(Mishap(kind=kind, at_ms=0, target=target, lasts_ms=100))
    return found, damage


def slave_of(found: World, name: str = "slave-2001") -> Terminal:
    node = found.nodes[name]
    assert isinstance(node, Terminal)
    return node


def test_one_bit_of_a_file_turns_and_its_terminal_begins_anew() -> None:
    found, damage = lived(alone=True)
    slave_of(found).file.append(b"the last record\n")
    before = slave_of(found).file.data
    flip = Mishap(kind=MishapKind.BIT_FLIP, at_ms=0, target="slave-2001", lasts_ms=100)
    damage.strike(flip)
    after = slave_of(found).file.data
    assert len(after) == len(before)
    (turned,) = [one ^ two for one, two in zip(before, after, strict=True) if one != two]
    assert turned.bit_count() == 1
    assert after.splitlines()[-1] == before.splitlines()[-1]
    cold = found.scene.seen["cold_start"]
    found.until(9_000)
    assert found.scene.seen["cold_start"] == cold + 1


def test_a_second_ea_begins_with_the_memory_of_the_first() -> None:
    found, _ = struck(MishapKind.COPIED, "rival-2001")
    assert slave_of(found, "rival-2001").file.data == slave_of(found).file.data != b""


@pytest.mark.parametrize("kind", [MishapKind.LEDGER_LOST, MishapKind.LEDGER_OLD])
def test_an_agent_begins_with_another_ledger(kind: MishapKind) -> None:
    found, damage = lived()
    agent = found.nodes["agent-1"]
    assert isinstance(agent, Agent)
    before = agent.ledger.load()
    damage.copy("agent-1")
    damage.strike(Mishap(kind=kind, at_ms=0, target="agent-1", lasts_ms=100))
    after = agent.ledger.load()
    assert (after.ledger_id == before.ledger_id) == (kind is MishapKind.LEDGER_OLD)
    assert not agent.up
    found.until(9_000)
    assert agent.up


def test_a_reboot_takes_the_process_with_it() -> None:
    found, _ = struck(MishapKind.REBOOT, "agent-1")
    assert not found.nodes["agent-1"].up
    assert found.nodes["agent-1"].clock.boot_id == "boot-2"


def test_a_reboot_takes_every_process_of_its_host_and_no_other() -> None:
    found, damage = lived()
    agent, twin = found.nodes["agent-1"], found.nodes["agent-1-twin"]
    twin.wanted = True
    twin.start()
    damage.strike(Mishap(kind=MishapKind.REBOOT, at_ms=0, target="agent-1", lasts_ms=100))
    down = {name for name, node in found.nodes.items() if node.wanted and not node.up}

    assert twin.clock is agent.clock
    assert down == {"agent-1", "agent-1-twin"}
    found.until(9_000)
    assert agent.up
    assert twin.up
