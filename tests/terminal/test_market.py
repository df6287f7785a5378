"""Prices, money and levels at a broker."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.accounts import Position
from echo.domain.ids import Ticket
from echo.domain.quantities import Side
from echo.terminal.market import ShownSymbols, too_near, touched
from echo.terminal.view import MT5, Price
from tests.terminal.rig import EURUSD, WALL_MS, price, rules

D = Decimal
USDJPY = replace(
    EURUSD,
    name="USDJPY",
    market="USDJPY",
    digits=3,
    point=D("0.001"),
    tick_size=D("0.001"),
    base_currency="USD",
    quote_currency="JPY",
)
EURGBP = replace(EURUSD, name="EURGBP", quote_currency="GBP")


def test_a_broker_adds_its_mark_up_and_rounds_to_its_digits() -> None:
    coarse = replace(EURUSD, digits=3, spread_markup_points=D(100))

    assert coarse.priced(price("1.39056")) == Price(D("1.391"), D("1.392"))


@pytest.mark.parametrize(
    ("symbol", "opened", "closed", "profit"),
    [
        (EURUSD, "1.39000", "1.39100", "100.00"),
        (USDJPY, "102.000", "102.500", "487.80"),
        (EURGBP, "0.80000", "0.80100", "100.00"),
    ],
)
def test_profit_is_in_account_currency(symbol, opened: str, closed: str, profit: str) -> None:
    for side, sign in ((Side.BUY, 1), (Side.SELL, -1)):
        money = symbol.profit(side, D(1), opened=D(opened), closed=D(closed), currency="USD")
        assert money == sign * D(profit)


def test_margin_is_what_leverage_leaves() -> None:
    assert EURUSD.margin(D("0.5"), D("1.4"), 100, "USD") == D("700.00")
    assert USDJPY.margin(D("0.5"), D("102"), 100, "USD") == D("500.00")


def test_a_symbol_is_described_as_terminals_do() -> None:
    mapping = EURUSD.mapping(price("1.39"), "USD")

    assert (mapping.canonical_symbol, mapping.broker_symbol) == ("EURUSD.M", "EURUSD.m")
    assert mapping.tick_value == 1
    assert USDJPY.mapping(price("100"), "USD").tick_value == 1
    assert USDJPY.mapping(price("125"), "USD").tick_value == D("0.8")
    assert EURUSD.mapping(None, "USD").tick_value == 1


def test_brokers_keep_their_own_time() -> None:
    ahead = rules(clock_offset_ms=10_800_000)

    assert ahead.server_time_ms(WALL_MS + 999) == WALL_MS + 10_800_000
    assert replace(ahead, terminal=MT5).server_time_ms(WALL_MS + 999) == WALL_MS + 10_800_999
    assert rules().symbol("none") is None


@pytest.mark.parametrize(
    ("side", "stop", "target", "near"),
    [
        (Side.BUY, "1.38950", "1.39050", False),
        (Side.BUY, "1.38951", None, True),
        (Side.BUY, None, "1.39049", True),
        (Side.SELL, "1.39060", "1.38960", False),
        (Side.SELL, "1.39059", None, True),
        (Side.SELL, None, "1.38961", True),
        (Side.BUY, None, None, False),
    ],
)
def test_levels_are_measured_from_where_the_position_would_close(
    side: Side, stop: str | None, target: str | None, near: bool
) -> None:
    complaint = too_near(
        side,
        price=price("1.39"),
        stop_loss=None if stop is None else D(stop),
        take_profit=None if target is None else D(target),
        rules=replace(EURUSD, stop_level_points=50),
    )

    assert (complaint is not None) is near


def test_a_level_on_the_wrong_side_is_too_near_even_without_a_stop_level() -> None:
    complaint = too_near(
        Side.BUY, price=price("1.39"), stop_loss=D("1.40"), take_profit=None, rules=EURUSD
    )

    assert complaint is not None


@pytest.mark.parametrize(
    ("side", "bid", "level"),
    [
        (Side.BUY, "1.38000", "sl"),
        (Side.BUY, "1.40000", "tp"),
        (Side.BUY, "1.39000", None),
        (Side.SELL, "1.39990", "sl"),
        (Side.SELL, "1.37990", "tp"),
        (Side.SELL, "1.38000", None),
    ],
)
def test_a_level_is_touched_by_the_price_that_would_close(
    side: Side, bid: str, level: str | None
) -> None:
    low, high = D("1.38"), D("1.40")
    position = Position(
        ticket=Ticket(1),
        symbol="EURUSD.m",
        side=side,
        lot=D(1),
        open_price=D("1.39"),
        stop_loss=low if side is Side.BUY else high,
        take_profit=high if side is Side.BUY else low,
    )

    assert touched(position, price(bid)) == level
    assert touched(replace(position, stop_loss=None, take_profit=None), price(bid)) is None


def test_symbols_are_shown_anew_when_a_tick_is_worth_something_else() -> None:
    direct = ShownSymbols(rules())
    inverse = ShownSymbols(rules(symbols=(EURUSD, USDJPY)))
    cheap, dear = {"USDJPY": price("100")}, {"USDJPY": price("125")}

    assert direct.shown({}, {}) is direct.shown({"EURUSD.m": price("1.39")}, {})
    assert direct.shown({}, {}) == (EURUSD.mapping(None, "USD"),)
    assert inverse.shown(cheap, {}) is inverse.shown(cheap, {})
    assert [each.tick_value for each in inverse.shown(cheap, {})] == [1, 1]
    assert [each.tick_value for each in inverse.shown(dear, {})] == [1, D("0.8")]


def test_symbols_are_shown_with_the_stop_level_that_holds_now() -> None:
    shown, levels = ShownSymbols(rules()), {"EURUSD.m": 80}
    before, after = shown.shown({}, {}), shown.shown({}, levels)

    assert [each.stop_level_points for each in before] == [0]
    assert [each.stop_level_points for each in after] == [80]
    assert shown.shown({}, levels) is after


def test_levels_within_the_freeze_level_are_shown_as_too_near() -> None:
    frozen = replace(EURUSD, stop_level_points=10, freeze_level_points=40)

    assert frozen.mapping(None, "USD").stop_level_points == 40
