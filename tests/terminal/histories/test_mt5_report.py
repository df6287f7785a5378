"""MT5 reports give their closed trades in every language and with every set of sections."""

from decimal import Decimal

import pytest

from echo.domain.quantities import Side
from echo.terminal.histories.cells import CloseKind, broker_time_of
from echo.terminal.histories.grid import html_grid
from echo.terminal.histories.mt5_report import read_report
from echo.terminal.histories.trades import HistoricTrade, History, Skip, group_chains
from tests.terminal.histories.files import lines_without, mt5, section

LANGUAGES = {
    "Spanish": (
        *("Posiciones", "Órdenes", "Transacciones"),
        *("Fecha/Hora", "Posición", "Símbolo", "Tipo", "Volumen", "Precio"),
    ),
    "German": (
        *("Positionen", "Orders", "Trades"),
        *("Zeit", "Position", "Symbol", "Typ", "Volumen", "Preis"),
    ),
    "Russian": (
        *("Позиции", "Ордера", "Сделки"),
        *("Время", "Позиция", "Символ", "Тип", "Объем", "Цена"),
    ),
    "Portuguese": (
        *("Posições", "Ordens", "Transações"),
        *("Horário", "Position", "Ativo", "Tipo", "Volume", "Preço"),
    ),
    "Japanese": (
        "ポジション",
        "注文",
        "約定",
        "時間",
        "ポジション",
        "銘柄",
        "タイプ",
        "数量",
        "価格",
    ),
}
ENGLISH = (
    *("Positions", "Orders", "Deals"),
    *("Time", "Position", "Symbol", "Type", "Volume", "Price"),
)


def read(page: str) -> History:
    return read_report(html_grid(page))


def row(*texts: str) -> str:
    return "<tr>" + "".join(f"<td>{text}</td>" for text in texts) + "</tr>"


def test_positions_are_read_and_refined_by_deals() -> None:
    history = read(mt5())

    assert history.trades[0] == HistoricTrade(
        ticket=4_294_968_001,
        magic=None,
        symbol="EURUSD",
        side=Side.BUY,
        lots=Decimal("0.10"),
        opened_at_ms=broker_time_of("2024.03.04 09:15:02") or 0,
        open_price=Decimal("1.08500"),
        sl_final=Decimal("1.08300"),
        tp_final=Decimal("1.08700"),
        closed_at_ms=broker_time_of("2024.03.05 11:40:31") or 0,
        close_price=Decimal("1.08700"),
        close_kind=CloseKind.TP,
    )
    _, gold = group_chains(history.trades)
    assert [(part.lots, part.close_price) for part in gold.parts] == [
        (Decimal("0.02"), Decimal("2078.10")),
        (Decimal("0.01"), Decimal("2076.10")),
    ]
    assert history.skipped == {Skip.BALANCE: 1, Skip.PENDING: 1}


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_do_not_matter(language: str) -> None:
    page = mt5()
    for english, word in zip(ENGLISH, LANGUAGES[language], strict=True):
        page = page.replace(f"<b>{english}</b>", f"<b>{word}</b>")
    assert page != mt5()

    assert read(page) == read(mt5())


def test_without_positions_deals_take_their_place() -> None:
    page = section(mt5(), "<b>Positions</b>", "<b>Orders</b>")

    history = read(page)

    euro, gold = group_chains(history.trades)
    assert (euro.first.ticket, euro.first.close_kind) == (4_294_968_001, CloseKind.TP)
    assert (euro.first.sl_final, euro.first.tp_final) == (Decimal("1.08300"), Decimal("1.08700"))
    assert [part.lots for part in gold.parts] == [Decimal("0.02"), Decimal("0.01")]


def test_deals_alone_are_enough() -> None:
    history = read(section(mt5(), "<b>Positions</b>", "<b>Deals</b>"))

    assert len(history.trades) == 3
    assert history.trades[0].sl_final is None


def test_positions_alone_are_enough() -> None:
    history = read(section(mt5(), "<b>Orders</b>"))

    assert [trade.ticket for trade in history.trades] == [4_294_968_001, 4_294_968_003]
    # Nobody tells the kind: the price stands at the target.
    assert [trade.close_kind for trade in history.trades] == [CloseKind.TP, CloseKind.MANUAL]


def test_a_page_that_lost_its_styles_shows_the_hidden_comment() -> None:
    page = section(mt5(), "<b>Orders</b>")

    assert read(page.replace('class="hidden" colspan="8"', "")).trades == read(page).trades


def test_closes_without_their_open_and_opens_without_their_close_are_counted() -> None:
    page = section(mt5(), "<b>Positions</b>", "<b>Deals</b>")

    history = read(lines_without(page, "<td nowrap>9001</td>", "<td nowrap>9005</td>"))

    assert [trade.symbol for trade in history.trades] == ["XAUUSD"]
    assert history.skipped == {Skip.BALANCE: 1, Skip.OPENED_BEFORE: 1, Skip.OPEN: 1}


def test_an_open_position_is_counted_once() -> None:
    page = row(
        *(
            "2024.03.04 09:15:02",
            "7",
            "EURUSD",
            "buy",
            "0.10",
            "1.085",
            "",
            "",
            "1.086",
            "",
            "0",
            "9",
        )
    ) + row(
        *("2024.03.04 09:15:02", "9", "EURUSD", "buy", "in", "0.10", "1.085", "7", "0", "0", "")
    )

    assert read(page).skipped == {Skip.OPEN: 1}


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (("EURUSD", "buy stop", "0.10", "1.085"), Skip.PENDING),
        (("", "correction", "", ""), Skip.BALANCE),
        (("EURUSD", "buy", "in", "much", "1.1"), Skip.MALFORMED),
        (("EURUSD", "buy", "in", "0.1"), Skip.MALFORMED),
        (("EURUSD", "buy", "x", "y"), Skip.MALFORMED),
        (("EURUSD", "buy", "0.1", "0", "", "", "2024.03.04 09:16:02", "1"),
         Skip.MALFORMED),
    ],
)  # fmt: skip
def test_every_other_row_is_counted_by_its_reason(texts: tuple[str, ...], reason: Skip) -> None:
    history = read(row("2024.03.04 09:15:02", "7", *texts))

    assert history.trades == ()
    assert history.skipped == {reason: 1}


@pytest.mark.parametrize(
    "texts",
    [
        ("2024.03.04 09:15:02", "seven", "EURUSD", "buy", "in", "0.10"),
        ("yesterday", "7", "EURUSD", "buy", "in", "0.10"),
        ("2024.03.04 09:15:02", "7"),
        ("2024.03.04 09:15:02", "7", "EURUSD", "hold", "1", "2"),
    ],
)
def test_rows_of_another_shape_are_passed_over(texts: tuple[str, ...]) -> None:
    assert read(row(*texts)).skipped == {}


def test_orders_of_a_short_shape_do_no_harm() -> None:
    assert (
        read(row("2024.03.04 09:15:02", "7", "EURUSD", "buy", "0.1 / 0.1", "market")).skipped == {}
    )
