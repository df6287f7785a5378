"""``echoctl trace``: one trade as a waterfall, every step of every copy, when and how long."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from echo.apps import inquiries
from echo.apps.cli.asking import plain_console
from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_USAGE, give_up
from echo.apps.cli.why import ID_CHARS_MIN, AsJson, ConfigOption, JournalOption, journal_of
from echo.apps.waterfall.page import action_name, as_html, came_to, moment, took
from echo.apps.waterfall.scale import Scale, scale_of
from echo.apps.waterfall.steps import ActionFall, Copy, Step, Waterfall, waterfall
from echo.ports.errors import JournalUnavailable, SettingsInvalid

COPIES_SHOWN: Final = 8
"""Followers of an action that the terminal shows, the slowest; page and JSON have more."""
BAR: Final = 40
LABEL: Final = 36
STYLES: Final = {"master_ea": "magenta", "agent": "cyan", "core": "blue", "slave_ea": "yellow"}


def trace(
    trade: Annotated[
        str,
        typer.Argument(
            metavar="TICKET|TRADE", help="A ticket of master or slave, or how a trade's id begins."
        ),
    ],
    config: ConfigOption = None,
    journal: JournalOption = None,
    account: Annotated[str, typer.Option(help="Show this follower alone.")] = "",
    html: Annotated[
        Path | None, typer.Option(help="Write a page with drawings to this file.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show where the time of one trade went, from the master's terminal to each slave's broker.

    The Core may run meanwhile or not.  Exit code 1 if there is no such trade.
    """
    fall = _found(trade.strip(), config, journal, account, as_json)
    if html is not None:
        try:
            html.write_text(as_html(fall), encoding="utf-8")
        except OSError as error:
            sentence = f"--html {html}: {error.strerror}"
            give_up("trace", EXIT_USAGE, sentence, as_json=as_json)
    if as_json:
        print(json.dumps(plain(fall)))
    elif html is not None:
        print(f"written: {html}")
    else:
        _show(plain_console(), fall)


def plain(fall: Waterfall) -> dict[str, Any]:
    """Return a waterfall as plain values; times in ms, those of steps since their action began."""
    return {
        "trade_id": fall.inquest.trade_id,
        "trace_id": fall.trace_id,
        "traced": fall.traced,
        "actions": [
            {
                "seq": each.seq,
                "kind": each.kind.value,
                "begun_at_ms": each.begun_at_ms,
                "steps": [_plain_step(step) for step in each.shared],
                "followers": [
                    {
                        "account_id": copy.account_id,
                        "outcome": copy.outcome.value,
                        "why": copy.why,
                        "to_order_ms": copy.to_order_ms,
                        "done_ms": copy.done_ms,
                        "steps": [_plain_step(step) for step in copy.steps],
                    }
                    for copy in each.copies
                ],
            }
            for each in fall.actions
        ],
    }


def _plain_step(step: Step) -> dict[str, Any]:
    return {
        "name": step.name,
        "component": step.component,
        "span_id": step.span_id,
        "parent_id": step.parent_id,
        "start_ms": step.start_ms,
        "lasts_ms": step.lasts_ms,
        "order_ms": step.order_ms,
        "backwards_ms": step.backwards_ms,
        "remark": step.remark,
    }


def _found(
    asked: str, config: Path | None, journal: Path | None, account: str, as_json: bool
) -> Waterfall:
    if not asked.isdecimal() and len(asked) < ID_CHARS_MIN:
        sentence = f"{asked!r} is neither a ticket nor {ID_CHARS_MIN} or more characters of an id"
        give_up("trace", EXIT_USAGE, sentence, as_json=as_json)
    path = journal_of("trace", config, journal, as_json)
    try:
        found = inquiries.inquests(path, asked)
    except (JournalUnavailable, SettingsInvalid) as error:
        give_up("trace", EXIT_USAGE, str(error), as_json=as_json)
    if not found:
        hint = "see what it is called: the terminal's ticket, or the trade's id in an alarm"
        sentence = f"no trade in {path} has ticket or id {asked}"
        give_up("trace", EXIT_PROBLEM, sentence, hint, as_json=as_json, why="unknown_trade")
    if len(found) > 1:
        sentence = f"{len(found)} trades in {path} have ticket or id {asked}"
        hint = "name one by its id: " + ", ".join(each.trade_id for each in found)
        give_up("trace", EXIT_PROBLEM, sentence, hint, as_json=as_json, why="ambiguous")
    if account and account not in found[0].trade.followers:
        followers = ", ".join(found[0].trade.followers) or "nobody"
        sentence = f"account {account} does not follow trade {found[0].trade_id}"
        hint = f"it is followed by {followers}"
        give_up("trace", EXIT_PROBLEM, sentence, hint, as_json=as_json, why="unknown_account")
    return waterfall(found[0], account)


def _show(console: Console, fall: Waterfall) -> None:
    trade = fall.inquest.trade
    whose = f"trace {fall.trace_id}" if fall.traced else "its EA begins no trace"
    _line(
        console,
        f"{trade.trade_id}: master {trade.master_account_id}, ticket {trade.master_ticket},"
        f" {trade.symbol}; {whose}",
    )
    for each in fall.actions:
        told = f"{action_name(each.seq, each.kind)} {moment(each.begun_at_ms)}: {each.sentence}"
        _line(console, told)
        for line in _lines(each):
            console.print(line, soft_wrap=True)


def _line(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _lines(fall: ActionFall) -> Iterator[Text]:
    scale = scale_of(fall)
    for step in fall.shared:
        yield _bar(step, scale)
    for copy in fall.copies[:COPIES_SHOWN]:
        yield _head(copy)
        for step in copy.steps:
            yield _bar(step, scale)
    more = len(fall.copies) - COPIES_SHOWN
    if more > 0:
        yield Text(f"  and {more} more, none of them slower")


def _head(copy: Copy) -> Text:
    told = Text("  ").append(copy.account_id, style="bold")
    return told.append(f" {came_to(copy)}")


def _bar(step: Step, scale: Scale) -> Text:
    order_ms = step.end_ms if step.order_ms is None else step.order_ms
    first, order, last = (
        round(scale.share(each) * BAR) for each in (step.start_ms, order_ms, step.end_ms)
    )
    first = min(first, BAR - 1)
    own = max(order - first, 0 if last > max(order, first) else 1)
    bar = Text(f"    {step.told:<{LABEL}}" + " " * first)
    bar.append("█" * own, style=STYLES.get(step.component, ""))
    bar.append("░" * max(0, last - first - own))
    bar.append("→" if scale.runs_on(step) else " ")
    bar.append(" " * (BAR - max(last, first + own)))
    bar.append(f"{took(step):>10}")
    return bar.append(f"  {step.remark}", style="italic") if step.remark else bar
