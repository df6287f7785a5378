"""``echoctl windows``: times at which entries are held back, on the running Core."""

import secrets
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.markup import escape
from rich.table import Table

from echo.apps.cli.asking import asked, plain_console, who
from echo.apps.cli.exits import EXIT_USAGE, give_up
from echo.domain.desk import AddWindows, ListRules, RemoveWindow, RulesChanged, RulesInForce
from echo.domain.ids import is_identifier
from echo.domain.news import CalendarUnreadable, Impact, NewsRules, read_calendar
from echo.domain.windows import ANY, BUFFER_S_MAX, Window
from echo.wire.operations import NOBODY, write_answer

CALENDAR_BYTES_MAX: Final = 8 * 1_048_576
_CONFIG_HINT: Final = "times are ISO 8601 with an offset, such as 2026-07-29T18:00:00Z"

app = typer.Typer(
    name="windows",
    help="Times at which entries are held back, on the running Core.\n\n"
    "Exit codes: 0 done; 1 refused; 2 wrong options, settings or files; 3 no Core answers.",
    no_args_is_help=True,
)

Config = Annotated[Path, typer.Option("--config", help="The Core's settings.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
By = Annotated[str | None, typer.Option("--by", help="Who you are; by default your user name.")]
Account = Annotated[str, typer.Option(help="The slave account; * = every account.")]
Pre = Annotated[
    int, typer.Option("--pre-sec", min=0, max=BUFFER_S_MAX, help="Seconds before that count, too.")
]
Post = Annotated[
    int, typer.Option("--post-sec", min=0, max=BUFFER_S_MAX, help="Seconds after that count, too.")
]
DEFAULT_CONFIG: Final = Path("echo.toml")


@app.callback()
def root() -> None:
    """Times at which entries are held back, on the running Core."""


@app.command("list")
def list_(config: Config = DEFAULT_CONFIG, as_json: AsJson = False) -> None:
    """List windows that hold, or are to come."""
    answer = asked("windows list", config, NOBODY, ListRules(), as_json)
    assert isinstance(answer, RulesInForce)  # noqa: S101 -- the answer to that question
    if as_json:
        print(write_answer(answer).decode())
        return
    console = plain_console()
    if not answer.windows:
        console.print("no window holds or is to come")
        return
    now_ms = time.time_ns() // 1_000_000
    table = Table(
        *("window", "account", "about", "from (UTC)", "until (UTC)", "now", "source", "notes")
    )
    for each in answer.windows:
        table.add_row(
            each.window_id,
            each.account_id,
            each.symbol,
            _utc(each.from_ms),
            _utc(each.until_ms),
            "holds" if each.holds(now_ms) else "",
            each.source,
            escape(each.notes),
        )
    console.print(table)


@app.command()
def add(
    start: Annotated[str, typer.Option(help="When it begins, ISO 8601 with an offset.")],
    end: Annotated[
        str | None, typer.Option(help="When it ends; without, it is as long as its buffers.")
    ] = None,
    account: Account = ANY,
    symbol: Annotated[str, typer.Option(help="A canonical symbol, a currency, or *.")] = ANY,
    pre_sec: Pre = 0,
    post_sec: Post = 0,
    notes: Annotated[str, typer.Option(help="What it is for.")] = "",
    name: Annotated[
        str | None, typer.Option(help="Its id, to replace it by; made up if left out.")
    ] = None,
    config: Config = DEFAULT_CONFIG,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Add a window, or replace the one of that name."""
    command = "windows add"
    starts_at_ms = _moment(command, "--start", start)
    window = Window(
        window_id=name or f"w-{secrets.token_hex(4)}",
        account_id=account,
        symbol=symbol.upper(),
        starts_at_ms=starts_at_ms,
        ends_at_ms=starts_at_ms if end is None else _moment(command, "--end", end),
        pre_buffer_s=pre_sec,
        post_buffer_s=post_sec,
        notes=notes,
    )
    if window.complaint:
        give_up(command, EXIT_USAGE, window.complaint, _CONFIG_HINT, as_json=as_json)
    answer = asked(command, config, who(command, by), AddWindows(windows=(window,)), as_json)
    _print(answer, as_json, f"{window.window_id}: {window.span}")


@app.command()
def remove(
    window: Annotated[str, typer.Argument(metavar="WINDOW", help="The window's id.")],
    config: Config = DEFAULT_CONFIG,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Take a window away; one of the settings is taken out there."""
    command = "windows remove"
    if not is_identifier(window):
        give_up(command, EXIT_USAGE, f"{window[:80]!r} names no window", as_json=as_json)
    answer = asked(command, config, who(command, by), RemoveWindow(window_id=window), as_json)
    _print(answer, as_json)


@app.command()
def import_calendar(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An economic calendar in JSON.")],
    impact: Annotated[
        list[Impact] | None, typer.Option(help="Which events; High if left out. May be repeated.")
    ] = None,
    account: Account = ANY,
    pre_sec: Pre = 120,
    post_sec: Post = 120,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say which windows they would be.")
    ] = False,
    replace_: Annotated[
        bool,
        typer.Option(
            "--replace", help="Remove what an earlier import had in the same days and is gone."
        ),
    ] = False,
    config: Config = DEFAULT_CONFIG,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Make windows of a calendar's events: an array of {title, country, date, impact}.

    Importing the same calendar twice changes nothing; events that are over are left out.
    """
    command = "windows import-calendar"
    rules = NewsRules(
        impacts=frozenset(impact or [Impact.HIGH]),
        pre_buffer_s=pre_sec,
        post_buffer_s=post_sec,
        account_id=account,
    )
    windows = _calendar(command, file, rules, as_json)
    now_ms = time.time_ns() // 1_000_000
    coming = tuple(each for each in windows if each.until_ms > now_ms)
    past = len(windows) - len(coming)
    if dry_run or not coming:
        _show_calendar(coming, past, as_json)
        return
    span = _span(_calendar(command, file, replace(rules, impacts=frozenset(Impact)), as_json))
    request = AddWindows(windows=coming, replaces=span if replace_ else None)
    answer = asked(command, config, who(command, by), request, as_json)
    _print(answer, as_json, f"{past} events are over and were left out" if past else "")


def _calendar(command: str, file: Path, rules: NewsRules, as_json: bool) -> tuple[Window, ...]:
    try:
        return read_calendar(_text(file), rules)
    except OSError as error:
        give_up(command, EXIT_USAGE, f"{file}: {error.strerror}", as_json=as_json)
    except (CalendarUnreadable, UnicodeDecodeError) as error:
        hint = "nothing was imported; a calendar is a JSON array of {title, country, date, impact}"
        give_up(command, EXIT_USAGE, f"{file}: {error}", hint, as_json=as_json)


def _span(windows: tuple[Window, ...]) -> tuple[int, int]:
    """Return from when to when the calendar tells of events."""
    moments = [each.starts_at_ms for each in windows]
    return min(moments), max(moments) + 1


def _text(file: Path) -> str:
    if file.stat().st_size > CALENDAR_BYTES_MAX:
        raise CalendarUnreadable(f"more than {CALENDAR_BYTES_MAX >> 20} MiB")
    return file.read_text(encoding="utf-8-sig")


def _show_calendar(coming: tuple[Window, ...], past: int, as_json: bool) -> None:
    if as_json:
        rules = RulesInForce(windows=coming, switches=(), policies=())
        print(write_answer(rules).decode())
        return
    console = plain_console()
    for each in coming:
        console.print(each.span, markup=False, highlight=False)
    console.print(f"{len(coming)} windows to come, {past} events are over")


def _moment(command: str, option: str, text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        give_up(command, EXIT_USAGE, f"{option} {text!r} is no moment", _CONFIG_HINT)
    if moment.tzinfo is None:
        give_up(command, EXIT_USAGE, f"{option} {text!r} has no offset", _CONFIG_HINT)
    return int(moment.timestamp() * 1_000)


def _utc(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1_000, tz=UTC):%a %Y-%m-%d %H:%M:%S}"


def _print(answer: object, as_json: bool, also: str = "") -> None:
    assert isinstance(answer, RulesChanged)  # noqa: S101 -- the answer to a change
    if as_json:
        print(write_answer(answer).decode())
        return
    print(answer.sentence)
    if also:
        print(also)
