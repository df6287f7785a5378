"""Moments of a story: what happens right after something else, and how a broker will answer."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random
from typing import Any

from echo.domain.ids import AccountId
from echo.sim.faults import Mishap, MishapKind
from echo.sim.node import Node
from echo.sim.scenario import Scenario, Seat
from echo.sim.site import Site
from echo.sim.terminal_node import Terminal
from echo.sim.world import SERVER, USUAL, Cast, World
from echo.terminal.fates import Fate
from echo.terminal.orders import CloseLot, OrderRequest, SendOrder
from echo.terminal.replay_script import Action
from echo.wire.records import Header, encode_header, encode_record
from tests.sim.stories import SLAVE, scenario

ONE = (Seat(account_id=SLAVE, agent=1),)
SOON = Fate(execute_after_ms=50, reply_after_ms=50)


def staged(*hand: Action, cast: Cast = USUAL, **changes: Any) -> World:
    """One master on the first Agent, one slave on the second; nothing has happened yet.

    Brokers take their time, but always the same: stories tell when something happens.
    """
    story: Scenario = scenario(*hand, **{"slaves": ONE, **changes})
    world = World(story, Random(story.seed), cast=cast)
    for place in world.sites.values():
        place.broker._fates = Answers()
    return world


def played(world: World) -> World:
    """Let it happen, to the end."""
    world.run()
    return world


def after(owner: object, method: str, then: Callable[..., None]) -> None:
    """Have *then* called with the same arguments whenever *method* of this one object was."""
    original = getattr(owner, method)

    def both(*arguments: Any, **named: Any) -> Any:
        answer = original(*arguments, **named)
        then(*arguments, **named)
        return answer

    setattr(owner, method, both)


def once(then: Callable[..., None], when: Callable[..., bool]) -> Callable[..., None]:
    """Call *then* the first time that *when* holds."""
    spent: list[bool] = []

    def perhaps(*arguments: Any, **named: Any) -> None:
        if not spent and when(*arguments, **named):
            spent.append(True)
            then(*arguments, **named)

    return perhaps


def at(world: World, at_ms: int, then: Callable[[], None]) -> None:
    """Have *then* happen at that time."""
    world.scene.schedule.at(at_ms, then)


def crash(world: World, name: str, down_ms: int, *, wait_ms: int = 0) -> None:
    """Have a process die in a moment."""
    node: Node = world.nodes[name]
    world.scene.schedule.after(wait_ms, lambda: node.crash("as told", down_ms))


def strike(world: World, kind: MishapKind, target: str, lasts_ms: int = 0) -> None:
    """Have a mishap strike in a moment."""
    mishap = Mishap(kind=kind, at_ms=world.now_ms, target=target, lasts_ms=lasts_ms)
    world.scene.schedule.after(0, lambda: world.strikes.strike(mishap))


def unheard(world: World, owner: object, method: str, when: Callable[..., bool]) -> None:
    """Lose whatever is sent during the first call of *method* for which *when* holds."""
    original, faults, spent = getattr(owner, method), world.scene.faults, list[bool]()

    def lossy(*arguments: Any) -> Any:
        if spent or not when(*arguments):
            return original(*arguments)
        spent.append(True)
        before, faults.weather = faults.weather, replace(faults.weather, frame_loss=1.0)
        try:
            return original(*arguments)
        finally:
            faults.weather = before

    setattr(owner, method, lossy)


def weather(world: World, from_ms: int, to_ms: int, **rates: Any) -> None:
    """Have the weather be like this for a while."""
    faults = world.scene.faults
    before = faults.weather

    def change() -> None:
        faults.weather = replace(before, **rates)

    def back() -> None:
        faults.weather = before

    at(world, from_ms, change)
    at(world, to_ms, back)


# ------------------------------------------------------------------------ terminals and brokers


def terminal(world: World, name: str = f"slave-{SLAVE}") -> Terminal:
    node = world.nodes[name]
    assert isinstance(node, Terminal)
    return node


def site(world: World, account_id: AccountId = SLAVE) -> Site:
    return world.sites[f"slave-{account_id}"]


def trusts_its_file(world: World, *, of: AccountId = SLAVE) -> None:
    """Give the slave a file that has been trusted for long: nothing is older than it."""
    node = terminal(world)
    header = Header(
        v=1,
        kind="ledger",
        account=of,
        server=SERVER,
        role=node.settings.role.value,
        file_id="kept",
    )
    warm = {"t": "W", "n": 1, "at": 0, "warm": True}
    node.file.data = encode_header(header) + encode_record(warm)


class Answers:
    """What becomes of a broker's next opens and closes, in order; everything else goes well."""

    def __init__(self, opens: Iterable[Fate] = (), closes: Iterable[Fate] = ()) -> None:
        self._opens, self._closes = iter(opens), iter(closes)

    def fate(self, request: OrderRequest) -> Fate:
        match request:
            case SendOrder():
                return next(self._opens, SOON)
            case CloseLot():
                return next(self._closes, SOON)
            case _:
                return SOON


def answers(
    world: World,
    *,
    opens: Iterable[Fate] = (),
    closes: Iterable[Fate] = (),
    account_id: AccountId = SLAVE,
) -> None:
    """Script the slave's broker."""
    site(world, account_id).broker._fates = Answers(opens, closes)


def by_hand(world: World, at_ms: int, order: SendOrder) -> None:
    """Have somebody else trade on the slave's account."""
    place = site(world)

    def ask() -> None:
        place.broker.request(order, place.now())
        place._plan()

    at(world, at_ms, ask)


def is_an_open(request: OrderRequest, *_: object) -> bool:
    """Whether a broker is asked for a position."""
    return isinstance(request, SendOrder)
