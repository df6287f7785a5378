"""``echoctl replicator``: what the running Core has not finished, and what a person can do."""

from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from echo.apps.cli.asking import LIST_PENDING, asked, plain_console, who
from echo.apps.cli.asking import PLAIN_WIDTH as PLAIN_WIDTH
from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_USAGE, give_up
from echo.domain.answers import Outcome
from echo.domain.ids import AccountId, CommandId, Ticket, is_identifier, is_uuid
from echo.domain.journal import CommandStatus
from echo.domain.operations import (
    Answer,
    Carried,
    ListPending,
    NotDone,
    PendingList,
    PendingWork,
    Reconcile,
    Reconciled,
    Resend,
    Settle,
)
from echo.wire.operations import NOBODY, write_answer

app = typer.Typer(
    help="What the running Core has not finished, and what a person can do about it.\n\n"
    "Exit codes: 0 done; 1 refused, or something to look at was found; 2 wrong options or settings;"
    " 3 no Core answers.",
    no_args_is_help=True,
)

Config = Annotated[Path, typer.Option("--config", help="The Core's settings.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
By = Annotated[str | None, typer.Option("--by", help="Who you are; by default your user name.")]
CommandArgument = Annotated[str, typer.Argument(metavar="COMMAND", help="The command's id.")]
DEFAULT_CONFIG: Final = Path("echo.toml")


@app.command()
def pending(
    config: Config = DEFAULT_CONFIG,
    account: Annotated[str | None, typer.Option(help="Only this account.")] = None,
    as_json: AsJson = False,
) -> None:
    """List every command and action without an outcome, and why it has none.

    Exit code 1 if something is in doubt: a person must settle it.
    """
    if account is not None and not is_identifier(account):
        give_up("replicator pending", EXIT_USAGE, f"{account!r} is no account")
    question = ListPending(account_id=AccountId(account) if account else None)
    answer = asked("replicator pending", config, NOBODY, question, as_json)
    assert isinstance(answer, PendingList)  # noqa: S101 -- the answer to that question
    _print(answer, as_json)
    if any(row.status is CommandStatus.IN_DOUBT for row in answer.rows):
        raise typer.Exit(EXIT_PROBLEM)


@app.command()
def reconcile(config: Config = DEFAULT_CONFIG, by: By = None, as_json: AsJson = False) -> None:
    """Send again whatever may be sent again, and list what only a person can put right.

    Exit code 1 if there is any of that.
    """
    answer = asked(
        "replicator reconcile", config, who("replicator reconcile", by), Reconcile(), as_json
    )
    assert isinstance(answer, Reconciled)  # noqa: S101 -- the answer to that question
    _print(answer, as_json)
    if answer.findings:
        raise typer.Exit(EXIT_PROBLEM)


@app.command()
def resend(
    command: CommandArgument,
    config: Config = DEFAULT_CONFIG,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Send one command again, if that cannot open anything twice."""
    question = Resend(command_id=_command_id("resend", command))
    _print(
        asked("replicator resend", config, who("replicator resend", by), question, as_json), as_json
    )


@app.command()
def settle(
    command: CommandArgument,
    as_: Annotated[
        str,
        typer.Option(
            "--as", help="What became of it: filled, failed, closed, manual, ... by its kind."
        ),
    ],
    ticket: Annotated[
        int | None, typer.Option(min=1, help="The position that was opened, or that is left.")
    ] = None,
    sure: Annotated[
        bool, typer.Option("--sure", help="The ticket is right, whatever its EA says.")
    ] = False,
    config: Config = DEFAULT_CONFIG,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Record what became of a command that is in doubt, or stuck.  It is final."""
    if as_ not in set(Outcome):
        known = ", ".join(each for each in Outcome if each.is_final)
        give_up("replicator settle", EXIT_USAGE, f"--as {as_} is not one of {known}")
    question = Settle(
        command_id=_command_id("settle", command),
        outcome=Outcome(as_),
        ticket=None if ticket is None else Ticket(ticket),
        sure=sure,
    )
    _print(
        asked("replicator settle", config, who("replicator settle", by), question, as_json), as_json
    )


def _command_id(name: str, text: str) -> CommandId:
    lowered = text.lower()
    if not is_uuid(lowered):
        give_up(f"replicator {name}", EXIT_USAGE, f"{text[:80]!r} is no command's id", LIST_PENDING)
    return CommandId(lowered)


def _print(answer: Answer, as_json: bool) -> None:
    if as_json:
        print(write_answer(answer).decode())
        return
    console = plain_console()
    match answer:
        case PendingList():
            _print_rows(console, answer)
        case Reconciled():
            console.print(f"{answer.resent} sent again, {answer.left} left as they are")
            if answer.findings:
                console.print(_findings(answer))
        case Carried() | NotDone():
            console.print(answer.sentence, markup=False)
        case _:
            raise ValueError(f"{type(answer).__name__} answers nothing that is asked here")


def _print_rows(console: Console, answer: PendingList) -> None:
    if not answer.rows:
        console.print("nothing is pending")
        return
    table = Table("command", "account", "action", "stage", "tries", "age", "why it waits")
    table.columns[0].no_wrap = True
    for row in answer.rows:
        table.add_row(
            row.command_id or "(not sent yet)",
            row.account_id,
            f"{row.kind} {row.ticket or ''}".strip(),
            f"{row.stage.name}, {row.status}",
            str(row.attempt),
            _age(row.age_ms),
            _why(row),
        )
    console.print(table)
    shown = sum(row.command_id is not None for row in answer.rows)
    if answer.total > shown:
        console.print(f"and {answer.total - shown} commands more")


def _why(row: PendingWork) -> str:
    if not row.candidates:
        return row.why
    return f"{row.why}; it may be ticket {' or '.join(map(str, row.candidates))}"


def _age(age_ms: int) -> str:
    seconds = age_ms / 1_000
    return f"{seconds:.1f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _findings(answer: Reconciled) -> Table:
    table = Table("what", "account", "command", "why")
    for each in answer.findings:
        table.add_row(each.kind, each.account_id, each.command_id or "", each.sentence)
    return table
