"""``echoctl replicator``: what the running Core has not finished, and what a person can do."""

import getpass
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_UNREACHABLE, EXIT_USAGE, give_up
from echo.apps.cli.reaching import reach, settings_of
from echo.domain.answers import Outcome
from echo.domain.ids import AccountId, CommandId, Ticket, is_identifier, is_uuid
from echo.domain.journal import CommandStatus
from echo.domain.operations import (
    NAME_CHARS_MAX,
    Answer,
    Carried,
    ListPending,
    NotDone,
    OperationCode,
    PendingList,
    PendingWork,
    Reconcile,
    Reconciled,
    Request,
    Resend,
    Settle,
)
from echo.ports.errors import AdminRefused, LinkDown, SettingsInvalid
from echo.wire.operations import NOBODY, write_answer

PLAIN_WIDTH: Final = 200
"""Columns of a table that is not shown on a terminal."""

_START: Final = "start it with echo-core --config FILE; see core.state.json in its state folder"
_LIST: Final = "see what is unresolved: echoctl replicator pending"
_HINTS: Final = {
    OperationCode.UNKNOWN_COMMAND: _LIST,
    OperationCode.IN_DOUBT: "settle it: echoctl replicator settle COMMAND --as filled --ticket N,"
    " or --as failed",
    OperationCode.MAY_HAVE_BEEN_READ: "look at the account; its open becomes stale by itself",
    OperationCode.NO_AGENT: "start the Agent of that account",
    OperationCode.NOT_STUCK: "wait: the terminal may still answer",
    OperationCode.WRONG_OUTCOME: "choose one of those with --as",
    OperationCode.TICKET_NEEDED: "add --ticket N, as the terminal shows it",
    OperationCode.TICKET_TAKEN: "look at both trades: echoctl audit run",
    OperationCode.NOT_A_CANDIDATE: "look again, or add --sure",
    OperationCode.NOT_READY: "ask again in a moment",
    OperationCode.NO_ANSWER: "ask again in a moment; the Core's log says how its journal is",
}

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
    answer = _asked("pending", config, NOBODY, question, as_json)
    assert isinstance(answer, PendingList)  # noqa: S101 -- the answer to that question
    _print(answer, as_json)
    if any(row.status is CommandStatus.IN_DOUBT for row in answer.rows):
        raise typer.Exit(EXIT_PROBLEM)


@app.command()
def reconcile(config: Config = DEFAULT_CONFIG, by: By = None, as_json: AsJson = False) -> None:
    """Send again whatever may be sent again, and list what only a person can put right.

    Exit code 1 if there is any of that.
    """
    answer = _asked("reconcile", config, _who("reconcile", by), Reconcile(), as_json)
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
    _print(_asked("resend", config, _who("resend", by), question, as_json), as_json)


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
    _print(_asked("settle", config, _who("settle", by), question, as_json), as_json)


def _asked(name: str, config: Path, by: str, question: Request, as_json: bool) -> Answer:
    """Return the Core's answer; whatever else happens ends the program."""
    command = f"replicator {name}"
    try:
        answer = reach(settings_of(config)).ask(by, question)
    except SettingsInvalid as error:
        hint = "name the Core's settings with --config FILE"
        give_up(command, EXIT_USAGE, str(error), hint, as_json=as_json)
    except LinkDown as error:
        give_up(command, EXIT_UNREACHABLE, str(error), _START, as_json=as_json)
    except AdminRefused as error:
        hint = "use the settings of the Core that runs, as a user who may read its state folder"
        give_up(command, EXIT_PROBLEM, str(error), hint, as_json=as_json, why="refused")
    if isinstance(answer, NotDone):
        waits = answer.code in {OperationCode.NOT_READY, OperationCode.NO_ANSWER}
        give_up(
            command,
            EXIT_UNREACHABLE if waits else EXIT_PROBLEM,
            answer.sentence,
            _HINTS[answer.code],
            as_json=as_json,
            why=answer.code,
        )
    return answer


def _who(name: str, by: str | None) -> str:
    try:
        found = by if by is not None else getpass.getuser()
    except (OSError, KeyError):
        found = NOBODY
    if not 1 <= len(found) <= NAME_CHARS_MAX or not found.isprintable():
        sentence = f"--by {found[:80]!r} is not a name of 1 to {NAME_CHARS_MAX} characters"
        give_up(f"replicator {name}", EXIT_USAGE, sentence)
    return found


def _command_id(name: str, text: str) -> CommandId:
    lowered = text.lower()
    if not is_uuid(lowered):
        give_up(f"replicator {name}", EXIT_USAGE, f"{text[:80]!r} is no command's id", _LIST)
    return CommandId(lowered)


def _print(answer: Answer, as_json: bool) -> None:
    if as_json:
        print(write_answer(answer).decode())
        return
    console = Console()
    if not console.is_terminal:
        console = Console(width=PLAIN_WIDTH)
    match answer:
        case PendingList():
            _print_rows(console, answer)
        case Reconciled():
            console.print(f"{answer.resent} sent again, {answer.left} left as they are")
            if answer.findings:
                console.print(_findings(answer))
        case Carried() | NotDone():
            console.print(answer.sentence, markup=False)


def _print_rows(console: Console, answer: PendingList) -> None:
    if not answer.total:
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
