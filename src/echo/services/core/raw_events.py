"""What crosses the Core's threshold, for the raw events: what was noted, as bytes and back.

What is noted never changes, so it is turned into bytes by whoever keeps it, when there is time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, get_args

import msgspec

from echo.domain.accounts import OpenTrades, StateSnapshot
from echo.domain.ids import AgentId, EvaluationId, MessageId
from echo.domain.journal import CommandRecord, DecisionRecord
from echo.domain.policy import PolicyBook
from echo.domain.quantities import Instant
from echo.domain.raw_events import Direction, RawEvent
from echo.domain.sessions import AgentToCore, CoreToAgent
from echo.domain.specs import Quote, SymbolSpecReport
from echo.engine.effects import Effect, Observe, Persist
from echo.engine.events import AgentSaid, Event
from echo.engine.settings import EngineSettings
from echo.engine.state import State
from echo.services.core.canonical import canonical, from_canonical
from echo.services.core.checkpoints import parts_of

STARTED: Final = "CoreStarted"
"""Kind of the event that begins a life of the Core: what the engine is made of."""
CHECKPOINT: Final = "Checkpoint"
"""Kind of the events that begin a day in the midst of a life: what the engine knows, in parts."""

_DIGEST_BYTES: Final = 16
_MESSAGES: Final[dict[str, type[Any]]] = {kind.__name__: kind for kind in get_args(AgentToCore)}
_EVENTS: Final = {kind.__name__ for kind in get_args(Event)} - {AgentSaid.__name__}

_MARKET_DATA: Final = (Quote, SymbolSpecReport, StateSnapshot, OpenTrades)

_encoder: Final = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class Life:
    """The Core starts with these."""

    settings: EngineSettings
    book: PolicyBook
    now: Instant


@dataclass(frozen=True, slots=True)
class Handled:
    """The engine has handled an event."""

    event: Event
    effects: Sequence[Effect]
    now: Instant


@dataclass(frozen=True, slots=True)
class Left:
    """Messages were handed to an Agent's stream."""

    agent_id: AgentId
    session: int
    messages: Sequence[CoreToAgent]
    now: Instant


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A day begins, and this is what the engine knows; *state* is a copy that nobody changes."""

    state: State
    now: Instant


Passing = Life | Handled | Left | Checkpoint
"""What the taps note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """One event's bytes, not yet numbered."""

    direction: Direction
    kind: str
    payload: bytes
    answer: bytes
    now: Instant


class _Said(msgspec.Struct, frozen=True):
    """An Agent's message with what the engine got beside it."""

    agent: AgentId
    session: int
    id: MessageId | None
    evaluation: EvaluationId | None
    message: msgspec.Raw


class Answer(msgspec.Struct, frozen=True):
    """What the engine decided upon an event.

    ``digest``: over all effects but facts, in order: equal digests, equal effects.  ``decided``:
    each decision and each command as ``[kind, record]``.
    """

    digest: str
    decided: tuple[tuple[str, msgspec.Raw], ...] = ()


def encoded(passing: Passing) -> Iterator[Encoded]:
    """Yield the bytes of what the taps noted; a few µs each."""
    match passing:
        case Handled(event=event, effects=effects, now=now):
            kind, payload = _event(event)
            answer = answer_of(effects)
            yield Encoded(
                direction=Direction.IN, kind=kind, payload=payload, answer=answer, now=now
            )
        case Left(messages=messages, now=now):
            for message in messages:
                about = {"agent": passing.agent_id, "session": passing.session, "message": message}
                yield Encoded(
                    direction=Direction.OUT,
                    kind=type(message).__name__,
                    payload=_encoder.encode(about),
                    answer=b"",
                    now=now,
                )
        case Life(settings=settings, book=book, now=now):
            yield Encoded(
                direction=Direction.CORE,
                kind=STARTED,
                payload=canonical((settings, book)),
                answer=b"",
                now=now,
            )
        case Checkpoint(state=state, now=now):
            for part in parts_of(state):
                yield Encoded(
                    direction=Direction.CORE, kind=CHECKPOINT, payload=part, answer=b"", now=now
                )


def is_market_data(passing: Passing) -> bool:
    """Whether it told the engine only how market and account stand, and led to nothing."""
    match passing:
        case Handled(event=AgentSaid(message=message), effects=effects):
            return not effects and isinstance(message, _MARKET_DATA)
        case _:
            return False


def event_of(raw: RawEvent) -> Event | None:
    """Return the engine's event that *raw* is; ``None`` = it is none of the engine's.

    Raises:
        ValueError: it cannot be read.
    """
    if raw.direction is not Direction.IN:
        return None
    if raw.kind in _EVENTS:
        event: Event = from_canonical(raw.payload)
        return event
    try:
        said = msgspec.json.decode(raw.payload, type=_Said)
        message = msgspec.json.decode(said.message, type=_MESSAGES[raw.kind])
    except KeyError:
        raise ValueError(f"event {raw.seq} is a {raw.kind!r}, which is not known") from None
    return AgentSaid(said.agent, said.session, said.id, message, said.evaluation)


def life_of(raw: RawEvent) -> tuple[EngineSettings, PolicyBook] | None:
    """Return what the engine was made of, if *raw* begins a life of the Core.

    Raises:
        ValueError: it cannot be read.
    """
    if raw.direction is not Direction.CORE or raw.kind != STARTED:
        return None
    settings, book = from_canonical(raw.payload)
    return settings, book


def is_checkpoint(raw: RawEvent) -> bool:
    """Whether *raw* is a part of a checkpoint."""
    return raw.direction is Direction.CORE and raw.kind == CHECKPOINT


def answer_of(effects: Sequence[Effect]) -> bytes:
    """Return the effects' digest and decisions as JSON; empty = the engine wanted nothing done."""
    wanted = [each for each in effects if not isinstance(each, Observe)]
    if not wanted:
        return b""
    digest = sha256()
    for each in wanted:
        digest.update(type(each).__name__.encode())
        digest.update(_encoder.encode(each))
    decided = tuple(
        (type(each.record).__name__, msgspec.Raw(_encoder.encode(each.record)))
        for each in wanted
        if isinstance(each, Persist) and isinstance(each.record, DecisionRecord | CommandRecord)
    )
    return _encoder.encode(Answer(digest=digest.digest()[:_DIGEST_BYTES].hex(), decided=decided))


def _event(event: Event) -> tuple[str, bytes]:
    if not isinstance(event, AgentSaid):
        return type(event).__name__, canonical(event)
    message = event.message
    said = {
        "agent": event.agent_id,
        "session": event.session,
        "id": event.message_id,
        "evaluation": event.evaluation_id,
        "message": message,
    }
    return type(message).__name__, _encoder.encode(said)
