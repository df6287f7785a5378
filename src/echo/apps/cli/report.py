"""``echoctl report``: what copies made, and why it is not what their masters made."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from echo.apps.cli.asking import plain_console
from echo.apps.cli.exits import EXIT_USAGE, give_up
from echo.apps.divergence.findings import Findings, Span, gather
from echo.apps.divergence.page import as_html
from echo.apps.divergence.plots import NAMES
from echo.apps.journals import Place, place_of
from echo.apps.live_settings import LiveSettings, live_settings
from echo.config.events_keys import events_settings
from echo.config.settings import core_settings
from echo.domain.divergence import MAY_LACK, NotKnown, Part
from echo.domain.divergence_totals import By, Total
from echo.domain.trade_results import CopyResult
from echo.ports.errors import EventsUnavailable, JournalUnavailable, SettingsInvalid

COMMAND: Final = "report divergence"
EVENTS_FOLDER: Final = "events"
"""Where raw events are beside a journal, unless settings say otherwise."""

SHOWN_MAX: Final = 200
"""Rows of the table; JSON has all."""

_JSON: Final = msgspec.json.Encoder(decimal_format="number", enc_hook=str)

app = typer.Typer(
    help="What was copied, what copies made, and why it is not what their masters made.\n\n"
    "Exit codes: 0 told; 1 the running Core refused; 2 there is nothing to read, or nowhere to"
    " write; 3 no Core answers.",
    no_args_is_help=True,
)


@app.callback()
def root() -> None:
    """What copies made, and why it is not what their masters made."""


@app.command()
def divergence(
    config: Annotated[
        Path | None, typer.Option("--config", help="Settings of the Core whose journal it is.")
    ] = None,
    journal: Annotated[Path | None, typer.Option("--journal", help="The journal's file.")] = None,
    events: Annotated[
        Path | None,
        typer.Option("--events", help="Folder of raw events, for deals: swap, early closes."),
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="First UTC day on which masters closed.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="Last such day, included.")] = None,
    by: Annotated[By, typer.Option("--by", help="What to put together.")] = By.ACCOUNT,
    html: Annotated[
        Path | None, typer.Option("--html", help="Also write it as a page with plots.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Split what copies made more or less than their masters into what caused it.

    The Core may run meanwhile or not.
    """
    if config is not None and journal is not None:
        sentence = "--config and --journal name two journals: choose one"
        give_up(COMMAND, EXIT_USAGE, sentence, as_json=as_json)
    try:
        span = Span(first=_day("--from", from_), last=_day("--to", to))
        file, folder = _places(config, journal)
        found = gather(file, events or folder, span)
    except (SettingsInvalid, JournalUnavailable, EventsUnavailable) as error:
        hint = "name the settings with --config FILE, or the journal with --journal FILE"
        give_up(COMMAND, EXIT_USAGE, str(error), hint, as_json=as_json)
    except ValueError as error:
        give_up(COMMAND, EXIT_USAGE, str(error), as_json=as_json)
    if html is not None:
        try:
            html.write_text(as_html(found), encoding="utf-8")
        except OSError as error:
            give_up(COMMAND, EXIT_USAGE, f"{html}: {error.strerror}", as_json=as_json)
    if as_json:
        print(_JSON.encode(_plain(found, by)).decode())
    else:
        _show(plain_console(), found, by)


def _places(config: Path | None, journal: Path | None) -> tuple[Place, Path]:
    """Return the journal, and where its raw events are if there are any."""
    if journal is not None:
        return journal, journal.parent / EVENTS_FOLDER

    async def read() -> LiveSettings:
        live = await live_settings(config or Path("echo.toml"))
        await live.source.close()
        return live

    values = asyncio.run(read()).reading.values
    return place_of(core_settings(values)), events_settings(values).folder


def _day(option: str, text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{option} {text} is not a day: YYYY-MM-DD") from None


def _plain(found: Findings, by: By) -> dict[str, Any]:
    return {
        "journal": str(found.journal),
        "from": found.span.first,
        "to": found.span.last,
        "by": by,
        "copies_told": len(found.told),
        "copies_not_known": len(found.results) - len(found.told),
        "open_trades": found.open_trades,
        "deals_from": found.deals_from,
        "totals": [_total(each) for each in found.totals(by)],
        "not_known": found.not_known,
        "copies": [_copy(each) for each in found.results],
    }


def _total(total: Total) -> dict[str, Any]:
    return {
        "key": total.key,
        "currency": total.currency,
        "copies": total.copies,
        "missed": total.missed,
        "not_known": total.not_known,
        "reference": total.reference,
        "result": total.result,
        "difference": total.difference,
        "parts": total.parts,
        "parts_not_known_of": total.lacking,
    }


def _copy(result: CopyResult) -> dict[str, Any]:
    told: dict[str, Any] = {
        "trade": result.trade_id,
        "account": result.account_id,
        "master": result.master_account_id,
        "strategy": result.strategy_id,
        "symbol": result.symbol,
        "side": result.side,
        "closed_at_ms": result.closed_at_ms,
        "currency": result.currency,
        "outcome": result.outcome,
        "code": result.why,
        "wanted_lot": result.wanted_lot,
        "lot": result.lot,
    }
    if isinstance(result.found, NotKnown):
        return {**told, "not_known": result.found.sentence}
    found = result.found
    return {
        **told,
        "reference": found.reference,
        "result": found.result,
        "difference": found.difference,
        "parts": {part: found.parts.get(part) for part in Part},
    }


def _show(console: Console, found: Findings, by: By) -> None:
    if found.told:
        console.print(_copies(found) if by is By.TRADE else _totals(found.totals(by), by))
    for sentence in _remarks(found, by):
        console.print(sentence, markup=False, highlight=False)


def _totals(totals: Iterable[Total], by: By) -> Table:
    table = Table(by, "told", "masters", "copies", "difference", *_heads())
    _align(table)
    for each in totals:
        missed = f", {each.missed} missed" if each.missed else ""
        table.add_row(
            escape(f"{each.key} {each.currency}"),
            f"{each.copies}{missed}",
            *(_money(money) for money in (each.reference, each.result, each.difference)),
            *(_part(each, part) for part in NAMES),
        )
    return table


def _copies(found: Findings) -> Table:
    table = Table("trade", "account", "lots", "masters", "copy", "difference", *_heads())
    _align(table)
    table.columns[0].no_wrap = True
    ordered = sorted(found.told, key=lambda pair: (pair[0].closed_at_ms, pair[0].trade_id))
    before = ""
    for each, told in ordered[-SHOWN_MAX:]:
        if each.trade_id != before and before:
            table.add_section()
        name = f"{each.trade_id} {each.symbol} {each.side}" if each.trade_id != before else ""
        before = each.trade_id
        table.add_row(
            escape(name),
            escape(f"{each.account_id} {each.currency}"),
            "missed" if not each.lot else f"{each.lot.normalize():f}",
            *(_money(money) for money in (told.reference, told.result, told.difference)),
            *(_money(told.parts[part]) if part in told.parts else "?" for part in NAMES),
        )
    return table


def _heads() -> Iterator[str]:
    return (name.lower() for name in NAMES.values())


def _align(table: Table) -> None:
    for column in table.columns[1:]:
        column.justify = "right"


def _part(total: Total, part: Part) -> str:
    lacking = total.lacking.get(part, 0)
    if lacking and not total.parts[part]:
        return "?"
    return f"{_money(total.parts[part])}{' ?' if lacking else ''}"


def _money(money: Decimal) -> str:
    return f"{money:+.2f}"


def _remarks(found: Findings, by: By) -> Iterator[str]:
    if by is By.TRADE and len(found.told) > SHOWN_MAX:
        yield f"the last {SHOWN_MAX} of {len(found.told)} copies: see --json for all"
    for part, count in found.lacking.items():
        if part in MAY_LACK:
            yield f"? {NAMES[part].lower()}: not known of {count} copies"
    for sentence, count in found.not_known.items():
        yield f"{count} copies are in no sum; not known is {sentence}"
    if found.deals_from is None:
        yield "no raw events, hence no deals: swap, commission and early closes are not known"
    missed = sum(not each.lot for each, _ in found.told)
    yield ("money in account currency; below zero = it cost the account something")
    yield (
        f"{len(found.told)} of {len(found.results)} copies of closed trades told, {missed} of them"
        f" missed; {found.open_trades} trades are still open at their masters"
    )
