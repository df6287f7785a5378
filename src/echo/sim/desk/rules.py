"""By which rules the desk works: settings, policies, brokers, and the market of the day."""

from array import array
from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Final

from echo.bridge.settings import BridgeSettings
from echo.domain.handshake import Role
from echo.domain.ids import ANY_STRATEGY, AgentId
from echo.domain.policy import CopyOptions, PolicyBook, RiskPolicy, RiskType
from echo.engine.settings import EngineSettings
from echo.services.terminal.feed import MarketClock
from echo.sim.market import INSTRUMENTS, Market, rules_of
from echo.sim.scenario import Scenario, Seat, agent_name
from echo.sim.schedule import EPOCH_MS
from echo.terminal.market import BrokerRules
from echo.terminal.settings import EaSettings
from echo.terminal.ticks import Ticks

SERVER: Final = "Desk-Server"
ZONE_MS: Final = 7_200_000
"""How far the brokers' clocks are ahead of UTC."""

DOUBT_MS: Final = 8_000
"""How long these brokers may take to show a fill."""

REPLY_MS: Final = 3_000


def engine_settings(scenario: Scenario) -> EngineSettings:
    """Return the Core's."""
    return EngineSettings(
        slave_accounts=tuple(seat.account_id for seat in scenario.slaves),
        quote_max_age_ms=scenario.quote_max_age_ms,
        max_retries=scenario.max_retries,
    )


def bridge_settings(scenario: Scenario) -> BridgeSettings:
    """Return the Agent's."""
    return BridgeSettings(
        agent_id=AgentId(agent_name(0)),
        master_accounts=tuple(seat.account_id for seat in scenario.masters),
        slave_accounts=tuple(seat.account_id for seat in scenario.slaves),
        max_retries=scenario.max_retries,
    )


def ea_settings(scenario: Scenario, seat: Seat, role: Role) -> EaSettings:
    """Return one EA's."""
    names = () if role is Role.MASTER else tuple((_name(s, seat), s) for s in scenario.symbols)
    return EaSettings(
        role=role,
        account_id=seat.account_id,
        server=SERVER,
        max_retries=scenario.max_retries,
        symbols=names,
        doubt_ms=DOUBT_MS,
        reply_ms_max=REPLY_MS,
    )


def policies(scenario: Scenario) -> PolicyBook:
    """Return who follows whom, with how much."""
    return PolicyBook(
        policies=(
            RiskPolicy(
                account_id=seat.account_id,
                strategy_id=ANY_STRATEGY,
                risk_type=RiskType.FIXED_LOT,
                lot_size=seat.lot,
                master_accounts=seat.follows,
            )
            for seat in scenario.slaves
        ),
        options={
            seat.account_id: CopyOptions(max_delay_ms=scenario.max_delay_ms, residual=seat.residual)
            for seat in scenario.slaves
        },
    )


def broker_rules(scenario: Scenario, seat: Seat, role: Role, number: int) -> BrokerRules:
    """Return the rules of an account's broker; *number* counts the accounts of a role."""
    own = {symbol: _name(symbol, seat) for symbol in scenario.symbols}
    return BrokerRules(
        account_id=seat.account_id,
        server=SERVER,
        symbols=tuple(
            rules_of(symbol, symbol if role is Role.MASTER else name)
            for symbol, name in own.items()
        ),
        terminal=seat.terminal,
        balance=Decimal(10_000_000),
        first_ticket=1_000_000 * (1 + number) + (1 if role is Role.MASTER else 500_001),
        clock_offset_ms=ZONE_MS,
    )


def market_clock(wall_ms: int) -> MarketClock:
    """Return the clock of a market that opens now, when a host's wall clock shows *wall_ms*."""
    return MarketClock(started_wall_ms=wall_ms, market_start_ms=EPOCH_MS, speed=Decimal(1))


def day_of_ticks(chance: Random, scenario: Scenario, lasts_ms: int) -> Mapping[str, Ticks]:
    """Draw how prices walk."""
    market = Market(chance, scenario.symbols)
    rows = [
        (EPOCH_MS + at_ms, market.tick())
        for at_ms in range(-scenario.tick_ms, lasts_ms, scenario.tick_ms)
    ]
    found = {}
    for symbol in scenario.symbols:
        digits = INSTRUMENTS[symbol].digits
        found[symbol] = Ticks(
            times_ms=array("q", [at_ms for at_ms, _ in rows]),
            bids=array("q", [int(prices[symbol].bid.scaleb(digits)) for _, prices in rows]),
            asks=array("q", [int(prices[symbol].ask.scaleb(digits)) for _, prices in rows]),
            digits=digits,
        )
    return found


def _name(symbol: str, seat: Seat) -> str:
    """Every second account's broker has names of its own."""
    return f"{symbol}.m" if int(seat.account_id) % 2 == 0 else symbol
