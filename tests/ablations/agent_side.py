"""Safeguards of the Agent: what it has promised goes up, what it was given comes down."""

from dataclasses import replace
from typing import Any

from echo.bridge import opens as bridge_opens
from echo.bridge.actions import Actions
from echo.bridge.bridge import Bridge
from echo.bridge.delivery import Delivery
from echo.bridge.errands import Errand
from echo.bridge.state import State
from echo.bridge.uplink import Uplink
from echo.domain.commands import CloseOrder
from echo.domain.intents import TradeClose, TradeIntent
from echo.sim.faults import MishapKind
from echo.sim.world import World
from echo.terminal.fates import Fate
from tests.ablations.moments import (
    after,
    answers,
    crash,
    once,
    played,
    staged,
    terminal,
    unheard,
    weather,
)
from tests.ablations.safeguard import Safeguard, Story
from tests.ablations.switches import Switch, gives, nothing
from tests.sim.stories import OPENED_MS, SLAVE, closes, mishap, opens

HOP = "Agent"
NAME = f"slave-{SLAVE}"

# ------------------------------------------------------------------------ stories


def core_away() -> World:
    away = mishap(MishapKind.CRASH, OPENED_MS - 500, "core", 8_000)
    return played(staged(opens(), closes(20_000), mishaps=(away,)))


def core_away_and_little_room() -> World:
    """Three positions come and go while nobody takes anything; the Agent has room for two."""
    hand = [opens(f"t{n}", at_ms=OPENED_MS + 200 * n) for n in range(3)]
    away = mishap(MishapKind.CRASH, OPENED_MS - 500, "core", 8_000)
    world = staged(*hand, mishaps=(away,))
    agent = world.agents[0]
    agent.settings = replace(agent.settings, uplink_entries_max=2)
    return played(world)


def slave_restarts_with_a_close() -> World:
    """A slave's EA dies between its receipt for a close and the broker's answer."""
    world = staged(opens(), closes(20_000))
    answers(world, closes=[Fate(execute_after_ms=500, reply_after_ms=500)])
    node = terminal(world)
    after(
        node,
        "link_said",
        once(
            lambda *_: crash(world, NAME, 2_000, wait_ms=200),
            lambda _, said: isinstance(said, CloseOrder),
        ),
    )
    return played(world)


def line_to_the_slave_lost() -> World:
    world = staged(opens(), closes(20_000))
    unheard(world, world.agents[1], "_core_said", lambda _, said: isinstance(said, CloseOrder))
    return played(world)


def action_lost_on_the_stream() -> World:
    world = staged(opens(), closes(20_000))
    unheard(world, world.agents[0], "_ea_said", lambda _, said: isinstance(said, TradeClose))
    return played(world)


def pipe_blocked_at_the_open() -> World:
    """Long enough for the pipe to be given up, and for the open to grow too old."""
    blocked = mishap(MishapKind.BLOCK, OPENED_MS - 20, NAME, 8_000)
    return played(staged(opens(), mishaps=(blocked,), quote_max_age_ms=20_000))


def agent_dies_with_an_open() -> World:
    """The pipe is blocked, and the Agent, which holds the open, is away until its time is up."""
    blocked = mishap(MishapKind.BLOCK, OPENED_MS - 20, NAME, 10_000)
    away = mishap(MishapKind.CRASH, OPENED_MS + 500, "agent-2", 7_000)
    return played(staged(opens(), mishaps=(blocked, away), quote_max_age_ms=20_000))


def old_frames() -> World:
    world = staged(opens(), closes(20_000))
    weather(world, 0, 40_000, ghost=1.0)
    return played(world)


def a_second_ea() -> World:
    return played(staged(opens(), closes(20_000), rivals=(SLAVE,)))


def holds_more_than_it_may(world: World) -> list[str]:
    return []


# ------------------------------------------------------------------------ switches


def promises_at_once(take: Any) -> object:
    def taken(actions: Actions, ea: Any, action: Any) -> None:
        take(actions, ea, action)
        if actions._state.stream is None:
            for item in actions._uplink.items:
                if not item.noted:
                    actions._promise(item)

    return taken


def drops_the_oldest(_: Any) -> object:
    def full(uplink: Uplink) -> bool:
        if len(uplink._items) >= uplink._state.settings.uplink_entries_max:
            uplink._remove(next(iter(uplink._items.values())))
        return False

    return property(full)


def unaged(_: Any) -> object:
    def stamped(uplink: Uplink, item: Any) -> Any:
        if not isinstance(item.message, TradeIntent):
            return item.message
        return replace(item.message, sent_mono_ms=uplink._state.now.mono_ms)

    return stamped


def a_minute_left(read_clock: Any) -> object:
    def read(order: Any, probe: Any, *, now_mono_ms: int) -> Any:
        clock = read_clock(order, probe, now_mono_ms=now_mono_ms)
        return clock and replace(clock, deadline_mono_ms=now_mono_ms + 60_000)

    return read


def any_stream(handle: Any) -> object:
    def said(bridge: Bridge, event: Any) -> None:
        bridge._core_message(event.message)

    return said


SAFEGUARDS = (
    Safeguard(
        name="Agent's ledger before its promise",
        hop=HOP,
        promise="what an Agent acknowledges for an absent Core is on disk",
        off="it acknowledges at once",
        switches=(Switch(Actions, "take", promises_at_once),),
        story=Story(name="the Core is away", tell=core_away),
        notices=6,
    ),
    Safeguard(
        name="resend on a new stream",
        hop=HOP,
        promise="what an Agent has promised reaches the journal",
        off="a new stream begins with nothing",
        switches=(Switch(Uplink, "core_up", nothing),),
        story=Story(name="the Core is away", tell=core_away),
        notices=6,
    ),
    Safeguard(
        name="repeat until the Core has it",
        hop=HOP,
        promise="a frame that gets lost is sent again",
        off="a frame is sent once in a stream",
        switches=(Switch(Uplink, "rang", nothing),),
        story=Story(name="an action is lost on the stream", tell=action_lost_on_the_stream),
        notices=18,
    ),
    Safeguard(
        name="refuse for want of room, never drop",
        hop=HOP,
        promise="a queue that is full is refused upstream",
        off="the oldest goes",
        switches=(Switch(Uplink, "full", drops_the_oldest),),
        story=Story(
            name="the Core is away, and there is room for two", tell=core_away_and_little_room
        ),
        notices=6,
    ),
    Safeguard(
        name="age while held",
        hop=HOP,
        promise="an open grows older while the Core is away",
        off="its age stays what its EA said",
        switches=(Switch(Uplink, "_stamped", unaged),),
        story=Story(name="the Core is away", tell=core_away),
        notices=5,
    ),
    Safeguard(
        name="time to live in the Agent",
        hop=HOP,
        promise="what an Agent held counts against an open's time",
        off="an open that arrives has a minute left",
        switches=(Switch(bridge_opens, "read_clock", a_minute_left),),
        story=Story(name="the pipe is blocked at the open", tell=pipe_blocked_at_the_open),
        notices=5,
    ),
    Safeguard(
        name="time that nobody lived through",
        hop=HOP,
        promise="what an Agent reads back has grown older by the time it was away",
        off="what is read back is as old as when it was written",
        switches=(Switch(State, "ms_since", gives(0)),),
        story=Story(name="the Agent is away with an open in hand", tell=agent_dies_with_an_open),
        notices=5,
    ),
    Safeguard(
        name="everything again in a new session",
        hop=HOP,
        promise="a receipt promises memory for this session only",
        off="a new session begins with nothing",
        switches=(Switch(Errand, "rest", nothing),),
        story=Story(
            name="the slave's EA dies with a close in hand", tell=slave_restarts_with_a_close
        ),
        notices=18,
    ),
    Safeguard(
        name="repeat until receipted",
        hop=HOP,
        promise="a command reaches its EA",
        off="a command is written once in a session",
        switches=(Switch(Delivery, "rang", gives([])),),
        story=Story(name="a close is lost on the pipe", tell=line_to_the_slave_lost),
        notices=18,
        behind=("asking again",),
    ),
    Safeguard(
        name="number of the stream",
        hop=HOP,
        promise="a frame of an old stream moves nobody",
        off="frames of any stream are taken",
        switches=(Switch(Bridge, "_core_said", any_stream),),
        story=Story(name="old frames come again", tell=old_frames),
        notices=14,
    ),
)
