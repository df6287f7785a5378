"""A bare stage: nodes that remember what they hear, and small worlds told step by step."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from echo.domain.answers import Outcome
from echo.domain.ids import AccountId
from echo.domain.intents import ActionKind
from echo.domain.quantities import Side
from echo.sim.faults import CALM, Faults, Weather
from echo.sim.network import Connection, Dialler
from echo.sim.node import Scene, TimerKey
from echo.sim.scenario import Scenario, Seat
from echo.sim.schedule import HostClock, Schedule
from echo.sim.trace import Trace
from echo.sim.watch import Watch
from echo.sim.world import World
from echo.terminal.replay_script import Action, Close, Open
from echo.wire.refusals import WireError

MASTER = AccountId("1001")
SLAVE = AccountId("2001")
SECOND = AccountId("2002")


def scene(
    weather: Weather = CALM, *, seed: int = 1, tell: Callable[[str], None] | None = None
) -> Scene:
    schedule, seen, chance = Schedule(), Counter[str](), Random(seed)
    return Scene(
        schedule=schedule,
        chance=chance,
        faults=Faults(weather, chance),
        trace=Trace(tell),
        watch=Watch(schedule, seen, ttl_ms_max=5_000),
        seen=seen,
    )


class Peer(Dialler):
    """A node that remembers: its lives, its links, what it heard and which timers rang."""

    def __init__(self, scene: Scene, name: str) -> None:
        super().__init__(scene, name, HostClock())
        self.begun = self.ended = 0
        self.links: list[Connection] = []
        self.heard: list[object] = []
        self.garbled: list[WireError] = []
        self.downs: list[str] = []
        self.rung: list[TimerKey] = []
        self._numbers = 0

    def begin(self) -> None:
        self.begun += 1
        self.dial()

    def end(self) -> None:
        self.ended += 1
        super().end()

    def ring(self, key: TimerKey) -> None:
        self.rung.append(key)

    def next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def link_up(self, link: Connection) -> None:
        self.links.append(link)

    def link_said(self, link: Connection, message: object) -> None:
        self.heard.append(message)

    def link_garbled(self, link: Connection, error: WireError) -> None:
        self.garbled.append(error)

    def link_down(self, link: Connection, reason: str) -> None:
        self.downs.append(reason)


def opened(key: str = "t1", at_ms: int = 6_000, **changes: Any) -> Open:
    return replace(
        Open(
            key=key,
            at_ms=at_ms,
            symbol="EURUSD",
            side=Side.BUY,
            lots=Decimal("0.50"),
            magic=7,
            sl_share=Decimal("0.02"),
            tp_share=Decimal("0.03"),
        ),
        **changes,
    )


def closed(key: str = "t1", at_ms: int = 15_000) -> Close:
    return Close(key=key, at_ms=at_ms)


def scenario(*hand: Action, slaves: tuple[AccountId, ...] = (SLAVE,), **changes: Any) -> Scenario:
    """One Agent, one master that does *hand*, and these slaves, in fair weather."""
    return replace(
        Scenario(
            seed=1,
            agents=1,
            masters=(Seat(account_id=MASTER, agent=0),),
            slaves=tuple(Seat(account_id=each, agent=0) for each in slaves),
            hands=(hand,),
            active_ms=25_000,
        ),
        **changes,
    )


def world(*hand: Action, tell: Callable[[str], None] | None = None, **changes: Any) -> World:
    return World(scenario(*hand, **changes), Random(1), tell=tell)


def ended(*hand: Action, **changes: Any) -> World:
    """Return a world at its end."""
    found = world(*hand, **changes)
    found.run()
    return found


def outcome(world: World, kind: ActionKind, account_id: AccountId = SLAVE) -> Outcome | None:
    """How the only action of *kind* ended on *account_id*; ``None`` = nothing was decided."""
    rows = world.journal.decisions.values()
    found = [row for row in rows if (row.kind, row.account_id) == (kind, account_id)]
    assert len(found) < 2, found
    return found[0].outcome if found else None


def held(world: World, account_id: AccountId = SLAVE) -> list[Decimal]:
    """The volumes of everything that the slave's broker holds now."""
    return [each.lot for each in world.sites[f"slave-{account_id}"].broker.positions.values()]


def fills(world: World, account_id: AccountId = SLAVE) -> int:
    """How many positions the slave's broker ever opened."""
    book = world.sites[f"slave-{account_id}"].book
    return sum(each.kind.value == "opened" for each in book)
