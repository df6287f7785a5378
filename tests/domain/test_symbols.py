"""One name for an instrument, and none where it would have to be guessed."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.instruments import CATALOGUE, LOOKALIKES, NAMES
from echo.domain.symbols import MAJORS, Contract, normalize_canonical, read_symbol

SEEN = Path(__file__).parents[1] / "data" / "symbols"
MEANT = {"DAX40": "GER40", "SP500": "US500"}
"""What the recorded lists call otherwise than the catalogue does."""


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("EURUSD", "EURUSD"),
        ("  eurusd ", "EURUSD"),
        ("EURUSD.x", "EURUSD"),
        ("EURUSD.m.c", "EURUSD"),
        ("EURUSD-pro", "EURUSD"),
        ("EURUSD_raw", "EURUSD"),
        ("EURUSDm", "EURUSD"),
        ("EURUSDpro", "EURUSD"),
        ("#EURUSD", "EURUSD"),
        (".EURUSD.", "EURUSD"),
        ("EUR/USD", "EURUSD"),
        ("btc-usd", "BTCUSD"),
        ("XBTUSD", "BTCUSD"),
        ("Bitcoin", "BTCUSD"),
        ("XAUUSDm.c", "XAUUSD"),
        ("Gold.ECN", "XAUUSD"),
        ("GOLDm", "XAUUSD"),
        ("GOLD_EUR", "XAUEUR"),
        ("DE40", "GER40"),
        ("GER30.x", "GER40"),
        ("GER.30", "GER40"),
        ("DE30EUR", "GER40"),
        ("US100.pro", "NAS100"),
        ("USTEC", "NAS100"),
        ("SP500.c", "US500"),
        ("S&P_500", "US500"),
        ("JP225USD", "JP225"),
        ("XTIUSD", "USOIL"),
        ("USOILSpot", "USOIL"),
        ("USDX", "DXY"),
        ("AUDEUR", "AUDEUR"),
    ],
)
def test_broker_names_of_catalogued_symbols(name: str, canonical: str) -> None:
    assert normalize_canonical(name) == canonical


@pytest.mark.parametrize(
    ("name", "contract"),
    [
        ("XAUUSDmini.z", Contract.MINI),
        ("GBPUSDmicro", Contract.MICRO),
        ("EURUSDMic", Contract.MICRO),
        ("EURUSD.cent", Contract.CENT),
        ("US30U6", Contract.DATED),
        ("SP500-JU26", Contract.DATED),
        ("BTCUSD.futu", Contract.DATED),
        ("EURUSD.c", Contract.PLAIN),
    ],
)
def test_a_name_may_tell_which_contract_it_means(name: str, contract: Contract) -> None:
    assert read_symbol(name).contract is contract


@pytest.mark.parametrize(
    ("name", "candidates", "why"),
    [
        pytest.param("DOW.N", ("US30",), "share", id="the share of a company"),
        pytest.param("SPXL", ("US500",), "fund", id="a fund with three times the index's moves"),
        pytest.param("GOLD.N", ("XAUUSD",), "share", id="a mine, by its exchange"),
        pytest.param("#WTI", ("USOIL",), "share", id="an oil company, by its mark"),
        pytest.param("GOLDX", ("XAUUSD",), "share", id="a capital that could belong to a name"),
        pytest.param("BTCUSDT", ("BTCUSD",), "Tether", id="paid in another coin"),
        pytest.param("ETHUSDC", ("ETHUSD",), "coin", id="or in this one"),
        pytest.param("US30EUR", ("US30",), "EUR", id="an index paid in a foreign currency"),
        pytest.param("US30.10", ("US30",), "10", id="a number that could be anything"),
        pytest.param("XAUUSDTTBAR", ("XAUUSD",), "TTBAR", id="a tola bar is not an ounce"),
        pytest.param("SWISS30", ("SUI20",), "may be", id="an index by another number"),
        pytest.param("EURSUD", ("EURUSD", "EURSGD", "EURAUD"), "no name", id="a slip"),
        pytest.param("STOXX600", (), "no name", id="another index"),
        pytest.param("", (), "no name", id="empty"),
    ],
)
def test_what_could_mean_something_else_is_not_guessed(
    name: str, candidates: tuple[str, ...], why: str
) -> None:
    reading = read_symbol(name)

    assert (reading.canonical, reading.candidates) == (None, candidates)
    assert why in reading.sentence


def recorded() -> Iterator[tuple[str, str]]:
    """Spellings seen at brokers, with what they mean."""
    for meant, names in json.loads((SEEN / "spellings.json").read_text()).items():
        for name in names:
            yield name, MEANT.get(meant, meant)


def test_no_spelling_seen_at_241_brokers_is_read_wrongly() -> None:
    found = [(name, read_symbol(name), meant) for name, meant in recorded()]
    refused = [reading for _, reading, _ in found if reading.canonical is None]

    assert [name for name, reading, meant in found if reading.canonical not in {None, meant}] == []
    assert all(reading.candidates for reading in refused)
    assert len(found) == 374
    assert len(refused) == 15


def test_no_symbol_of_three_servers_is_read_wrongly() -> None:
    """Their descriptions name currencies in full: ``AUD/CAD``, ``Bitcoin vs US Dollar``."""
    with (SEEN / "market_watches.csv").open(newline="") as file:
        rows = [(row["broker_symbol"], row["description"]) for row in csv.DictReader(file)]
    pairs = [
        (name, text.replace("/", "")) for name, text in rows if text[3:4] == "/" and len(text) == 7
    ]
    unread = {name.split("_")[0] for name, _ in rows if read_symbol(name).canonical is None}

    assert len(pairs) > 150
    assert [name for name, meant in pairs if read_symbol(name).canonical != meant] == []
    assert unread == {
        *("EURBOBL", "EURBUND", "EURSCHA", "ITBTP10Y", "JGB10Y", "UKGB", "UST05Y", "UST10Y"),
        *("UST30Y", "SWISS30"),
    }


def test_no_symbol_of_two_more_brokers_is_read_wrongly() -> None:
    with (SEEN / "oanda_fxcm.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))

    wrong = [
        row["broker_symbol"]
        for row in rows
        if read_symbol(row["broker_symbol"]).canonical != (row["canonical"] or None)
    ]
    assert len(rows) == 185
    assert wrong == []


def test_names_made_after_the_conventions_of_brokers() -> None:
    """A name that may mean two things must be refused, for a wrong order is worse than none."""
    with (SEEN / "conventions.csv").open(encoding="utf-8", newline="") as file:
        meant = {row["symbol"]: row["canonical"] or None for row in csv.DictReader(file)}
    read = {name: read_symbol(name).canonical for name in meant}

    assert {name: (read[name], meant[name]) for name in meant if read[name] != meant[name]} == {}
    assert len(meant) > 1_400
    assert sum(each is not None for each in meant.values()) > 700


@pytest.mark.parametrize(
    ("name", "candidates", "why"),
    [
        pytest.param("OIL", ("USOIL", "UKOIL"), "USOIL or UKOIL", id="two oils"),
        pytest.param("BTC", ("BTCUSD",), "fund", id="a fund that holds the coin"),
        pytest.param("DASHm", ("DASHUSD",), "share", id="a share with an account's suffix"),
        pytest.param("btcusdt", ("BTCUSD",), "Tether", id="small letters set nothing off"),
        pytest.param("US30.short", ("US30",), "another contract", id="against its direction"),
        pytest.param("XAUUSDg", ("XAUUSD",), "gram", id="another unit"),
        pytest.param("USTEC_X10", ("NAS100",), "multiple", id="ten times its moves"),
        pytest.param("BRENT-WTI", ("UKOIL",), "both", id="a spread of two"),
        pytest.param("Nasdaq Comp", ("NAS100",), "another contract", id="an index beside it"),
        pytest.param("Goldman", ("XAUUSD",), "not known", id="a word that begins like one"),
        pytest.param("XAUUSD.100", ("XAUUSD",), "100", id="a number that may be a size"),
        pytest.param("GOLD-12.24", ("XAUUSD",), "12 24", id="numbers that may be a date"),
    ],
)
def test_an_ending_that_makes_another_contract_is_not_taken_off(
    name: str, candidates: tuple[str, ...], why: str
) -> None:
    reading = read_symbol(name)

    assert (reading.canonical, reading.candidates) == (None, candidates)
    assert why in reading.sentence


def test_a_coin_written_as_a_word_is_no_share() -> None:
    assert read_symbol("Dash").canonical == "DASHUSD"
    assert read_symbol("DASH").canonical is None


@pytest.mark.parametrize("name", ["US500-F", "NAS100ft", "WTI.F", "US30.Dec", "GER40-DEC2024"])
def test_a_forward_beside_the_cash_price_is_dated(name: str) -> None:
    assert read_symbol(name).contract is Contract.DATED


@pytest.mark.parametrize("length", [65, 512, 65_536, 1_048_576])
@pytest.mark.parametrize("text", ["A", "EURUSD", "EURUSD.", "é", "_"])
def test_an_endless_name_is_none_and_costs_nothing(length: int, text: str) -> None:
    name = (text * length)[:length]
    reading = read_symbol(name)

    assert reading.canonical is None
    assert reading.sentence == f"a name of {length} characters is none"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        pytest.param("AAPL", "AAPL", id="plain"),
        pytest.param("AAPLm", "AAPLM", id="a suffix is not stripped off an unknown name"),
        pytest.param("S&P500.i", "SP500I", id="odd characters go"),
        pytest.param("US", None, id="too short"),
        pytest.param("", None, id="empty"),
        pytest.param("#._", None, id="only prefixes"),
        pytest.param("X" * 20, "X" * 20, id="longest"),
        pytest.param("X" * 21, None, id="too long"),
        pytest.param("é€ß", None, id="nothing usable"),
    ],
)
def test_names_that_the_catalogue_does_not_know(name: str, kept: str | None) -> None:
    assert normalize_canonical(name, {"EURUSD"}) == kept


def test_the_catalogue_decides_which_synonym_is_the_name() -> None:
    assert normalize_canonical("GOLD.ecn", {"GOLD"}) == "GOLD"
    assert normalize_canonical("GOLDm", {"GOLD"}) == "GOLD"
    assert normalize_canonical("GOLD.ecn", {"GOLD", "XAUUSD"}) == "XAUUSD"
    assert normalize_canonical("XAUUSD.ecn", {"GOLD"}) == "GOLD"


def test_a_catalogue_may_name_what_the_shipped_one_does_not() -> None:
    assert normalize_canonical("TSLA.nas", {"TSLA"}) == "TSLA"
    assert read_symbol("DOW", {"DOW"}).canonical == "DOW"


def test_a_candidate_is_always_allowed() -> None:
    assert read_symbol("SPXL", {"EURUSD"}).candidates == ()


def test_a_literal_reading_goes_before_a_stripped_one() -> None:
    assert normalize_canonical("USDX", ["USD", "USDX"]) == "USDX"


def test_majors_are_in_the_catalogue() -> None:
    assert MAJORS <= CATALOGUE


@given(st.text(max_size=30))
def test_any_text_gives_a_clean_name_or_none(text: str) -> None:
    canonical = normalize_canonical(text)

    if canonical is not None:
        assert 3 <= len(canonical) <= 20
        assert set(canonical) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_-")


@given(st.sampled_from(sorted(CATALOGUE)))
def test_a_canonical_name_is_its_own(canonical: str) -> None:
    assert normalize_canonical(canonical) == canonical


@given(
    st.sampled_from(sorted(NAMES.keys() - LOOKALIKES)),
    st.sampled_from(["", ".", ".m", ".ecn", "-pro", "#"]),
)
def test_a_separated_suffix_never_changes_what_a_name_means(name: str, suffix: str) -> None:
    assert read_symbol(name + suffix).canonical == NAMES[name][0]
