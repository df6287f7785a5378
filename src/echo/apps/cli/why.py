"""``echoctl why``: what was decided about a trade, for every follower, from which numbers."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from echo.apps import inquiries
from echo.apps.cli.asking import plain_console
from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_USAGE, give_up
from echo.apps.cli.reaching import settings_of
from echo.apps.journals import Place, place_of
from echo.domain.answers import Outcome
from echo.domain.ids import SEQ_CLOSE, TradeId
from echo.domain.inquiry import Inquest, ToldAction, ToldDecision
from echo.domain.rulings import Acceptance, ConfigChange
from echo.ports.errors import JournalUnavailable, SettingsInvalid
from echo.stores.sqlite.inquiry import FOUND_MAX

ID_CHARS_MIN: Final = 8
NAMED_MAX: Final = 4
"""Followers that are named of a group to which the same happened."""

CHANGES_MAX: Final = 1_000
_JSON: Final = msgspec.json.Encoder(decimal_format="number", enc_hook=str)
_SKIPPED: Final = frozenset({"risk_type", "policy_version", "symbol", "lot_step"})
"""Inputs that the table tells elsewhere, or that explain nothing by themselves."""

_SELF: Final = "\0"
"""Stands for the follower's own name, so that rows which differ in nothing else are one."""

_SAME: Final = frozenset({"account_id", "strategy_id", "version"})
"""What the key of a policy's change says already."""

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Settings of the Core whose journal it is.")
]
JournalOption = Annotated[Path | None, typer.Option("--journal", help="The journal's file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


def why(
    trade: Annotated[
        str,
        typer.Argument(
            metavar="TICKET|TRADE", help="A ticket of master or slave, or how a trade's id begins."
        ),
    ],
    config: ConfigOption = None,
    journal: JournalOption = None,
    as_json: AsJson = False,
) -> None:
    """Say for every follower what was decided about a trade, from which inputs, by which rule.

    The Core may run meanwhile or not.  Exit code 1 if there is no such trade.
    """
    asked = trade.strip()
    if not asked.isdecimal() and len(asked) < ID_CHARS_MIN:
        sentence = f"{asked!r} is neither a ticket nor {ID_CHARS_MIN} or more characters of an id"
        give_up("why", EXIT_USAGE, sentence, as_json=as_json)
    path = journal_of("why", config, journal, as_json)
    try:
        found = inquiries.inquests(path, asked)
    except (JournalUnavailable, SettingsInvalid) as error:
        give_up("why", EXIT_USAGE, str(error), as_json=as_json)
    if not found:
        hint = "see what it is called: the terminal's ticket, or the trade's id in an alarm"
        sentence = f"no trade in {path} has ticket or id {asked}"
        give_up("why", EXIT_PROBLEM, sentence, hint, as_json=as_json, why="unknown_trade")
    if as_json:
        print(_JSON.encode([_plain(each) for each in found]).decode())
        return
    console = plain_console()
    for each in found:
        _show(console, each)
    if len(found) == FOUND_MAX:
        console.print(f"and perhaps more: only {FOUND_MAX} are shown")


def changes(
    key: Annotated[
        str, typer.Argument(help="How the keys begin: risk/, policy/7001, core/, mode/ …")
    ] = "",
    config: ConfigOption = None,
    journal: JournalOption = None,
    as_json: AsJson = False,
) -> None:
    """List who changed which rule or setting, when, from what to what; the latest first.

    Settings that could not be used are among them, with the reason.
    """
    command = "audit changes"
    path = journal_of(command, config, journal, as_json)
    try:
        found = inquiries.changes(path, key, CHANGES_MAX)
    except (JournalUnavailable, SettingsInvalid) as error:
        give_up(command, EXIT_USAGE, str(error), as_json=as_json)
    if as_json:
        print(_JSON.encode(found).decode())
        return
    console = plain_console()
    table = Table("when (UTC)", "who, where", "what", "from", "to", "came of it")
    for each in found:
        values = _differing(each.before, each.after)
        what = (each.changed_by, each.key, *values, _came_of(each))
        table.add_row(_utc(each.changed_at_ms), *map(escape, what))
    console.print(table if found else "nothing of that kind was ever changed")


def _came_of(change: ConfigChange) -> str:
    told = {
        Acceptance.IN_FORCE: "in force",
        Acceptance.RESTART: "counts after a restart",
        Acceptance.REFUSED: "refused",
    }[change.acceptance]
    return f"{told}: {change.reason}" if change.reason else told


def _differing(before: str, after: str) -> tuple[str, str]:
    """Of two policies, keep the values in which they differ, without those that are not set."""
    if not (before or after).startswith("{"):
        return before, after
    old = msgspec.json.decode(before or "{}", type=dict[str, object])
    new = msgspec.json.decode(after or "{}", type=dict[str, object])
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]

    def told(values: dict[str, object]) -> str:
        kept = ((name, values.get(name)) for name in names if name not in _SAME)
        return " ".join(f"{name}={value}" for name, value in kept if value not in (None, "", []))

    return told(old), told(new)


def journal_of(command: str, config: Path | None, journal: Path | None, as_json: bool) -> Place:
    """Return the journal that is meant; what cannot be found ends the program."""
    if config is not None and journal is not None:
        sentence = "--config and --journal name two journals: choose one"
        give_up(command, EXIT_USAGE, sentence, as_json=as_json)
    try:
        return journal or place_of(settings_of(config or Path("echo.toml")))
    except SettingsInvalid as error:
        hint = "name the settings with --config FILE, or the journal with --journal FILE"
        give_up(command, EXIT_USAGE, str(error), hint, as_json=as_json)


def _plain(inquest: Inquest) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(inquest, builtin_types=(Decimal,), enc_hook=str)
    trade = plain["trade"]
    return {
        **(trade if isinstance(trade, dict) else {}),
        "actions": plain["actions"],
        "decisions": [
            {**each, "code": row.code.name, "inputs": dict(row.inputs)}
            for each, row in zip(_rows(plain["decisions"]), inquest.decisions, strict=True)
        ],
        "holdings": plain["holdings"],
        "undecided": inquest.undecided,
    }


def _rows(value: object) -> list[dict[str, object]]:
    return list(value) if isinstance(value, (list, tuple)) else []


def _show(console: Console, inquest: Inquest) -> None:
    trade = inquest.trade
    over = "settled" if trade.settled else "not settled yet"
    console.print(
        f"{trade.trade_id}: master {trade.master_account_id}, ticket {trade.master_ticket},"
        f" {trade.symbol}, strategy {trade.strategy_id}; {trade.status.lower()}, {over}",
        markup=False,
        highlight=False,
    )
    for action in inquest.actions:
        console.print(
            f"  {_name(action.seq, action)} {_utc(action.received_at_ms)}: {action.sentence}",
            markup=False,
            highlight=False,
        )
    console.print(_table(inquest))
    if inquest.undecided > 0:
        console.print(f"{inquest.undecided} decisions are still to be made")


def _table(inquest: Inquest) -> Table:
    """One row for each action of each follower; those to whom the same happened share one."""
    table = Table("follower", "action", "outcome", "why", "by which rule", "from which inputs")
    rows = [
        (each.account_id, each.seq, _cells(each, inquest.trade_id)) for each in inquest.decisions
    ]
    groups: dict[tuple[str, ...], list[str]] = {}
    for account_id, decided in groupby(rows, key=lambda row: row[0]):
        cells = tuple(cell.replace(account_id, _SELF) for _, _, row in decided for cell in row)
        groups.setdefault(cells, []).append(account_id)
    for cells, accounts in groups.items():
        itself = accounts[0] if len(accounts) == 1 else "ACCOUNT"
        shown = [escape(cell.replace(_SELF, itself)) for cell in cells]
        for place in range(0, len(shown), 5):
            table.add_row(_named(accounts) if place == 0 else "", *shown[place : place + 5])
        table.add_section()
    return table


def _cells(row: ToldDecision, trade_id: TradeId) -> tuple[str, ...]:
    return (
        _name(row.seq, row),
        row.outcome,
        _why(row),
        row.rule,
        _inputs((name, value) for name, value in row.inputs if value != trade_id),
    )


def _why(row: ToldDecision) -> str:
    told = [row.sentence] if row.sentence else []
    carried = row.carried
    if carried is not None and carried.ticket is not None and row.outcome is Outcome.FILLED:
        told.append(f"ticket {carried.ticket}: {carried.lot} at {carried.price}")
    elif carried is not None and carried.price is not None:
        told.append(f"at {carried.price}")
    if carried is not None and carried.slippage_points is not None:
        told.append(f"{carried.slippage_points:+.1f} pt against the wanted price")
    if carried is not None and carried.latency_ms is not None:
        told.append(f"after {carried.latency_ms} ms")
    if row.outcome in {Outcome.PENDING, Outcome.IN_DOUBT}:
        told.append(_waiting(row))
    return ", ".join(told)


def _waiting(row: ToldDecision) -> str:
    since_s = max(0, time.time_ns() // 1_000_000 - row.decided_at_ms) / 1_000
    carried = row.carried
    if carried is None:
        return f"nothing was sent, for {since_s:.0f} s"
    error = f": {carried.last_error}" if carried.last_error else ""
    return f"{carried.stage}, {carried.status}, try {carried.attempt}, for {since_s:.0f} s{error}"


def _inputs(inputs: Iterable[tuple[str, object]]) -> str:
    return " ".join(
        f"{name}={_spelled(value)}"
        for name, value in inputs
        if name not in _SKIPPED and value is not None
    )


def _spelled(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value.quantize(Decimal('1e-8')).normalize():f}" if value.is_finite() else "NaN"
    return str(value)


def _named(accounts: list[str]) -> str:
    if len(accounts) <= NAMED_MAX:
        return ", ".join(accounts)
    return f"{', '.join(accounts[:NAMED_MAX])} and {len(accounts) - NAMED_MAX} more"


def _name(seq: int, what: ToldAction | ToldDecision) -> str:
    return str(what.kind) if seq in {0, SEQ_CLOSE} else f"{what.kind} {seq}"


def _utc(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1_000, tz=UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3]
