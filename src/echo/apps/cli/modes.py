"""``echoctl pause | resume | close-only | dry-run | flatten | modes``: how much is copied."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.table import Table

from echo.apps.cli.asking import asked, plain_console, who
from echo.apps.cli.exits import EXIT_USAGE, give_up
from echo.domain.desk import ListRules, RulesChanged, RulesInForce, SetSwitch
from echo.domain.ids import AccountId, is_identifier
from echo.domain.modes import EVERYTHING, Mode, Scope
from echo.wire.operations import NOBODY, write_answer

Config = Annotated[Path, typer.Option("--config", help="The Core's settings.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
By = Annotated[str | None, typer.Option("--by", help="Who you are; by default your user name.")]
Account = Annotated[str | None, typer.Option(help="Only this slave account.")]
Master = Annotated[str | None, typer.Option(help="Only the trades of this master.")]
DEFAULT_CONFIG: Final = Path("echo.toml")
ALL_WORD: Final = "everything"
"""What a person types to flatten everything."""


def pause(
    account: Account = None,
    master: Master = None,
    config: Config = DEFAULT_CONFIG,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Copy no entries: of everything, of one master, or to one account.

    What is open is looked after: its stops, its reductions, its close.
    """
    _switch("pause", Mode.PAUSED, account, master, config, by, as_json)


def resume(
    account: Account = None,
    master: Master = None,
    config: Config = DEFAULT_CONFIG,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Copy again: takes back pause, close-only, dry-run or flatten of the same extent."""
    _switch("resume", Mode.LIVE, account, master, config, by, as_json)


def close_only(
    account: Account = None,
    master: Master = None,
    config: Config = DEFAULT_CONFIG,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Copy nothing but reductions and closes."""
    _switch("close-only", Mode.CLOSE_ONLY, account, master, config, by, as_json)


def dry_run(
    account: Account = None,
    master: Master = None,
    config: Config = DEFAULT_CONFIG,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Decide everything and write it down, and send nothing; what is open is looked after."""
    _switch("dry-run", Mode.DRY_RUN, account, master, config, by, as_json)


def flatten(
    account: Account = None,
    master: Master = None,
    confirm: Annotated[
        str | None,
        typer.Option(help="The account, the master, or 'everything', once more: do not ask."),
    ] = None,
    config: Config = DEFAULT_CONFIG,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Close whatever Echo holds, now, and copy nothing more until it is resumed.

    What Echo did not open is never touched.  Asks to type what is meant once more.
    """
    command = "flatten"
    _, target = _extent(command, account, master)
    word = target or ALL_WORD
    typed = confirm
    if typed is None:
        what = "every copy of the desk" if word == ALL_WORD else f"every copy of {word}"
        typed = typer.prompt(f"This closes {what}. Type {word} to go on", err=True)
    if typed.strip() != word:
        give_up(command, EXIT_USAGE, f"{typed[:80]!r} is not {word}: nothing was done")
    _switch(command, Mode.FLATTEN, account, master, config, by, as_json)


def modes(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List what is switched to anything but live, by whom and since when."""
    answer = asked("modes", config, NOBODY, ListRules(), as_json)
    assert isinstance(answer, RulesInForce)  # noqa: S101 -- the answer to that question
    if as_json:
        print(write_answer(answer).decode())
        return
    console = plain_console()
    if not answer.switches:
        console.print("everything is live")
        return
    table = Table("what", "mode", "set")
    for each in answer.switches:
        table.add_row(each.whom, each.mode, escape(each.origin))
    console.print(table)


def _switch(
    command: str,
    mode: Mode,
    account: str | None,
    master: str | None,
    config: Path,
    by: str | None,
    as_json: bool,
) -> None:
    scope, target = _extent(command, account, master)
    request = SetSwitch(mode=mode, scope=scope, target=target)
    answer = asked(command, config, who(command, by), request, as_json)
    assert isinstance(answer, RulesChanged)  # noqa: S101 -- the answer to a change
    print(write_answer(answer).decode() if as_json else answer.sentence)


def _extent(command: str, account: str | None, master: str | None) -> tuple[Scope, AccountId]:
    if account is not None and master is not None:
        give_up(command, EXIT_USAGE, "--account and --master name two extents: choose one")
    name = account if account is not None else master
    if name is None:
        return Scope.ALL, EVERYTHING
    if not is_identifier(name):
        give_up(command, EXIT_USAGE, f"{name[:80]!r} is no account")
    return Scope.ACCOUNT if account is not None else Scope.MASTER, AccountId(name)


COMMANDS: Final[dict[str, Callable[..., None]]] = {
    "pause": pause,
    "resume": resume,
    "close-only": close_only,
    "dry-run": dry_run,
    "flatten": flatten,
    "modes": modes,
}
"""By the name under which ``echoctl`` offers them."""
