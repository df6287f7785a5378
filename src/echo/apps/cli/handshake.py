"""``echoctl handshake``: who is registered with the running Core, and how it was judged."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from echo.apps.cli.asking import asked, plain_console, who
from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_USAGE, give_up
from echo.domain.handshake import RegistrationIssue, RegistrationStatus, SymbolRegistration
from echo.domain.ids import AccountId, is_identifier
from echo.domain.registry import (
    Evaluate,
    Evaluated,
    ListRegistrations,
    Registration,
    RegistrationList,
)
from echo.wire.operations import NOBODY, write_answer

app = typer.Typer(
    help="Which version each terminal speaks, which symbols are live or refused, and why.\n\n"
    "Exit codes: 0 done; 1 refused, or an account is rejected; 2 wrong options or settings; 3 no"
    " Core answers.",
    no_args_is_help=True,
)

Config = Annotated[Path, typer.Option("--config", help="The Core's settings.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
DEFAULT_CONFIG: Final = Path("echo.toml")
HASH_SHOWN: Final = 8
"""Characters of an EA's configuration hash in a table; JSON has all."""


@app.command(name="list")
def list_(
    config: Config = DEFAULT_CONFIG,
    account: Annotated[str | None, typer.Option(help="Only this account.")] = None,
    as_json: AsJson = False,
) -> None:
    """List every account that was ever here, and how it is registered; of one also its symbols.

    Exit code 1 if one that is connected is rejected.
    """
    question = ListRegistrations(account_id=_account("list", account) if account else None)
    answer = asked("handshake list", config, NOBODY, question, as_json)
    assert isinstance(answer, RegistrationList)  # noqa: S101 -- the answer to that question
    if as_json:
        print(write_answer(answer).decode())
    else:
        _print_list(plain_console(), answer)
    if any(each.connected and each.status is RegistrationStatus.REJECTED for each in answer.rows):
        raise typer.Exit(EXIT_PROBLEM)


@app.command()
def evaluate(
    account: Annotated[str, typer.Option(help="Which account.")],
    send: Annotated[
        bool, typer.Option("--send/--no-send", help="Whether its EA is told, and news is stored.")
    ] = True,
    config: Config = DEFAULT_CONFIG,
    by: Annotated[
        str | None, typer.Option("--by", help="Who you are; by default your user name.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge an account again, now, by what its EA reported last.

    Its EA is told even if nothing has changed. Exit code 1 if it is rejected.
    """
    command = "handshake evaluate"
    question = Evaluate(account_id=_account("evaluate", account), send=send)
    answer = asked(command, config, who(command, by), question, as_json)
    assert isinstance(answer, Evaluated)  # noqa: S101 -- the answer to that question
    if as_json:
        print(write_answer(answer).decode())
    else:
        _print_evaluated(plain_console(), answer)
    if answer.result.status is RegistrationStatus.REJECTED:
        raise typer.Exit(EXIT_PROBLEM)


def _account(name: str, account: str) -> AccountId:
    if not is_identifier(account):
        give_up(f"handshake {name}", EXIT_USAGE, f"{account[:80]!r} is no account")
    return AccountId(account)


def _print_list(console: Console, answer: RegistrationList) -> None:
    if not answer.total:
        console.print("no account was ever here")
        return
    table = Table(
        "account", "role", "here", "protocol", "EA", "inputs", "verdict", "symbols", "why"
    )
    for row in answer.rows:
        table.add_row(
            row.account_id,
            row.role,
            f"by {row.agent_id}" if row.connected else _since(row.last_connected_at_ms),
            str(row.protocol_version or "?"),
            f"{row.terminal} {row.client_semver}".strip() or "?",
            row.ea_config_hash[:HASH_SHOWN],
            row.status or "not judged",
            _symbols(row),
            _why(row),
        )
    console.print(table)
    for row in answer.rows:
        _print_symbols(console, row.symbols)
    if answer.total > len(answer.rows):
        console.print(f"and {answer.total - len(answer.rows)} accounts more")


def _since(at_ms: int) -> str:
    if not at_ms:
        return "no"
    return f"last {datetime.fromtimestamp(at_ms / 1_000, UTC):%Y-%m-%d %H:%M} UTC"


def _symbols(row: Registration) -> str:
    return f"{row.accepted} live, {row.warned} with warnings, {row.rejected} rejected"


def _why(row: Registration) -> str:
    said = [issue.message for issue in row.issues]
    if row.without_policy:
        said.append(f"follows {', '.join(row.follows)}, not {', '.join(row.without_policy)}")
    return "; ".join(said)


def _print_evaluated(console: Console, answer: Evaluated) -> None:
    result = answer.result
    before = "not judged" if answer.before is None else answer.before
    news = f"{before} before" if answer.changed else "unchanged"
    told = "its EA is told" if answer.sent else "nobody is told"
    console.print(f"account {result.account_id}: {result.status} ({news}; {told})", markup=False)
    for severity, issues in (("error", result.errors), ("warning", result.warnings)):
        for issue in issues:
            console.print(f"{severity} {_said(issue)}", markup=False)
    _print_symbols(console, result.symbols)


def _print_symbols(console: Console, symbols: Sequence[SymbolRegistration]) -> None:
    """Print what was thought of each symbol, the worst first."""
    if not symbols:
        return
    table = Table("symbol", "broker's name", "verdict", "why")
    order = list(RegistrationStatus)[::-1]
    for entry in sorted(symbols, key=lambda each: order.index(each.status)):
        said = "; ".join(map(_said, (*entry.errors, *entry.warnings)))
        table.add_row(entry.canonical_symbol, entry.broker_symbol, entry.status, said)
    console.print(table)


def _said(issue: RegistrationIssue) -> str:
    return f"{issue.code}: {issue.message}"
