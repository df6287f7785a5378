"""What happens at the desk: who sits there, what the masters do, what goes wrong, from one seed."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Final

from echo.domain.commands import Residual
from echo.domain.ids import AccountId
from echo.domain.quantities import Side
from echo.sim.faults import Weather
from echo.sim.scenario import Scenario, Seat, agent_name, master_name, slave_name
from echo.terminal.fates import FateRates
from echo.terminal.replay_script import Action, Close, Modify, Open, Reduce
from echo.terminal.view import MT4, MT5

WARM_UP_MS: Final = 4_000
"""Before the first trade everybody has been introduced."""

ABSENT: Final = 0.35
"""How likely any one kind of fault does not occur at all: too many at once hide each other."""

AFTER_ACTION: Final = 0.6
"""How often a blow is aimed at the seconds after a master has done something."""


class BlowKind(StrEnum):
    """Everything that can be planned to go wrong."""

    KILL = "kill"
    """The process dies between two things that it does."""
    KILL_AT_WORK = "kill_at_work"
    """The process dies while it reaches outside: before a write, a message, an order."""
    RESTART = "restart"
    """The service is asked to stop, and is started again."""
    FREEZE = "freeze"
    """The process stands still for a while."""
    CUT = "cut"
    """A connection breaks."""
    HALF_OPEN = "half_open"
    """A connection breaks, and one end does not hear of it for a while."""
    BLOCK = "block"
    """Nothing passes for a while."""
    STORE_DOWN = "store_down"
    LEDGER_FULL = "ledger_full"
    FILE_FULL = "file_full"
    CLOCK_JUMP = "clock_jump"
    """A wall clock is set."""
    BROKER_AWAY = "broker_away"
    """A terminal has no connection to its broker."""
    REFUSED = "refused"
    """The journal refuses the next commit for good."""
    SETTINGS = "settings"
    """New settings come into force."""
    BUG = "bug"
    """What decides fails at the next event, before or after taking it in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """One thing that goes wrong at *at_ms*, to *target*, for *lasts_ms* (or by so much).

    SETTINGS: ``lasts_ms`` is the new first wait before anything is repeated.

    ``touches``: for KILL_AT_WORK, how many times the process may still reach outside.
    """

    kind: BlowKind
    at_ms: int
    target: str
    lasts_ms: int = 0
    touches: int = 0


BLOWS: Final = (
    (BlowKind.KILL, 2, 4_000),
    (BlowKind.KILL_AT_WORK, 4, 4_000),
    (BlowKind.RESTART, 2, 3_000),
    (BlowKind.FREEZE, 2, 6_000),
    (BlowKind.CUT, 3, 0),
    (BlowKind.HALF_OPEN, 2, 10_000),
    (BlowKind.BLOCK, 2, 5_000),
    (BlowKind.STORE_DOWN, 1, 8_000),
    (BlowKind.LEDGER_FULL, 1, 6_000),
    (BlowKind.FILE_FULL, 1, 5_000),
    (BlowKind.CLOCK_JUMP, 1, 600_000),
    (BlowKind.BROKER_AWAY, 1, 3_000),
    (BlowKind.REFUSED, 1, 0),
    (BlowKind.SETTINGS, 2, 400),
    (BlowKind.BUG, 2, 0),
)
"""Kind, how often at most, and for how many ms at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All of it.

    ``rough``: how often what comes out of a pipe is cut into pieces.  ``window``: frames that may
    be under way on a stream, or unread, before writing waits.
    """

    scenario: Scenario
    blows: tuple[Blow, ...] = ()
    rough: float = 0.0
    window: int = 64


def draw(seed: int, chance: Random) -> Plan:
    """Draw a plan."""
    masters = tuple(_seat(chance, 1001 + number) for number in range(chance.randint(1, 2)))
    slaves = tuple(_seat(chance, 2001 + number) for number in range(chance.randint(2, 4)))
    active_ms = chance.randint(25_000, 40_000)
    scenario = Scenario(
        seed=seed,
        agents=1,
        masters=masters,
        slaves=slaves,
        hands=tuple(_hand(chance, f"m{number}", active_ms) for number in range(len(masters))),
        weather=_weather(chance),
        active_ms=active_ms,
        max_delay_ms=chance.choice((3_000, 5_000, 15_000)),
    )
    return Plan(
        scenario=scenario,
        blows=tuple(_blows(chance, scenario)),
        rough=chance.choice((0.0, 0.1, 1.0)),
        window=chance.choice((2, 64)),
    )


def _seat(chance: Random, number: int) -> Seat:
    return Seat(
        account_id=AccountId(str(number)),
        agent=0,
        terminal=chance.choice((MT4, MT5)),
        lot=Decimal(chance.choice(("0.01", "0.10", "0.25", "0.33", "1.00"))),
        residual=chance.choice(tuple(Residual)),
    )


def _weather(chance: Random) -> Weather:
    def rate(most: float) -> float:
        return 0.0 if chance.random() < ABSENT else most * chance.random()

    return Weather(
        pipe_ms=(0, chance.choice((0, 1, 30))),
        stream_ms=(0, chance.choice((1, 15, 120))),
        commit_ms=(0, chance.choice((0, 4, 40))),
        ledger_ms=(0, chance.choice((0, 8, 80))),
        slow_commit=rate(0.1),
        slow_commit_ms_max=2_000,
        commit_unknown=rate(0.05),
        broker=FateRates(
            refusals={138: rate(0.05), 136: rate(0.03)},
            timeout_executed=rate(0.03),
            timeout_lost=rate(0.03),
            reply_lost=rate(0.03),
            late_ms_max=4_000,
            comment_cut=rate(0.1),
        ),
        drift_ppm_max=int(rate(5_000)),
        wall_offset_ms_max=int(rate(20_000)),
    )


def _hand(chance: Random, prefix: str, active_ms: int) -> tuple[Action, ...]:
    """Draw what the person at one master does: every action after those before it."""
    actions: list[Action] = []
    for number in range(chance.randint(2, 5)):
        actions += _trade(chance, f"{prefix}t{number}", active_ms)
    return tuple(sorted(actions, key=lambda each: each.at_ms))


def _trade(chance: Random, key: str, active_ms: int) -> list[Action]:
    lots = Decimal(chance.choice(("0.03", "0.10", "0.50", "1.00")))
    stop = Decimal("0.01") if chance.random() < 0.8 else None
    target = Decimal("0.03") if chance.random() < 0.6 else None
    opened_ms = chance.randint(WARM_UP_MS, active_ms - 5_000)
    closed_ms = opened_ms + min(
        chance.choice((50, 800, 4_000, 12_000)), active_ms - opened_ms - 100
    )
    actions: list[Action] = [
        Open(
            key=key,
            at_ms=opened_ms,
            symbol=chance.choice(("EURUSD", "XAUUSD")),
            side=chance.choice(tuple(Side)),
            lots=lots,
            magic=chance.choice((0, 7, 77)),
            sl_share=stop,
            tp_share=target,
        )
    ]
    for _ in range(chance.choice((0, 0, 1, 2, 3))):
        at_ms = chance.randint(opened_ms, closed_ms)
        if chance.random() < 0.6:
            share = Decimal("0.01") + Decimal(chance.randint(1, 30)) / 10_000
            actions.append(Modify(key=key, at_ms=at_ms, sl_share=share, tp_share=target))
        elif lots > Decimal("0.02"):
            part = (lots * chance.choice((3, 5, 7)) / 10).quantize(Decimal("0.01"))
            lots -= part
            actions.append(Reduce(key=key, at_ms=at_ms, lots=part))
    if chance.random() < 0.85:
        actions.append(Close(key=key, at_ms=closed_ms))
    return actions


def _blows(chance: Random, scenario: Scenario) -> list[Blow]:
    moments = [action.at_ms for hand in scenario.hands for action in hand]
    found = []
    for kind, most, lasts_ms_max in BLOWS:
        if chance.random() < ABSENT:
            continue
        for _ in range(chance.randint(1, most)):
            at_ms = chance.randint(WARM_UP_MS // 2, scenario.active_ms - 1_000)
            if chance.random() < AFTER_ACTION:
                at_ms = chance.choice(moments) + chance.randint(0, 1_500)
            found.append(
                Blow(
                    kind=kind,
                    at_ms=min(at_ms, scenario.active_ms - 1_000),
                    target=chance.choice(targets(kind, scenario)),
                    lasts_ms=chance.randint(0, lasts_ms_max),
                    touches=chance.randint(0, 30),
                )
            )
    return sorted(found, key=lambda each: each.at_ms)


def targets(kind: BlowKind, scenario: Scenario) -> list[str]:
    """Return who can be struck by *kind*; who occurs twice is struck twice as often."""
    agent = agent_name(0)
    terminals = [
        *(master_name(seat) for seat in scenario.masters),
        *(slave_name(seat) for seat in scenario.slaves),
    ]
    match kind:
        case BlowKind.KILL | BlowKind.KILL_AT_WORK | BlowKind.RESTART | BlowKind.FREEZE:
            return ["core", "core", agent, agent, *terminals]
        case BlowKind.CUT | BlowKind.HALF_OPEN | BlowKind.BLOCK:
            return [agent, agent, *terminals]  # the cable of which it is the client
        case BlowKind.STORE_DOWN | BlowKind.REFUSED:
            return ["core"]
        case BlowKind.LEDGER_FULL:
            return [agent]
        case BlowKind.CLOCK_JUMP | BlowKind.BUG | BlowKind.SETTINGS:
            return ["core", agent]
        case BlowKind.FILE_FULL | BlowKind.BROKER_AWAY:
            return terminals
