"""``echoctl audit``: is what is stored what was promised?"""

import time
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from echo.apps.cli import audit_events
from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_USAGE, give_up
from echo.apps.cli.reaching import settings_of
from echo.apps.cli.replicator import PLAIN_WIDTH
from echo.apps.journals import Place, place_of, read_cases
from echo.domain.audit import Audit
from echo.ports.errors import JournalUnavailable, SettingsInvalid

SHOWN_MAX: Final = 200
"""Rows of the table; JSON has all."""

MEANINGS: Final = {
    "1": "one outcome for each action and follower",
    "2": "at most one fill",
    "3": "closed is closed",
    "4": "closes settle in time",
    "7": "outcomes are true",
    "9": "outcomes are final",
    "10": "the master's order is kept",
    "11": "volumes follow the master",
    "17": "nothing is counted twice",
    "24": "the journal says why",
    "ids": "ids are derived",
    "rows": "rows belong together",
    "stages": "delivery only moves on",
}

app = typer.Typer(
    help="Is what is stored what was promised?\n\n"
    "Exit codes: 0 everything is; 1 something is not; 2 there is nothing to read.",
    no_args_is_help=True,
)


@app.callback()
def root() -> None:
    """Is what is stored what was promised?"""


app.command()(audit_events.export)
app.command()(audit_events.verify)


@app.command()
def run(
    config: Annotated[
        Path | None, typer.Option("--config", help="Settings of the Core whose journal it is.")
    ] = None,
    journal: Annotated[Path | None, typer.Option("--journal", help="The journal's file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check every promise that a journal can show; the Core may run meanwhile."""
    if config is not None and journal is not None:
        give_up("audit run", EXIT_USAGE, "--config and --journal name two journals: choose one")
    audit = Audit(now_ms=time.time_ns() // 1_000_000)
    try:
        path = journal or place_of(settings_of(config or Path("echo.toml")))
        for case in read_cases(path):
            audit.take(case)
    except (SettingsInvalid, JournalUnavailable) as error:
        hint = "name the settings with --config FILE, or the journal with --journal FILE"
        give_up("audit run", EXIT_USAGE, str(error), hint, as_json=as_json)
    if as_json:
        print(_json(path, audit))
    else:
        _show(path, audit)
    if audit.violations:
        raise typer.Exit(EXIT_PROBLEM)


def _in_flight(audit: Audit) -> int:
    """What has no final outcome yet, or not even a decision."""
    return audit.expected - sum(n for outcome, n in audit.outcomes.items() if outcome.is_final)


def _json(path: Place, audit: Audit) -> str:
    report = {
        "journal": str(path),
        "ok": not audit.violations,
        "trades": audit.trades,
        "actions_times_followers": audit.expected,
        "outcomes": {str(outcome): n for outcome, n in sorted(audit.outcomes.items())},
        "in_flight": _in_flight(audit),
        "commands": audit.commands,
        "violations": audit.violations,
    }
    return msgspec.json.encode(report).decode()


def _show(path: Place, audit: Audit) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=PLAIN_WIDTH)
    in_flight = _in_flight(audit)
    counts = (
        f"{audit.trades} trades, {audit.expected} actions × followers ="
        f" {audit.expected - in_flight} outcomes + {in_flight} in flight,"
        f" {audit.commands} commands"
    )
    if not audit.violations:
        console.print(f"{counts}: kept what was promised", highlight=False)
        return
    table = Table("promise", "", "trade", "account", "what is wrong")
    table.columns[2].no_wrap = True
    for each in audit.violations[:SHOWN_MAX]:
        table.add_row(
            each.invariant,
            MEANINGS[each.invariant],
            each.trade_id,
            each.account_id or "",
            each.sentence,
        )
    console.print(table)
    if len(audit.violations) > SHOWN_MAX:
        console.print(f"and {len(audit.violations) - SHOWN_MAX} more: see --json")
    console.print(f"{path}: {len(audit.violations)} violations in {counts}", highlight=False)
