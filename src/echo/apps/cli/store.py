"""``echoctl store``: look after the journal's file."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Final

import typer

from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_USAGE, give_up
from echo.apps.cli.reaching import settings_of
from echo.ports.errors import EchoError, JournalUnavailable, SettingsInvalid, StoreLocked
from echo.stores.sqlite.health import Health, read_health
from echo.stores.sqlite.journal import SqliteJournal

DAY_MS: Final = 86_400_000
TRADES_PER_PURGE: Final = 1_000
"""Trades that one transaction deletes; nobody else waits meanwhile."""

NAME_SETTINGS: Final = "name the settings with --config FILE"

Config = Annotated[Path, typer.Option("--config", help="Settings of the Core whose journal it is.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

app = typer.Typer(
    help="Look after the journal's file.\n\n"
    "Exit codes: 0 done, or all is well; 1 a problem; 2 there is nothing to read.",
    no_args_is_help=True,
)


@app.callback()
def root() -> None:
    """Look after the journal's file."""


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
        path = settings.state_dir / "journal.sqlite"
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
    """Read the whole file and say whether it is whole; the Core may run meanwhile."""
    command = "store check"
    try:
        path = settings_of(config).state_dir / "journal.sqlite"
        _demand(path, command, as_json=as_json)
        health = read_health(path)
    except SettingsInvalid as error:
        give_up(command, EXIT_USAGE, str(error), NAME_SETTINGS, as_json=as_json)
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


def _demand(path: Path, command: str, *, as_json: bool) -> None:
    """End if there is no journal: nothing is made where nothing is."""
    if not path.is_file():
        give_up(command, EXIT_USAGE, f"{path}: there is no journal", NAME_SETTINGS, as_json=as_json)


async def _purge(path: Path, keep_ms: int) -> int:
    journal = SqliteJournal.open(path)
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
