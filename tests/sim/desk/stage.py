"""A bare loop with a clock, ids and processes, and small desks told step by step."""

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from decimal import Decimal
from random import Random
from typing import Any, TypeVar

from echo.domain.ids import AccountId
from echo.domain.quantities import Side
from echo.sim.desk.desk import Desk
from echo.sim.desk.host import DeskClock, DeskIds
from echo.sim.desk.plan import Blow, BlowKind, Plan
from echo.sim.desk.virtual_loop import Process, VirtualLoop
from echo.sim.scenario import Scenario, Seat
from echo.sim.schedule import HostClock
from echo.terminal.replay_script import Action, Close, Open

T = TypeVar("T")

MASTER, SLAVE, SECOND = AccountId("1001"), AccountId("2001"), AccountId("2002")


class Bench:
    """A loop and what a process finds on it."""

    def __init__(self, seed: int = 1) -> None:
        self.killed: list[Process] = []
        self.chance = Random(seed)
        self.loop = VirtualLoop.begin(self.chance, self.killed.append)
        self.clock = DeskClock(self.loop, HostClock(), self.chance)
        self.ids = DeskIds("bench", self.chance)

    def process(self, name: str = "one") -> Process:
        return self.loop.process(name)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run *work* in the world itself."""
        return self.loop.run_until_complete(work)

    def run_in(self, process: Process, work: Coroutine[Any, Any, T]) -> T:
        """Run *work* in *process*; return its result."""

        async def wait() -> T:
            return await self.loop.spawn(process, work)

        return self.run(wait())

    def at(self, at_ms: int, call: Callable[[], object]) -> None:
        self.loop.call_at(at_ms / 1_000, call, context=self.loop.world.context)


def opened(key: str = "t1", at_ms: int = 5_000) -> Open:
    return Open(
        key=key,
        at_ms=at_ms,
        symbol="EURUSD",
        side=Side.BUY,
        lots=Decimal("0.50"),
        magic=7,
        sl_share=Decimal("0.02"),
        tp_share=None,
    )


def closed(key: str = "t1", at_ms: int = 15_000) -> Close:
    return Close(key=key, at_ms=at_ms)


def seat(account_id: AccountId) -> Seat:
    return Seat(account_id=account_id, agent=0, lot=Decimal("0.10"))


def plan(*actions: Action, blows: tuple[Blow, ...] = (), slaves: int = 2) -> Plan:
    scenario = Scenario(
        seed=1,
        agents=1,
        masters=(seat(MASTER),),
        slaves=tuple(map(seat, (SLAVE, SECOND)[:slaves])),
        hands=(actions or (opened(), closed()),),
        active_ms=20_000,
    )
    return Plan(scenario=scenario, blows=blows)


def blow(kind: BlowKind, target: str, at_ms: int, lasts_ms: int = 1_000, touches: int = 0) -> Blow:
    return Blow(kind=kind, at_ms=at_ms, target=target, lasts_ms=lasts_ms, touches=touches)


@contextmanager
def lived(
    told: Plan, *, seed: int = 1, tell: Callable[[str], None] | None = None
) -> Iterator[Desk]:
    """A desk after its day."""
    desk = Desk(told, Random(seed), tell=tell)
    try:
        desk.run()
        yield desk
    finally:
        desk.close()
