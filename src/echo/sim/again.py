"""Words that are said once more: a network may hand over anything twice, however late."""

from functools import partial
from random import Random
from typing import Final

from echo.sim.network import Way

WITHIN_MS: Final = 3_000


def say(way: Way, chance: Random) -> None:
    """Hand over once more some of what arrived on *way*, in any order, on its present connection.

    Word by word: what was said in an older session says so.
    """
    link = way.current
    if link is None:
        return
    for receiver, message in tuple(way.kept):
        if chance.random() < 0.5:
            wait_ms = chance.randint(0, WITHIN_MS)
            way.scene.schedule.after(wait_ms, partial(link.again, receiver, message))
