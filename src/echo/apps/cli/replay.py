"""``echoctl replay``: a recorded day, decided once more."""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Annotated, Final

import msgspec
import typer

from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_USAGE, give_up
from echo.apps.cli.reaching import settings_of
from echo.apps.core import engine_part
from echo.apps.recorded_days import is_recording, raw_events_of, recorded_events
from echo.domain.raw_events import RawEvent
from echo.engine.engine import Engine
from echo.ports.errors import EventsUnavailable, SettingsInvalid
from echo.services.core.replaying import Outcome, Replay, play_twice

SHOWN_MAX: Final = 50


def replay(
    file: Annotated[
        Path,
        typer.Argument(help="Raw events (a folder, a month's file, an export) or a recording."),
    ],
    config: Annotated[
        Path, typer.Option("--config", help="For a recording: the settings of the Core.")
    ] = Path("echo.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Feed a recorded day through the engine and compare what it decides with what it decided.

    Exit codes: 0 every decision is the same; 1 some are not; 2 there is nothing to play.
    """
    begun_s = perf_counter()
    try:
        outcome = _recording(file, config) if is_recording(file) else _raw(raw_events_of(file))
    except (SettingsInvalid, EventsUnavailable, ValueError) as error:
        hint = "export a day with: echoctl audit export --from DAY --output FILE"
        give_up("replay", EXIT_USAGE, str(error), hint, as_json=as_json)
    seconds = perf_counter() - begun_s
    if not outcome.events:
        sentence = f"{file} has no start of a Core in it: {outcome.skipped} events cannot be played"
        hint = "export from a day on which the Core was started"
        give_up("replay", EXIT_USAGE, sentence, hint, as_json=as_json)
    if as_json:
        print(_json(outcome, seconds))
    else:
        _show(outcome, seconds)
    if not outcome.same:
        raise typer.Exit(EXIT_PROBLEM)


def _raw(events: Iterator[RawEvent]) -> Outcome:
    player = Replay()
    for each in events:
        player.take(each)
    return player.outcome


def _recording(file: Path, config: Path) -> Outcome:
    settings = settings_of(config)
    first, second = (Engine(engine_part(settings), settings.book) for _ in range(2))
    return play_twice(recorded_events(file), first, second)


def _json(outcome: Outcome, seconds: float) -> str:
    told = {
        "same": outcome.same,
        "events": outcome.events,
        "decisions": outcome.decisions,
        "lives": outcome.lives,
        "skipped": outcome.skipped,
        "shed": outcome.shed,
        "failed": outcome.failed,
        "different": outcome.different,
        "decided_otherwise": outcome.decided_otherwise,
        "seconds": round(seconds, 3),
        "differences": outcome.differences,
    }
    return msgspec.json.encode(told).decode()


def _show(outcome: Outcome, seconds: float) -> None:
    for each in outcome.differences[:SHOWN_MAX]:
        print(f"event {each.seq} ({each.kind}): {each.sentence}")
    if outcome.different > SHOWN_MAX:
        print(f"and {outcome.different - SHOWN_MAX} more: see --json")
    asides = [
        f"{count} {what}"
        for count, what in (
            (outcome.skipped, "events before the first start were not played"),
            (outcome.shed, "events are missing from the recording"),
            (outcome.failed, "events make the engine fail"),
        )
        if count
    ]
    for aside in asides:
        print(aside)
    verdict = (
        "all decided as recorded"
        if outcome.same
        else f"{outcome.decided_otherwise} events are decided otherwise"
    )
    print(
        f"{outcome.events} events, {outcome.decisions} decisions and commands,"
        f" {outcome.lives} starts in {seconds:.1f} s: {verdict}"
    )
