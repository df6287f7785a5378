"""Several spellings of one instrument: one stands for it, and it is said why."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from echo.domain.instruments import CATALOGUE
from echo.domain.market_watch import Choice, Listed, MarketWatch, TradeMode, choose
from echo.domain.symbols import Contract

SEEN = Path(__file__).parents[1] / "data" / "symbols" / "market_watches.csv"
FULL, CLOSE_ONLY, NONE = TradeMode.FULL, TradeMode.CLOSE_ONLY, TradeMode.NONE


def watch(*listed: Listed, mappings: dict[str, str] | None = None) -> MarketWatch:
    return choose(listed, CATALOGUE, mappings)


def only(found: MarketWatch) -> Choice:
    [choice] = found.choices
    return choice


def test_the_only_spelling_is_taken() -> None:
    choice = only(watch(Listed("EURUSD.m")))

    assert (choice.canonical, choice.broker_symbol) == ("EURUSD", "EURUSD.m")
    assert choice.rivals == ()


def test_a_spelling_that_cannot_be_traded_is_no_rival_of_one_that_can() -> None:
    choice = only(watch(Listed("EURUSD", NONE), Listed("EURUSD.pro", FULL)))

    assert (choice.broker_symbol, choice.rivals) == ("EURUSD.pro", ("EURUSD",))
    assert choice.sentence == "EURUSD is not tradable"


def test_closing_only_is_better_than_nothing() -> None:
    assert only(watch(Listed("A.EURUSD"), Listed("EURUSD.x", NONE))).broker_symbol == "EURUSD.x"
    both = only(watch(Listed("EURUSD", NONE), Listed("EURUSD.x", CLOSE_ONLY)))
    assert both.broker_symbol == "EURUSD.x"


def test_the_full_contract_goes_before_the_small_ones_and_the_future() -> None:
    choice = only(watch(*map(Listed, ("US30U6", "US30.cent", "US30mini", "US30.cash"))))

    assert (choice.broker_symbol, choice.contract) == ("US30.cash", Contract.PLAIN)
    assert set(choice.rivals) == {"US30U6", "US30.cent", "US30mini"}
    assert choice.sentence == "US30.cash is plain, US30mini mini"


def test_two_that_are_equally_good_are_a_duplicate() -> None:
    choice = only(watch(Listed("EURUSD", FULL), Listed("EURUSD.pro", FULL)))

    assert choice.broker_symbol is None
    assert choice.rivals == ("EURUSD", "EURUSD.pro")
    assert "EURUSD, EURUSD.pro are equally good" in choice.sentence


def test_a_mapping_decides() -> None:
    listed = (Listed("EURUSD", FULL), Listed("EURUSD.pro", FULL), Listed("DOW", FULL))
    found = watch(*listed, mappings={"EURUSD": "EURUSD", "DOW": "US30"})

    assert [(each.canonical, each.broker_symbol) for each in found.choices] == [
        ("EURUSD", "EURUSD"),
        ("US30", "DOW"),
    ]
    assert found.choices[0].rivals == ("EURUSD.pro",)
    assert found.unread == ()


def test_what_cannot_be_read_is_listed_with_its_candidates() -> None:
    [reading] = watch(Listed("SPXL")).unread

    assert (reading.name, reading.candidates) == ("SPXL", ("US500",))


def test_no_instrument_of_three_servers_is_ambiguous() -> None:
    servers: dict[str, list[Listed]] = defaultdict(list)
    with SEEN.open(newline="") as file:
        for row in csv.DictReader(file):
            mode = TradeMode(int(row["trade_mode"]))
            servers[row["server"]].append(Listed(row["broker_symbol"], mode))
    found = {server: choose(listed, CATALOGUE) for server, listed in servers.items()}
    oil = next(each for each in found["ICMarkets-Demo02"].choices if each.canonical == "UKOIL")

    assert {server: len(each.choices) for server, each in found.items()} == {
        "CMCMarkets1-Live": 192,
        "ICMarkets-Demo02": 104,
        "Pepperstone-Demo01": 98,
    }
    assert all(choice.broker_symbol for each in found.values() for choice in each.choices)
    assert (oil.broker_symbol, len(oil.rivals)) == ("XBRUSD", 4)


@pytest.mark.parametrize(
    ("watch", "taken", "unread"),
    [
        pytest.param(
            "GER40 GER40ft NAS100 NAS100ft SP500 SP500ft DJ30 DJ30ft CL-OIL USOUSD UKOUSD",
            "GER40 NAS100 SP500 DJ30 USOUSD UKOUSD",
            "CL-OIL",
            id="futures by two letters",
        ),
        pytest.param(
            "US500 US500-F GER40 GER40-F SpotBrent Brent-F Crude-F Gold-F XAUUSD VIX VIX-F",
            "US500 GER40 SpotBrent XAUUSD VIX",
            "Crude-F",
            id="forwards by one",
        ),
        pytest.param(
            "OILCash BRENTCash BRENT-FEB25 GER40Cash GER40-MAR25 US100Cash US100-MAR25 GOLD",
            "BRENTCash GER40Cash US100Cash GOLD",
            "OILCash",
            id="futures by their month",
        ),
        pytest.param(
            "US30m US30_x10m USTECm USTEC_x100m XAUUSDm BTCXAUm",
            "US30m USTECm XAUUSDm",
            "US30_x10m USTEC_x100m BTCXAUm",
            id="multiples",
        ),
        pytest.param(
            "USOIL WTI.fs UKOIL BRENT.fs USTECH USTECH.fs UK100 FT100.fs EURUSD.pro",
            "USOIL UKOIL USTECH UK100 EURUSD.pro",
            "",
            id="futures by other names",
        ),
    ],
)
def test_what_stands_beside_the_cash_price_is_no_duplicate_of_it(
    watch: str, taken: str, unread: str
) -> None:
    found = choose(map(Listed, watch.split()), CATALOGUE)

    assert {choice.broker_symbol for choice in found.choices} == set(taken.split())
    assert {reading.name for reading in found.unread} == set(unread.split())
