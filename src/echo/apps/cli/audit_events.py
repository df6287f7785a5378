"""``echoctl audit export|verify``: raw events handed out, and shown to be what was recorded."""

import asyncio
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_USAGE, give_up
from echo.apps.live_settings import live_settings
from echo.apps.raw_events import mongo_url
from echo.config.events_keys import EventsSettings, events_settings
from echo.domain.raw_events import Break, ChainCheck, Linked
from echo.ports.errors import EchoError, EventsUnavailable, SettingsInvalid
from echo.stores.events.export_file import (
    ExportHead,
    export_lines,
    read_export,
    read_export_head,
)
from echo.stores.events.mongo import MongoEvents
from echo.stores.events.months import (
    link_before,
    month_paths,
    read_events,
    read_month,
    read_month_events,
)

SHOWN_MAX: Final = 50
DAY: Final = "A UTC day, YYYY-MM-DD"

Config = Annotated[
    str, typer.Option("--config", help="Settings of the Core: a file, or an address of etcd.")
]
Folder = Annotated[
    Path | None, typer.Option("--dir", help="Folder of the raw events, instead of the Core's.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """What became of a check of one place."""

    place: str
    check: ChainCheck


def export(
    config: Config = "echo.toml",
    folder: Folder = None,
    first_day: Annotated[str, typer.Option("--from", help=f"{DAY}: the first.")] = "",
    last_day: Annotated[str, typer.Option("--to", help=f"{DAY}: the last.")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", help="The file; by default it is printed.")
    ] = None,
) -> None:
    """Write raw events as a file that proves itself; the Core may run meanwhile."""
    command = "audit export"
    for day in (first_day, last_day):
        _demand_day(command, day)
    place = folder or _settings(command, config).folder
    last = last_day or first_day or "9999-12-31"
    try:
        events = read_events(place, first_day=first_day, last_day=last)
        first = next(events, None)
        if first is None:
            give_up(command, EXIT_USAGE, f"{place} holds no events of these days")
        head = ExportHead(
            chain_id=read_month(month_paths(place)[-1]).chain_id,
            before_seq=first.event.seq - 1,
            before_link=link_before(place, first.event.seq),
        )
        lines = export_lines(head, _joined(first, events))
        if output is None:
            for line in lines:
                sys.stdout.buffer.write(line)
        else:
            output.touch(mode=0o600)
            with output.open("wb") as file:
                file.writelines(lines)
    except EchoError as error:
        give_up(command, EXIT_PROBLEM, str(error))
    except OSError as error:
        give_up(command, EXIT_PROBLEM, f"{output}: {error.strerror}")


def verify(
    file: Annotated[
        Path | None, typer.Argument(help="An exported file; without it what the Core keeps.")
    ] = None,
    config: Config = "echo.toml",
    folder: Folder = None,
    mongo: Annotated[bool, typer.Option("--mongo", help="What was copied to MongoDB.")] = False,
    seal: Annotated[
        list[str] | None,
        typer.Option("--seal", help="DAY=LINK as it was noted: that day must end so."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Follow the chain and name every event that was altered, dropped, added or moved.

    Exit codes: 0 it holds; 1 it does not; 2 there is nothing to read.
    """
    command = "audit verify"
    seals = dict(_seal(command, each) for each in seal or ())
    try:
        if file is not None:
            verdict = _of_file(file)
        elif mongo:
            verdict = asyncio.run(_of_mongo(_settings(command, config)))
        else:
            verdict = _of_folder(folder or _settings(command, config).folder)
    except SettingsInvalid as error:
        give_up(command, EXIT_USAGE, str(error), as_json=as_json)
    except EchoError as error:
        give_up(command, EXIT_PROBLEM, str(error), as_json=as_json)
    check = verdict.check
    check.end()
    found = {each.day: each.link.hex() for each in check.seals}
    for day, link in seals.items():
        if found.get(day) != link:
            ends = f"ends with {found[day]}" if day in found else "is not there"
            sentence = f"{day} {ends}, noted was {link}"
            check.breaks.append(Break(seq=None, sentence=sentence))
    if as_json:
        print(_json(verdict))
    else:
        _show(verdict)
    if check.breaks:
        raise typer.Exit(EXIT_PROBLEM)


def _of_file(file: Path) -> _Verdict:
    head = read_export_head(file)
    check = ChainCheck(head.before_link, head.before_seq)
    try:
        check.follow(read_export(file))
    except EventsUnavailable as error:
        check.breaks.append(Break(seq=None, sentence=str(error)))
    return _Verdict(place=str(file), check=check)


def _of_folder(folder: Path) -> _Verdict:
    paths = month_paths(folder)
    if not paths:
        raise SettingsInvalid([f"{folder} holds no raw events"])
    first = read_month(paths[0])
    check = ChainCheck(first.before_link, first.before_seq)
    for path in paths:
        check.follow(read_month_events(path))
    return _Verdict(place=str(folder), check=check)


async def _of_mongo(settings: EventsSettings) -> _Verdict:
    paths = month_paths(settings.folder)
    if not paths:
        raise SettingsInvalid([f"{settings.folder} does not say which chain is this Core's"])
    chain_id = read_month(paths[0]).chain_id
    events = MongoEvents(mongo_url(settings), settings.mongo_database, chain_id)
    check: ChainCheck | None = None
    try:
        async for each in events.read():
            if check is None:
                # Older events may have been deleted there; what is kept must be whole.
                seq = each.event.seq
                check = ChainCheck(link_before(settings.folder, seq), seq - 1)
            check.follow([each])
    finally:
        await events.close()
    return _Verdict(place=f"MongoDB, chain {chain_id}", check=check or ChainCheck())


def _settings(command: str, config: str) -> EventsSettings:
    async def read() -> EventsSettings:
        live = await live_settings(config)
        await live.source.close()
        return events_settings(live.reading.values)

    try:
        return asyncio.run(read())
    except SettingsInvalid as error:
        hint = "name the settings with --config FILE, or the folder with --dir FOLDER"
        give_up(command, EXIT_USAGE, str(error), hint)


def _joined(first: Linked, rest: Iterable[Linked]) -> Iterable[Linked]:
    yield first
    yield from rest


def _demand_day(command: str, day: str) -> None:
    if day and (len(day) != 10 or day.count("-") != 2 or not day.replace("-", "").isdigit()):
        give_up(command, EXIT_USAGE, f"{day} is not a day such as 2026-11-21")


def _seal(command: str, text: str) -> tuple[str, str]:
    day, sign, link = text.partition("=")
    if not sign:
        give_up(command, EXIT_USAGE, f"{text} is not DAY=LINK")
    _demand_day(command, day)
    return day, link.strip().lower()


def _json(verdict: _Verdict) -> str:
    check = verdict.check
    told = {
        "place": verdict.place,
        "ok": not check.breaks,
        "events": check.events,
        "days": [
            {
                "day": each.day,
                "first_seq": each.first_seq,
                "last_seq": each.last_seq,
                "seal": each.link.hex(),
            }
            for each in check.seals
        ],
        "breaks": [{"seq": each.seq, "sentence": each.sentence} for each in check.breaks],
    }
    return msgspec.json.encode(told).decode()


def _show(verdict: _Verdict) -> None:
    check = verdict.check
    for each in check.seals:
        print(f"{each.day}  events {each.first_seq} to {each.last_seq}  seal {each.link.hex()}")
    for found in check.breaks[:SHOWN_MAX]:
        print(f"broken: {found.sentence}")
    if len(check.breaks) > SHOWN_MAX:
        print(f"and {len(check.breaks) - SHOWN_MAX} more: see --json")
    outcome = "the chain holds" if not check.breaks else f"{len(check.breaks)} breaks"
    print(f"{verdict.place}: {check.events} events, {outcome}")
