"""Words that are said once more: a network may hand over anything twice, however late."""

from collections.abc import Collection, Mapping
from functools import partial
from random import Random
from typing import Final, Protocol

from echo.domain.ids import TradeId
from echo.domain.intents import TradeIntent
from echo.sim import truths
from echo.sim.market import Market
from echo.sim.network import Way
from echo.sim.node import Scene
from echo.sim.scenario import NEWEST
from echo.sim.site import Site
from echo.stores.memory import MemoryJournal

WITHIN_MS: Final = 3_000
ECHO_MS: Final = 15_000
"""How long one waits for what may come of a word that was said twice."""


class Place(Protocol):
    """Where everything is said."""

    scene: Scene
    market: Market
    ways: dict[str, Way]
    sites: dict[str, Site]

    @property
    def journal(self) -> MemoryJournal:
        """What the Core's store holds."""


def everything(place: Place) -> None:
    """Hand over once more what came before: nothing may come of it."""
    scene = place.scene
    if orders_are_due(place):
        return  # Somebody's order is filled late, and would be taken for what came of it.
    place.market.stand_still()  # A stop that is hit now would be taken for what came of it.
    before = _holdings(place)
    for way in place.ways.values():
        if way.version == NEWEST:
            say(way, scene.chance, place.journal.trades.keys())
    scene.schedule.run(scene.schedule.now_ms + ECHO_MS)
    scene.seen["everything_said_again"] += 1
    for sentence in truths.changed(before, _holdings(place)):
        scene.watch.violated(8, sentence)


def orders_are_due(place: Place) -> bool:
    """Whether a broker still has an order to carry out."""
    return any(site.broker.next_due_mono_ms is not None for site in place.sites.values())


def say(way: Way, chance: Random, known: Collection[TradeId] | None = None) -> None:
    """Hand over once more some of what arrived on *way*, in any order, on its present connection.

    Word by word: what was said in an older session says so.  *known*: trades that the Core has; an
    open of another one died with whoever had heard it, and would be heard for the first time.
    """
    link = way.current
    if link is None:
        return
    for receiver, message in tuple(way.kept):
        word = message[1] if isinstance(message, tuple) else message
        if known is not None and isinstance(word, TradeIntent) and word.trade_id not in known:
            continue
        if chance.random() < 0.5:
            wait_ms = chance.randint(0, WITHIN_MS)
            way.scene.schedule.after(wait_ms, partial(link.again, receiver, message))


def _holdings(place: Place) -> Mapping[str, object]:
    """What the journal says of everything, and the brokers of slaves that forget nothing."""
    rows = place.journal.decisions.items()
    outcomes = {f"action {seq} of {trade} on {who}": row.outcome for (trade, seq, who), row in rows}
    books = {
        f"the book of {name}": tuple(site.book)
        for name, site in place.sites.items()
        if name.startswith("slave") and name not in place.scene.watch.legacy
    }
    return {**outcomes, **books}
