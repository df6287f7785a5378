"""Safeguards of the links: a session that is over is noticed, and there is one at a time."""

from typing import Any

from echo.bridge.pipes import Pipes
from echo.bridge.pulse import Pulse
from echo.bridge.results import Results
from echo.domain.answers import MessageAck, Receipt, TradeIntentAck
from echo.domain.intents import TradeIntent
from echo.engine import receipts
from echo.engine.effects import Send
from echo.sim.faults import MishapKind
from echo.sim.scenario import Seat
from echo.sim.world import World
from echo.terminal.fates import Fate
from echo.terminal.sessions import Link
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
)
from tests.ablations.safeguard import Safeguard, Story
from tests.ablations.second_lines import held_back
from tests.ablations.switches import Switch, gives, nothing
from tests.sim.stories import OPENED_MS, SLAVE, closes, mishap, opens

HOP = "links"
FOR_EVER_MS = 10_000_000

# ------------------------------------------------------------------------ stories


def unheard_of(world: World, name: str, *, by_client: bool) -> World:
    """A connection is cut, and one of its ends never hears of it."""

    def cut() -> None:
        connection = world.ways[name].current
        assert connection is not None
        never = (FOR_EVER_MS, 0) if by_client else (0, FOR_EVER_MS)
        connection.reset("cut", notice_ms=never)

    at(world, 15_000, cut)
    return played(world)


def agent_hears_nothing() -> World:
    return unheard_of(staged(opens(), closes(20_000)), "agent-2", by_client=True)


def ea_hears_nothing() -> World:
    return unheard_of(staged(opens(), closes(20_000)), f"slave-{SLAVE}", by_client=True)


def ea_dies_and_its_agent_hears_nothing() -> World:
    world = staged(opens(), closes(20_000))
    at(world, 15_001, lambda: crash(world, f"slave-{SLAVE}", 500))
    return unheard_of(world, f"slave-{SLAVE}", by_client=False)


def asked_again_and_not_told() -> World:
    """A promised close comes before its open; the sentence that asks for it again gets lost."""
    away = mishap(MishapKind.CRASH, OPENED_MS - 500, "core", 8_000)
    world = staged(opens(), closes(9_000), mishaps=(away,), max_delay_ms=60_000)
    held_back(world, lambda said: isinstance(said, TradeIntent), 17_000)
    send = world.core._send

    def perhaps(session: int, message: Any) -> None:
        asks_again = isinstance(message, TradeIntentAck) and message.result is Receipt.RETRY
        if not asks_again:
            send(session, message)

    setattr(world.core, "_send", perhaps)  # noqa: B010 -- a method of one object only
    return played(world)


def two_eas() -> World:
    return played(staged(opens(), closes(20_000), rivals=(SLAVE,)))


def legacy_dies_with_an_order_out() -> World:
    """A slave that keeps no file dies after it has ordered, and before it could say so."""
    legacy = (Seat(account_id=SLAVE, agent=1, protocol=2),)
    world = staged(opens(), slaves=legacy, max_delay_ms=15_000)
    answers(world, opens=[Fate(execute_after_ms=500, reply_after_ms=500)])
    dies = once(lambda *_: crash(world, f"slave-{SLAVE}", 1_000), is_an_open)
    after(site(world), "request", dies)
    return played(world)


# ------------------------------------------------------------------------ switches


def receipt_for_everything(give: Any) -> object:
    def given(said: Any, receipt: Receipt, out: Any, *more: Any, **named: Any) -> None:
        give(said, receipt, out, *more, **named)
        if receipt is Receipt.RETRY and said.message_id is not None:
            out.send(Send(said.agent_id, said.session, MessageAck(message_id=said.message_id)))

    return given


def seats_everybody(greet: Any) -> object:
    """Who comes second gets a session beside the first."""

    def greeted(pipes: Pipes, ea: Any, handshake: Any) -> Any:
        pipes._holders.pop(ea.pipe, None)
        return greet(pipes, ea, handshake)

    return greeted


def writes_it_again(_: Any) -> object:
    def doubt(_results: Results, errand: Any, _sentence: str) -> None:
        errand.rest()
        errand.written = False

    return doubt


SAFEGUARDS = (
    Safeguard(
        name="one EA on a pipe",
        hop=HOP,
        promise="an account has one EA of each kind, whoever comes second is told",
        off="everybody gets a session",
        switches=(Switch(Pipes, "greet", seats_everybody),),
        story=Story(name="two EAs on one account", tell=two_eas),
        notices=15,
    ),
    Safeguard(
        name="an open is written to a legacy EA once",
        hop=HOP,
        promise="who keeps no file is never asked twice",
        off="an open whose session was lost is written again",
        switches=(Switch(Results, "doubt", writes_it_again),),
        story=Story(
            name="a legacy slave dies with an order out", tell=legacy_dies_with_an_order_out
        ),
        notices=2,
    ),
    Safeguard(
        name="silence of the Core",
        hop=HOP,
        promise="an Agent does not talk to nobody for long",
        off="a stream ends when somebody says so",
        switches=(Switch(Pulse, "silent_ms", nothing),),
        story=Story(name="an Agent does not hear that its stream is cut", tell=agent_hears_nothing),
        notices=18,
    ),
    Safeguard(
        name="silence of the Agent",
        hop=HOP,
        promise="an EA does not listen to nobody for long",
        off="a pipe ends when somebody says so",
        switches=(Switch(Link, "due", gives([])),),
        story=Story(name="an EA does not hear that its pipe is cut", tell=ea_hears_nothing),
        notices=18,
    ),
    Safeguard(
        name="silence of an EA",
        hop=HOP,
        promise="an EA that is gone does not keep the next one out",
        off="a session lasts until its pipe is closed",
        switches=(
            Switch(Pipes, "_is_silent", gives(False)),
            Switch(Pipes, "rang", gives([])),
        ),
        story=Story(
            name="an EA dies and its Agent does not hear of it",
            tell=ea_dies_and_its_agent_hears_nothing,
        ),
        notices=18,
    ),
    Safeguard(
        name="no receipt for what must come again",
        hop=HOP,
        promise="a receipt is given for what is journaled, and nothing else",
        off="every frame gets a receipt",
        switches=(Switch(receipts, "give", receipt_for_everything),),
        story=Story(name="asked again, and the sentence gets lost", tell=asked_again_and_not_told),
        notices=6,
        behind=("comparison of what is open",),
    ),
)
