"""Spans: the steps of one trade, or of one verdict, as any program reports them.

The ids of steps are derived from the trace, so that programs on several hosts agree on parents
without a word.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import Final

from echo.domain.ids import TradeId
from echo.domain.sealing import sealed

_TRACE_ID: Final = re.compile("[0-9a-f]{32}")

IDS_MAX: Final = 4_096
"""Ids of steps that are remembered: each is asked for again by the steps that hang on it."""

Value = str | int | Decimal
Attributes = Mapping[str, Value]


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One step.  Times are Unix milliseconds, of the Core's clock where ``compared``, else of the
    host's that stamped them.

    ``parent_id`` empty = the first of its trace.  ``component`` says whose step it was.
    ``clock_offset_ms``: where ``compared``, how far that host's clock was ahead of the Core's,
    which has been taken off; else by how much the step's two stamps run backwards, which is all
    that is known then.
    """

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    component: str
    start_ms: int
    end_ms: int
    attributes: Attributes
    ok: bool = True
    clock_offset_ms: int = 0
    compared: bool = False
    start_us: int = 0
    end_us: int = 0
    """Microseconds beyond ``start_ms`` and ``end_ms``, of a step that is shorter than they tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSpans:
    """Spans of an Agent and its terminals that the Core shall export."""

    spans: tuple[Span, ...]


@lru_cache(maxsize=IDS_MAX)
def derived_span_id(trace_id: str, name: str, whose: str) -> str:
    """Return the id of a step: the same wherever it is worked out."""
    return sha256(f"{trace_id}|{name}|{whose}".encode()).hexdigest()[:16]


def traceparent(trade_id: TradeId, seq: int) -> str:
    """Name the trace of a trade, and the span of one action, after W3C Trace Context.

    Derived like every identity: a repeated report belongs to the same span.  Empty for a trade
    whose id is no UUID: what has no id of its own begins no trace.
    """
    trace_id = trade_id.replace("-", "").lower()
    if not _TRACE_ID.fullmatch(trace_id):
        return ""
    span = sha256(f"{trade_id}|{seq}".encode()).hexdigest()[:16]
    return f"00-{trace_id}-{span}-01"


def trace_of(traceparent: str) -> tuple[str, str] | None:
    """Return trace id and span id of a W3C ``traceparent``; ``None`` = it is none."""
    parts = traceparent.split("-")
    if len(parts) != 4 or len(parts[1]) != 32 or len(parts[2]) != 16:
        return None
    return parts[1], parts[2]


def trace_id_of(traceparent: str) -> str:
    """Return the trace id of a W3C ``traceparent``; empty = there is none."""
    trace = trace_of(traceparent)
    return trace[0] if trace else ""
