"""The shipped catalogue: every name leads to one instrument, and no two names fight."""

from echo.domain.instruments import (
    CATALOGUE,
    INDICES,
    LOOKALIKES,
    NAMES,
    QUOTED_IN,
    InstrumentKind,
    listed,
)


def test_every_canonical_name_is_a_name_of_its_own() -> None:
    assert [name for name in sorted(CATALOGUE) if NAMES[name][0] != name] == []


def test_what_retail_brokers_offer_is_there() -> None:
    kinds = {kind: sum(NAMES[name][1] is kind for name in CATALOGUE) for kind in InstrumentKind}

    assert kinds[InstrumentKind.FOREX] == 34 * 33
    assert {"EURUSD", "USDCNH", "XAUUSD", "XPTUSD", "USOIL", "NATGAS", "GER40"} <= CATALOGUE
    assert {"BTCUSD", "ETHUSD", "DOGEUSD", "COCOA", "DXY", "VIX"} <= CATALOGUE
    assert kinds[InstrumentKind.INDEX] == len(INDICES)


def test_an_index_may_carry_its_own_currency_and_no_other() -> None:
    assert NAMES["DE30EUR"] == ("GER40", InstrumentKind.INDEX)
    assert "DE30JPY" not in NAMES
    assert set(QUOTED_IN) <= set(INDICES)


def test_lookalikes_are_not_names_but_for_coins_that_are_words() -> None:
    assert LOOKALIKES.keys() & NAMES.keys() == {"DASH", "TRON"}
    assert {each for meant in LOOKALIKES.values() for each in meant} <= CATALOGUE


def test_words_are_read_from_text() -> None:
    assert listed("A B  C") == {"A", "B", "C"}
