"""A safeguard, and whether anybody notices when it is gone."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from echo.sim.invariants import check
from echo.sim.profiles import Profile
from echo.sim.report import run
from echo.sim.world import World
from tests.ablations.switches import Switch, without

OF_THE_STORY: Final = 0
"""Stands for what a story expects by itself, where an invariant has its place otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A small world told step by step.

    ``tell`` lets it happen; ``wrong`` says what is wrong at its end beside the invariants.
    """

    name: str
    tell: Callable[[], World]
    wrong: Callable[[World], list[str]] = field(default=lambda _: [])

    def broken(self) -> set[int]:
        """Let it happen once; return which invariants do not hold."""
        world = self.tell()
        broken = {each.invariant for each in check(world)}
        return broken | {OF_THE_STORY} if self.wrong(world) else broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Safeguard:
    """One of them.

    ``off``: how it is switched off, in words.  ``notices``: the invariant that tells in
    ``story``, or `OF_THE_STORY`.  ``behind``: safeguards that stand before this one; while one of
    those holds nobody notices, so they are switched off beside it.  ``profile``: whose seeds are
    searched for the first that notices by chance.  ``remark``: what else there is to know.
    """

    name: str
    hop: str
    promise: str
    off: str
    switches: tuple[Switch, ...]
    story: Story
    notices: int
    behind: tuple[str, ...] = ()
    profile: Profile = Profile.HARSH
    remark: str = ""


def broken_by_chance(seed: int, profile: Profile, switches: tuple[Switch, ...]) -> set[int]:
    """Return which invariants do not hold in the world of *seed* without the safeguard."""
    with without(*switches):
        return {each.invariant for each in run(seed, profile).violations}
