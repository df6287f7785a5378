"""The list: every safeguard of the delivery, in the order of a trade's way."""

from typing import Final

from tests.ablations import (
    agent_side,
    core_side,
    doubt,
    evidence,
    leases,
    links,
    master_side,
    others,
    second_lines,
    slave_side,
)
from tests.ablations.safeguard import Safeguard
from tests.ablations.switches import Switch

HOPS: Final = ("master EA", "Agent", "Core", "slave EA", "links")

_FOUND: Final = (
    *master_side.SAFEGUARDS,
    *agent_side.SAFEGUARDS,
    *core_side.SAFEGUARDS,
    *slave_side.SAFEGUARDS,
    *doubt.SAFEGUARDS,
    *evidence.SAFEGUARDS,
    *leases.SAFEGUARDS,
    *others.SAFEGUARDS,
    *second_lines.SAFEGUARDS,
    *links.SAFEGUARDS,
)

SAFEGUARDS: Final[tuple[Safeguard, ...]] = tuple(
    sorted(_FOUND, key=lambda each: HOPS.index(each.hop))
)

BY_NAME: Final = {each.name: each for each in SAFEGUARDS}


def those_before(safeguard: Safeguard) -> tuple[Switch, ...]:
    """Return the switches of the safeguards that hide this one."""
    return tuple(switch for name in safeguard.behind for switch in BY_NAME[name].switches)
