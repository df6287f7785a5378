from random import Random

from echo.domain.handshake import Role
from echo.domain.ids import ANY_STRATEGY
from echo.sim.desk.rules import (
    bridge_settings,
    broker_rules,
    day_of_ticks,
    ea_settings,
    engine_settings,
    market_clock,
    policies,
)
from echo.sim.schedule import EPOCH_MS
from tests.sim.desk.stage import MASTER, SECOND, SLAVE, plan, seat

SCENARIO = plan().scenario


def test_core_and_agent_know_the_accounts() -> None:
    assert engine_settings(SCENARIO).slave_accounts == (SLAVE, SECOND)
    agent = bridge_settings(SCENARIO)
    assert (agent.master_accounts, agent.slave_accounts) == ((MASTER,), (SLAVE, SECOND))
    book = policies(SCENARIO)
    policy = book.policy(SLAVE, ANY_STRATEGY)
    assert policy is not None
    assert policy.lot_size == seat(SLAVE).lot
    assert book.options(SLAVE).max_delay_ms == SCENARIO.max_delay_ms


def test_every_second_slaves_broker_has_names_of_its_own() -> None:
    for account_id, names in ((SLAVE, {"EURUSD", "XAUUSD"}), (SECOND, {"EURUSD.m", "XAUUSD.m"})):
        rules = broker_rules(SCENARIO, seat(account_id), Role.SLAVE, 0)
        settings = ea_settings(SCENARIO, seat(account_id), Role.SLAVE)
        assert {each.name for each in rules.symbols} == names == set(dict(settings.symbols))
        assert set(dict(settings.symbols).values()) == {"EURUSD", "XAUUSD"}
    assert ea_settings(SCENARIO, seat(MASTER), Role.MASTER).symbols == ()


def test_no_two_accounts_begin_with_the_same_ticket() -> None:
    tickets = {
        broker_rules(SCENARIO, seat(MASTER), role, number).first_ticket
        for role in Role
        for number in range(3)
    }
    assert len(tickets) == 6


def test_the_day_has_ticks_from_its_first_moment_on() -> None:
    ticks = day_of_ticks(Random(1), SCENARIO, 10_000)
    clock = market_clock(1_234)
    for symbol in SCENARIO.symbols:
        times = ticks[symbol].times_ms
        assert times[0] == EPOCH_MS - SCENARIO.tick_ms
        assert times[-1] == EPOCH_MS + 9_500
        found = ticks[symbol].at(clock.market_ms(1_234))
        assert found is not None
        assert found[0] < found[1]
    assert clock.market_ms(1_234 + 700) == EPOCH_MS + 700
    assert ticks["EURUSD"].at(EPOCH_MS) != ticks["EURUSD"].at(EPOCH_MS + 9_000)
