"""What stands behind a name: harmless, telling, or a reason to doubt."""

import pytest

from echo.domain.endings import Ending, ending_of, words_of
from echo.domain.instruments import InstrumentKind

FOREX, INDEX, METAL, CRYPTO = (
    InstrumentKind.FOREX,
    InstrumentKind.INDEX,
    InstrumentKind.METAL,
    InstrumentKind.CRYPTO,
)


def test_a_spelling_is_divided_at_its_marks() -> None:
    assert words_of("#GER40_U26") == ["GER40", "U26"]
    assert words_of("S&P_500") == ["S&P", "500"]
    assert words_of(" =! ") == []


@pytest.mark.parametrize(
    ("rest", "ending"),
    [
        ([], Ending.NONE),
        (["ecn"], Ending.NONE),
        (["MRC"], Ending.NONE),
        (["m", "c"], Ending.NONE),
        (["mini", "z"], Ending.MINI),
        (["Mic"], Ending.MICRO),
        (["cents"], Ending.CENT),
        (["H9"], Ending.DATED),
        (["DEC26"], Ending.DATED),
        (["2612"], Ending.DATED),
        (["futures"], Ending.DATED),
        (["1"], Ending.NONE),
        (["12"], Ending.NONE),
        (["USD"], Ending.NONE),
    ],
)
def test_what_an_ending_tells(rest: list[str], ending: Ending) -> None:
    assert ending_of("EURUSD", rest, FOREX) is ending


@pytest.mark.parametrize(
    ("stem", "rest", "kind", "fused"),
    [
        ("GOLD", ["NYSE"], METAL, False),
        ("GOLD", ["M"], METAL, True),
        ("DE40", ["JPY"], INDEX, False),
        ("DE40", ["10"], INDEX, False),
        ("EURUSD", ["247p"], FOREX, True),
        ("EURUSD", ["WEEKEND"], FOREX, False),
        ("EURUSD", ["ABC"], FOREX, True),
        ("BTCUSD", ["T"], CRYPTO, True),
        ("BTCUSD", ["C"], CRYPTO, True),
        ("EURUSD", ["ZZZ26"], FOREX, False),
    ],
)
def test_what_makes_a_name_doubtful(
    stem: str, rest: list[str], kind: InstrumentKind, fused: bool
) -> None:
    doubt = ending_of(stem, rest, kind, fused=fused)

    assert not isinstance(doubt, Ending)
    assert stem in doubt


def test_small_letters_set_an_ending_off() -> None:
    assert ending_of("EURUSD", ["abc"], FOREX, fused=True) is Ending.NONE
    assert ending_of("BTCUSD", ["t"], CRYPTO, fused=True) is Ending.NONE
    assert ending_of("GOLD", ["m"], METAL, fused=True) is Ending.NONE


def test_the_mark_of_shares_makes_a_word_doubtful_and_a_code_not() -> None:
    assert not isinstance(ending_of("WTI", [], InstrumentKind.ENERGY, prefixed=True), Ending)
    assert ending_of("DAX", [], INDEX, prefixed=True) is Ending.NONE
    assert ending_of("EURUSD", [], FOREX, prefixed=True) is Ending.NONE
