"""Stamps of several hosts on one time line: the Core's."""

from dataclasses import dataclass
from typing import Final

from echo.domain.clocks import correction_ms
from echo.domain.facts import Fact
from echo.domain.link_facts import ClockCompared
from echo.domain.quantities import Timestamps
from echo.links.telemetry.spans import is_tick

CORE: Final = "core"
UNKNOWN: Final = "unknown"
MASTER: Final = ("t0_master_ea_ms", "t1_agent_recv_ms")
SLAVE: Final = ("t4_agent_recv_ms", "t5_slave_ea_recv_ms", "t6_order_send_ms", "t7_order_filled_ms")


class Clocks:
    """What is known of the hosts' wall clocks; fed with the facts that compare them."""

    def __init__(self) -> None:
        self._known: dict[str, ClockCompared] = {}

    def take(self, fact: Fact) -> None:
        """Note how far a peer's clock is off."""
        if isinstance(fact, ClockCompared):
            self._known[fact.peer] = fact

    def off_ms(self, peer: str) -> int | None:
        """Return what to take off a peer's stamps; ``None`` = its clock was never compared."""
        if peer == CORE:
            return 0
        known = self._known.get(peer)
        return None if known is None else correction_ms(known.ahead_ms)

    def error_ms(self, peer: str) -> int:
        """Return how wrong that may be; 0 for a clock that was never compared."""
        known = self._known.get(peer)
        return 0 if known is None else known.error_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """The time between two stamps, by one clock.

    ``allowed_ms``: how far below 0 it may lie without a contradiction.  ``corrected``: the two
    were stamped by clocks that differ, which was taken off.
    """

    lasted_ms: int
    allowed_ms: int
    corrected: bool


class Reading:
    """One copy's eight stamps, of up to three clocks.

    Args:
        clocks: How far they are apart.
        master: The Agent whose host stamped t0 and t1.
        slave: The Agent whose host stamped t4 to t7.
    """

    def __init__(self, clocks: Clocks, stamps: Timestamps, master: str, slave: str) -> None:
        self._clocks, self._stamps = clocks, stamps
        self._hosts = dict.fromkeys(MASTER, master or UNKNOWN) | dict.fromkeys(
            SLAVE, slave or UNKNOWN
        )

    def between(self, first: str, last: str) -> Hop | None:
        """Return the time between two stamps; ``None`` = one is missing, or nothing compares them.

        Two stamps of one host need no comparison.  What runs backwards by no more than the
        comparison may be wrong lasted no time.
        """
        begun, ended = getattr(self._stamps, first), getattr(self._stamps, last)
        if begun is None or ended is None or is_tick(begun) is not is_tick(ended):
            return None
        host, peer = self._hosts.get(first, CORE), self._hosts.get(last, CORE)
        if host == peer != UNKNOWN:
            return Hop(lasted_ms=ended - begun, allowed_ms=0, corrected=False)
        begun_off_ms, ended_off_ms = self._clocks.off_ms(host), self._clocks.off_ms(peer)
        if begun_off_ms is None or ended_off_ms is None or is_tick(begun):
            return None
        return Hop(
            lasted_ms=(ended - ended_off_ms) - (begun - begun_off_ms),
            allowed_ms=self._clocks.error_ms(host) + self._clocks.error_ms(peer),
            corrected=bool(begun_off_ms or ended_off_ms),
        )
