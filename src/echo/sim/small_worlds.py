"""Small worlds, so small that a crash can strike at every single point of their histories."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from echo.domain.ids import AccountId
from echo.domain.quantities import Side
from echo.sim.faults import CALM, Mishap, MishapKind, Weather
from echo.sim.scenario import Scenario, Seat
from echo.terminal.fates import FateRates
from echo.terminal.replay_script import Action, Close, Modify, Open, Reduce
from echo.terminal.view import MT5

MASTER: Final = AccountId("1001")
SLAVE: Final = AccountId("2001")
SECOND: Final = AccountId("2002")
OPENS_MS: Final = 1_500
DOWN_MS: Final = 700
"""How long whoever crashes is away: longer than others need to notice and to repeat."""

FAIR: Final[Weather] = replace(
    CALM, restart_ms=(DOWN_MS, DOWN_MS), drift_ppm_max=0, wall_offset_ms_max=0
)
"""Nothing goes wrong that was not planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallWorld:
    """A scenario with a name, and what it is about."""

    about: str
    scenario: Scenario


def opens(key: str = "t1", at_ms: int = OPENS_MS) -> Open:
    """Open one lot, with a stop."""
    return Open(
        key=key,
        at_ms=at_ms,
        symbol="EURUSD",
        side=Side.BUY,
        lots=Decimal("1.00"),
        magic=7,
        sl_share=Decimal("0.01"),
        tp_share=None,
    )


def modifies(at_ms: int, sl_share: str = "0.02") -> Modify:
    """Move the stop."""
    return Modify(key="t1", at_ms=at_ms, sl_share=Decimal(sl_share), tp_share=None)


def reduces(at_ms: int, lots: str) -> Reduce:
    """Close a part."""
    return Reduce(key="t1", at_ms=at_ms, lots=Decimal(lots))


def closes(at_ms: int, key: str = "t1") -> Close:
    """Close what is left."""
    return Close(key=key, at_ms=at_ms)


def small(*hand: Action, **changes: object) -> Scenario:
    """One Agent, one master, one slave; one symbol that moves once a second."""
    plain = Scenario(
        seed=1,
        agents=1,
        masters=(Seat(account_id=MASTER, agent=0),),
        slaves=(Seat(account_id=SLAVE, agent=0),),
        hands=(hand,),
        weather=FAIR,
        active_ms=hand[-1].at_ms + 1_000,
        symbols=("EURUSD",),
        tick_ms=1_000,
        quote_max_age_ms=3_000,
        heartbeat_ms=2_000,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields of a scenario, by name


def _away(target: str, at_ms: int) -> tuple[Mishap, ...]:
    return (Mishap(kind=MishapKind.CRASH, at_ms=at_ms, target=target, lasts_ms=DOWN_MS),)


SMALL_WORLDS: Final[Mapping[str, SmallWorld]] = {
    "open_close": SmallWorld(
        about="one trade is opened and closed",
        scenario=small(opens(), closes(2_500)),
    ),
    "open_modify_close": SmallWorld(
        about="its stop is moved twice in between, the second time at once",
        scenario=small(opens(), modifies(2_200), modifies(2_250, "0.03"), closes(2_900)),
    ),
    "partial_closes": SmallWorld(
        about="closed in three parts; MT4 gives the rest a new ticket each time",
        scenario=small(opens(), reduces(2_200, "0.40"), reduces(2_600, "0.30"), closes(3_000)),
    ),
    "core_restart": SmallWorld(
        about="the Core restarts just after the open, and again just after the close",
        scenario=small(
            opens(),
            closes(4_000),
            mishaps=(*_away("core", 1_610), *_away("core", 4_020)),
            active_ms=6_500,
        ),
    ),
    "slave_restart": SmallWorld(
        about="the slave's terminal restarts just after the open",
        scenario=small(opens(), closes(4_000), mishaps=_away("slave-2001", 1_610)),
    ),
    "silent_broker": SmallWorld(
        about="the slave's broker executes everything and answers nothing, until the faults stop",
        scenario=small(
            opens(), closes(3_000), weather=replace(FAIR, broker=FateRates(reply_lost=1.0))
        ),
    ),
    "legacy": SmallWorld(
        about="master and slave speak the protocols of old EAs, without acknowledgements",
        scenario=small(
            opens(),
            closes(3_000),
            masters=(Seat(account_id=MASTER, agent=0, protocol=1),),
            slaves=(Seat(account_id=SLAVE, agent=0, protocol=2),),
            active_ms=5_000,
        ),
    ),
    "fan_out": SmallWorld(
        about="two slaves of two brokers, on an Agent of their own",
        scenario=small(
            opens(),
            closes(2_500),
            agents=2,
            slaves=(
                Seat(account_id=SLAVE, agent=1),
                Seat(account_id=SECOND, agent=1, terminal=MT5),
            ),
        ),
    ),
}
"""By name."""
