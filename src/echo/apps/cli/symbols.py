"""``echoctl symbols``: what a broker's names mean to Echo, answered without a running Core."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from echo.apps.cli.symbol_lists import ListUnreadable, SymbolList, read_lists
from echo.domain.instruments import CATALOGUE
from echo.domain.market_watch import Choice, Listed, choose
from echo.domain.symbols import Reading, read_symbol

EXIT_BAD_INPUT = 2

app = typer.Typer(name="symbols", help="What a broker's names mean.", no_args_is_help=True)


@app.command()
def resolve(
    names: Annotated[
        list[str] | None, typer.Argument(help="Names as the broker spells them.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(help="CSV of a market watch: symbol, and if known trade_mode, server."),
    ] = None,
    mappings: Annotated[
        str, typer.Option(help="What you have decided: BROKER:CANONICAL,… as in SymbolMappings.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say for each name which instrument it is, or why that cannot be told, and what it may be.

    With a file also which of several spellings stands for an instrument. Exit code 2 if the
    input cannot be read.
    """
    try:
        decided = _decided(mappings)
        lists = read_lists(file) if file is not None else []
    except ListUnreadable as error:
        print(f"echoctl symbols resolve: {error}", file=sys.stderr)
        raise typer.Exit(EXIT_BAD_INPUT) from None
    if names:
        lists = [SymbolList("", tuple(Listed(name) for name in names)), *lists]
    if not lists:
        print("echoctl symbols resolve: give names, or a list with --file", file=sys.stderr)
        raise typer.Exit(EXIT_BAD_INPUT)
    if as_json:
        print(json.dumps({"lists": [_as_json(each, decided) for each in lists]}, indent=2))
        return
    console = Console()
    for each in lists:
        _show(console, each, decided)


@app.command()
def coverage(
    file: Annotated[Path, typer.Option(help="CSV with a column canonical: what is meant.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Count what is read rightly, refused or read wrongly; exit code 1 if anything is wrong."""
    try:
        lists = read_lists(file)
    except ListUnreadable as error:
        print(f"echoctl symbols coverage: {error}", file=sys.stderr)
        raise typer.Exit(EXIT_BAD_INPUT) from None
    counts = [each.counted() for each in lists]
    if as_json:
        rows = [{"server": each.server, **count} for each, count in zip(lists, counts, strict=True)]
        print(json.dumps({"lists": rows}, indent=2))
    else:
        table = Table("list", "names", "right", "refused", "wrong", box=None)
        for each, count in zip(lists, counts, strict=True):
            table.add_row(each.server or "—", *map(str, count.values()))
        Console().print(table)
    raise typer.Exit(1 if any(count["wrong"] for count in counts) else 0)


def _decided(text: str) -> dict[str, str]:
    """Read ``BROKER:CANONICAL`` pairs; canonical names must be in the catalogue."""
    decided = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, colon, canonical = pair.rpartition(":")
        if not colon or canonical.upper() not in CATALOGUE:
            raise ListUnreadable(f"--mappings {pair}: must be BROKER:CANONICAL, of the catalogue")
        decided[name] = canonical.upper()
    return decided


def _reading(listed: Listed, decided: dict[str, str]) -> Reading:
    canonical = decided.get(listed.broker_symbol)
    if canonical is not None:
        name = listed.broker_symbol
        return Reading(name=name, canonical=canonical, sentence="decided by a symbol mapping")
    return read_symbol(listed.broker_symbol)


def _mapped(each: SymbolList, decided: dict[str, str]) -> tuple[Choice, ...]:
    names = {listed.broker_symbol for listed in each.listed}
    here = {name: canonical for name, canonical in decided.items() if name in names}
    return choose(each.listed, CATALOGUE, here).choices


def _as_json(each: SymbolList, decided: dict[str, str]) -> dict[str, Any]:
    readings = [_reading(listed, decided) for listed in each.listed]
    return {
        "server": each.server or None,
        "symbols": [
            {
                "name": reading.name,
                "canonical": reading.canonical,
                "contract": reading.contract.value if reading.canonical else None,
                "reason": reading.sentence,
                "candidates": list(reading.candidates),
            }
            for reading in readings
        ],
        "mapping": [
            {
                "canonical": choice.canonical,
                "broker_symbol": choice.broker_symbol,
                "reason": choice.sentence,
                "rivals": list(choice.rivals),
            }
            for choice in _mapped(each, decided)
        ],
    }


def _show(console: Console, each: SymbolList, decided: dict[str, str]) -> None:
    table = Table(box=None, header_style="bold", title=each.server or None, title_justify="left")
    for heading in ("name", "canonical", "contract", "why"):
        table.add_column(heading, overflow="fold")
    for listed in each.listed:
        reading = _reading(listed, decided)
        if reading.canonical is not None:
            cells = (reading.canonical, reading.contract.value, reading.sentence)
        else:
            maybe = f"; perhaps {', '.join(reading.candidates)}" if reading.candidates else ""
            cells = ("—", "", reading.sentence + maybe)
        table.add_row(reading.name, *cells)
    console.print(table)
    for choice in _mapped(each, decided):
        if choice.rivals:
            taken = choice.broker_symbol or "nothing"
            console.print(f"{choice.canonical}: {taken} is taken: {choice.sentence}")
