"""What an account holds, makes and loses at worst."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from echo.apps.whatif.account_book import CURVE_POINTS_MAX, AccountBook, Holding
from echo.domain.ids import Ticket, TradeId
from echo.domain.quantities import Side

D = Decimal
MORNING_MS = int(datetime(2026, 11, 21, 8, tzinfo=UTC).timestamp() * 1_000)
DAY_MS = 86_400_000
TICKET = Ticket(1)


def holding(side: Side = Side.BUY, **changes: object) -> Holding:
    fields: dict[str, object] = {
        "trade_id": TradeId("t"),
        "symbol": "EURUSD",
        "side": side,
        "lot": D("1.0"),
        "open_price": D("1.1000"),
        "stop_loss": None,
        "take_profit": None,
        "value": D(100_000),
    } | changes
    return Holding(**fields)  # type: ignore[arg-type]  # each as the field says


@pytest.fixture
def book() -> AccountBook:
    return AccountBook()


def test_a_position_floats_and_is_realised(book: AccountBook) -> None:
    book.open(TICKET, holding(), MORNING_MS)
    book.quote("EURUSD", D("1.1010"), D("1.1011"), MORNING_MS)
    assert (book.realised, book.total) == (D(0), D(100))

    book.close(TICKET, D(1), D("1.1020"), MORNING_MS)

    assert (book.realised, book.total, book.holdings) == (D(200), D(200), {})
    assert (book.opened, book.lots) == (1, D(1))


def test_the_spread_is_paid_at_once(book: AccountBook) -> None:
    book.open(TICKET, holding(), MORNING_MS, D("1.0999"))

    assert book.total == D(-10)


def test_a_sale_is_valued_at_the_ask(book: AccountBook) -> None:
    book.open(TICKET, holding(Side.SELL), MORNING_MS)
    book.quote("EURUSD", D("1.0988"), D("1.0990"), MORNING_MS)

    assert book.total == D(100)


def test_a_part_is_closed(book: AccountBook) -> None:
    book.open(TICKET, holding(), MORNING_MS)
    book.close(TICKET, D("0.4"), D("1.1010"), MORNING_MS)

    assert book.realised == D(40)
    assert book.holdings[TICKET].lot == D("0.6")
    assert book.total == D(100)
    book.close(TICKET, D(9), D("1.1010"), MORNING_MS)
    assert (book.realised, book.holdings) == (D(100), {})


@pytest.mark.parametrize(
    ("side", "bid", "ask", "realised"),
    [
        (Side.BUY, "1.0985", "1.0986", -150),
        (Side.BUY, "1.1030", "1.1031", 200),
        (Side.BUY, "1.0995", "1.0996", None),
        (Side.SELL, "1.1029", "1.1030", -300),
        (Side.SELL, "1.0975", "1.0976", 200),
    ],
)
def test_a_stop_is_filled_at_the_market_and_a_target_at_its_price(
    book: AccountBook, side: Side, bid: str, ask: str, realised: int | None
) -> None:
    stop, target = ("1.0990", "1.1020") if side is Side.BUY else ("1.1010", "1.0980")
    book.open(TICKET, holding(side, stop_loss=D(stop), take_profit=D(target)), MORNING_MS)

    book.quote("EURUSD", D(bid), D(ask), MORNING_MS)

    assert (TICKET in book.holdings) is (realised is None)
    assert book.realised == (realised or 0)


def test_the_worst_moment_of_each_day_counts_from_its_start(book: AccountBook) -> None:
    book.open(TICKET, holding(), MORNING_MS)
    book.quote("EURUSD", D("1.0970"), D("1.0971"), MORNING_MS)
    book.quote("EURUSD", D("1.0990"), D("1.0991"), MORNING_MS)
    book.quote("EURUSD", D("1.0950"), D("1.0951"), MORNING_MS + DAY_MS)

    assert [day.worst for day in book.days.values()] == [D(-300), D(-400)]
    assert book.worst_day == ("2026-11-22", D(-400))
    assert AccountBook().worst_day == ("", D(0))


def test_another_symbol_changes_nothing(book: AccountBook) -> None:
    book.open(TICKET, holding(), MORNING_MS)
    book.quote("XAUUSD", D(1), D(1), MORNING_MS)

    assert len(book.curve) == 1


def test_money_that_is_not_known_is_counted_as_that(book: AccountBook) -> None:
    book.open(TICKET, holding(value=None), MORNING_MS)
    book.quote("EURUSD", D(2), D(2), MORNING_MS)

    assert (book.total, book.unvalued) == (D(0), 1)


def test_a_long_curve_is_thinned_and_keeps_its_end(book: AccountBook) -> None:
    book.open(TICKET, holding(), MORNING_MS)
    for n in range(2 * CURVE_POINTS_MAX):
        book.quote("EURUSD", D("1.1") + D(n) / 100_000, D("1.2"), MORNING_MS + n)

    assert len(book.curve) <= CURVE_POINTS_MAX
    assert book.curve[0][0] == MORNING_MS
    assert book.curve[-1] == (MORNING_MS + 2 * CURVE_POINTS_MAX - 1, book.total)


def test_what_was_open_before_counts_from_then_on(book: AccountBook) -> None:
    book.inherit(TICKET, holding(), D("1.1010"))
    assert (book.total, book.opened, book.lots) == (D(0), 0, D(0))

    book.quote("EURUSD", D("1.1030"), D("1.1031"), MORNING_MS)
    assert book.total == D(200)
    book.close(TICKET, D(1), D("1.1000"), MORNING_MS)

    assert (book.total, book.worst_day[1]) == (D(-100), D(-100))


def test_what_could_not_be_valued_then_never_is(book: AccountBook) -> None:
    book.inherit(TICKET, holding(), None)
    book.quote("EURUSD", D("1.1030"), D("1.1031"), MORNING_MS)

    assert (book.total, book.unvalued) == (D(0), 1)
