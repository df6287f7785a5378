"""Two Cores at one journal: the lease that lets only one of them write."""

from dataclasses import replace
from typing import Any

from echo.domain.journal import ActionRecord, ExecutionRecord
from echo.sim.faults import CALM
from echo.sim.scenario import Seat
from echo.sim.world import World
from echo.stores.leased import SharedHold
from echo.stores.memory import MemoryJournal
from echo.terminal.fates import FateRates
from tests.ablations.safeguard import Safeguard, Story
from tests.ablations.switches import Switch, nothing
from tests.sim.stories import SECOND, SLAVE, closes, opens, paused_while_committing


def paused_in_its_commit_of_an_open() -> World:
    # Whoever takes over hears of the slaves before it hears of the open.
    slaves = tuple(Seat(account_id=each, agent=0) for each in (SLAVE, SECOND))
    return paused_while_committing(ActionRecord, opens(), closes(30_000), slaves=slaves)


def paused_in_its_commit_of_a_refusal() -> World:
    """The broker refuses; both Cores hear of that, the second while the first sleeps."""
    poor = replace(CALM, broker=FateRates(refusals={134: 1.0}))
    return paused_while_committing(ExecutionRecord, opens(), weather=poor)


def done(_: Any) -> object:
    async def at_once(*_: Any) -> None:
        """Ask nobody."""

    return at_once


SAFEGUARDS = (
    Safeguard(
        name="lease of the journal",
        hop="Core",
        promise="a Core that was paused for too long has nothing to say any more",
        off="a commit is not asked for its lease",
        switches=(Switch(SharedHold, "_refuse_when_lost", done),),
        story=Story(
            name="the Core is paused past its lease, in the commit of a refusal",
            tell=paused_in_its_commit_of_a_refusal,
        ),
        notices=25,
    ),
    Safeguard(
        name="unique keys for two Cores",
        hop="Core",
        promise="where a lease fails, what one Core has settled is not opened again by another",
        off="whatever is committed is stored",
        switches=(Switch(MemoryJournal, "_refuse_contradictions", nothing),),
        story=Story(
            name="the Core is paused past its lease, in the commit of an open",
            tell=paused_in_its_commit_of_an_open,
        ),
        notices=9,
        behind=("lease of the journal",),
        remark="there is still no second copy, for both Cores derive the same command id",
    ),
)
