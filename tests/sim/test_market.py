from decimal import Decimal
from random import Random

from echo.sim.market import INSTRUMENTS, Market, rules_of


def test_prices_walk_in_points_and_the_spread_stays() -> None:
    market = Market(Random(1), ("EURUSD", "XAUUSD"))
    before = market.tick()
    for _ in range(200):
        after = market.tick()
        for symbol, price in after.items():
            instrument, point = INSTRUMENTS[symbol], rules_of(symbol, symbol).point
            assert price.ask - price.bid == instrument.spread * point
            assert abs(price.bid - before[symbol].bid) <= instrument.step * point
        before = after
    assert before["EURUSD"].bid != Decimal("1.10000")


def test_now_and_then_all_prices_leap() -> None:
    market = Market(Random(1), ("EURUSD", "XAUUSD"))
    before = market.tick()
    market.leap()
    after = market.tick()
    for symbol, price in after.items():
        assert Decimal("0.004") < abs(price.bid / before[symbol].bid - 1) < Decimal("0.031")


def test_a_market_that_stands_still_moves_no_price() -> None:
    market = Market(Random(1), ("EURUSD", "XAUUSD"))
    before = market.tick()
    market.stand_still()
    assert [market.tick() for _ in range(9)] == [before] * 9


def test_the_same_seed_walks_the_same_way() -> None:
    one, two = (Market(Random(7), ("EURUSD",)) for _ in range(2))
    assert [one.tick() for _ in range(20)] == [two.tick() for _ in range(20)]


def test_a_broker_may_have_its_own_name_for_a_symbol() -> None:
    rules = rules_of("XAUUSD", "XAUUSD.m")
    assert (rules.name, rules.market) == ("XAUUSD.m", "XAUUSD")
    assert (rules.point, rules.contract_size) == (Decimal("0.01"), Decimal(100))
