"""``echoctl store``: look after the journal."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Final

import typer

from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_USAGE, give_up
from echo.apps.cli.reaching import settings_of
from echo.apps.cli.store_server import (
    NoJournalThere,
    check_server,
    demand_journal,
    migrate_server,
    moved,
    told,
)
from echo.apps.journals import Place, open_journal, place_of
from echo.ports.errors import EchoError, JournalUnavailable, SettingsInvalid, StoreLocked
from echo.stores.postgres.target import PostgresTarget
from echo.stores.sqlite.database import read_migrations
from echo.stores.sqlite.health import Health, read_health
from echo.stores.sqlite.journal import SqliteJournal

DAY_MS: Final = 86_400_000
TRADES_PER_PURGE: Final = 1_000
"""Trades that one transaction deletes; nobody else waits meanwhile."""

NAME_SETTINGS: Final = "name the settings with --config FILE"
MAKE_ONE: Final = "name other settings with --config FILE, or make one: echoctl store migrate"

Config = Annotated[Path, typer.Option("--config", help="Settings of the Core whose journal it is.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

app = typer.Typer(
    help="Look after the journal.\n\n"
    "Exit codes: 0 done, or all is well; 1 a problem; 2 there is nothing to read; 3 no Core"
    " answers.",
    no_args_is_help=True,
)


@app.callback()
def root() -> None:
    """Look after the journal."""


@app.command()
def purge(
    config: Config = Path("echo.toml"),
    days: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Keep trades that were settled so many days before the latest; by default what"
            " core/journal/keep_days says.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Delete old settled trades with everything about them; the Core must not run.

    The file does not shrink: what is freed is used again.
    """
    command = "store purge"
    try:
        settings = settings_of(config)
        path = place_of(settings)
        keep_days = settings.journal_keep_days if days is None else days
        if not keep_days:
            give_up(
                command,
                EXIT_USAGE,
                "the settings keep everything",
                "say with --days N how much is to be kept",
                as_json=as_json,
            )
        _demand(path, command, as_json=as_json)
        removed = asyncio.run(_purge(path, keep_days * DAY_MS))
    except NoJournalThere as error:
        give_up(command, EXIT_USAGE, str(error), MAKE_ONE, as_json=as_json)
    except StoreLocked as error:
        hint = "a running Core purges by itself; stop it to do it by hand"
        give_up(command, EXIT_PROBLEM, str(error), hint, as_json=as_json, why="locked")
    except SettingsInvalid as error:
        give_up(command, EXIT_USAGE, str(error), NAME_SETTINGS, as_json=as_json)
    except EchoError as error:
        give_up(command, EXIT_PROBLEM, str(error), as_json=as_json)
    if as_json:
        report = {"journal": str(path), "days": keep_days, "removed_trades": removed}
        print(json.dumps(report))
    else:
        print(
            f"{path}: removed {removed} trades that were settled more than {keep_days} days"
            " before the latest"
        )


@app.command()
def check(
    config: Config = Path("echo.toml"),
    as_json: AsJson = False,
) -> None:
    """Say whether the file is whole, or the server as it should be; the Core may run meanwhile."""
    command = "store check"
    try:
        path = place_of(settings_of(config))
        if not isinstance(path, Path):
            _check_server(path, as_json=as_json)
            return
        _demand(path, command, as_json=as_json)
        health = read_health(path)
    except SettingsInvalid as error:
        give_up(command, EXIT_USAGE, str(error), NAME_SETTINGS, as_json=as_json)
    except NoJournalThere as error:
        give_up(command, EXIT_USAGE, str(error), MAKE_ONE, as_json=as_json)
    except JournalUnavailable as error:
        give_up(command, EXIT_PROBLEM, str(error), as_json=as_json)
    problems = _problems(health)
    if as_json:
        report = {
            "journal": str(path),
            "ok": not problems,
            "schema": health.schema,
            "schema_known": health.schema_known,
            "problems": problems,
        }
        print(json.dumps(report))
    else:
        for problem in problems:
            print(f"{path}: {problem}")
        if not problems:
            print(f"{path}: the file is whole, {_schema(health)}")
    if problems:
        raise typer.Exit(EXIT_PROBLEM)


@app.command()
def migrate(
    config: Config = Path("echo.toml"),
    writer: Annotated[
        str | None, typer.Option(help="Role that a Core comes as: may work, may not change tables.")
    ] = None,
    reader: Annotated[str | None, typer.Option(help="Role that looks on.")] = None,
    as_json: AsJson = False,
) -> None:
    """Bring the journal's schema up to this release; a Core that may do it does so by itself."""
    command = "store migrate"
    try:
        place = place_of(settings_of(config))
        if isinstance(place, Path):
            if writer or reader:
                give_up(command, EXIT_USAGE, "a file has no roles", as_json=as_json)
            before = read_health(place).schema if place.is_file() else 0
            asyncio.run(_migrate(place))
            after = read_migrations("sqlite")[-1].version
        else:
            before, after = migrate_server(place, writer=writer, reader=reader)
    except StoreLocked as error:
        hint = "a running Core has done it already"
        give_up(command, EXIT_PROBLEM, str(error), hint, as_json=as_json, why="locked")
    except SettingsInvalid as error:
        give_up(command, EXIT_USAGE, str(error), NAME_SETTINGS, as_json=as_json)
    except EchoError as error:
        give_up(command, EXIT_PROBLEM, str(error), as_json=as_json)
    if as_json:
        print(json.dumps({"journal": str(place), "before": before, "schema": after}))
    elif before == after:
        print(f"{place}: schema {after} is the one of this Echo")
    else:
        print(f"{place}: schema {before} was made {after}")


async def _migrate(path: Path) -> None:
    await SqliteJournal.open(path).close()


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="The journal's file; it is only read.")],
    config: Config = Path("echo.toml"),
    as_json: AsJson = False,
) -> None:
    """Copy a journal's file into an empty schema on the server of the settings; no Core may run."""
    _move("import", file, config, as_json=as_json)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to make.")],
    config: Config = Path("echo.toml"),
    as_json: AsJson = False,
) -> None:
    """Copy the journal on the server of the settings into a file; the Core may run meanwhile."""
    _move("export", file, config, as_json=as_json)


def _move(what: str, file: Path, config: Path, *, as_json: bool) -> None:
    command = f"store {what}"
    if what == "import" and not file.is_file():
        hint = "name the journal's file, such as var/core/journal.sqlite"
        give_up(command, EXIT_USAGE, f"{file}: there is no journal", hint, as_json=as_json)
    try:
        place, rows = moved(place_of(settings_of(config)), file, to_server=what == "import")
    except SettingsInvalid as error:
        give_up(command, EXIT_USAGE, str(error), NAME_SETTINGS, as_json=as_json)
    except NoJournalThere as error:
        give_up(command, EXIT_USAGE, str(error), MAKE_ONE, as_json=as_json)
    except EchoError as error:
        give_up(command, EXIT_PROBLEM, str(error), as_json=as_json)
    if as_json:
        print(json.dumps({"file": str(file), "server": str(place), "rows": rows}))
    else:
        way = (file, place) if what == "import" else (place, file)
        print(f"copied {rows} rows from {way[0]} to {way[1]}")


def _check_server(target: PostgresTarget, *, as_json: bool) -> None:
    demand_journal(target)
    report, problems = check_server(target)
    lines, code = told(report, problems)
    print(json.dumps(report) if as_json else "\n".join(lines))
    if code:
        raise typer.Exit(code)


def _demand(path: Place, command: str, *, as_json: bool) -> None:
    """End if there is no journal: nothing is made where nothing is."""
    if not isinstance(path, Path):
        demand_journal(path)
    elif not path.is_file():
        give_up(command, EXIT_USAGE, f"{path}: there is no journal", MAKE_ONE, as_json=as_json)


async def _purge(place: Place, keep_ms: int) -> int:
    journal = await open_journal(place)
    total = 0
    try:
        while gone := await journal.purge(keep_ms=keep_ms, trades_max=TRADES_PER_PURGE):
            total += gone
    finally:
        await journal.close()
    return total


def _problems(health: Health) -> list[str]:
    problems = [f"it is damaged: {each}" for each in health.complaints]
    if health.schema > health.schema_known:
        problems.append(
            f"schema {health.schema} was made by a newer Echo, this one knows {health.schema_known}"
        )
    return problems


def _schema(health: Health) -> str:
    if health.schema < health.schema_known:
        return (
            f"schema {health.schema} of an older Echo: its next start makes it"
            f" {health.schema_known}"
        )
    return f"schema {health.schema} is the one of this Echo"
