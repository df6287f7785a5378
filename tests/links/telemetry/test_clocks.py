"""Stamps of several hosts are read by one clock, or not at all."""

from dataclasses import replace
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from echo.domain.link_facts import ClockCompared
from echo.domain.quantities import Timestamps
from echo.links.telemetry.clocks import Clocks, Reading
from tests.links.telemetry.facts import FILLED, STAMPS

OFFSETS_MS = st.integers(-86_400_000, 86_400_000)
WRONG_MS = st.integers(0, 400)
MASTERS = ("t0_master_ea_ms", "t1_agent_recv_ms")
SLAVES = ("t4_agent_recv_ms", "t5_slave_ea_recv_ms", "t6_order_send_ms", "t7_order_filled_ms")


def shifted(stamps: Timestamps, names: tuple[str, ...], by_ms: int) -> Timestamps:
    moved = {name: cast(int, getattr(stamps, name)) + by_ms for name in names}
    return replace(stamps, **moved)


@given(OFFSETS_MS, OFFSETS_MS, WRONG_MS, WRONG_MS)
def test_a_hop_between_hosts_is_as_long_as_it_was_within_the_comparisons_errors(
    master_ms: int, slave_ms: int, wrong_ms: int, other_ms: int
) -> None:
    clocks = Clocks()
    clocks.take(ClockCompared(peer="north", ahead_ms=master_ms + wrong_ms, error_ms=wrong_ms))
    clocks.take(ClockCompared(peer="south", ahead_ms=slave_ms - other_ms, error_ms=other_ms))
    stamps = shifted(shifted(STAMPS, MASTERS, master_ms), SLAVES, slave_ms)
    reading = Reading(clocks, stamps, "north", "south")

    hop = reading.between("t0_master_ea_ms", "t7_order_filled_ms")
    assert hop is not None
    # A few milliseconds are taken for one and the same clock.
    assert abs(hop.lasted_ms - 257) <= hop.allowed_ms + 2 * 3
    within = reading.between("t5_slave_ea_recv_ms", "t7_order_filled_ms")
    assert within is not None
    assert (within.lasted_ms, within.corrected) == (251, False)


def test_what_two_stamps_of_one_host_say_needs_no_comparison() -> None:
    reading = Reading(Clocks(), STAMPS, "north", "north")

    hop = reading.between("t0_master_ea_ms", "t7_order_filled_ms")
    assert hop is not None
    assert hop.lasted_ms == 257


def test_a_host_that_nobody_named_is_not_another_ones() -> None:
    assert (
        Reading(Clocks(), STAMPS, "", "").between("t0_master_ea_ms", "t7_order_filled_ms") is None
    )


def test_a_stamp_that_is_missing_gives_no_time() -> None:
    stamps = replace(STAMPS, t4_agent_recv_ms=None)

    assert (
        Reading(Clocks(), stamps, "a", "b").between("t3_core_send_ms", "t4_agent_recv_ms") is None
    )


def test_facts_about_other_things_are_passed_over() -> None:
    clocks = Clocks()
    clocks.take(FILLED)

    assert clocks.off_ms(FILLED.agent_id) is None
    assert (clocks.off_ms("core"), clocks.error_ms("core")) == (0, 0)
