"""How a Core does as JSON, as it crosses the admin door."""

import msgspec
from msgspec import Struct

from echo.domain.health import Health, Standby
from echo.wire.refusals import WireError, WireReason


class _Waits(Struct, frozen=True, kw_only=True):
    holder: str
    since_ms: int
    journal: str = ""
    serves_at: str = ""


class _Health(Struct, frozen=True, kw_only=True):
    """``live`` is always true: who does not live answers nothing."""

    live: bool = True
    ready: bool
    state: str = ""
    sentence: str = ""
    standby: _Waits | None = None


def write_health(health: Health) -> bytes:
    """Return the answer to whoever asks how the Core does."""
    waits = health.standby
    told = _Health(
        ready=health.ready,
        state=health.state,
        sentence=health.sentence,
        standby=None
        if waits is None
        else _Waits(
            holder=waits.holder,
            since_ms=waits.since_ms,
            journal=waits.journal,
            serves_at=waits.serves_at,
        ),
    )
    return msgspec.json.encode(told)


def read_health(answer: bytes) -> Health:
    """Return what a Core has said of itself.  Raises ``WireError``."""
    try:
        told = msgspec.json.decode(answer, type=_Health)
    except msgspec.ValidationError as error:
        raise WireError(WireReason.WRONG_TYPE, str(error)) from error
    except msgspec.DecodeError as error:
        raise WireError(WireReason.NOT_JSON, str(error)) from error
    waits = told.standby
    if waits is None:
        return Health(ready=told.ready)
    standby = Standby(
        holder=waits.holder,
        since_ms=waits.since_ms,
        journal=waits.journal,
        serves_at=waits.serves_at,
    )
    return Health(ready=told.ready, standby=standby)
