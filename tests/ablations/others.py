"""Safeguards against what others did before: an EA with another file, an Agent of the same name."""

from typing import Any

from echo.bridge.commands import Commands
from echo.domain.ledger_files import LedgerFiles
from echo.sim.faults import MishapKind
from echo.sim.scenario import Seat
from echo.sim.world import World
from echo.terminal.fates import Fate
from tests.ablations.moments import (
    after,
    answers,
    at,
    crash,
    is_an_open,
    once,
    played,
    site,
    staged,
    strike,
)
from tests.ablations.safeguard import Safeguard, Story
from tests.ablations.switches import Switch, gives
from tests.sim.stories import OPENED_MS, SLAVE, mishap, opens

NAMELESS = Fate(execute_after_ms=100, reply_after_ms=100, comment_chars=0)
SLOW = Fate(execute_after_ms=500, reply_after_ms=500)
FOR_EVER_MS = 10_000_000

# ------------------------------------------------------------------------ stories


def another_ea_takes_over() -> World:
    """Of two EAs, each with a file of its own, the one with an order out dies."""
    world = staged(opens(), max_delay_ms=15_000, rivals=(SLAVE,))
    answers(world, opens=[NAMELESS])
    after(
        site(world),
        "request",
        once(lambda _, node: crash(world, node.name, 90_000), is_an_open),
    )
    return played(world)


def another_agent_takes_over() -> World:
    """Of two Agents of one name, the one that has brought an open loses its stream unawares."""
    twin = mishap(MishapKind.TWIN, OPENED_MS - 2_000, "agent-2", 30_000)
    world = staged(opens(), mishaps=(twin,), max_delay_ms=15_000)
    answers(world, opens=[SLOW])

    def cut(*_: object) -> None:
        connection = world.ways["agent-2"].current
        assert connection is not None
        connection.reset("cut", notice_ms=(FOR_EVER_MS, 0))

    after(site(world), "request", once(cut, is_an_open))
    return played(world)


def legacy_answer_goes_with_its_ledger() -> World:
    """An old EA has opened and said so; the Core is away, and somebody deletes what noted it."""
    legacy = (Seat(account_id=SLAVE, agent=1, protocol=2),)
    world = staged(opens(), slaves=legacy, max_delay_ms=15_000)
    answers(world, opens=[SLOW])

    def spoil(*_: object) -> None:
        crash(world, "core", 9_000)
        at(world, world.now_ms + 4_000, lambda: strike(world, MishapKind.LEDGER_LOST, "agent-2"))

    after(site(world), "request", once(spoil, is_an_open))
    return played(world)


# ------------------------------------------------------------------------ switches


def only_itself(_: Any) -> object:
    return lambda _commands, errand, _order: errand.written


SAFEGUARDS = (
    Safeguard(
        name="file of the EA before",
        hop="slave EA",
        promise="what an EA with another file was told is not ordered again",
        off="nobody says whose file served the account before",
        switches=(Switch(LedgerFiles, "told", gives("")),),
        story=Story(
            name="two EAs with files of their own, one of which dies with an order out",
            tell=another_ea_takes_over,
        ),
        notices=2,
    ),
    Safeguard(
        name="what another Agent may have brought",
        hop="Agent",
        promise="an Agent answers for nobody but itself",
        off="whoever has the stream refuses what is too old",
        switches=(Switch(Commands, "_maybe_known", only_itself),),
        story=Story(
            name="another Agent of that name takes over the stream",
            tell=another_agent_takes_over,
        ),
        notices=1,
    ),
    Safeguard(
        name="a ledger that does not reach back",
        hop="Agent",
        promise="a new ledger does not prove that an old EA was never told",
        off="what is not in the ledger was not written",
        switches=(Switch(Commands, "_may_be_forgotten", gives(False)),),
        story=Story(
            name="the answer of an old EA goes with its Agent's ledger",
            tell=legacy_answer_goes_with_its_ledger,
        ),
        notices=1,
    ),
)
