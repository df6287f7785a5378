"""``python -m bench.levels``: how many changes of stops succeed while brokers' stop levels shift.

Masters move stops and targets of their positions to distances that brokers like and that they do
not, at times faster than they can be copied.  Slaves' brokers change their stop levels every few
seconds.  Everything between is the simulated world in fair weather: from the master's EA to the
slave's broker, in virtual time.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from random import Random

from echo.domain.answers import Outcome
from echo.domain.ids import AccountId
from echo.domain.intents import ActionKind
from echo.domain.quantities import Side
from echo.sim.scenario import Scenario, Seat
from echo.sim.world import World
from echo.terminal.book import BookKind
from echo.terminal.replay_script import Action, Modify, Open
from echo.terminal.view import MT4, MT5

LEVELS_POINTS = (0, 0, 10, 30, 80, 200)
"""Stop levels that brokers have for a while."""
SHIFT_MS = (1_000, 6_000)
HEARD_MS = (0, 500)
PAUSES_MS = (60, 200, 900, 3_000, 7_000)
"""Between two changes of one position's levels."""
SHARES = ("0.0002", "0.0005", "0.001", "0.004", "0.01")
"""Distances from the entry, as shares of it: some 20 to 1,000 points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What came of the changes, and what the brokers said to each request."""

    modified: int = 0
    superseded: int = 0
    closed_before: int = 0
    """The position was gone: its own stop had closed it."""
    failed: int = 0
    accepted: int = 0
    refused: int = 0
    shifts: int = 0

    @property
    def success(self) -> float:
        """Share of the changes that were carried out, of those that could be."""
        return self.modified / max(1, self.modified + self.failed)

    @property
    def accepted_at_once(self) -> float:
        """Share of the requests that a broker accepted."""
        return self.accepted / max(1, self.accepted + self.refused)

    def plus(self, other: "Figures") -> "Figures":
        """Add two runs up."""
        mine, others = asdict(self), asdict(other)
        return Figures(**{name: mine[name] + others[name] for name in mine})


def scenario(seed: int, *, trades: int = 8, active_ms: int = 60_000) -> Scenario:
    """Return a fair day on which one master changes its levels all the time."""
    chance = Random(f"levels {seed}")
    return Scenario(
        seed=seed,
        agents=1,
        masters=(Seat(account_id=AccountId("1001"), agent=0),),
        slaves=(
            Seat(account_id=AccountId("2001"), agent=0, terminal=MT4),
            Seat(account_id=AccountId("2002"), agent=0, terminal=MT5),
        ),
        hands=(tuple(sorted(_hand(chance, trades, active_ms), key=lambda each: each.at_ms)),),
        active_ms=active_ms,
    )


def _hand(chance: Random, trades: int, active_ms: int) -> Iterator[Action]:
    for number in range(trades):
        at_ms = chance.randint(5_000, 15_000)
        yield Open(
            key=f"t{number}",
            at_ms=at_ms,
            symbol=chance.choice(("EURUSD", "XAUUSD")),
            side=chance.choice(tuple(Side)),
            lots=Decimal("0.10"),
            magic=number,
            sl_share=_share(chance),
            tp_share=_share(chance),
        )
        while (at_ms := at_ms + chance.choice(PAUSES_MS)) < active_ms - 5_000:
            yield Modify(
                key=f"t{number}", at_ms=at_ms, sl_share=_share(chance), tp_share=_share(chance)
            )


def _share(chance: Random) -> Decimal | None:
    return None if chance.random() < 0.1 else Decimal(chance.choice(SHARES))


def run(seed: int) -> Figures:
    """Let one day pass; return what came of it."""
    day = scenario(seed)
    world, chance = World(day, Random(seed)), Random(f"shifts {seed}")
    shifts = Counter[str]()

    def shift() -> None:
        for name, site in world.sites.items():
            if name.startswith("slave"):
                for symbol in site.broker.rules.symbols:
                    site.broker.door.stop_levels[symbol.name] = chance.choice(LEVELS_POINTS)
                    shifts[symbol.name] += 1
                # A terminal hears of it a moment later.
                world.scene.schedule.after(chance.randint(*HEARD_MS), site.show)
        if world.now_ms < day.active_ms:
            world.scene.schedule.after(chance.randint(*SHIFT_MS), shift)

    world.scene.schedule.at(1_000, shift)
    world.run()
    return _figures(world, shifts.total())


def _figures(world: World, shifts: int) -> Figures:
    rows = world.journal.decisions.values()
    outcomes = Counter(row.outcome for row in rows if row.kind is ActionKind.MODIFY)
    gone = outcomes[Outcome.NOTHING_TO_MODIFY]
    done = outcomes[Outcome.MODIFIED], outcomes[Outcome.SUPERSEDED]
    asked = Counter(
        entry.kind
        for name, site in world.sites.items()
        if name.startswith("slave")
        for entry in site.book
        if ":levels:" in entry.ref
    )
    return Figures(
        modified=done[0],
        superseded=done[1],
        closed_before=gone,
        failed=outcomes.total() - sum(done) - gone,
        accepted=asked[BookKind.LEVELS],
        refused=asked[BookKind.REFUSED],
        shifts=shifts,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.levels", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many days")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    total = Figures()
    for seed in range(options.seeds):
        total = total.plus(run(seed))
    shares = {"success": total.success, "accepted_at_once": total.accepted_at_once}
    figures = {**asdict(total), **{name: round(share, 5) for name, share in shares.items()}}
    if options.json:
        print(json.dumps(figures))
        return
    for name, figure in figures.items():
        print(f"{name:18} {figure}")


if __name__ == "__main__":
    main()
