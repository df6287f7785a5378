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
from echo.services.core.raw_events import Answer, answer_of, event_of, life_of

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
    """Events before the first start of a Core: what the engine was made of is not known."""
    lives: int = 0
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

    def take(self, raw: RawEvent) -> None:
        """Play the next event.

        Raises:
            ValueError: it cannot be read.
        """
        outcome = self.outcome
        if raw.direction is Direction.OUT:
            return
        if raw.direction is Direction.CORE:
            life = life_of(raw)
            if life is not None:
                self._engine = Engine(*life)
                outcome.lives += 1
            else:
                outcome.shed += _shed(raw.payload)
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
    for name in then[1].keys() & now[1].keys():
        if then[1][name] != now[1][name]:
            yield f"{name} was {_short(then[1][name])}, is {_short(now[1][name])}"


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
