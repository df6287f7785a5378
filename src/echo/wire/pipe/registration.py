"""A verdict about symbols on its way to an EA, cut until it fits into a line.

The form is protobuf's JSON: lower camel case, zero values written, 64-bit integers as strings.
"""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Raw

from echo.domain.handshake import (
    RegistrationIssue,
    RegistrationStatus,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.wire.pipe.dialect import content, ended, text

STATUS_PREFIX: Final = "SYMBOL_REGISTRATION_STATUS_"
ISSUE_PREFIX: Final = "SYMBOL_REGISTRATION_ISSUE_CODE_"

_MESSAGE_CHARS: Final = (None, 80, 0)
"""Lengths to which issue texts are cut, one after the other; codes always stay."""

_KEPT_FIRST: Final = {
    RegistrationStatus.REJECTED: 0,
    RegistrationStatus.WARNING: 1,
    RegistrationStatus.ACCEPTED: 2,
}
"""Symbols that an EA must know about stay longest: it disables the rejected ones."""


def registration_line(
    result: SymbolRegistrationResult, *, now_wall_ms: int, bytes_max: int
) -> bytes:
    r"""Return the line, ``\n`` included.

    What does not fit goes in this order: metadata of issues and long texts, all texts, accepted
    symbols, symbols with warnings, rejected symbols.

    Raises:
        WireError: it does not fit even without all of these.
    """
    for chars in _MESSAGE_CHARS:
        symbols = [(each.status, content(_symbol(each, chars))) for each in result.symbols]
        line = _line_of(result, chars, now_wall_ms)
        json = line(symbol for _, symbol in symbols)
        if len(json) <= bytes_max:
            return ended(json, bytes_max)
    kept = _kept(symbols, bytes_max - len(line(())))
    return ended(line(kept), bytes_max)


def _kept(symbols: list[tuple[RegistrationStatus, bytes]], room: int) -> Iterable[bytes]:
    """Return as many symbols as *room* bytes hold, those that matter most, in their order."""
    chosen = set()
    by_weight = sorted(range(len(symbols)), key=lambda index: _KEPT_FIRST[symbols[index][0]])
    for index in by_weight:
        cost = len(symbols[index][1]) + 1  # and its comma
        if cost <= room:
            room -= cost
            chosen.add(index)
    return (symbol for index, (_, symbol) in enumerate(symbols) if index in chosen)


def _line_of(
    result: SymbolRegistrationResult, chars: int | None, now_wall_ms: int
) -> Callable[[Iterable[bytes]], bytes]:
    """Return what makes the content of the line out of its symbols."""

    def line(symbols: Iterable[bytes]) -> bytes:
        payload = {
            "accountId": result.account_id,
            "pipeRole": result.pipe_role.value,
            "protocolVersion": result.protocol_version,
            "agentId": result.agent_id,
            "coreVersion": text(result.core_version),
            "status": STATUS_PREFIX + result.status.value,
            "errors": _issues(result.errors, chars),
            "warnings": _issues(result.warnings, chars),
            "symbols": [Raw(symbol) for symbol in symbols],
            "evaluatedAtMs": str(result.evaluated_at_ms),
            "evaluationId": result.evaluation_id,
            "clientSemver": text(result.client_semver),
        }
        return content(
            {
                "type": "symbol_registration_result",
                "timestamp_ms": now_wall_ms,
                "payload": payload,
            }
        )

    return line


def _symbol(entry: SymbolRegistration, chars: int | None) -> dict[str, object]:
    return {
        "canonicalSymbol": text(entry.canonical_symbol),
        "brokerSymbol": text(entry.broker_symbol),
        "status": STATUS_PREFIX + entry.status.value,
        "warnings": _issues(entry.warnings, chars),
        "errors": _issues(entry.errors, chars),
        "specAgeMs": str(entry.spec_age_ms),
        "evaluatedAtMs": str(entry.evaluated_at_ms),
    }


def _issues(issues: Iterable[RegistrationIssue], chars: int | None) -> list[dict[str, object]]:
    whole = chars is None
    return [
        {
            "code": ISSUE_PREFIX + issue.code.value,
            "message": text(issue.message)[:chars],
            # An EA reads a key only if it is plain; metadata is for people elsewhere.
            "metadata": {text(k): text(v) for k, v in issue.metadata} if whole else {},
        }
        for issue in issues
    ]
