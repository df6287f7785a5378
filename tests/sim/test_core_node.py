from dataclasses import replace

from echo.domain.answers import Outcome
from echo.domain.ids import SEQ_CLOSE, CommandId, derive_command_id
from echo.domain.intents import ActionKind
from echo.domain.sessions import AgentHeartbeat
from echo.sim.core_node import NAME
from echo.sim.faults import CALM, Mishap, MishapKind
from echo.sim.invariants import check
from echo.sim.network import Side
from echo.sim.world import World
from tests.sim.stage import SLAVE, closed, ended, fills, opened, outcome, world


def started() -> World:
    found = world(opened(), closed())
    for node in found.nodes.values():
        node.start()
    found.until(3_000)
    return found


def test_nobody_is_let_in_before_the_journal_is_read() -> None:
    found = world(opened(), closed())
    found.core.journal.down = True
    found.core.start()
    found.nodes["agent-1"].start()
    found.until(3_000)
    assert found.core.up
    assert not found.core.accepts()
    assert found.ways["agent-1"].connections == 0
    found.core.journal.down = False
    found.until(6_000)
    assert found.core.accepts()
    assert found.ways["agent-1"].connections == 1


def test_a_stream_that_does_not_begin_with_hello_is_ended() -> None:
    found = world(opened(), closed())
    found.core.start()
    found.nodes["agent-1"].start()
    way = found.ways["agent-1"]
    while way.current is None:
        found.until(found.now_ms + 1)
    stranger = way.current
    pulse = AgentHeartbeat(agent_id=found.agents[0].settings.agent_id, timestamp_ms=0, mono_ms=0)
    found.core.link_up(stranger)
    found.core.link_said(stranger, (None, pulse))
    found.until(found.now_ms + 5_000)
    assert way.current is not stranger
    assert way.connections == 2


def test_every_stream_has_a_number_of_its_own() -> None:
    found = started()
    first = found.ways["agent-1"].current
    assert first is not None
    first.end(Side.CLIENT, "again")
    found.until(6_000)
    second = found.ways["agent-1"].current
    assert second is not None
    assert second.server_no > first.server_no


def test_a_store_that_is_down_delays_the_copy_and_loses_nothing() -> None:
    down = Mishap(kind=MishapKind.STORE_DOWN, at_ms=5_900, target=NAME, lasts_ms=2_000)
    told = ended(opened(), closed(), mishaps=(down,))
    assert outcome(told, ActionKind.OPEN) is Outcome.FILLED
    assert told.watch.journaled_ms[next(iter(told.journal.actions))] >= 7_900
    assert check(told) == []


def test_a_commit_that_may_stand_is_repeated() -> None:
    told = ended(opened(), closed(), weather=replace(CALM, commit_unknown=0.5))
    assert told.scene.faults.struck["commit_unknown"] > 10
    assert (fills(told), outcome(told, ActionKind.CLOSE)) == (1, Outcome.CLOSED)
    assert check(told) == []


def test_a_journal_that_contradicts_has_the_core_read_it_again() -> None:
    found = world(opened(), closed())
    rows = found.journal.commands
    forged: list[CommandId] = []

    def contradict() -> None:
        """Let somebody else have stored the close under its id, with other content."""
        (row,) = rows.values()
        (trade_id,) = found.journal.trades
        forged.append(derive_command_id(trade_id, SEQ_CLOSE, SLAVE))
        rows[forged[0]] = replace(row, command_id=forged[0])

    def take_back() -> None:
        del rows[forged[0]]

    found.scene.schedule.at(14_000, contradict)
    found.scene.schedule.at(15_900, take_back)
    found.run()
    assert found.scene.seen["commit_refused"] == found.scene.seen["core_rebuilt"] == 1
    assert found.ways["agent-1"].connections == 2
    assert outcome(found, ActionKind.CLOSE) is Outcome.CLOSED
    assert check(found) == []


def test_an_idle_core_keeps_its_lease_and_its_standby_lets_nobody_in() -> None:
    told = ended(opened(), closed(), standby=True)
    assert told.standby is not None
    assert told.standby.up
    assert [each.holds for each in told.cores] == [True, False]
    assert told.scene.seen["standby_took_over"] == told.scene.seen["lease_lost"] == 0
    assert told.ways["agent-1"].connections == 1
    assert check(told) == []


def test_a_core_that_finds_its_lease_lost_ends_every_stream_and_waits() -> None:
    found = world(opened(at_ms=20_000), closed(at_ms=24_000), standby=True, active_ms=60_000)
    for node in found.nodes.values():
        node.start()
    found.until(3_000)
    way = found.ways["agent-1"]
    found.core.sleep(6_000)
    found.until(8_900)
    assert [each.accepts() for each in found.cores] == [True, True]
    assert found.holder is found.standby
    found.until(30_000)
    assert [each.accepts() for each in found.cores] == [False, True]
    assert found.scene.seen["lease_lost"] == 1
    assert way.server is found.standby
    assert check(found) == []


def test_a_standby_decides_by_the_policies_of_the_day_on_which_it_takes_over() -> None:
    lot = Mishap(kind=MishapKind.POLICY_LOT, at_ms=2_000, target="slave-2001", lasts_ms=20_000)
    crash = Mishap(kind=MishapKind.CRASH, at_ms=3_000, target=NAME, lasts_ms=20_000)
    hand = opened(at_ms=12_000), closed(at_ms=15_000)
    lots = []
    for mishaps in ((crash,), (lot, crash)):
        told = ended(*hand, standby=True, mishaps=mishaps)
        assert told.scene.seen["standby_took_over"] == 1
        lots.append(told.sites["slave-2001"].book[0].lot)
        assert check(told) == []
    assert lots[1] == 2 * lots[0]


def test_a_crash_at_any_effect_loses_no_promise() -> None:
    weather = replace(CALM, crash_per_effect=0.01, restart_ms=(100, 500))
    told = ended(opened(), closed(), weather=weather)
    assert told.scene.faults.struck["crash_at_effect"] > 0
    assert check(told) == []


def test_frames_of_old_sessions_move_nobody() -> None:
    told = ended(opened(), closed(), weather=replace(CALM, ghost=1.0))
    assert told.scene.faults.struck["ghost"] > 50
    assert outcome(told, ActionKind.CLOSE) is Outcome.CLOSED
    assert check(told) == []
