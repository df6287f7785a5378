from dataclasses import replace

import pytest

from echo.sim.faults import CALM
from echo.sim.node import Node
from echo.sim.schedule import HostClock
from tests.sim.stage import Peer, scene


def test_a_crash_ends_a_life_and_another_begins_after_a_while() -> None:
    stage = scene()
    peer = Peer(stage, "peer")
    peer.start()
    peer.start()
    assert (peer.up, peer.begun) == (True, 1)
    peer.crash("dies", 500)
    peer.crash("is dead already", 100)
    stage.schedule.run(499)
    assert (peer.up, peer.begun, peer.ended) == (False, 1, 1)
    stage.schedule.run(500)
    assert (peer.up, peer.begun) == (True, 2)


def test_plans_and_timers_die_with_their_life() -> None:
    stage = scene()
    peer, done = Peer(stage, "peer"), list[str]()
    peer.start()
    peer.later(1_000, lambda: done.append("former life"))
    peer.arm(("bell",), peer.now().mono_ms + 1_000)
    peer.crash("dies", 10)
    stage.schedule.run(100)
    peer.later(1_000, lambda: done.append("this life"))
    stage.schedule.run(5_000)
    assert (done, peer.rung) == (["this life"], [])


def test_a_timer_rings_once_at_its_last_time_unless_it_was_forgotten() -> None:
    stage = scene()
    peer = Peer(stage, "peer")
    peer.start()
    start_ms = peer.now().mono_ms
    peer.arm(("bell",), start_ms + 100)
    peer.arm(("bell",), start_ms + 300)
    peer.arm(("gone",), start_ms + 100)
    peer.disarm(("gone",))
    stage.schedule.run(299)
    assert peer.rung == []
    stage.schedule.run(1_000)
    assert peer.rung == [("bell",)]


def test_a_crash_may_strike_before_any_effect() -> None:
    stage = scene(replace(CALM, crash_per_effect=1.0))
    peer = Peer(stage, "peer")
    peer.start()
    assert peer.struck()
    assert not peer.up
    assert stage.faults.struck["crash_at_effect"] == 1
    stage.faults.calm = True
    assert not peer.struck()


def test_a_node_must_say_what_its_life_is() -> None:
    node = Node(scene(), "nobody", HostClock())
    for call in (node.begin, node.end, lambda: node.ring(("bell",))):
        with pytest.raises(NotImplementedError):
            call()


def test_what_would_happen_to_a_process_that_sleeps_happens_when_it_goes_on() -> None:
    stage = scene()
    peer = Peer(stage, "peer")
    peer.start()
    heard: list[int] = []
    peer.arm(("timer",), peer.now().mono_ms + 100)
    peer.later(50, lambda: heard.append(stage.schedule.now_ms))
    peer.sleep(1_000)
    stage.schedule.run(999)
    assert (peer.asleep, heard, peer.rung) == (True, [], [])
    stage.schedule.run(1_000)
    assert (peer.asleep, heard, peer.rung) == (False, [1_000], [("timer",)])


def test_nobody_starts_what_nobody_wants() -> None:
    peer = Peer(scene(), "peer")
    peer.wanted = False
    peer.start()
    assert not peer.up
