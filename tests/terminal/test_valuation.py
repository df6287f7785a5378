"""What an account is worth moves with the market."""

from decimal import Decimal
from operator import is_

from echo.domain.ids import Ticket
from echo.domain.quantities import Side
from echo.terminal.book import BookEntry, BookKind
from echo.terminal.holdings import Holdings
from echo.terminal.valuation import Valuer
from tests.terminal.rig import price, rules

D = Decimal
PRICES = {"EURUSD.m": price("1.40000")}


def held() -> Holdings:
    holdings = Holdings(D(1_000), first_ticket=1, history_deals_max=5)
    for ticket, side in ((1, Side.BUY), (2, Side.SELL)):
        holdings.apply(
            BookEntry(
                kind=BookKind.OPENED,
                at_ms=0,
                ticket=Ticket(ticket),
                symbol="EURUSD.m",
                side=side,
                lot=D("0.1"),
                price=D("1.39000"),
            )
        )
    return holdings


def test_floating_profit_is_what_a_close_would_bring() -> None:
    valuer = Valuer(rules(), held())

    assert [each.profit for each in valuer.positions(PRICES)] == [D("100.00"), D("-101.00")]
    assert [each.profit for each in valuer.positions({})] == [0, 0]


def test_equity_margin_and_level_add_up() -> None:
    info = Valuer(rules(), held()).info(PRICES, wall_ms=7)

    assert (info.balance, info.equity, info.margin) == (D(1_000), D("999.00"), D("278.00"))
    assert (info.margin_free, info.margin_level) == (D("721.00"), D("359.35"))
    assert (info.currency, info.timestamp_ms) == ("USD", 7)


def test_an_account_without_positions_binds_nothing() -> None:
    empty = Holdings(D(1_000), first_ticket=1, history_deals_max=5)

    info = Valuer(rules(), empty).info({}, wall_ms=0)

    assert (info.margin, info.margin_level, info.equity) == (D(0), D(0), D(1_000))


def test_a_symbol_that_is_gone_counts_nothing() -> None:
    info = Valuer(rules(symbols=()), held()).info(PRICES, wall_ms=0)

    assert (info.margin, info.equity) == (D(0), D(1_000))


def test_what_moved_is_valued_anew_and_what_is_gone_is_forgotten() -> None:
    holdings = held()
    valuer = Valuer(rules(), holdings)
    before = valuer.positions(PRICES)

    again = valuer.positions(PRICES)
    holdings.apply(
        BookEntry(kind=BookKind.CLOSED, at_ms=0, ticket=Ticket(1), lot=D("0.1"), price=D("1.4"))
    )
    moved = valuer.positions({"EURUSD.m": price("1.41000")})

    assert all(one is other for one, other in zip(before, again, strict=True))
    assert [(each.ticket, each.profit) for each in moved] == [(2, D("-201.00"))]


def test_the_margin_level_follows_the_prices_and_the_positions() -> None:
    holdings = held()
    valuer = Valuer(rules(), holdings)

    assert valuer.margin_level(PRICES) == valuer.info(PRICES, wall_ms=0).margin_level
    assert valuer.margin_level({}) == D("359.71")

    holdings.positions.clear()
    assert valuer.margin_level(PRICES) is None


def test_what_has_not_moved_is_shown_as_the_same_position() -> None:
    valuer = Valuer(rules(), held())
    before = valuer.positions(PRICES)

    assert all(map(is_, valuer.positions(dict(PRICES)), before))
    assert [each.profit for each in valuer.positions({"EURUSD.m": price("1.39000")})] == [0, -1]
