import pytest

from echo.sim.agent_node import Agent
from echo.sim.faults import Mishap, MishapKind
from echo.sim.invariants import check
from echo.sim.terminal_node import Terminal
from echo.sim.world import World
from tests.sim.stage import SLAVE, closed, ended, fills, held, opened, world

TARGET = {
    MishapKind.CRASH: "agent-1",
    MishapKind.REBOOT: "agent-1",
    MishapKind.STORE_DOWN: "core",
    MishapKind.LEDGER_FULL: "agent-1",
    MishapKind.RESET: "agent-1",
    MishapKind.HALF_OPEN: "agent-1",
    MishapKind.CLOCK_JUMP: "core",
    MishapKind.LEDGER_LOST: "agent-1",
    MishapKind.LEDGER_OLD: "agent-1",
    MishapKind.TWIN: "agent-1",
    MishapKind.STORM: "agent-1",
    MishapKind.ONE_WAY: "agent-1",
    MishapKind.SLEEP: "core",
    MishapKind.PAUSED: "core",
    MishapKind.COPIED: "rival-2001",
    MishapKind.GAP: "market",
}


def mishap(kind: MishapKind, *, at_ms: int = 8_000, lasts_ms: int = 3_000) -> Mishap:
    target = TARGET.get(kind, "slave-2001")
    return Mishap(kind=kind, at_ms=at_ms, target=target, lasts_ms=lasts_ms)


def struck(kind: MishapKind, *, lasts_ms: int = 3_000) -> World:
    """Return a world whose processes have lived for a while, just after *kind* has struck."""
    found = world(opened(), closed())
    for node in found.nodes.values():
        node.start()
    found.until(3_000)
    found.strikes.strike(mishap(kind, lasts_ms=lasts_ms))
    return found


def pass_ms(found: World, wait_ms: int) -> None:
    found.scene.schedule.run(found.now_ms + wait_ms)


def slave_of(found: World) -> Terminal:
    node = found.nodes["slave-2001"]
    assert isinstance(node, Terminal)
    return node


def agent_of(found: World) -> Agent:
    node = found.nodes["agent-1"]
    assert isinstance(node, Agent)
    return node


@pytest.mark.parametrize("kind", list(MishapKind))
@pytest.mark.parametrize("at_ms", [5_500, 8_000, 14_500])
def test_whatever_strikes_once_no_promise_is_broken(kind: MishapKind, at_ms: int) -> None:
    rivals = (SLAVE,) if kind is MishapKind.COPIED else ()
    told = ended(opened(), closed(), mishaps=(mishap(kind, at_ms=at_ms),), rivals=rivals)
    assert told.scene.faults.struck[kind.value] == 1
    assert check(told) == []
    assert fills(told) <= 1
    assert held(told) == []


def test_a_crash_takes_a_process_away_for_its_time() -> None:
    found = struck(MishapKind.CRASH)
    assert not found.nodes["agent-1"].up
    pass_ms(found, 3_000)
    assert found.nodes["agent-1"].up


def test_a_reboot_gives_the_host_another_name_for_its_run() -> None:
    found = world(opened(), closed())
    agent = agent_of(found)
    boot_id = agent.clock.boot_id
    agent.start()
    found.strikes.strike(mishap(MishapKind.REBOOT))
    assert not agent.up
    assert agent.clock.boot_id != boot_id


def test_amnesia_empties_a_file_and_an_old_copy_brings_an_older_state_back() -> None:
    found = struck(MishapKind.AMNESIA)
    assert slave_of(found).file.data == b""
    file = slave_of(found).file
    file.copy, file.data = b"old", b"old and new"
    pass_ms(found, 3_000)
    assert slave_of(found).up
    file.copy, file.data = b"old", b"old and new"
    found.strikes.strike(mishap(MishapKind.OLD_COPY))
    assert file.data == b"old"


def test_the_older_state_is_that_of_some_seconds_before() -> None:
    told = world(opened(), closed(), mishaps=(mishap(MishapKind.OLD_COPY, at_ms=15_500),))
    told.run()
    assert 0 < len(slave_of(told).file.copy) < len(slave_of(told).file.data)


def test_a_pause_lasts_longer_than_a_lease_and_strikes_whoever_holds() -> None:
    paused = mishap(MishapKind.PAUSED, at_ms=8_000, lasts_ms=2_000)
    again = mishap(MishapKind.PAUSED, at_ms=15_000, lasts_ms=0)
    told = ended(opened(), closed(), mishaps=(paused, again), standby=True)
    assert told.scene.seen["standby_took_over"] == 2
    assert told.holder is told.core
    assert check(told) == []


@pytest.mark.parametrize("kind", [MishapKind.RESET, MishapKind.HALF_OPEN])
def test_a_broken_stream_is_replaced_by_another(kind: MishapKind) -> None:
    found = struck(kind)
    way = found.ways["agent-1"]
    before = way.connections
    pass_ms(found, 10_000)
    # Of a half open one the server may not know yet, and keeps the next ones out until it does.
    assert way.connections > before
    assert way.current is not None


def test_a_blocked_way_is_free_again_after_its_time() -> None:
    found = struck(MishapKind.BLOCK)
    assert found.ways["slave-2001"].blocked_ms == [found.now_ms + 3_000] * 2


def test_a_jump_sets_the_wall_clock_only() -> None:
    found = struck(MishapKind.CLOCK_JUMP, lasts_ms=0)
    before = found.core.now()
    found.strikes.strike(mishap(MishapKind.CLOCK_JUMP, lasts_ms=60_000))
    after = found.core.now()
    assert abs(after.wall_ms - before.wall_ms) == 60_000
    assert after.mono_ms == before.mono_ms


def test_full_disks_and_a_store_that_is_down_recover_by_themselves() -> None:
    found = struck(MishapKind.STORE_DOWN)
    found.strikes.strike(mishap(MishapKind.LEDGER_FULL))
    found.strikes.strike(mishap(MishapKind.FILE_FULL))

    def state() -> tuple[bool, bool, bool]:
        return found.core.journal.down, agent_of(found).ledger.full, slave_of(found).file.full

    assert state() == (True, True, True)
    pass_ms(found, 3_000)
    assert state() == (False, False, False)


def test_what_is_healed_stays_healed_when_an_older_mishap_would_have_ended() -> None:
    found = struck(MishapKind.CRASH, lasts_ms=60_000)
    found.strikes.strike(mishap(MishapKind.STORE_DOWN))
    found.strikes.strike(mishap(MishapKind.FILE_FULL))
    found.strikes.strike(mishap(MishapKind.LEDGER_FULL))
    found.strikes.strike(mishap(MishapKind.BLOCK))
    found.strikes.heal()
    assert agent_of(found).up
    assert not found.core.journal.down
    assert not slave_of(found).file.full
    assert not agent_of(found).ledger.full
    assert found.ways["slave-2001"].blocked_ms == [0, 0]
    found.core.journal.down = True
    pass_ms(found, 10_000)
    assert found.core.journal.down


@pytest.mark.parametrize(
    ("kind", "shut"),
    [
        (MishapKind.BROKER_AWAY, (False, True, True, 0)),
        (MishapKind.TRADING_OFF, (True, False, True, 0)),
        (MishapKind.UNSYNCED, (True, True, False, 0)),
        (MishapKind.MARKET_CLOSED, (True, True, True, 2)),
    ],
)
def test_a_broker_shuts_one_door_for_a_while(
    kind: MishapKind, shut: tuple[bool, bool, bool, int]
) -> None:
    found = struck(kind)
    door = found.sites["slave-2001"].broker.door

    def state() -> tuple[bool, bool, bool, int]:
        return door.connected, door.trading, door.synchronised, len(door.closed_markets)

    assert state() == shut
    pass_ms(found, 3_000)
    assert state() == (True, True, True, 0)
