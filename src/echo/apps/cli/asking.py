"""Asking the running Core: who asks, what becomes of a refusal, and how answers are shown."""

import getpass
from pathlib import Path
from typing import Final

from rich.console import Console

from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_UNREACHABLE, EXIT_USAGE, give_up
from echo.apps.cli.reaching import reach, settings_of
from echo.domain.operations import NAME_CHARS_MAX, Answer, NotDone, OperationCode, Request
from echo.ports.errors import AdminRefused, LinkDown, SettingsInvalid
from echo.wire.operations import NOBODY

PLAIN_WIDTH: Final = 200
"""Columns of a table that is not shown on a terminal."""

START: Final = "start it with echo-core --config FILE; see core.state.json in its state folder"
LIST_PENDING: Final = "see what is unresolved: echoctl replicator pending"
HINTS: Final = {
    OperationCode.UNKNOWN_COMMAND: LIST_PENDING,
    OperationCode.IN_DOUBT: "settle it: echoctl replicator settle COMMAND --as filled --ticket N,"
    " or --as failed",
    OperationCode.MAY_HAVE_BEEN_READ: "look at the account; its open becomes stale by itself",
    OperationCode.NO_AGENT: "start the Agent of that account",
    OperationCode.NOT_STUCK: "wait: the terminal may still answer",
    OperationCode.WRONG_OUTCOME: "choose one of those with --as",
    OperationCode.TICKET_NEEDED: "add --ticket N, as the terminal shows it",
    OperationCode.TICKET_TAKEN: "look at both trades: echoctl audit run",
    OperationCode.NOT_A_CANDIDATE: "look again, or add --sure",
    OperationCode.BAD_RULE: "put right what it names, and ask again",
    OperationCode.UNKNOWN_RULE: "look at the rules in force first",
    OperationCode.READ_ONLY: "change it where it comes from: the Core's settings",
    OperationCode.LOOP: "leave out one of the policies that close the circle",
    OperationCode.BAD_RULE: "put it right, and ask again",
    OperationCode.UNKNOWN_RULE: "see what there is: echoctl windows list, modes, policy get",
    OperationCode.READ_ONLY: "change it where the settings are",
    OperationCode.LOOP: "narrow one of them by master_accounts",
    OperationCode.UNKNOWN_ACCOUNT: "see which accounts there are: echoctl handshake list",
    OperationCode.NOT_REGISTERED: "start its terminal, or its Agent",
    OperationCode.NOT_READY: "ask again in a moment",
    OperationCode.NO_ANSWER: "ask again in a moment; the Core's log says how its journal is",
}

"""What to do next about a refusal."""


def asked(command: str, config: Path, by: str, question: Request, as_json: bool) -> Answer:
    """Return the Core's answer; whatever else happens ends the program.

    Args:
        command: What was called, as it was typed.
    """
    try:
        answer = reach(settings_of(config)).ask(by, question)
    except SettingsInvalid as error:
        hint = "name the Core's settings with --config FILE"
        give_up(command, EXIT_USAGE, str(error), hint, as_json=as_json)
    except LinkDown as error:
        give_up(command, EXIT_UNREACHABLE, str(error), START, as_json=as_json)
    except AdminRefused as error:
        hint = "use the settings of the Core that runs, as a user who may read its state folder"
        give_up(command, EXIT_PROBLEM, str(error), hint, as_json=as_json, why="refused")
    if isinstance(answer, NotDone):
        waits = answer.code in {OperationCode.NOT_READY, OperationCode.NO_ANSWER}
        give_up(
            command,
            EXIT_UNREACHABLE if waits else EXIT_PROBLEM,
            answer.sentence,
            HINTS.get(answer.code, ""),
            as_json=as_json,
            why=answer.code,
        )
    return answer


def who(command: str, by: str | None) -> str:
    """Return the name in which *command* is asked: *by*, else the user's."""
    try:
        found = by if by is not None else getpass.getuser()
    except (OSError, KeyError):
        found = NOBODY
    if not 1 <= len(found) <= NAME_CHARS_MAX or not found.isprintable():
        sentence = f"--by {found[:80]!r} is not a name of 1 to {NAME_CHARS_MAX} characters"
        give_up(command, EXIT_USAGE, sentence)
    return found


def plain_console() -> Console:
    """Return where to print: wide where nobody watches."""
    console = Console()
    return console if console.is_terminal else Console(width=PLAIN_WIDTH)
