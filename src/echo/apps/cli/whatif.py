"""``echoctl whatif``: a recorded day under another policy."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_USAGE, give_up
from echo.apps.live_settings import live_settings
from echo.apps.recorded_days import (
    events_of_day,
    is_day,
    is_recording,
    kept_in,
    raw_events_of,
)
from echo.apps.whatif.comparison import Comparison, Copy, Side, compared
from echo.apps.whatif.plot import as_svg
from echo.config.limits import account_limits
from echo.config.reading import Reading
from echo.config.settings import core_settings
from echo.domain.ids import AccountId
from echo.domain.limit_rules import HUNDRED, LimitKind, LimitUnit
from echo.domain.raw_events import RawEvent
from echo.engine.settings import EngineSettings
from echo.ports.errors import EventsUnavailable, SettingsInvalid

SHOWN_MAX: Final = 40
PLAIN_WIDTH: Final = 160
HUGE: Final = Decimal("Infinity")


def whatif(
    policy: Annotated[
        str, typer.Option("--policy", help="Settings to play under: a file with risk and policy.")
    ],
    events: Annotated[
        str | None,
        typer.Option(
            "--events",
            help="Raw events: a day (YYYY-MM-DD) that the Core keeps, a folder, a month's file or"
            " an export; by default all that the Core keeps.",
        ),
    ] = None,
    config: Annotated[
        str, typer.Option("--config", help="Settings of the Core whose events are played.")
    ] = "echo.toml",
    daily_loss: Annotated[
        str | None, typer.Option("--daily-loss", help="What any account may lose in a day.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", help="Also draw it, as an SVG for a browser.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Play a recorded day under another policy and show, for each account, what would be different.

    Exit codes: 0 played, no account over its daily limit; 1 an account would be; 2 nothing to play.
    """
    command = "whatif"
    try:
        reading = _read(policy)
        found = _compared(events, config, reading)
        limits = _limits(reading, found, daily_loss)
    except (SettingsInvalid, EventsUnavailable, ValueError) as error:
        hint = "name the events with --events, or the Core's settings with --config"
        give_up(command, EXIT_USAGE, str(error), hint, as_json=as_json)
    if plot is not None:
        try:
            plot.write_text(as_svg(found, limits), encoding="utf-8")
        except OSError as error:
            give_up(command, EXIT_USAGE, f"{plot}: {error.strerror}", as_json=as_json)
    if as_json:
        print(msgspec.json.encode(_told(found, limits)).decode())
    else:
        _show(found, limits)
    if any(-each.after.worst_day[1] > limits.get(each.account_id, HUGE) for each in found.accounts):
        raise typer.Exit(EXIT_PROBLEM)


def _read(place: str) -> Reading:
    async def read() -> Reading:
        live = await live_settings(place)
        await live.source.close()
        return live.reading

    return asyncio.run(read())


def _compared(events: str | None, config: str, reading: Reading) -> Comparison:
    kept = kept_in(config) if events is None or is_day(events) else Path(events)
    if is_recording(kept):
        raise EventsUnavailable(f"{kept} is a recording: raw events are needed")
    settings = core_settings(reading.values)

    def change(was: EngineSettings) -> EngineSettings:
        # Who follows is the policy's; everything else stays as it was.
        return replace(was, slave_accounts=settings.slave_accounts or was.slave_accounts)

    def day() -> Iterator[RawEvent]:
        if events is not None and is_day(events):
            return events_of_day(kept, events)
        return raw_events_of(kept)

    found = compared(day, settings.book, change)
    if found is None:
        sentence = "has neither a start of the Core nor a checkpoint in it: nothing can be played"
        raise EventsUnavailable(f"{events or kept} {sentence}")
    return found


def _limits(
    reading: Reading, found: Comparison, daily_loss: str | None
) -> dict[AccountId, Decimal]:
    """Return what each account may lose in a day: as its limits say, or as was asked for."""
    if daily_loss is not None:
        money = Decimal(daily_loss) if daily_loss.replace(".", "", 1).isdigit() else Decimal(0)
        if money <= 0:
            raise ValueError(f"--daily-loss {daily_loss} is not an amount above 0")
        return {each.account_id: money for each in found.accounts}
    limits: dict[AccountId, Decimal] = {}
    for account_id, each in account_limits(reading.values).items():
        for rule in each.rules:
            if rule.kind is LimitKind.DAILY_LOSS:
                share = rule.initial_balance * rule.limit / HUNDRED
                money = rule.limit if rule.unit is LimitUnit.MONEY else share
                limits[account_id] = min(money, limits.get(account_id, money))
    return limits


def _told(found: Comparison, limits: dict[AccountId, Decimal]) -> dict[str, Any]:
    return {
        "events": found.events,
        "decided": found.decided,
        "faithful": found.faithful,
        "shed": found.shed,
        "failed": found.failed,
        "accounts": [
            {
                "account": each.account_id,
                "before": _side(each.before),
                "after": _side(each.after),
                "daily_limit": limits.get(each.account_id),
            }
            for each in found.accounts
        ],
        "differences": [
            {
                "trade": each.trade_id,
                "account": each.account_id,
                "at_ms": each.decided_at_ms,
                "before": each.before,
                "after": each.after,
            }
            for each in found.differences
        ],
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "copied": side.copied,
        "omitted": dict(side.omitted),
        "lots": side.lots,
        "profit": side.profit,
        "worst_day": {"day": side.worst_day[0], "loss": side.worst_day[1]},
        "still_open": side.still_open,
        "unvalued": side.unvalued,
    }


def _show(found: Comparison, limits: dict[AccountId, Decimal]) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=PLAIN_WIDTH)
    table = Table(
        *("account", "", "copied", "left out", "lots", "profit", "worst day", "limit", "open")
    )
    for each in found.accounts:
        limit = limits.get(each.account_id)
        for name, side in (("was", each.before), ("would be", each.after)):
            table.add_row(
                each.account_id if name == "was" else "",
                name,
                str(side.copied),
                ", ".join(f"{code} {n}" for code, n in side.omitted.most_common()) or "0",
                f"{side.lots.normalize():f}",
                f"{side.profit:+.2f}{' *' if side.unvalued else ''}",
                f"{side.worst_day[1]:.2f} {side.worst_day[0]}",
                _against(limit, side),
                str(side.still_open),
            )
    console.print(table)
    if found.differences:
        _show_differences(console, found)
    for sentence in _remarks(found):
        console.print(sentence, highlight=False)


def _against(limit: Decimal | None, side: Side) -> str:
    if limit is None:
        return "-"
    return f"{limit:.2f}{' EXCEEDED' if -side.worst_day[1] > limit else ''}"


def _show_differences(console: Console, found: Comparison) -> None:
    table = Table("time (UTC)", "trade", "account", "was", "would be")
    for each in found.differences[:SHOWN_MAX]:
        moment = datetime.fromtimestamp(each.decided_at_ms / 1_000, UTC)
        table.add_row(
            f"{moment:%Y-%m-%d %H:%M:%S}",
            each.trade_id,
            each.account_id,
            _copy(each.before),
            _copy(each.after),
        )
    console.print(table)


def _copy(copy: Copy | None) -> str:
    if copy is None:
        return "not followed"
    if copy.lot is not None:
        return f"{copy.outcome} {copy.lot} lots"
    return f"{copy.outcome} {copy.code}: {copy.sentence}"


def _remarks(found: Comparison) -> Iterator[str]:
    if len(found.differences) > SHOWN_MAX:
        yield f"and {len(found.differences) - SHOWN_MAX} more trades: see --json"
    if any(each.before.unvalued or each.after.unvalued for each in found.accounts):
        yield "* some positions are not counted: their account never told a tick value"
    if found.shed:
        yield f"{found.shed} gaps in the recording: what follows them is a guess"
    if found.failed:
        yield f"{found.failed} events could not be played"
    yield (
        f"{found.events} events; {found.faithful} of {found.decided} openings are played as they"
        " were recorded; copies that were never made are filled at the account's last quote"
    )
