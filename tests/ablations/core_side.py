"""Safeguards of the Core: what it says is in its journal, and what is in there gets done."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from echo.domain.answers import MessageAck, Outcome, ResultAck, TradeIntentAck
from echo.domain.commands import CloseOrder, ExecuteOrder, ModifyOrder, ReduceOrder
from echo.domain.ids import SEQ_CLOSE
from echo.domain.intents import TradeIntent
from echo.domain.quantities import Instant
from echo.engine import dispatch, intake, lanes, recovery
from echo.engine.effects import Send
from echo.engine.engine import Engine
from echo.engine.state import Lane
from echo.sim.core_node import Core, Release
from echo.sim.disks import SimJournal, Verdict
from echo.sim.faults import MishapKind
from echo.sim.world import Cast, World
from echo.terminal.fates import Fate
from tests.ablations.moments import (
    ONE,
    after,
    answers,
    at,
    crash,
    once,
    played,
    staged,
    unheard,
    weather,
)
from tests.ablations.safeguard import Safeguard, Story
from tests.ablations.switches import Switch, by, gives, nothing
from tests.sim.stories import OPENED_MS, SECOND, SLAVE, closes, mishap, modifies, opens

HOP = "Core"
NAME = f"slave-{SLAVE}"

# ------------------------------------------------------------------------ stories


def quiet_day() -> World:
    return played(staged(opens(), modifies(12_000), closes(20_000)))


def commits_in_doubt() -> World:
    world = staged(opens(), modifies(12_000), closes(20_000))
    weather(world, 0, 40_000, commit_unknown=0.6)
    return played(world)


def store_down() -> World:
    down = mishap(MishapKind.STORE_DOWN, 19_000, "core", 6_000)
    return played(staged(opens(), closes(20_000), mishaps=(down,)))


def command_lost_on_the_stream() -> World:
    world = staged(opens(), closes(20_000))
    unheard(world, world.core, "_let_go", lambda released: any(map(is_a_close, released)))
    return played(world)


def is_a_close(effect: Release) -> bool:
    return isinstance(effect, Send) and isinstance(effect.message, CloseOrder)


def agent_away_at_the_close() -> World:
    away = mishap(MishapKind.CRASH, 19_000, "agent-2", 4_000)
    return played(staged(opens(), closes(20_000), mishaps=(away,)))


def core_dies_with_a_command_out() -> World:
    world = staged(opens(), closes(20_000))
    answers(world, closes=[Fate(execute_after_ms=500, reply_after_ms=500)])
    at(world, 20_200, lambda: crash(world, "core", 2_000))
    return played(world)


def core_dies_before_an_open_is_filled() -> World:
    """The close waits for the open's outcome when the Core dies."""
    world = staged(opens(), closes(OPENED_MS + 500))
    answers(world, opens=[Fate(execute_after_ms=2_500, reply_after_ms=100)])
    at(world, OPENED_MS + 1_200, lambda: crash(world, "core", 500))
    return played(world)


class DiesBetweenChunks(Core):
    """A Core that dies when the first part of a fan-out is journaled, and the second is not."""

    died = False

    def ring(self, key: tuple[str, ...]) -> None:
        if key[0] != "fanout" or self.died:
            super().ring(key)
            return
        self.died = True
        self.later(50, lambda: self.crash("between two chunks", 1_000))


def core_dies_within_a_fan_out() -> World:
    second = replace(ONE[0], account_id=SECOND)
    cast = Cast(core=DiesBetweenChunks)
    return played(staged(opens(), cast=cast, slaves=(*ONE, second), fanout_chunk=1))


def frame_comes_again() -> World:
    """The frame with the open comes once more, when its copy is long filled."""
    world = staged(opens(), closes(20_000))

    def again(link: Any, frame: object) -> None:
        at(world, world.now_ms + 2_000, lambda: world.core.link_said(link, frame))

    after(world.core, "link_said", once(again, lambda _, frame: brings_an_open(frame)))
    return played(world)


def brings_an_open(frame: object) -> bool:
    return isinstance(frame, tuple) and isinstance(frame[1], TradeIntent)


def close_right_after_the_open() -> World:
    world = staged(opens(), closes(OPENED_MS + 500))
    answers(world, opens=[Fate(execute_after_ms=2_000, reply_after_ms=100)])
    return played(world)


def core_away_at_the_open() -> World:
    away = mishap(MishapKind.CRASH, OPENED_MS - 500, "core", 8_000)
    return played(staged(opens(), mishaps=(away,), quote_max_age_ms=20_000))


def agent_away_at_the_open() -> World:
    """The Agent takes the command to its grave; when it is back, the time is up."""
    world = staged(opens(), max_delay_ms=3_000, quote_max_age_ms=20_000)
    lost = once(
        lambda *_: crash(world, "agent-2", 6_000),
        lambda released: any(
            isinstance(each, Send) and hasattr(each.message, "lot") for each in released
        ),
    )
    after(world.core, "_let_go", lost)
    return played(world)


def old_frames() -> World:
    world = staged(opens(), closes(20_000))
    weather(world, 0, 40_000, ghost=1.0)
    return played(world)


# ------------------------------------------------------------------------ switches


def lets_go_first(kinds: tuple[type, ...]) -> Callable[[Any], object]:
    """These messages leave before the commit that they stand for."""

    def made(pump: Any) -> object:
        def pumped(core: Core) -> None:
            early = [
                e for e in core._releases if isinstance(e, Send) and isinstance(e.message, kinds)
            ]
            core._releases = [each for each in core._releases if each not in early]
            if core._let_go(list(early)):
                pump(core)

        return pumped

    return made


def takes_for_done(verdict: Verdict) -> Callable[[Any], object]:
    def made(commit: Any) -> object:
        def committed(journal: SimJournal, node: Any, records: Any, done: Any) -> None:
            def told(answer: Verdict, sentence: str) -> None:
                done(Verdict.DONE if answer is verdict else answer, sentence)

            commit(journal, node, records, told)

        return committed

    return made


def everything_is_new(take: Any) -> object:
    def taken(state: Any, said: Any, action: Any, now: Instant, out: Any) -> None:
        trade = state.trades.get(action.trade_id)
        if trade is None or action.seq not in trade.actions:
            take(state, said, action, now, out)
        elif isinstance(action, TradeIntent):
            intake._open(state, said, action, now, out)
        else:
            intake.follow_up(state, trade, action, now, out)

    return taken


def does_not_wait(advance: Any) -> object:
    """A close of what is not open yet finds nothing to close."""

    def go_on(state: Any, trade: Any, lane: Lane, now: Instant, out: Any) -> None:
        if lane.opened is Outcome.PENDING and SEQ_CLOSE in lane.waiting:
            lane.opened = Outcome.OMITTED
            advance(state, trade, lane, now, out)
            lane.opened = Outcome.PENDING
        else:
            advance(state, trade, lane, now, out)

    return go_on


def no_time_has_passed(_: Any) -> object:
    def refreshed(command: Any, now: Instant) -> Any:
        order = command.command
        return replace(order, sent_mono_ms=now.mono_ms) if hasattr(order, "ttl_ms") else order

    return refreshed


def any_session(said: Any) -> object:
    def heard(brain: Engine, event: Any, now: Instant, out: Any) -> None:
        agent = brain.state.agents.get(event.agent_id)
        said(brain, replace(event, session=agent.session) if agent else event, now, out)

    return heard


COMMANDS = (ExecuteOrder, ModifyOrder, ReduceOrder, CloseOrder)

SAFEGUARDS = (
    Safeguard(
        name="commit before the acknowledgement",
        hop=HOP,
        promise="what is acknowledged is in the journal",
        off="acknowledgements leave before the commit",
        switches=(Switch(Core, "_pump", lets_go_first((TradeIntentAck, MessageAck, ResultAck))),),
        story=Story(name="a quiet day", tell=quiet_day),
        notices=6,
    ),
    Safeguard(
        name="commit before the command",
        hop=HOP,
        promise="nothing is ordered that a restarted Core would not know",
        off="commands leave before the commit",
        switches=(Switch(Core, "_pump", lets_go_first(COMMANDS)),),
        story=Story(name="a quiet day", tell=quiet_day),
        notices=6,
    ),
    Safeguard(
        name="unknown commits are repeated",
        hop=HOP,
        promise="a commit whose end nobody heard is not taken for one",
        off="no answer counts as done",
        switches=(Switch(SimJournal, "commit", takes_for_done(Verdict.UNKNOWN)),),
        story=Story(name="the store does not say", tell=commits_in_doubt),
        notices=6,
    ),
    Safeguard(
        name="nothing leaves while the store is down",
        hop=HOP,
        promise="without a journal nothing is acknowledged and nothing sent",
        off="a store that is down counts as done",
        switches=(Switch(SimJournal, "commit", takes_for_done(Verdict.UNAVAILABLE)),),
        story=Story(name="the store is down at the close", tell=store_down),
        notices=6,
    ),
    Safeguard(
        name="repeat until the Agent has it",
        hop=HOP,
        promise="a command that gets lost is sent again",
        off="a command is sent once in a session",
        switches=(Switch(dispatch, "repeat", nothing),),
        story=Story(name="a command is lost on the stream", tell=command_lost_on_the_stream),
        notices=18,
    ),
    Safeguard(
        name="everything again for a new session",
        hop=HOP,
        promise="what is open is sent to whoever owns the account now",
        off="an Agent that comes back is told nothing",
        switches=(Switch(dispatch, "resend_all", nothing),),
        story=Story(name="the Agent is away at the close", tell=agent_away_at_the_close),
        notices=18,
    ),
    Safeguard(
        name="commands after recovery",
        hop=HOP,
        promise="a restarted Core knows what it asked for",
        off="commands are not read back",
        switches=(Switch(recovery, "_restore_command", nothing),),
        story=Story(name="the Core dies with a command out", tell=core_dies_with_a_command_out),
        notices=18,
    ),
    Safeguard(
        name="lanes after recovery",
        hop=HOP,
        promise="what waited goes on waiting, not missing",
        off="a Core that has recovered rests",
        switches=(Switch(recovery, "_go_on", nothing),),
        story=Story(
            name="the Core dies before an open is filled", tell=core_dies_before_an_open_is_filled
        ),
        notices=18,
    ),
    Safeguard(
        name="fan-outs after recovery",
        hop=HOP,
        promise="every pinned follower gets its decision",
        off="a fan-out that was cut short stays short",
        switches=(
            Switch(
                recovery,
                "intake",
                by(
                    SimpleNamespace(
                        go_on=lambda *_: None, complete=intake.complete, finish=intake.finish
                    )
                ),
            ),
        ),
        story=Story(
            name="the Core dies within a fan-out",
            tell=core_dies_within_a_fan_out,
        ),
        notices=1,
    ),
    Safeguard(
        name="close waits for open",
        hop=HOP,
        promise="what is opened late is closed after it",
        off="a close does not wait for the outcome of its open",
        switches=(Switch(lanes, "advance", does_not_wait),),
        story=Story(name="a close right after the open", tell=close_right_after_the_open),
        notices=3,
        behind=("comparison of what is open",),
    ),
    Safeguard(
        name="age of what was under way",
        hop=HOP,
        promise="an open is as old as its position when the Core decides",
        off="what the Core takes in is new",
        switches=(Switch(intake, "_age_ms", gives(0)),),
        story=Story(name="the Core is away at the open", tell=core_away_at_the_open),
        notices=5,
    ),
    Safeguard(
        name="time to live in the Core",
        hop=HOP,
        promise="a repeat has what is left of its time, not all of it",
        off="a repeat has the time of the first frame",
        switches=(Switch(dispatch, "_refreshed", no_time_has_passed),),
        story=Story(name="the Agent is away at the open", tell=agent_away_at_the_open),
        notices=5,
    ),
    Safeguard(
        name="number of an Agent's session",
        hop=HOP,
        promise="a frame of an old session moves nobody",
        off="frames of any session are taken",
        switches=(Switch(Engine, "_said", any_session),),
        story=Story(name="old frames come again", tell=old_frames),
        notices=14,
    ),
)
