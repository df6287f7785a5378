"""A recorded day fed through the engine again: does it decide what it decided then?"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from echo.domain.quantities import Instant
from echo.domain.raw_events import Direction, RawEvent
from echo.engine.effects import Effect, Observe
from echo.engine.engine import Engine
from echo.engine.events import Event
from echo.services.core.canonical import canonical
from echo.services.core.checkpoints import Gathering, parts_of
from echo.services.core.raw_events import (
    Answer,
    answer_of,
    event_of,
    is_checkpoint,
    life_of,
)

DIFFERENCES_MAX: Final = 10_000
"""Differences that are remembered; all are counted."""

_NAMES: Final = ("trade_id", "seq", "account_id", "command_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An event upon which the engine does something else than it did.

    ``decided``: whether a decision or a command differs, and not only how it is carried out.
    """

    seq: int
    kind: str
    decided: bool
    sentence: str


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a replay came to."""

    events: int = 0
    skipped: int = 0
    """Events before the first start or checkpoint: what the engine knew then is not known."""
    begun: RawEvent | None = None
    """The first start or checkpoint, from which on everything is played; ``None`` = none came."""
    first: RawEvent | None = None
    last: RawEvent | None = None
    """The first and the last event of all; ``None`` = none came."""
    lives: int = 0
    checkpoints: int = 0
    astray: int = 0
    """Checkpoints that tell another state than the replay had come to; it goes on with theirs."""
    unread: list[str] = field(default_factory=list)
    """Why checkpoints could not be used, or not in full, a sentence each."""
    decisions: int = 0
    failed: int = 0
    """Events that the engine fails on."""
    shed: int = 0
    """Events that were left out of the recording: what follows may differ for want of them."""
    different: int = 0
    decided_otherwise: int = 0
    differences: list[Difference] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Whether every decision is the one that was recorded."""
        return not self.decided_otherwise


class Replay:
    """Plays raw events through an engine and compares its answers."""

    def __init__(self) -> None:
        self.outcome = Outcome()
        self._engine: Engine | None = None
        self._gathering = Gathering()

    def take(self, raw: RawEvent) -> None:
        """Play the next event.

        Raises:
            ValueError: it cannot be read.
        """
        outcome = self.outcome
        outcome.first = outcome.first or raw
        outcome.last = raw
        if raw.direction is Direction.OUT:
            return
        if raw.direction is Direction.CORE:
            self._told_by_core(raw)
            return
        if self._engine is None:
            outcome.skipped += 1
            return
        event = event_of(raw)
        assert event is not None  # noqa: S101 -- asked for by direction
        outcome.events += 1
        answer = self._answer(event, Instant(raw.wall_ms, raw.mono_ms))
        outcome.decisions += len(_decided(answer))
        if answer != raw.answer:
            self._compare(raw, answer)

    def _told_by_core(self, raw: RawEvent) -> None:
        outcome = self.outcome
        if (life := life_of(raw)) is not None:
            self._engine = Engine(*life)
            outcome.lives += 1
            outcome.begun = outcome.begun or raw
        elif is_checkpoint(raw):
            self._gather(raw)
        else:
            outcome.shed += _shed(raw.payload)

    def _gather(self, raw: RawEvent) -> None:
        """Take the next part of a checkpoint; go on from it when it is whole."""
        outcome, gathering = self.outcome, self._gathering
        try:
            state = gathering.take(raw.payload)
        except ValueError as error:
            sentence = f"the checkpoint of {raw.day} (event {raw.seq}) is of no use: {error}"
            outcome.unread.append(sentence)
            return
        if state is None:
            return
        outcome.checkpoints += 1
        if gathering.unknown:
            names = ", ".join(sorted(gathering.unknown))
            sentence = f"the checkpoint of {raw.day} knows more than this release does: {names}"
            outcome.unread.append(sentence)
        if self._engine is not None:
            outcome.astray += list(parts_of(self._engine.state)) != list(parts_of(state))
        self._engine = Engine.resumed(state)
        outcome.begun = outcome.begun or raw

    def _answer(self, event: Event, now: Instant) -> bytes:
        assert self._engine is not None  # noqa: S101 -- checked by the caller
        try:
            return answer_of(self._engine.handle(event, now))
        except Exception:
            # It failed then, too, or it shows as a difference.
            self.outcome.failed += 1
            return b""

    def _compare(self, raw: RawEvent, answer: bytes) -> None:
        then, now = _decided(raw.answer), _decided(answer)
        sentences = list(_otherwise(then, now))
        outcome = self.outcome
        if not sentences and _digest(raw.answer) == _digest(answer):
            return
        outcome.different += 1
        outcome.decided_otherwise += bool(sentences)
        sentence = "; ".join(sentences) or "the same decisions, carried out in another way"
        if len(outcome.differences) < DIFFERENCES_MAX:
            outcome.differences.append(
                Difference(seq=raw.seq, kind=raw.kind, decided=bool(sentences), sentence=sentence)
            )


def play_twice(events: Iterable[tuple[Event, Instant]], first: Engine, second: Engine) -> Outcome:
    """Play a recording without answers through two engines, and compare these with each other."""
    outcome = Outcome(lives=1)
    for seq, (event, now) in enumerate(events, start=1):
        one, other = _effects(first, event, now), _effects(second, event, now)
        outcome.events += 1
        outcome.failed += one is None
        outcome.decisions += len(_decided(answer_of(one or ())))
        if _bytes(one) != _bytes(other):
            outcome.different += 1
            outcome.decided_otherwise += 1
            sentence = "two engines do not agree"
            outcome.differences.append(
                Difference(seq=seq, kind=type(event).__name__, decided=True, sentence=sentence)
            )
    return outcome


def _effects(engine: Engine, event: Event, now: Instant) -> Sequence[Effect] | None:
    try:
        return engine.handle(event, now)
    except Exception:
        return None


def _bytes(effects: Sequence[Effect] | None) -> list[bytes]:
    return [canonical(each) for each in effects or () if not isinstance(each, Observe)]


def _otherwise(
    then: Sequence[tuple[str, dict[str, Any]]], now: Sequence[tuple[str, dict[str, Any]]]
) -> Iterator[str]:
    """Yield a sentence for each decision or command that differs."""
    for index in range(max(len(then), len(now))):
        if index >= len(now):
            yield f"{_named(*then[index])} is no longer decided"
        elif index >= len(then):
            yield f"{_named(*now[index])} was not decided"
        elif differing := list(_fields(then[index], now[index])):
            yield f"{_named(*now[index])}: {', '.join(differing)}"


def _fields(then: tuple[str, dict[str, Any]], now: tuple[str, dict[str, Any]]) -> Iterator[str]:
    """Yield what differs, of the fields that both know: releases add some."""
    if then[0] != now[0]:
        yield f"was a {then[0]}"
        return
    yield from _values("", then[1], now[1])


def _values(before: str, then: dict[str, Any], now: dict[str, Any]) -> Iterator[str]:
    for name in [each for each in then if each in now]:
        was, is_now = then[name], now[name]
        if isinstance(was, dict) and isinstance(is_now, dict):
            yield from _values(f"{before}{name}.", was, is_now)
        elif was != is_now:
            yield f"{before}{name} was {_short(was)}, is {_short(is_now)}"


def _named(kind: str, record: dict[str, Any]) -> str:
    names = [str(record[name]) for name in _NAMES if record.get(name) is not None]
    return f"{kind.removesuffix('Record').lower()} {'/'.join(names)}"


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _decided(answer: bytes) -> list[tuple[str, dict[str, Any]]]:
    if not answer:
        return []
    told = msgspec.json.decode(answer, type=Answer)
    return [(kind, msgspec.json.decode(record)) for kind, record in told.decided]


def _digest(answer: bytes) -> str:
    return msgspec.json.decode(answer, type=Answer).digest if answer else ""


def _shed(payload: bytes) -> int:
    told = msgspec.json.decode(payload)
    return int(told.get("events", 0)) if isinstance(told, dict) else 0
