"""``echoctl symbols``: what a broker's names mean to Echo, and which accounts report theirs."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from echo.apps.cli.asking import asked, plain_console
from echo.apps.cli.exits import EXIT_PROBLEM
from echo.apps.cli.symbol_lists import ListUnreadable, SymbolList, read_lists
from echo.domain.instruments import CATALOGUE
from echo.domain.market_watch import Choice, Listed, choose
from echo.domain.registry import COVERAGE_HOURS, Advice, AskCoverage, Coverage
from echo.domain.symbols import Reading, read_symbol
from echo.wire.operations import NOBODY, write_answer
from echo.wire.registry import HOURS_MAX

EXIT_BAD_INPUT = 2
DEFAULT_CONFIG: Final = Path("echo.toml")

app = typer.Typer(
    name="symbols", help="What a broker's names mean, and who reports them.", no_args_is_help=True
)


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
    file: Annotated[
        Path | None, typer.Option(help="CSV with a column canonical: what is meant.")
    ] = None,
    hours: Annotated[
        int, typer.Option(min=1, max=HOURS_MAX, help="How far back accounts count as active.")
    ] = COVERAGE_HOURS,
    config: Annotated[Path, typer.Option("--config", help="The Core's settings.")] = DEFAULT_CONFIG,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say whether all accounts report their symbols; with a file, how well its names are read.

    Asks the running Core which accounts were active and which told their symbols, and recommends
    reject or warn for core/symbols/unknown_action; exit code 1 if it should go back to warn. With
    --file counts what is read rightly, refused or wrongly; exit code 1 if anything is wrong.
    """
    if file is None:
        _coverage_of_accounts(hours, config, as_json)
    else:
        _coverage_of_file(file, as_json)


def _coverage_of_accounts(hours: int, config: Path, as_json: bool) -> None:
    answer = asked("symbols coverage", config, NOBODY, AskCoverage(hours=hours), as_json)
    assert isinstance(answer, Coverage)  # noqa: S101 -- the answer to that question
    if as_json:
        print(write_answer(answer).decode())
    else:
        console = plain_console()
        console.print(f"active within {hours} h: {answer.active} accounts")
        console.print(f"reporting symbols: {answer.reporting}")
        if answer.silent:
            console.print(f"silent: {', '.join(answer.silent)}", markup=False)
        console.print(f"core/symbols/unknown_action is {answer.unknown_action}")
        console.print(f"advice: {answer.advice}: {answer.sentence}", markup=False)
    raise typer.Exit(EXIT_PROBLEM if answer.advice is Advice.WARN else 0)


def _coverage_of_file(file: Path, as_json: bool) -> None:
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
