"""Which instrument each line of a report stands for."""

import csv
import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.handshake import IssueCode
from echo.domain.instruments import NAMES
from echo.domain.specs import SymbolMapping, TradePermission
from echo.engine.naming import Names, name_symbols
from echo.engine.settings import EngineSettings, UnknownSymbolAction
from tests.engine.scenes import mapping

SEEN = Path(__file__).parents[1] / "data" / "symbols"
OTHERWISE = {"DAX40": "GER40", "SP500": "US500"}
"""What the recorded lists call otherwise than the catalogue does."""
SHOWN = TradePermission.DISABLED


def spelled(broker: str, **changes: Any) -> SymbolMapping:
    """A line of an EA that maps nothing."""
    return mapping(broker.upper(), broker, **changes)


def named(*symbols: SymbolMapping, mappings: str = "", **changes: Any) -> Names:
    return name_symbols(symbols, replace(EngineSettings(), **changes), mappings=mappings)


def taken(names: Names) -> list[str | None]:
    return [name.canonical if name.taken else None for name in names.lines]


@pytest.mark.parametrize(
    ("symbol", "canonical"),
    [
        pytest.param(spelled("Gold.ecn"), "XAUUSD", id="the broker's own spelling is read"),
        pytest.param(spelled("GOLDm"), "XAUUSD", id="small letters behind a name"),
        pytest.param(spelled("GOLDM"), None, id="capitals behind it may be another name"),
        pytest.param(mapping("XAUUSD", "SPXL"), "XAUUSD", id="the operator's word counts"),
        pytest.param(mapping("GOLD", "odd.name"), "XAUUSD", id="in the catalogue's words"),
        pytest.param(spelled("AAPL"), "AAPL", id="unknown, but called exactly so"),
        pytest.param(spelled("AAPL.us"), None, id="unknown"),
    ],
)
def test_a_single_line(symbol: SymbolMapping, canonical: str | None) -> None:
    assert taken(named(symbol)) == [canonical]


def test_what_may_be_something_else_is_refused_with_what_it_may_be() -> None:
    [name] = named(spelled("BTCUSDT")).lines
    assert name.error is not None

    assert name.error.code is IssueCode.AMBIGUOUS_SYMBOL
    assert name.error.metadata == (("candidates", "BTCUSD"),)
    assert name.error.message == (
        "BTCUSDT: BTCUSDT is quoted in Tether, a coin; is it BTCUSD? map it to say so"
    )


def test_an_operator_who_maps_a_name_to_itself_is_believed() -> None:
    [name] = named(spelled("SPXL"), mappings="SPXL:SPXL").lines

    assert (name.canonical, name.taken, name.error) == ("SPXL", True, None)
    assert name.warning is not None
    assert name.warning.code is IssueCode.CANONICAL_NOT_ALLOWED


@pytest.mark.parametrize(
    "mappings", ["EURUSD:EURUSDm", " eurusd : EURUSDm ,DAX:GER30", "EURUSDm:EURUSD"]
)
def test_a_mapping_decides_between_spellings_that_are_equally_good(mappings: str) -> None:
    assert named(spelled("EURUSD"), spelled("EURUSDm")).repeated
    mapped = replace(spelled("EURUSDm"), canonical_symbol="EURUSD")
    names = named(spelled("EURUSD"), mapped, spelled("GBPUSD.pro"), mappings=mappings)

    assert names.repeated == ()
    assert [name.taken for name in names.lines] == [False, True, True]
    assert names.lines[0].warning is not None
    assert "decided by a symbol mapping" in names.lines[0].warning.message


def test_a_mapping_of_a_name_to_itself_decides_too() -> None:
    names = named(spelled("EURUSD"), spelled("EURUSDm"), mappings="EURUSD:EURUSD")

    assert names.repeated == ()
    assert [name.taken for name in names.lines] == [True, False]


def test_what_is_not_mapped_beside_a_mapping_is_read() -> None:
    names = named(spelled("EURUSD.pro"), spelled("EURUSDmini"), mappings="GER40:DE40.x")

    assert names.repeated == ()
    assert [(name.canonical, name.taken) for name in names.lines] == [
        ("EURUSD", True),
        ("EURUSD", False),
    ]


def test_a_slip_is_refused_with_what_was_meant_but_only_some_are_searched_for() -> None:
    slips = [spelled(f"EURSUD{n}") for n in range(1, 9)]
    names = named(*slips, unknown_action=UnknownSymbolAction.REJECT)
    errors = [name.error for name in names.lines if name.error is not None]

    assert {error.code for error in errors} == {IssueCode.CANONICAL_NOT_ALLOWED}
    assert errors[0].metadata[0][1].startswith("EURUSD")
    assert [bool(error.metadata) for error in errors] == [True] * 4 + [False] * 4


def test_a_spelling_that_is_only_shown_is_no_duplicate() -> None:
    names = named(spelled("EURUSD", trade_permission=SHOWN), spelled("EURUSD.pro"))
    shown, traded = names.lines

    assert names.repeated == ()
    assert (shown.taken, traded.taken) == (False, True)
    assert shown.warning is not None
    assert shown.warning.message == (
        "EURUSD.pro stands for EURUSD, not EURUSD: EURUSD is not tradable"
    )


def test_a_spelling_without_a_usable_spec_is_no_rival() -> None:
    names = named(spelled("EURUSD", digits=-1), spelled("EURUSD.pro"))

    assert names.repeated == ()
    assert taken(names) == [None, "EURUSD"]
    assert names.lines[0].complaint == "digits is -1, not 0 to 10"


@pytest.mark.parametrize(
    "symbols",
    [
        pytest.param((spelled("US30U6"), spelled("US30Z6")), id="two futures"),
        pytest.param((spelled("EURUSDmini"), spelled("EURUSD.mini")), id="two mini contracts"),
        pytest.param(
            (
                spelled("EURUSD", trade_permission=SHOWN),
                spelled("EURUSDm", trade_permission=SHOWN),
            ),
            id="two that are only shown",
        ),
    ],
)
def test_two_of_a_lesser_kind_are_both_left_out_and_the_rest_stands(
    symbols: tuple[SymbolMapping, ...],
) -> None:
    names = named(*symbols, spelled("GBPUSD"))

    assert names.repeated == ()
    assert taken(names) == [None, None, "GBPUSD"]
    assert {name.error.code for name in names.lines if name.error} == {
        IssueCode.DUPLICATE_CANONICAL
    }


@pytest.mark.parametrize(
    ("symbols", "sentence"),
    [
        pytest.param(
            (spelled("EURUSD"), spelled("EURUSDm")),
            "EURUSD: EURUSD, EURUSDm are equally good: name one in a symbol mapping",
            id="equally good",
        ),
        pytest.param(
            (mapping("EURUSD", "a"), mapping(" eurusd", "b"), mapping("Eurusd", "c")),
            "EURUSD is reported 3 times",
            id="one name, whatever its letters",
        ),
        pytest.param(
            (mapping("XAUUSD", "a"), mapping("GOLD", "b")),
            "XAUUSD is reported 2 times",
            id="two names of one thing",
        ),
    ],
)
def test_a_duplicate_refuses_the_whole_report(
    symbols: tuple[SymbolMapping, ...], sentence: str
) -> None:
    names = named(*symbols, spelled("GBPUSD"))
    [issue] = names.repeated

    assert names.lines == ()
    assert issue.code is IssueCode.DUPLICATE_CANONICAL
    assert issue.message == f"{sentence}; the whole report is refused"


def test_a_mapping_goes_before_the_brokers_own_spelling() -> None:
    names = named(mapping("XAUUSD", "odd.name"), spelled("GOLD"))

    assert taken(names) == ["XAUUSD", None]


def recorded() -> dict[str, set[str]]:
    """Every recorded spelling with what it may mean."""
    meant: dict[str, set[str]] = defaultdict(set)
    for canonical, spellings in json.loads((SEEN / "spellings.json").read_text()).items():
        for name in spellings:
            meant[name].add(OTHERWISE.get(canonical, canonical))
    with (SEEN / "market_watches.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            meant[row["broker_symbol"]].add(row["canonical"])
    return meant


RECORDED = recorded()


@given(
    st.lists(st.sampled_from(sorted(RECORDED)), max_size=40, unique=True),
    st.lists(st.sampled_from([None, *TradePermission]), min_size=40, max_size=40),
)
def test_no_list_of_recorded_names_is_named_wrongly(
    names: list[str], permissions: list[TradePermission | None]
) -> None:
    symbols = [
        spelled(name, trade_permission=permission)
        for name, permission in zip(names, permissions, strict=False)
    ]
    found = named(*symbols)
    stands = [
        (name, line.canonical)
        for name, line in zip(names, found.lines, strict=False)
        if line.taken and line.canonical in EngineSettings().canonical_symbols
    ]

    assert bool(found.repeated) is not bool(found.lines) or not names
    assert [(name, it) for name, it in stands if it not in RECORDED[name]] == []
    assert len({canonical for _, canonical in stands}) == len(stands), "one each"


def test_every_name_of_the_catalogue_stands_for_itself() -> None:
    wrong = [
        name
        for name, (canonical, _) in NAMES.items()
        if taken(named(mapping(name, "odd.name"))) not in ([canonical], [name])
    ]

    assert set(wrong) == {"DASH", "TRON"}, "shares are called so, too"
