"""Market watches as people export them: any table with names in it."""

from pathlib import Path

import pytest

from echo.apps.cli.symbol_lists import ListUnreadable, SymbolList, read_lists
from echo.domain.market_watch import Listed, TradeMode


def lists_of(folder: Path, data: str | bytes) -> list[SymbolList]:
    path = folder / "list.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_lists(path)


def test_a_column_of_names_is_enough(tmp_path: Path) -> None:
    [found] = lists_of(tmp_path, "EURUSD.m\n\nGOLD\n")

    assert found.server == ""
    assert found.listed == (Listed("EURUSD.m"), Listed("GOLD"))


def test_a_heading_names_the_columns_wherever_they_are(tmp_path: Path) -> None:
    first, second = lists_of(
        tmp_path, "Mode;Server;Symbol\n2;A;EURUSD\n0;A;EURUSD.x\n1;B;GOLD\n;B;\n"
    )

    assert first == SymbolList(
        "A", (Listed("EURUSD", TradeMode.FULL), Listed("EURUSD.x", TradeMode.NONE))
    )
    assert second == SymbolList("B", (Listed("GOLD", TradeMode.CLOSE_ONLY),))


def test_the_modes_of_both_terminals_are_understood(tmp_path: Path) -> None:
    [found] = lists_of(tmp_path, "name,trade_mode\nA,4\nB,3\nC,1\nD,0\nE,odd\n")

    assert [each.trade_mode for each in found.listed] == [
        TradeMode.FULL,
        TradeMode.CLOSE_ONLY,
        TradeMode.FULL,
        TradeMode.NONE,
        None,
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    [found] = lists_of(tmp_path, "symbol\tpath\nEURUSD\tForex\\Majörs\n".encode(encoding))

    assert found.listed == (Listed("EURUSD"),)


@pytest.mark.parametrize("data", ["", "\n\n", "symbol\n\n", "symbol,mode\n,2\n"])
def test_a_list_without_names_is_refused(tmp_path: Path, data: str) -> None:
    with pytest.raises(ListUnreadable, match=r"is empty|holds no names"):
        lists_of(tmp_path, data)


def test_what_is_no_list_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ListUnreadable, match="No such file"):
        read_lists(tmp_path / "none.csv")
    with pytest.raises(ListUnreadable, match="MiB"):
        lists_of(tmp_path, b"x" * ((16 << 20) + 1))
    with pytest.raises(ListUnreadable, match="field larger"):
        lists_of(tmp_path, "name\n" + "x" * 200_000)


def test_names_are_counted_against_what_they_mean(tmp_path: Path) -> None:
    [found] = lists_of(
        tmp_path, "name,canonical\nGOLD,XAUUSD\nDOW,US30\nEURUSD,GBPUSD\nBUND,\nSILVER,\n"
    )

    assert found.counted() == {"names": 5, "right": 2, "refused": 1, "wrong": 2}
