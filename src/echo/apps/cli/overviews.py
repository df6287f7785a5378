"""``echoctl report trades | decisions | latency``, ``echoctl store caches``: of a running Core."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Final, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from echo.apps.cli.asking import HINTS, START, plain_console
from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_UNREACHABLE, EXIT_USAGE, give_up
from echo.apps.cli.reaching import reach, settings_of
from echo.domain.cache_facts import CacheStanding
from echo.domain.operations import NotDone
from echo.domain.overviews import (
    OVERVIEW_ROWS_MAX,
    AskOverview,
    Overview,
    OverviewKind,
    ToldOverview,
)
from echo.links.admin_client import AdminClient
from echo.ports.errors import AdminRefused, LinkDown, SettingsInvalid
from echo.wire.overviews import write_caches, write_overview

SETTINGS_HINT: Final = "name the Core's settings with --config FILE"
SHOWN_MAX: Final = 200
"""Rows of a table; JSON has all."""

Config = Annotated[Path, typer.Option("--config", help="Settings of the Core that runs.")]
First = Annotated[str | None, typer.Option("--from", help="First UTC day.")]
Last = Annotated[str | None, typer.Option("--to", help="Last UTC day, included.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_T = TypeVar("_T")


def trades(
    config: Config = Path("echo.toml"),
    from_: First = None,
    to: Last = None,
    as_json: AsJson = False,
) -> None:
    """Add up trades by master, strategy and symbol; the running Core is asked."""
    _report(OverviewKind.TRADES, config, from_, to, as_json)


def decisions(
    config: Config = Path("echo.toml"),
    from_: First = None,
    to: Last = None,
    as_json: AsJson = False,
) -> None:
    """Count what each account came to, and for which reason; the running Core is asked."""
    _report(OverviewKind.DECISIONS, config, from_, to, as_json)


def latency(config: Config = Path("echo.toml"), as_json: AsJson = False) -> None:
    """Tell mean milliseconds per hop and slave account; the running Core is asked."""
    _report(OverviewKind.LATENCY, config, None, None, as_json)


def caches(config: Config = Path("echo.toml"), as_json: AsJson = False) -> None:
    """Tell what the running Core found in its caches, what not, and how old it was."""
    command = "store caches"
    found = _asked(command, config, lambda core: core.caches(), as_json)
    if found is None:
        hint = "set telemetry/enabled to true and restart the Core"
        give_up(command, EXIT_PROBLEM, "this Core counts nothing", hint, as_json=as_json)
    if as_json:
        print(write_caches(found).decode())
    else:
        plain_console().print(_caches(found))


def _report(
    kind: OverviewKind, config: Path, first: str | None, last: str | None, as_json: bool
) -> None:
    command = f"report {kind}"
    try:
        question = AskOverview(kind=kind, first=_day("--from", first), last=_day("--to", last))
    except ValueError as error:
        give_up(command, EXIT_USAGE, str(error), as_json=as_json)
    told = _asked(command, config, lambda core: core.overview(question), as_json)
    if isinstance(told, NotDone):
        hint = HINTS.get(told.code, "")
        give_up(command, EXIT_UNREACHABLE, told.sentence, hint, as_json=as_json, why=told.code)
    if as_json:
        print(write_overview(told).decode())
    else:
        _show(plain_console(), told)


def _asked(command: str, config: Path, ask: Callable[[AdminClient], _T], as_json: bool) -> _T:
    try:
        return ask(reach(settings_of(config)))
    except SettingsInvalid as error:
        give_up(command, EXIT_USAGE, str(error), SETTINGS_HINT, as_json=as_json)
    except LinkDown as error:
        give_up(command, EXIT_UNREACHABLE, str(error), START, as_json=as_json)
    except AdminRefused as error:
        hint = "use the settings of the Core that runs, as a user who may read its state folder"
        give_up(command, EXIT_PROBLEM, str(error), hint, as_json=as_json, why="refused")


def _show(console: Console, told: ToldOverview) -> None:
    table, rows = _table(told.overview)
    for row in rows[:SHOWN_MAX]:
        table.add_row(*(escape(cell) for cell in row))
    for column in table.columns[_WORDS[told.overview.kind] :]:
        column.justify = "right"
    console.print(table if rows else "nothing is kept of these days")
    if len(rows) > SHOWN_MAX:
        console.print(f"the first {SHOWN_MAX} of {len(rows)} rows: see --json for all")
    if not told.overview.complete:
        console.print(f"only the first {OVERVIEW_ROWS_MAX} rows were read: ask for fewer days")
    read_at = datetime.fromtimestamp(told.overview.read_at_ms / 1_000, UTC)
    console.print(
        f"as of {read_at:%Y-%m-%d %H:%M:%S} UTC, {told.age_ms / 1_000:.1f} s ago,"
        f" from {told.found_in}",
        highlight=False,
    )


_WORDS: Final = {OverviewKind.TRADES: 3, OverviewKind.DECISIONS: 4, OverviewKind.LATENCY: 1}
"""How many columns are words, not numbers."""


def _table(overview: Overview) -> tuple[Table, list[list[str]]]:
    rows = overview.trades or overview.decisions or overview.latency
    heads = {
        OverviewKind.TRADES: (
            *("master", "strategy", "symbol", "trades", "settled", "copies wanted"),
            *("filled", "failed", "no outcome yet"),
        ),
        OverviewKind.DECISIONS: ("account", "action", "outcome", "code", "decisions"),
        OverviewKind.LATENCY: (
            *("account", "fills", "EA-Agent", "Agent-Core", "Core", "Core-Agent", "Agent-EA"),
            *("EA", "broker", "EA to fill, mean ms"),
        ),
    }[overview.kind]
    cells = [
        ["?" if cell is None else str(cell) for cell in msgspec.to_builtins(row).values()]
        for row in rows
    ]
    return Table(*heads), cells


def _caches(found: tuple[CacheStanding, ...]) -> Table:
    table = Table("cache", "hits", "misses", "passed over", "mean age ms", "oldest used ms")
    for column in table.columns[1:]:
        column.justify = "right"
    for each in found:
        ages = ("—" if age is None else str(age) for age in (each.age_ms_mean, each.age_ms_max))
        table.add_row(each.cache, str(each.hits), str(each.misses), str(each.passed_over), *ages)
    return table


def _day(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{option} {text} is not a day: YYYY-MM-DD") from None
