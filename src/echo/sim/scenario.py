"""A scenario: who takes part, what the masters do, and what goes wrong, all drawn from one seed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Final

from echo.domain.commands import Residual
from echo.domain.ids import AccountId
from echo.sim.faults import CALM, Mishap, MishapKind, Weather
from echo.sim.hands import WARM_UP_MS, Stranger, draw_hands, draw_stranger
from echo.sim.profiles import ABSENT, ROUGHNESS, Profile, draw_weather
from echo.terminal.replay_script import Action, Open
from echo.terminal.view import MT4, MT5

OF_AGENTS: Final = frozenset(
    {
        *(MishapKind.REBOOT, MishapKind.TWIN, MishapKind.STORM),
        *(MishapKind.LEDGER_FULL, MishapKind.LEDGER_LOST, MishapKind.LEDGER_OLD),
    }
)
OF_FILES: Final = frozenset(
    {MishapKind.AMNESIA, MishapKind.OLD_COPY, MishapKind.BIT_FLIP, MishapKind.FILE_SICK}
)
"""What strikes the file of a slave that keeps one."""
OF_SLAVES: Final = frozenset(
    {
        *(MishapKind.POLICY_GONE, MishapKind.POLICY_LOT),
        *(MishapKind.TRADING_OFF, MishapKind.MARKET_CLOSED, MishapKind.STOP_LEVELS),
    }
)
OF_WAYS: Final = frozenset(
    {
        *(MishapKind.RESET, MishapKind.HALF_OPEN, MishapKind.BLOCK),
        *(MishapKind.ONE_WAY, MishapKind.SLOW),
    }
)

NEWEST: Final = 3
STANDBY: Final = "standby"
"""Names the second Core."""
MASTERS: Final = (1, 1, 1, 2, 2, 2, 3, 4)
SLAVES: Final = (1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 5, 6, 8, 12)
AGENTS: Final = (1, 1, 2, 2, 3)
"""How many take part; each number as often as it is drawn."""
OLD: Final = 0.25
"""How often some of the EAs speak an older protocol."""
SPELLED: Final = 0.3
"""How often pipes carry bytes instead of values."""
CROWDED: Final = 0.04
"""How often there are many followers more, of which nobody has ever heard."""
RIVALLED: Final = 0.1
"""How often a second EA is attached to a slave's account."""
STOOD_BY: Final = 0.2
"""How often a second Core waits for the lease of the first."""
SETTLED: Final = 0.5
"""How often a person comes by at the end, for what is in doubt."""
MEDDLED: Final = 0.25
"""How often somebody trades by hand on a slave's account."""


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
    protocol: int = NEWEST
    """Which version of the protocol its EA speaks."""


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
    quotes_ms: int = 1_000
    """How often slaves tell quotes again that have not changed."""
    max_retries: int = 100
    rivals: tuple[AccountId, ...] = ()
    """Slaves to which a second EA is attached."""
    absent: int = 0
    """Followers that are in the policies, and have no terminal."""
    strangers: tuple[Stranger, ...] = ()
    """Who else trades on the slaves' accounts, by hand."""
    spelled: bool = False
    """Whether the pipes of all EAs carry bytes; those of older protocols always do."""
    heartbeat_ms: int = 1_000
    fanout_chunk: int = 128
    """How many followers one transaction decides about."""
    echoes: bool = False
    """Whether at the end everything is said once more: nothing may come of it."""
    standby: bool = False
    """Whether a second Core waits until it may take over the journal."""
    settled_by_hand: bool = False
    """Whether at the end a person settles what is in doubt."""

    @property
    def trades(self) -> int:
        """How many positions the masters open."""
        return sum(isinstance(each, Open) for hand in self.hands for each in hand)


def draw(seed: int, profile: Profile, chance: Random) -> Scenario:
    """Draw a scenario."""
    agents = chance.choice(AGENTS)
    old = 0.35 if chance.random() < OLD else 0.0
    masters = tuple(
        _seat(chance, str(1001 + number), agents, old) for number in range(chance.choice(MASTERS))
    )
    slaves = _slaves(chance, masters, agents, old)
    active_ms = chance.randint(45_000, 80_000)
    tick_ms = chance.choice((500, 1_000, 1_000, 2_000))
    scenario = Scenario(
        seed=seed,
        agents=agents,
        masters=masters,
        slaves=slaves,
        hands=draw_hands(chance, len(masters), active_ms, trades_max=12 if len(slaves) < 6 else 6),
        active_ms=active_ms,
        max_delay_ms=chance.choice((3_000, 5_000, 15_000)),
        tick_ms=tick_ms,
        quotes_ms=chance.choice((250, 1_000, 3_000, 3_000)),
        quote_max_age_ms=3 * tick_ms,
        rivals=tuple(each.account_id for each in slaves if _newest_and(chance, each, RIVALLED)),
        absent=chance.randint(130, 280) if chance.random() < CROWDED else 0,
        strangers=tuple(
            draw_stranger(chance, each.account_id, active_ms)
            for each in slaves
            if chance.random() < MEDDLED
        ),
        spelled=chance.random() < SPELLED,
        heartbeat_ms=chance.choice((1_000, 1_000, 2_000, 5_000)),
        fanout_chunk=chance.choice((128, 128, 1, 3)),
        echoes=chance.random() < SPELLED,
        standby=Random(f"standby {seed}").random() < STOOD_BY,
        settled_by_hand=Random(f"settled {seed}").random() < SETTLED,
    )
    rough = ROUGHNESS[profile]
    return replace(
        scenario,
        weather=draw_weather(chance, rough.weather),
        mishaps=_in_order(
            *draw_mishaps(chance, rough.mishaps, scenario),
            # What was thought of later has chances of its own: a seed stays what it was.
            *draw_mishaps(Random(f"later {seed}"), rough.later, scenario),
        ),
    )


def _seat(chance: Random, account_id: str, agents: int, old: float) -> Seat:
    protocol = chance.choice((1, 2)) if chance.random() < old else NEWEST
    return Seat(
        account_id=AccountId(account_id),
        agent=chance.randrange(agents),
        terminal=chance.choice((MT4, MT5)) if protocol == NEWEST else MT4,
        protocol=protocol,
    )


def _slaves(chance: Random, masters: tuple[Seat, ...], agents: int, old: float) -> tuple[Seat, ...]:
    names = [seat.account_id for seat in masters]
    return tuple(
        replace(
            _seat(chance, str(2001 + number), agents, old),
            lot=Decimal(chance.choice(("0.01", "0.10", "0.25", "0.33", "1.00"))),
            follows=frozenset(chance.sample(names, 1)) if chance.random() < 0.3 else frozenset(),
            residual=chance.choice(tuple(Residual)),
        )
        for number in range(chance.choice(SLAVES))
    )


def _newest_and(chance: Random, seat: Seat, rate: float) -> bool:
    return chance.random() < rate and seat.protocol == NEWEST


def _in_order(*mishaps: Mishap) -> tuple[Mishap, ...]:
    return tuple(sorted(mishaps, key=lambda each: each.at_ms))


def draw_mishaps(
    chance: Random, kinds: Sequence[tuple[MishapKind, int, int]], scenario: Scenario
) -> list[Mishap]:
    """Draw what is going to happen to whom, in order of time."""
    found = []
    for kind, most, lasts_ms_max in kinds:
        if chance.random() < ABSENT:
            continue
        for _ in range(chance.randint(1, most)):
            at_ms = chance.randint(WARM_UP_MS // 2, scenario.active_ms - 1_000)
            lasts_ms = chance.randint(0, lasts_ms_max)
            if kind is not MishapKind.CLOCK_JUMP:
                lasts_ms = min(lasts_ms, scenario.active_ms - at_ms)
            if who := targets(kind, scenario):
                target = chance.choice(who)
                found.append(Mishap(kind=kind, at_ms=at_ms, target=target, lasts_ms=lasts_ms))
    return sorted(found, key=lambda each: each.at_ms)


def targets(kind: MishapKind, scenario: Scenario) -> Sequence[str]:
    """Return who can be struck by *kind*."""
    agents = [agent_name(number) for number in range(scenario.agents)]
    cores = ["core", *([STANDBY] if scenario.standby else [])]
    masters = [master_name(seat) for seat in scenario.masters]
    slaves = [slave_name(seat) for seat in scenario.slaves]
    if kind in OF_AGENTS:
        return agents
    if kind in OF_FILES:
        return [slave_name(seat) for seat in scenario.slaves if seat.protocol == NEWEST]
    if kind in OF_SLAVES:
        return slaves
    if kind in OF_WAYS:
        return [*agents, *agents, *masters, *slaves]  # the way of which it is the client
    match kind:
        case MishapKind.CRASH | MishapKind.SLEEP:
            return ["core", *cores, *agents, *masters, *slaves]
        case MishapKind.CLOCK_JUMP:
            return [*cores, *agents, *masters, *slaves]
        case MishapKind.PAUSED:
            return ["core"] if scenario.standby else []
        case MishapKind.OUTBOX_LOST:
            return [master_name(seat) for seat in scenario.masters if seat.protocol == NEWEST]
        case MishapKind.COPIED:
            return [rival_name(account_id) for account_id in scenario.rivals]
        case MishapKind.STORE_DOWN:
            return ["core"]
        case MishapKind.GAP:
            return ["market"]
        case MishapKind.UNSYNCED | MishapKind.OTHER_ACCOUNT:
            # An EA of an older protocol takes what it does not see for closed, and says so.
            return [
                *(master_name(seat) for seat in scenario.masters if seat.protocol == NEWEST),
                *(slave_name(seat) for seat in scenario.slaves if seat.protocol == NEWEST),
            ]
        case _:
            return [*masters, *slaves]


def agent_name(number: int) -> str:
    """Name an Agent."""
    return f"agent-{number + 1}"


def master_name(seat: Seat) -> str:
    """Name a master's terminal."""
    return f"master-{seat.account_id}"


def rival_name(account_id: AccountId) -> str:
    """Name the second terminal on a slave's account."""
    return f"rival-{account_id}"


def slave_name(seat: Seat) -> str:
    """Name a slave's terminal."""
    return f"slave-{seat.account_id}"
