"""A recorded day can be played again: the same events give the same effects, byte for byte."""

import asyncio
import json
from pathlib import Path

import pytest

from echo.apps.core import engine_part
from echo.apps.demo.options import DemoOptions
from echo.apps.demo.performance import Performance
from echo.apps.recorded_days import raw_events_of
from echo.config.settings import core_settings
from echo.engine.engine import Engine
from echo.services.core.canonical import canonical
from echo.services.core.recorder import read_recording
from echo.services.core.replaying import Outcome, Replay
from echo.stores.file import FileSettings

pytestmark = pytest.mark.no_cover


def _replayed(folder: Path) -> list[bytes]:
    """Feed the recording to a fresh engine and return its effects, one line an event."""
    settings = core_settings(FileSettings(folder / "echo.toml").load().values)
    engine = Engine(engine_part(settings), settings.book)
    with (folder / "core" / "events.jsonl").open("rb") as lines:
        return [
            b"\n".join(canonical(effect) for effect in engine.handle(event, now))
            for event, now in read_recording(lines)
        ]


def _decided_again(events: Path) -> Outcome:
    replay = Replay()
    for each in raw_events_of(events):
        replay.take(each)
    return replay.outcome


def test_a_recorded_demo_replays_to_the_same_effects(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    options = DemoOptions(seconds=6, slaves=3, broker_delay="0", state=folder, record=True)
    performance = Performance(options, seen=lambda _cast, _moment: None, told=lambda _: None)
    result = asyncio.run(performance.play())

    first, second = _replayed(folder), _replayed(folder)
    raw = _decided_again(folder / "core" / "events")

    assert result.exit_code == 0
    assert result.takings.actions > 0
    assert first == second
    # Not only twice the same: what is decided now is what the Core itself decided then.
    assert (raw.same, raw.different, raw.failed, raw.shed) == (True, 0, 0, 0), raw.differences[:3]
    assert raw.decisions >= result.takings.decisions
    # The replay decided for real: it wants as many decisions on disk as the demo left there.
    persisted = [
        json.loads(line)
        for effects in first
        for line in effects.split(b"\n")
        if b'"DecisionRecord"' in line
    ]
    assert len(persisted) >= result.takings.decisions
