"""``echoctl replay``: a recorded day, decided once more."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Annotated, Final

import msgspec
import typer

from echo.apps.cli.exits import EXIT_PROBLEM, EXIT_USAGE, give_up
from echo.apps.cli.reaching import settings_of
from echo.apps.core import engine_part
from echo.apps.recorded_days import (
    events_of_day,
    is_day,
    is_recording,
    kept_in,
    raw_events_of,
    recorded_events,
)
from echo.domain.raw_events import RawEvent
from echo.engine.engine import Engine
from echo.ports.errors import EventsUnavailable, SettingsInvalid
from echo.services.core.replaying import Outcome, Replay, play_twice

SHOWN_MAX: Final = 50


def replay(
    what: Annotated[
        str,
        typer.Argument(
            help="A day (YYYY-MM-DD) that the Core keeps; or raw events (a folder, a month's file,"
            " an export), or a recording."
        ),
    ],
    config: Annotated[
        Path,
        typer.Option("--config", help="For a day, and for a recording: the settings of the Core."),
    ] = Path("echo.toml"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Feed a recorded day through the engine and compare what it decides with what it decided.

    Exit codes: 0 every decision is the same; 1 some are not; 2 there is nothing to play.
    """
    begun_s = perf_counter()
    day = what if is_day(what) else None
    try:
        if day is not None:
            outcome = _raw(events_of_day(kept_in(str(config)), day))
        elif is_recording(Path(what)):
            outcome = _recording(Path(what), config)
        else:
            outcome = _raw(raw_events_of(Path(what)))
    except (SettingsInvalid, EventsUnavailable, ValueError) as error:
        hint = "export a day with: echoctl audit export --from DAY --output FILE"
        give_up("replay", EXIT_USAGE, str(error), hint, as_json=as_json)
    seconds = perf_counter() - begun_s
    if not outcome.events:
        hint = "what was recorded before it, from a start of the Core on, can be played with it"
        give_up("replay", EXIT_USAGE, _unplayable(what, outcome), hint, as_json=as_json)
    if as_json:
        print(_json(outcome, seconds))
    else:
        _show(outcome, seconds, day)
    if not outcome.same:
        raise typer.Exit(EXIT_PROBLEM)


def _unplayable(what: str, outcome: Outcome) -> str:
    """Say why nothing of it can be played."""
    if outcome.first is None or outcome.last is None:
        return f"{what} has no events in it"
    if outcome.begun is not None:
        return (
            f"{what} has no events behind {_moment(outcome.begun)}, from when on it can be played"
        )
    if outcome.unread:
        return f"{what} cannot be played: {outcome.unread[0]}"
    return (
        f"{what} has neither a start of the Core nor a checkpoint in it: the {outcome.skipped}"
        f" events from {_moment(outcome.first)} to {_moment(outcome.last)} cannot be played"
    )


def _moment(event: RawEvent) -> str:
    moment = datetime.fromtimestamp(event.wall_ms / 1_000, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC (event {event.seq})"


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
        "checkpoints": outcome.checkpoints,
        "astray": outcome.astray,
        "unread": outcome.unread,
        "played_from": _told(outcome.begun),
        "skipped": outcome.skipped,
        "shed": outcome.shed,
        "failed": outcome.failed,
        "different": outcome.different,
        "decided_otherwise": outcome.decided_otherwise,
        "seconds": round(seconds, 3),
        "differences": outcome.differences,
    }
    return msgspec.json.encode(told).decode()


def _told(event: RawEvent | None) -> dict[str, int | str] | None:
    if event is None:
        return None
    return {"seq": event.seq, "day": event.day, "at_ms": event.wall_ms, "kind": event.kind}


def _show(outcome: Outcome, seconds: float, day: str | None) -> None:
    for each in outcome.differences[:SHOWN_MAX]:
        print(f"event {each.seq} ({each.kind}): {each.sentence}")
    if outcome.different > SHOWN_MAX:
        print(f"and {outcome.different - SHOWN_MAX} more: see --json")
    for aside in (*outcome.unread, *_asides(outcome, day)):
        print(aside)
    verdict = (
        "all decided as recorded"
        if outcome.same
        else f"{outcome.decided_otherwise} events are decided otherwise"
    )
    print(
        f"{outcome.events} events, {outcome.decisions} decisions and commands,"
        f" {outcome.lives} starts, {outcome.checkpoints} checkpoints in {seconds:.1f} s: {verdict}"
    )


def _asides(outcome: Outcome, day: str | None) -> Iterator[str]:
    begun = outcome.begun
    if begun is not None and day is not None and begun.day < day:
        yield (
            f"played from {_moment(begun)} on: nothing later says what the engine knew"
            f" when {day} began"
        )
    if begun is not None and outcome.skipped:
        yield (
            f"{outcome.skipped} events before {_moment(begun)} were not played: nothing before"
            " that says what the engine knew"
        )
    if outcome.astray:
        yield (
            f"at {outcome.astray} checkpoints the engine knew something else than the replay had"
            " come to; it went on with what is recorded"
        )
    if outcome.shed:
        yield f"{outcome.shed} events are missing from the recording"
    if outcome.failed:
        yield f"{outcome.failed} events make the engine fail"
