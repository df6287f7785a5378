"""What log lines about registration and actions are called, so that they are found by name.

A line has a feature, an event and, where the fact has none itself, a status.  Some are more serious
than others of their kind: an EA of protocol 1, a verdict that rejects, a report that is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from echo.domain.copy_facts import IntentForwarded
from echo.domain.facts import Fact
from echo.domain.handshake import RegistrationStatus
from echo.domain.registration_facts import (
    AccountEvaluated,
    EvaluationUnchanged,
    HandshakeHeard,
    HandshakeSent,
    MappingsLoaded,
    OpenHeld,
    ReportOutcome,
    ReportSent,
    SymbolsReported,
    VerdictConsumed,
    VerdictForwarded,
    VerdictNotForwarded,
)

HANDSHAKE: Final = "Handshake"
SYMBOLS: Final = "Symbols"
TRADING: Final = "Trading"
LEGACY: Final = "LEGACY"
TERMINAL: Final = "echo-terminal"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineName:
    """How a line is found.

    ``level`` ``None`` = the one of its kind; ``status`` empty = the fact's own, or none.
    """

    feature: str
    event: str
    level: str | None = None
    status: str = ""


def line_name(fact: Fact, program: str = "") -> LineName | None:
    """Return what the line about *fact* is called in *program*; ``None`` = after its kind only."""
    name = _NAMES.get(type(fact))
    if name is None:
        return None
    found = name if isinstance(name, LineName) else name(fact)
    if isinstance(fact, VerdictConsumed) and program == TERMINAL:
        return LineName(feature=HANDSHAKE, event="Result", level=found.level)
    return found


def level_highest(kind: type[Fact], level: str) -> str:
    """Return the highest level that a fact of *kind* may have; *level* is its usual one."""
    return _HIGHEST.get(kind, level)


_HIGHEST: Final[dict[type[Fact], str]] = {
    HandshakeHeard: "warning",
    IntentForwarded: "info",
    SymbolsReported: "warning",
    AccountEvaluated: "error",
    VerdictConsumed: "error",
}
_LEVELS: Final = {
    RegistrationStatus.ACCEPTED: "info",
    RegistrationStatus.WARNING: "warning",
    RegistrationStatus.REJECTED: "error",
}


def _heard(fact: HandshakeHeard) -> LineName:
    if fact.legacy:
        return LineName(feature=HANDSHAKE, event="Heard", level="warning", status=LEGACY)
    return LineName(feature=HANDSHAKE, event="Heard")


def _evaluated(fact: AccountEvaluated) -> LineName:
    level = "error" if fact.status is RegistrationStatus.REJECTED else "info"
    return LineName(feature=HANDSHAKE, event="Evaluate", level=level)


def _forwarded(fact: IntentForwarded) -> LineName:
    if fact.attempt > 1:
        return LineName(feature=TRADING, event="intent_retry", level="info")
    return LineName(feature=TRADING, event="intent_forwarded")


def _consumed(fact: VerdictConsumed) -> LineName:
    return LineName(feature=HANDSHAKE, event="ResultConsumed", level=_LEVELS[fact.status])


def _reported(fact: SymbolsReported) -> LineName:
    match fact.outcome:
        case ReportOutcome.TAKEN:
            return LineName(feature=SYMBOLS, event="Symbol mappings upserted")
        case ReportOutcome.METADATA_ONLY:
            return LineName(feature=SYMBOLS, event="Symbol mappings kept")
        case ReportOutcome.STALE:
            return LineName(feature=SYMBOLS, event="Symbols report ignored")
        case ReportOutcome.DUPLICATE:
            return LineName(feature=SYMBOLS, event="Symbols report refused", level="warning")


_NAMES: Final[dict[type[Fact], LineName | Callable[[Any], LineName]]] = {
    IntentForwarded: _forwarded,
    HandshakeHeard: _heard,
    HandshakeSent: LineName(feature=HANDSHAKE, event="Handshake sent"),
    ReportSent: LineName(feature=SYMBOLS, event="AccountSymbolsReport sent"),
    SymbolsReported: _reported,
    MappingsLoaded: LineName(feature=SYMBOLS, event="Account mappings loaded"),
    AccountEvaluated: _evaluated,
    EvaluationUnchanged: LineName(feature=HANDSHAKE, event="EvaluateUnchanged"),
    VerdictForwarded: LineName(feature=HANDSHAKE, event="FeedbackForwarded"),
    VerdictNotForwarded: LineName(feature=HANDSHAKE, event="FeedbackNotForwarded"),
    VerdictConsumed: _consumed,
    OpenHeld: LineName(feature=HANDSHAKE, event="Blocked"),
}
