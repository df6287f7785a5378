from random import Random

from echo.sim.desk.plan import BLOWS, BlowKind, Plan, draw, targets
from echo.sim.scenario import agent_name, master_name, slave_name
from echo.terminal.replay_script import Open


def drawn(seed: int) -> Plan:
    return draw(seed, Random(seed))


def test_a_seed_is_a_plan() -> None:
    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)


def test_every_plan_is_a_small_desk_with_something_to_do() -> None:
    for seed in range(50):
        scenario = drawn(seed).scenario
        assert scenario.agents == 1
        assert 1 <= len(scenario.masters) == len(scenario.hands) <= 2
        assert 2 <= len(scenario.slaves) <= 4
        for hand in scenario.hands:
            assert any(isinstance(action, Open) for action in hand)
            assert [a.at_ms for a in hand] == sorted(a.at_ms for a in hand)
            assert all(0 < action.at_ms < scenario.active_ms for action in hand)


def test_every_blow_falls_on_who_can_be_struck_while_faults_are_about() -> None:
    kinds = set()
    for seed in range(100):
        plan = drawn(seed)
        for blow in plan.blows:
            kinds.add(blow.kind)
            assert blow.target in targets(blow.kind, plan.scenario)
            assert 0 < blow.at_ms < plan.scenario.active_ms
    assert kinds == set(BlowKind) == {kind for kind, _, _ in BLOWS}


def test_processes_cables_disks_and_clocks_have_names() -> None:
    scenario = drawn(1).scenario
    terminals = {master_name(seat) for seat in scenario.masters}
    terminals |= {slave_name(seat) for seat in scenario.slaves}
    agent = agent_name(0)
    assert set(targets(BlowKind.KILL, scenario)) == {"core", agent, *terminals}
    assert set(targets(BlowKind.CUT, scenario)) == {agent, *terminals}
    assert set(targets(BlowKind.FILE_FULL, scenario)) == terminals
    assert targets(BlowKind.STORE_DOWN, scenario) == ["core"]
    assert targets(BlowKind.LEDGER_FULL, scenario) == [agent]
