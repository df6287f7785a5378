"""Facts of the Agent about registration: how terminals introduced themselves, and what they heard.

Each fact holds everything that a counter, a log line or a span about it needs.
"""

from dataclasses import dataclass

from echo.domain.handshake import (
    Handshake,
    RegistrationStatus,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.ids import NO_TRADE, AccountId, CommandId, EvaluationId, TradeId


@dataclass(frozen=True, slots=True, kw_only=True)
class HandshakeHeard:
    """An EA introduced itself to the Agent; ``symbols`` ``None`` = it named none."""

    account_id: AccountId
    role: Role
    protocol_version: int
    client_semver: str
    symbols: int | None
    legacy: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HandshakeSent:
    """A terminal's EA introduced itself; ``symbols`` is how many it named."""

    account_id: AccountId
    role: Role
    protocol_version: int
    client_semver: str
    symbols: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandshakeRead:
    """How many bytes an EA's handshake had, in all its parts."""

    account_id: AccountId
    role: Role
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSent:
    """The Agent passed an EA's handshake on to the Core; ``symbols`` ``None`` = it named none.

    ``attempt`` counts from 1 in one session of the EA and one stream to the Core.
    """

    account_id: AccountId
    role: Role
    protocol_version: int
    client_semver: str
    symbols: int | None
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictForwarded:
    """A verdict was written to its EA's pipe.

    ``latency_ms`` runs from the handshake to the first verdict about it, on the Agent's monotonic
    clock; ``None`` = a later verdict.  ``pipe_count``: of how many EAs the Agent has the pipes.
    """

    account_id: AccountId
    role: Role
    status: RegistrationStatus
    protocol_version: int
    client_semver: str
    evaluation_id: EvaluationId
    attempt: int = 1
    latency_ms: int | None = None
    pipe_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictConsumed:
    """An EA has taken a verdict in, at ``consumed_at_ms`` of the teller's wall clock.

    Told by a terminal of its own EA, and by the Agent of those that say so; older ones do not.
    """

    account_id: AccountId
    role: Role
    status: RegistrationStatus
    protocol_version: int
    client_semver: str
    evaluation_id: EvaluationId
    consumed_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictNotForwarded:
    """A verdict could not be written; ``final`` = it is not tried again in this session."""

    account_id: AccountId
    role: Role
    evaluation_id: EvaluationId
    reason: str
    attempt: int
    final: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenHeld:
    """An open waits at a shut gate; ``reason`` is ``no_verdict``, ``rejected`` or ``barred``."""

    account_id: AccountId
    command_id: CommandId
    reason: str
    trade_id: TradeId = NO_TRADE
    traceparent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecsForwarded:
    """The Agent passed a report of specs on."""

    account_id: AccountId
    symbols: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecsFiltered:
    """The Agent kept specs back; ``reason`` is ``stale_report`` or ``empty_payload``."""

    account_id: AccountId
    reason: str


def sent(handshake: Handshake) -> HandshakeSent:
    """Return the fact that an EA has said *handshake*."""
    return HandshakeSent(
        account_id=handshake.account_id,
        role=handshake.role,
        protocol_version=handshake.metadata.protocol_version,
        client_semver=handshake.metadata.client_semver,
        symbols=len(handshake.symbols or ()),
    )


def consumed(result: SymbolRegistrationResult, at_ms: int) -> VerdictConsumed:
    """Return the fact that an EA has taken *result* in."""
    return VerdictConsumed(
        account_id=result.account_id,
        role=result.pipe_role,
        status=result.status,
        protocol_version=result.protocol_version,
        client_semver=result.client_semver,
        evaluation_id=result.evaluation_id,
        consumed_at_ms=at_ms,
    )
