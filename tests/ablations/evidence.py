"""Safeguards that compare: what terminals hold, against what the journal says they hold."""

from dataclasses import replace
from typing import Any

from echo.domain.commands import ReduceOrder
from echo.domain.evidence import Agreement
from echo.engine import amnesia, anti_entropy, astray, dispatch
from echo.sim.corpus import WHERE, load
from echo.sim.faults import MishapKind
from echo.sim.report import world_of
from echo.sim.world import World
from echo.terminal.closing import Closings
from echo.terminal.levels import Goal, LevelKeeper
from tests.ablations.agent_side import line_to_the_slave_lost
from tests.ablations.moments import at, played, site, staged
from tests.ablations.safeguard import OF_THE_STORY, Safeguard, Story
from tests.ablations.switches import Switch, nothing
from tests.sim.stories import MASTER, closes, mishap, opens

HOP = "Core"

# ------------------------------------------------------------------------ stories


def outbox_lost_and_closed_meanwhile() -> World:
    """Nobody is left who could report the close."""
    lost = mishap(MishapKind.AMNESIA, 10_000, f"master-{MASTER}", 6_000)
    return played(staged(opens(), closes(12_000), mishaps=(lost,)))


def one_empty_report() -> World:
    """A terminal shows an empty account, for a moment, and says that this is all."""
    world = staged(opens())
    place = site(world)
    shown = place.view

    def empty() -> Any:
        return replace(shown(), positions=())

    def flicker() -> None:
        setattr(place, "view", empty)  # noqa: B010 -- a method of one object only
        place.show()

    def back() -> None:
        setattr(place, "view", shown)  # noqa: B010 -- a method of one object only
        place.show()

    at(world, 14_500, flicker)
    at(world, 17_500, back)
    return played(world)


def written_off(world: World) -> list[str]:
    """A copy counts as closed that is there."""
    copies = world.journal.copies.values()
    return [f"ticket {row.ticket} is open" for row in copies if not row.lot_remaining]


def old_stops_that_land_late() -> World:
    """A broker carries out a change half a minute after it was given up and made anew."""
    return played(world_of(load(WHERE / "old_stops_land_late.json").scenario))


def file_lost_behind_near_levels() -> World:
    """A stop is as near as the broker allows when its EA loses the file that says how near."""
    return played(world_of(load(WHERE / "file_lost_behind_near_levels.json").scenario))


# ------------------------------------------------------------------------ switches


def no_findings(_: Any) -> object:
    return lambda _state, _account, _positions: {}


def believes_at_once(_: Any) -> object:
    return lambda _agreement, _epoch, findings, _now_mono_ms: list(findings)


def record_lost_behind_a_partial_close() -> World:
    """A file loses what its EA has just asked for, and the broker takes its time."""
    return played(world_of(load(WHERE / "record_lost_behind_a_partial_close.json").scenario))


def takes_all_for_new(heard: Any) -> object:
    def taken(closings: Closings, command: Any) -> None:
        news = replace(command, again=False) if isinstance(command, ReduceOrder) else command
        heard(closings, news)

    return taken


def watches_its_own_only(_: Any) -> object:
    def watch_until(_: LevelKeeper, goal: Goal) -> int:
        return goal.watch_until_mono_ms

    return watch_until


SAFEGUARDS = (
    Safeguard(
        name="comparison of what is open",
        hop=HOP,
        promise="what nobody can report any more is found all the same",
        off="reports of what is open are not read",
        switches=(Switch(anti_entropy, "listed", nothing), Switch(anti_entropy, "shown", nothing)),
        story=Story(
            name="the outbox is lost, and the position closed meanwhile",
            tell=outbox_lost_and_closed_meanwhile,
        ),
        notices=3,
    ),
    Safeguard(
        name="agreement of two reports",
        hop=HOP,
        promise="one report proves nothing",
        off="the first report is believed",
        switches=(Switch(Agreement, "take", believes_at_once),),
        story=Story(
            name="an account is empty for a moment", tell=one_empty_report, wrong=written_off
        ),
        notices=OF_THE_STORY,
    ),
    Safeguard(
        name="old stops are set right",
        hop=HOP,
        promise="a copy that shows the stops of an earlier action gets those of now",
        off="nobody compares the stops of copies",
        switches=(Switch(astray, "find", no_findings),),
        story=Story(name="an old change is carried out late", tell=old_stops_that_land_late),
        notices=11,
        behind=("levels are told again", "watch for requests of former lives"),
    ),
    Safeguard(
        name="levels are told again",
        hop=HOP,
        promise="an EA without its file learns where the levels of its copies shall be",
        off="nobody compares the files of an EA's lives",
        switches=(Switch(amnesia, "tell_again", nothing),),
        story=Story(
            name="a file is lost while a stop is as near as allowed",
            tell=file_lost_behind_near_levels,
        ),
        notices=11,
    ),
    Safeguard(
        name="watch for requests of former lives",
        hop="slave EA",
        promise="levels that were reached stay, whatever a former life had asked for",
        off="an EA without its file watches for its own requests only",
        switches=(Switch(LevelKeeper, "_watch_until", watches_its_own_only),),
        story=Story(
            name="a file is lost while a stop is as near as allowed",
            tell=file_lost_behind_near_levels,
        ),
        notices=11,
    ),
    Safeguard(
        name="what another life may have read",
        hop="slave EA",
        promise="a partial close is not made beside one that is still under way",
        off="the EA takes it for new",
        switches=(Switch(Closings, "heard", takes_all_for_new),),
        story=Story(
            name="a record is lost behind a partial close",
            tell=record_lost_behind_a_partial_close,
        ),
        notices=11,
    ),
    Safeguard(
        name="asking again",
        hop=HOP,
        promise="a command that an EA took and forgot is brought once more",
        off="what an EA has taken is not asked for again",
        switches=(Switch(dispatch, "ask_again", nothing),),
        story=Story(name="a close is lost on the pipe", tell=line_to_the_slave_lost),
        notices=18,
        behind=("repeat until receipted",),
    ),
)
