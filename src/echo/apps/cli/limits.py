"""``echoctl limits``: how much each account may still lose, and whether a pack can be used."""

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_USAGE, give_up
from echo.apps.cli.reaching import settings_of
from echo.apps.journals import place_of, read_standings
from echo.config.limit_packs import BadPack, LimitPack, built_in_names, load_pack
from echo.config.settings import CoreSettings
from echo.domain.account_limits import AccountLimits
from echo.domain.ids import AccountId
from echo.domain.limit_rules import Anchor, Basis, LimitKind, LimitRule, LimitUnit, Stage
from echo.domain.limits import told_ms
from echo.domain.limits_record import LimitsRecord, RuleStanding
from echo.ports.errors import JournalUnavailable, SettingsInvalid

NAME_SETTINGS: Final = "name the settings with --config FILE"
_COLOURS: Final = {Stage.WARN: "yellow", Stage.STOP_ENTRIES: "red", Stage.FLATTEN: "bold red"}

Config = Annotated[Path, typer.Option("--config", help="Settings of the Core.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]

app = typer.Typer(
    name="limits",
    help="How much accounts may still lose.\n\n"
    "Exit codes: 0 all is well; 1 an account is at a stage that stops entries, or a pack cannot be"
    " used; 2 there is nothing to read.",
    no_args_is_help=True,
)


@app.callback()
def root() -> None:
    """How much accounts may still lose."""


@app.command()
def show(
    config: Config = Path("echo.toml"),
    account: Annotated[str | None, typer.Option(help="Only this account.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show every account's limits as the Core saw them last: floor, headroom, stage."""
    command = "limits show"
    try:
        settings = settings_of(config)
        standings = {each.account_id: each for each in read_standings(place_of(settings))}
    except SettingsInvalid as error:
        give_up(command, EXIT_USAGE, str(error), NAME_SETTINGS, as_json=as_json)
    except JournalUnavailable as error:
        hint = "start the Core once: it makes its journal"
        give_up(command, EXIT_USAGE, str(error), hint, as_json=as_json)
    wanted = _wanted(settings, account, command, as_json=as_json)
    now_ms = int(time.time() * 1_000)
    if as_json:
        rows = [_account_json(each, limits, standings.get(each)) for each, limits in wanted]
        print(json.dumps({"accounts": rows}))
    else:
        for each, limits in wanted:
            _show_account(Console(), each, limits, standings.get(each), now_ms)
    stopped = any(
        standings[each].stage >= Stage.STOP_ENTRIES for each, _ in wanted if each in standings
    )
    raise typer.Exit(EXIT_PROBLEM if stopped else 0)


@app.command()
def check(
    file: Annotated[str, typer.Argument(help="A pack: a file that ends in .toml, or a name.")],
    initial_balance: Annotated[str, typer.Option(help="What the account began with.")] = "100000",
    as_json: AsJson = False,
) -> None:
    """Read a pack and say what its rules come to, or what is wrong with it."""
    command = "limits check"
    try:
        initial = Decimal(initial_balance)
    except ArithmeticError:
        give_up(command, EXIT_USAGE, f"--initial-balance {initial_balance} is not a number")
    try:
        pack = load_pack(file)
        rules = pack.rules(initial)
    except BadPack as error:
        hint = "correct the file, or see docs/reference/limits.md for what a pack may hold"
        give_up(command, EXIT_PROBLEM, str(error), hint, as_json=as_json)
    complaints = list(rules.complaints())
    if complaints:
        give_up(command, EXIT_PROBLEM, "\n".join(complaints), as_json=as_json)
    limits = AccountLimits(
        rules=rules.losses, ideas=rules.ideas, closings=rules.closings, caps=rules.caps
    )
    if as_json:
        print(json.dumps(_pack_json(pack, limits)))
        return
    _show_pack(Console(), pack, limits)


@app.command()
def packs(as_json: AsJson = False) -> None:
    """List the packs that come with Echo, each with the day on which its pages were read."""
    found = [load_pack(name) for name in built_in_names()]
    if as_json:
        print(json.dumps([_head(each) for each in found]))
        return
    table = Table("pack", "firm", "product", "verified on", box=None, pad_edge=False)
    for each in found:
        table.add_row(each.name, each.firm, each.product, each.verified_on)
    Console().print(table)


def _wanted(
    settings: CoreSettings, account: str | None, command: str, *, as_json: bool
) -> list[tuple[AccountId, AccountLimits]]:
    limited = settings.book.limits_by_account
    if account is not None and account not in limited:
        give_up(
            command,
            EXIT_USAGE,
            f"account {account} has no limits",
            f"set policy/{account}/limit_pack, or a cap such as policy/{account}/max_lots",
            as_json=as_json,
        )
    return [(each, limits) for each, limits in limited.items() if account in (None, each)]


def _show_account(
    console: Console,
    account: AccountId,
    limits: AccountLimits,
    standing: LimitsRecord | None,
    now_ms: int,
) -> None:
    seen = "not seen yet"
    if standing is not None and standing.funds is not None:
        age_s = max(0, now_ms - standing.updated_at_ms) / 1_000
        funds = standing.funds
        seen = (
            f"equity {funds.equity:.2f}, balance {funds.balance:.2f} {funds.currency or ''},"
            f" {age_s:.0f} s ago"
        )
    console.print(f"[bold]{account}[/]  {limits.pack or 'no pack'}  {seen}", highlight=False)
    if standing is not None and standing.suspended:
        console.print(f"  [red]not judged[/]: {standing.suspended}", highlight=False)
    rules = standing.rules if standing is not None else ()
    if rules:
        table = Table("  rule", "stage", "floor", "headroom", "used", "counts from", box=None)
        for each in rules:
            table.add_row(*_cells(each))
        console.print(table)
    for line in _other_rules(limits, now_ms):
        console.print(f"  {line}", highlight=False)


def _cells(standing: RuleStanding) -> tuple[str, ...]:
    found, state = standing.use, standing.state
    colour = _COLOURS.get(found.stage, "green")
    stage = f"{found.stage.name.lower()}{', locked' if found.locked else ''}"
    since = f"{state.anchor_value:.2f}, {told_ms(state.anchored_at_ms)}"
    return (
        f"  {standing.rule_id}",
        f"[{colour}]{stage}[/]",
        f"{found.floor:.2f}",
        f"{found.headroom:.2f}",
        f"{found.share:.0%}",
        f"{since}{' (estimate)' if state.estimated else ''}",
    )


def _other_rules(limits: AccountLimits, now_ms: int) -> list[str]:
    found = [closing.sentence(now_ms) for closing in limits.closings]
    found += [
        f"{idea.rule_id}: positions of one symbol and side may cost {idea.limit:.2f} together,"
        f" those closed within {idea.reopen_within_s} s included"
        for idea in limits.ideas
    ]
    caps = limits.caps
    named = (
        ("lots per trade", caps.per_trade),
        ("lots per symbol", caps.per_symbol),
        ("lots per account", caps.per_account),
        ("times the equity", caps.leverage),
        ("open trades", caps.open_trades),
    )
    told = [f"{cap} {name}" for name, cap in named if cap is not None]
    return [*found, *([f"at most {', '.join(told)}"] if told else [])]


def _account_json(
    account: AccountId, limits: AccountLimits, standing: LimitsRecord | None
) -> dict[str, Any]:
    funds = standing.funds if standing is not None else None
    return {
        "account": account,
        "pack": limits.pack,
        "stage": standing.stage.name.lower() if standing is not None else None,
        "suspended": standing.suspended if standing is not None else "",
        "equity": float(funds.equity) if funds is not None else None,
        "balance": float(funds.balance) if funds is not None else None,
        "currency": funds.currency if funds is not None else None,
        "updated_at_ms": standing.updated_at_ms if standing is not None else None,
        "rules": [_rule_json(each) for each in (standing.rules if standing is not None else ())],
        "others": _other_rules(limits, 0),
    }


def _rule_json(standing: RuleStanding) -> dict[str, Any]:
    found, state = standing.use, standing.state
    return {
        "rule": standing.rule_id,
        "stage": found.stage.name.lower(),
        "locked": found.locked,
        "floor": float(found.floor),
        "headroom": float(found.headroom),
        "used": float(found.share),
        "anchor": float(state.anchor_value),
        "anchored_at_ms": state.anchored_at_ms,
        "estimated": state.estimated,
        "sentence": found.sentence,
    }


def _head(pack: LimitPack) -> dict[str, str]:
    return {
        "name": pack.name,
        "firm": pack.firm,
        "product": pack.product,
        "phase": pack.phase,
        "verified_on": pack.verified_on,
        "notes": pack.notes,
        "copying": pack.copying,
    }


def _pack_json(pack: LimitPack, limits: AccountLimits) -> dict[str, Any]:
    rules = [
        {
            "rule": each.rule_id,
            "kind": each.kind.value,
            "says": _sentence(each),
            "source": each.source,
            "verified_on": each.verified_on,
        }
        for each in limits.rules
    ]
    return {**_head(pack), "rules": rules, "others": _other_rules(limits, 0)}


def _show_pack(console: Console, pack: LimitPack, limits: AccountLimits) -> None:
    head = f"[bold]{pack.name}[/]  {pack.firm} {pack.product} {pack.phase}".rstrip()
    console.print(f"{head}, verified on {pack.verified_on}", highlight=False)
    for rule in limits.rules:
        console.print(f"  {rule.rule_id}: {_sentence(rule)}", highlight=False)
        console.print(f"    {rule.source}, read on {rule.verified_on}", highlight=False)
    for line in _other_rules(limits, 0):
        console.print(f"  {line}", highlight=False)
    for note in (pack.notes, pack.copying):
        if note:
            console.print(f"  {note}", highlight=False)


def _sentence(rule: LimitRule) -> str:
    amount = {
        LimitUnit.MONEY: f"{rule.limit}",
        LimitUnit.PERCENT_OF_INITIAL: f"{rule.limit} % of the initial balance",
        LimitUnit.PERCENT_OF_ANCHOR: f"{rule.limit} % of what it is counted from",
    }[rule.unit]
    if rule.kind is LimitKind.PROFIT_TARGET:
        then = "everything is closed" if rule.flattens else "entries stop"
        return f"when {amount} is won {then}"
    who = "a day" if rule.kind is LimitKind.DAILY_LOSS else "the account"
    capped = ", never above the initial balance" if rule.stops_at_initial else ""
    return (
        f"{who} may lose {amount}, counted from {_counted_from(rule)}{capped};"
        f" warns at {rule.warn_at:.0%}, stops entries at {rule.stop_entries_at:.0%},"
        f" closes at {rule.flatten_at:.0%}"
    )


def _counted_from(rule: LimitRule) -> str:
    at = f"at {rule.reset.at:%H:%M} {rule.reset.zone}" if rule.reset is not None else ""
    if rule.basis is Basis.HIGH_WATER_EOD_BALANCE:
        return f"the best balance {at} so far"
    if rule.anchor is Anchor.INITIAL:
        return "the initial balance"
    what = "the higher of balance and equity"
    if rule.basis is not Basis.MAX_BALANCE_EQUITY:
        what = f"the {rule.basis}"
    return f"{what} {at}"
