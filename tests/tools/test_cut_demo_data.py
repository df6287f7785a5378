"""The demo's data can be cut again, and what is kept is kept unaltered."""

import gzip
import zipfile
from pathlib import Path

import pytest

from echo.apps.demo_data.feeds import FEEDS, HISTORIES, HOUR_MS, load
from tools.cut_demo_data import OTHER_TRADES, TICK_SOURCES, cut_ticks, cut_trades, main, packed

HEADING = (
    "ticket,magic,open_time,side,lots,symbol,open_price,sl_final,tp_final,"
    "close_time,close_price,commission,swap,profit,close_kind,related_ticket\n"
)


def row(ticket: int, symbol: str, related: str = "") -> str:
    return (
        f"{ticket},,2019.04.04 11:56:57,buy,0.01,{symbol},1,0,0,"
        f"2019.04.04 12:08:41,2,0,0,40,,{related}\n"
    )


def test_rows_of_the_window_stay_as_they_are() -> None:
    noon = 12 * HOUR_MS
    lines = [b"%d,1.1,1.2\r\n" % at for at in (noon - 1, noon, noon + 4 * HOUR_MS - 1)]
    lines += [b"%d.75,1.1,1.1\n" % (noon + 5), b"%d,1.1,1.2\r\n" % (noon + 4 * HOUR_MS)]

    assert cut_ticks(b"".join(lines), shift_ms=0) == lines[1] + lines[2] + lines[3]
    assert (
        cut_ticks(b"25200000,1,2\r\n43200000,1,2\r\n", shift_ms=5 * HOUR_MS) == b"25200000,1,2\r\n"
    )


def test_other_symbols_stay_as_samples_and_parts_of_positions_always() -> None:
    rows = [row(n, "jp225") for n in range(OTHER_TRADES + 5)]
    rows += [row(90, "eurusd."), row(91, "usdjpy", "92"), row(92, "XAUUSD-2"), row(93, "usdjpy")]

    kept = cut_trades(HEADING + "".join(rows))

    assert kept == HEADING + "".join([*rows[:OTHER_TRADES], *rows[-4:-1]])


def test_packing_is_reproducible_and_nameless() -> None:
    assert packed(b"text") == packed(b"text")
    assert gzip.decompress(packed(b"text")) == b"text"
    assert packed(b"text")[3:8] == bytes(5)


def test_the_whole_set_is_made_from_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    for folder in (source / "ticks", source / "histories", target):
        folder.mkdir(parents=True)
    # The bundled files, put back into the form of their sources, must come out as they went in.
    for ticks in TICK_SOURCES:
        with zipfile.ZipFile(source / "ticks" / ticks.archive, "w") as archive:
            archive.writestr("ticks.csv", gzip.decompress(ticks.feed.load()) + b"1,1.1,1.2\n")
    for name in HISTORIES:
        (source / "histories" / name.removesuffix(".gz")).write_bytes(gzip.decompress(load(name)))

    assert main(["--source", str(source), "--to", str(target)]) == 0

    for name in (*HISTORIES, *(feed.file for feed in FEEDS)):
        assert gzip.decompress((target / name).read_bytes()) == gzip.decompress(load(name))
    assert "in all" in capsys.readouterr().out
