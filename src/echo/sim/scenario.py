"""A scenario: who takes part, what the masters do, and what goes wrong, all drawn from one seed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Final

from echo.domain.commands import Residual
from echo.domain.ids import AccountId
from echo.domain.quantities import Side
from echo.sim.faults import CALM, Mishap, MishapKind, Weather
from echo.sim.profiles import ABSENT, ROUGHNESS, Profile, Rough, draw_weather
from echo.terminal.replay_script import Action, Close, Modify, Open, Reduce
from echo.terminal.view import MT4, MT5

WARM_UP_MS: Final = 4_000
"""Before the first trade everybody has been introduced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One account and its terminal.

    ``agent`` counts Agents from 0.  ``lot`` is a slave's fixed lot; ``follows``: the masters whose
    trades it copies, empty = all.
    """

    account_id: AccountId
    agent: int
    terminal: str = MT4
    lot: Decimal = Decimal("0.10")
    follows: frozenset[AccountId] = frozenset()
    residual: Residual = Residual.KEEP
    first_ticket: int = 1_000_001


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """All of it.  ``hands``: what the person at each master does."""

    seed: int
    agents: int
    masters: tuple[Seat, ...]
    slaves: tuple[Seat, ...]
    hands: tuple[tuple[Action, ...], ...]
    weather: Weather = CALM
    mishaps: tuple[Mishap, ...] = ()
    active_ms: int = 60_000
    """When the faults stop."""
    max_delay_ms: int = 5_000
    quote_max_age_ms: int = 1_500
    symbols: tuple[str, ...] = ("EURUSD", "XAUUSD")
    tick_ms: int = 500
    max_retries: int = 100
    rivals: tuple[AccountId, ...] = ()
    """Slaves to which a second EA is attached."""

    @property
    def trades(self) -> int:
        """How many positions the masters open."""
        return sum(isinstance(each, Open) for hand in self.hands for each in hand)


def draw(seed: int, profile: Profile, chance: Random) -> Scenario:
    """Draw a scenario."""
    agents = chance.randint(1, 2)
    masters = tuple(
        Seat(
            account_id=AccountId(str(1001 + number)),
            agent=chance.randrange(agents),
            terminal=chance.choice((MT4, MT5)),
        )
        for number in range(chance.randint(1, 3))
    )
    names = [seat.account_id for seat in masters]
    slaves = tuple(
        Seat(
            account_id=AccountId(str(2001 + number)),
            agent=chance.randrange(agents),
            terminal=chance.choice((MT4, MT5)),
            lot=Decimal(chance.choice(("0.01", "0.10", "0.25", "0.33", "1.00"))),
            follows=frozenset(chance.sample(names, 1)) if chance.random() < 0.3 else frozenset(),
            residual=chance.choice(tuple(Residual)),
        )
        for number in range(chance.randint(1, 5))
    )
    active_ms = chance.randint(45_000, 80_000)
    scenario = Scenario(
        seed=seed,
        agents=agents,
        masters=masters,
        slaves=slaves,
        hands=_hands(chance, len(masters), active_ms),
        active_ms=active_ms,
        max_delay_ms=chance.choice((3_000, 5_000, 15_000)),
    )
    rough = ROUGHNESS[profile]
    return replace(
        scenario,
        weather=draw_weather(chance, rough.weather),
        mishaps=tuple(draw_mishaps(chance, rough, scenario)),
    )


def _hands(chance: Random, masters: int, active_ms: int) -> tuple[tuple[Action, ...], ...]:
    hands: list[list[Action]] = [[] for _ in range(masters)]
    number = 0
    for _ in range(chance.randint(6, 12)):
        at_ms = chance.randint(WARM_UP_MS, active_ms - 8_000)
        # Now and then two masters do the same at once: their copies look alike at a broker.
        crowd = 2 if masters > 1 and chance.random() < 0.25 else 1
        shape = _shape(chance)
        for master in chance.sample(range(masters), crowd):
            number += 1
            hands[master] += _trade(chance, f"t{number}", at_ms, active_ms, shape)
    return tuple(tuple(sorted(hand, key=lambda each: each.at_ms)) for hand in hands)


def _shape(chance: Random) -> Open:
    tight = chance.random() < 0.15
    near, far = ("0.0004", "0.0008") if tight else ("0.01", "0.03")
    return Open(
        key="",
        at_ms=0,
        symbol=chance.choice(("EURUSD", "XAUUSD")),
        side=chance.choice(tuple(Side)),
        lots=Decimal(chance.choice(("0.03", "0.10", "0.50", "1.00"))),
        magic=chance.choice((0, 7, 77)),
        sl_share=Decimal(near) if chance.random() < 0.8 else None,
        tp_share=Decimal(far) if chance.random() < 0.6 else None,
    )


def _trade(chance: Random, key: str, at_ms: int, end_ms: int, shape: Open) -> Iterable[Action]:
    yield replace(shape, key=key, at_ms=at_ms)
    held_ms = min(chance.choice((50, 800, 4_000, 15_000, 40_000)), end_ms - at_ms - 100)
    left = shape.lots
    for _ in range(chance.choice((0, 0, 1, 2, 3))):
        step_ms = at_ms + chance.randint(0, held_ms)
        if chance.random() < 0.6:
            yield Modify(
                key=key,
                at_ms=step_ms,
                sl_share=_share(chance, shape.sl_share),
                tp_share=_share(chance, shape.tp_share),
            )
        elif left > Decimal("0.02"):
            part = (left * chance.choice((3, 5, 7)) / 10).quantize(Decimal("0.01"))
            left -= part
            yield Reduce(key=key, at_ms=step_ms, lots=part)
    if chance.random() < 0.85:
        yield Close(key=key, at_ms=at_ms + held_ms)


def _share(chance: Random, before: Decimal | None) -> Decimal | None:
    if chance.random() < 0.15:
        return None
    return (before or Decimal("0.02")) + Decimal(chance.randint(1, 30)) / 10_000


def draw_mishaps(chance: Random, rough: Rough, scenario: Scenario) -> list[Mishap]:
    """Draw what is going to happen to whom, in order of time."""
    found = []
    for kind, most, lasts_ms_max in rough.mishaps:
        if chance.random() < ABSENT:
            continue
        for _ in range(chance.randint(1, most)):
            at_ms = chance.randint(WARM_UP_MS // 2, scenario.active_ms - 1_000)
            found.append(
                Mishap(
                    kind=kind,
                    at_ms=at_ms,
                    target=chance.choice(targets(kind, scenario)),
                    lasts_ms=chance.randint(0, lasts_ms_max),
                )
            )
    return sorted(found, key=lambda each: each.at_ms)


def targets(kind: MishapKind, scenario: Scenario) -> Sequence[str]:
    """Return who can be struck by *kind*."""
    agents = [agent_name(number) for number in range(scenario.agents)]
    masters = [master_name(seat) for seat in scenario.masters]
    slaves = [slave_name(seat) for seat in scenario.slaves]
    match kind:
        case MishapKind.CRASH:
            return ["core", "core", *agents, *masters, *slaves]
        case MishapKind.REBOOT | MishapKind.LEDGER_FULL:
            return agents
        case MishapKind.AMNESIA | MishapKind.OLD_COPY:
            return slaves
        case MishapKind.STORE_DOWN:
            return ["core"]
        case MishapKind.CLOCK_JUMP:
            return ["core", *agents, *masters, *slaves]
        case MishapKind.RESET | MishapKind.HALF_OPEN | MishapKind.BLOCK:
            return [*agents, *agents, *masters, *slaves]  # the way of which it is the client
        case MishapKind.TRADING_OFF | MishapKind.MARKET_CLOSED:
            return slaves
        case MishapKind.FILE_FULL | MishapKind.BROKER_AWAY | MishapKind.UNSYNCED:
            return [*masters, *slaves]


def agent_name(number: int) -> str:
    """Name an Agent."""
    return f"agent-{number + 1}"


def master_name(seat: Seat) -> str:
    """Name a master's terminal."""
    return f"master-{seat.account_id}"


def slave_name(seat: Seat) -> str:
    """Name a slave's terminal."""
    return f"slave-{seat.account_id}"
