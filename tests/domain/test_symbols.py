"""One name for an instrument, and none where it would have to be guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.symbols import MAJORS, SYNONYMS, normalize_canonical


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
        ("XAUUSDm.c", "XAUUSD"),
        ("Gold.ECN", "XAUUSD"),
        ("GOLDm", "XAUUSD"),
        ("DE40", "GER40"),
        ("GER30.x", "GER40"),
        ("US100.pro", "NAS100"),
        ("USTEC", "NAS100"),
        ("SP500.c", "US500"),
    ],
)
def test_broker_names_of_catalogued_symbols(name: str, canonical: str) -> None:
    assert normalize_canonical(name) == canonical


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


def test_a_literal_reading_goes_before_a_stripped_one() -> None:
    assert normalize_canonical("USDX", ["USD", "USDX"]) == "USDX"


def test_every_synonym_leads_to_one_canonical_name() -> None:
    assert {SYNONYMS[canonical] for canonical in SYNONYMS.values()} == set(SYNONYMS.values())
    assert set(SYNONYMS.values()) <= MAJORS


@given(st.text(max_size=30))
def test_any_text_gives_a_clean_name_or_none(text: str) -> None:
    canonical = normalize_canonical(text)

    if canonical is not None:
        assert 3 <= len(canonical) <= 20
        assert set(canonical) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_-")


@given(st.sampled_from(sorted(MAJORS)))
def test_canonical_names_stay(canonical: str) -> None:
    assert normalize_canonical(canonical) == canonical
