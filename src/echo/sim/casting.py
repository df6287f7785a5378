"""How a scenario's accounts are set up: names, settings, policies."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from echo.bridge.settings import BridgeSettings
from echo.domain.handshake import Role
from echo.domain.ids import ANY_STRATEGY, AccountId, AgentId
from echo.domain.policy import CopyOptions, PolicyBook, RiskPolicy, RiskType
from echo.domain.quantities import Side
from echo.engine.settings import EngineSettings
from echo.sim.faults import MishapKind
from echo.sim.market import rules_of
from echo.sim.scenario import Scenario, Seat, agent_name, slave_name
from echo.terminal.market import BrokerRules
from echo.terminal.replay_script import Action, Close, Open

SERVER: Final = "Sim-Server"
ZONE_MS: Final = 7_200_000
"""How far the brokers' clocks are ahead of UTC."""
NOBODYS: Final = Seat(account_id=AccountId("9001"), agent=0)
"""An account that is not Echo's, to which somebody logs a terminal in."""

NOBODYS_TRADES: Final[tuple[Action, ...]] = tuple(
    action
    for number in range(8)
    for action in (
        Open(
            key=f"n{number}",
            at_ms=6_000 + 9_000 * number,
            symbol="EURUSD",
            side=Side.BUY,
            lots=Decimal("0.50"),
            magic=7,
            sl_share=Decimal("0.02"),
            tp_share=None,
        ),
        Close(key=f"n{number}", at_ms=12_000 + 9_000 * number),
    )
)

ABSENT_FROM: Final = 5001
"""The first account of those that have no terminal."""


def same(symbols: tuple[str, ...]) -> Mapping[str, str]:
    """Return what a broker calls its symbols that calls them what everybody does."""
    return {symbol: symbol for symbol in symbols}


def broker_name(symbol: str, seat: Seat, role: Role) -> str:
    """Every second slave's broker has names of its own."""
    foreign = role is Role.SLAVE and int(seat.account_id) % 2 == 0
    return f"{symbol}.m" if foreign else symbol


def broker_rules(scenario: Scenario, seat: Seat, role: Role = Role.MASTER) -> BrokerRules:
    """Return what an account's broker goes by."""
    return BrokerRules(
        account_id=seat.account_id,
        server=SERVER,
        symbols=tuple(
            rules_of(symbol, broker_name(symbol, seat, role)) for symbol in scenario.symbols
        ),
        terminal=seat.terminal,
        balance=Decimal(10_000_000),
        first_ticket=seat.first_ticket,
        clock_offset_ms=ZONE_MS,
    )


def bridge_settings(scenario: Scenario, number: int) -> BridgeSettings:
    """Return what Agent *number* goes by."""
    return BridgeSettings(
        agent_id=AgentId(agent_name(number)),
        master_accounts=tuple(s.account_id for s in scenario.masters if s.agent == number),
        slave_accounts=tuple(s.account_id for s in scenario.slaves if s.agent == number),
        max_retries=scenario.max_retries,
    )


def engine_settings(scenario: Scenario) -> EngineSettings:
    """Return what the Core decides by."""
    return EngineSettings(
        slave_accounts=(*(seat.account_id for seat in scenario.slaves), *absent(scenario)),
        quote_max_age_ms=scenario.quote_max_age_ms,
        max_retries=scenario.max_retries,
        heartbeat_interval_ms=scenario.heartbeat_ms,
        fanout_chunk=scenario.fanout_chunk,
    )


def absent(scenario: Scenario) -> tuple[AccountId, ...]:
    """Return the followers that have no terminal."""
    return tuple(AccountId(str(ABSENT_FROM + number)) for number in range(scenario.absent))


def policy_book(scenario: Scenario, changed: Mapping[str, MishapKind] | None = None) -> PolicyBook:
    """Return everybody's policies; *changed* names slaves for which another one holds."""
    policies = []
    for seat in scenario.slaves:
        change = (changed or {}).get(slave_name(seat))
        if change is not MishapKind.POLICY_GONE:
            policies.append(_policy(seat, other_lot=change is MishapKind.POLICY_LOT))
    policies += [
        _policy(Seat(account_id=account_id, agent=0), other_lot=False)
        for account_id in absent(scenario)
    ]
    options = CopyOptions(max_delay_ms=scenario.max_delay_ms)
    return PolicyBook(
        policies=policies,
        options={
            seat.account_id: replace(options, residual=seat.residual) for seat in scenario.slaves
        },
        default_options=options,
    )


def _policy(seat: Seat, *, other_lot: bool) -> RiskPolicy:
    return RiskPolicy(
        account_id=seat.account_id,
        strategy_id=ANY_STRATEGY,
        risk_type=RiskType.FIXED_LOT,
        lot_size=seat.lot * 2 if other_lot else seat.lot,
        master_accounts=seat.follows,
    )
