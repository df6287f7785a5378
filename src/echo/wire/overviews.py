"""Overviews as they cross the admin door, and as they lie in a cache.

In a cache they lie under a name that says of which journal and of which form they are, behind a
checksum over that name and the text: what was cut, changed or put under another name is nothing.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Final, TypeVar
from urllib.parse import urlencode

import msgspec
from msgspec import Struct

from echo.domain.cache_facts import CacheStanding
from echo.domain.operations import NotDone
from echo.domain.overviews import AskOverview, Overview, OverviewKind, ToldOverview
from echo.wire.refusals import WireError, WireReason, quoted

SENTENCE_CHARS_MAX: Final = 200
_SUM_BYTES: Final = sha256().digest_size
_T = TypeVar("_T")


class _Caches(Struct, frozen=True):
    caches: tuple[CacheStanding, ...] | None


def read_overview_question(kind: str, query: Mapping[str, str]) -> AskOverview:
    """Return the question for an overview of *kind*, with days ``from`` and ``to``.

    Raises:
        WireError: there is no such kind or day, or latency is asked for with days.
    """
    try:
        found = OverviewKind(kind)
    except ValueError:
        kinds = ", ".join(OverviewKind)
        sentence = f"there is no overview {quoted(kind)}, but {kinds}"
        raise WireError(WireReason.UNKNOWN_VALUE, sentence) from None
    asked = AskOverview(kind=found, first=_day(query, "from"), last=_day(query, "to"))
    if asked.kind is OverviewKind.LATENCY and (asked.first or asked.last):
        sentence = "latency is of everything that is kept: ask without from and to"
        raise WireError(WireReason.OUT_OF_RANGE, sentence)
    return asked


def write_overview_question(asked: AskOverview) -> str:
    """Write the query that `read_overview_question` reads; empty = without bounds."""
    days = {"from": asked.first, "to": asked.last}
    return urlencode({name: day.isoformat() for name, day in days.items() if day is not None})


def write_overview(told: ToldOverview) -> bytes:
    """Write an answer as JSON."""
    return msgspec.json.encode(told)


def read_overview(body: bytes) -> ToldOverview:
    """Read what `write_overview` wrote.  Raises ``WireError``."""
    return _decoded(body, ToldOverview)


def read_no_overview(body: bytes) -> NotDone:
    """Read why there is no overview.  Raises ``WireError``."""
    return _decoded(body, NotDone)


def write_caches(found: tuple[CacheStanding, ...] | None) -> bytes:
    """Write how caches do as JSON; ``None`` = nothing is counted."""
    return msgspec.json.encode(_Caches(found))


def read_caches(body: bytes) -> tuple[CacheStanding, ...] | None:
    """Read what `write_caches` wrote.  Raises ``WireError``."""
    return _decoded(body, _Caches).caches


def overview_key(identity: str, asked: AskOverview, max_age_ms: int) -> str:
    """Return the name in a cache of what answers *asked* about the journal *identity*.

    Cores that let answers grow older than *max_age_ms* keep theirs under other names.
    """
    days = (each.isoformat() if each else "" for each in (asked.first, asked.last))
    return ":".join(("overview", _form(), identity, str(max_age_ms), asked.kind, *days))


def write_kept(key: str, overview: Overview) -> bytes:
    """Write *overview* for a cache."""
    body = msgspec.json.encode(overview)
    return _sum(key, body) + body


def read_kept(key: str, data: bytes) -> Overview | None:
    """Read what lies under *key*; ``None`` = it is not what `write_kept` wrote for that key."""
    body = data[_SUM_BYTES:]
    if data[:_SUM_BYTES] != _sum(key, body):
        return None
    try:
        return msgspec.json.decode(body, type=Overview)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _decoded(body: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise WireError(WireReason.WRONG_TYPE, str(error)[:SENTENCE_CHARS_MAX]) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(WireReason.NOT_JSON, str(error)[:SENTENCE_CHARS_MAX]) from error


def _sum(key: str, body: bytes) -> bytes:
    return sha256(key.encode() + b"\0" + body).digest()


@cache
def _form() -> str:
    """Tell one form of overviews from another: releases that differ do not read each other's."""
    schema = msgspec.json.encode(msgspec.json.schema(Overview), order="deterministic")
    return sha256(schema).hexdigest()[:8]


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        sentence = f"{name} is {quoted(text or '')}, not a day: YYYY-MM-DD"
        raise WireError(WireReason.OUT_OF_RANGE, sentence) from None
