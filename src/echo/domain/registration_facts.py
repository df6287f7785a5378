"""Facts about registration: what terminals reported, what was thought of it, what became of that.

Each fact holds everything that a counter, a log line or a span about it needs.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from echo.domain.handshake import (
    NO_AGENT,
    NO_EVALUATION,
    HandshakeMetadata,
    RegistrationIssue,
    RegistrationStatus,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId, AgentId, CommandId, EvaluationId


class ReportOutcome(StrEnum):
    """What became of an account's list of symbols."""

    TAKEN = "taken"
    METADATA_ONLY = "metadata_only"
    """It named none: those that are known stay."""
    STALE = "stale"
    DUPLICATE = "duplicate"
    """One instrument twice: refused whole."""


class Cause(StrEnum):
    """Why an account was judged."""

    HANDSHAKE = "handshake"
    SPECS = "specs"
    POLICIES = "policies"
    SETTINGS = "settings"
    INTERVAL = "interval"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueCount:
    """How often one code was given in an evaluation.

    ``scope`` is ``global`` or ``symbol``; ``severity`` is ``error`` or ``warning``.
    """

    code: str
    scope: str
    severity: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolsReported:
    """An account's list of symbols arrived at the Core.

    ``symbols`` counts its lines, ``known`` those that stand for an instrument now, ``invalid``
    those that were left out for what their spec says.
    """

    account_id: AccountId
    agent_id: AgentId
    role: Role
    outcome: ReportOutcome
    symbols: int
    known: int = 0
    invalid: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingsLoaded:
    """The symbols of an account were read back from the journal."""

    account_id: AccountId
    symbols: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEvaluated:
    """An account got a verdict that was stored, sent, or both.

    ``issues`` are the codes about the terminal itself, sorted; ``counts`` counts all codes, also
    those of symbols.
    """

    account_id: AccountId
    status: RegistrationStatus
    protocol_version: int
    issues: tuple[str, ...]
    role: Role = Role.SLAVE
    agent_id: AgentId = NO_AGENT
    evaluation_id: EvaluationId = NO_EVALUATION
    client_semver: str = ""
    cause: Cause = Cause.HANDSHAKE
    symbols: int = 0
    counts: tuple[IssueCount, ...] = ()
    stored: bool = True
    sent: bool = True
    evaluated_at_ms: int = 0
    """Wall clock of the evaluation; the fact is told when it is on disk and was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationUnchanged:
    """An account was judged again and the verdict is what it was: nothing was stored or sent."""

    account_id: AccountId
    cause: Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class EaChanged:
    """An EA came back with other inputs than it had, or in another version.

    ``what`` is ``config_hash``, ``client_semver``, ``protocol_version`` or ``server``.
    """

    account_id: AccountId
    role: Role
    what: str
    before: str
    after: str


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
class HandshakeRead:
    """How many bytes an EA's handshake had, in all its parts."""

    account_id: AccountId
    role: Role
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictForwarded:
    """A verdict was written to its EA's pipe.

    ``latency_ms`` runs from the handshake to the first verdict about it, on the Agent's monotonic
    clock; ``None`` = a later verdict.
    """

    account_id: AccountId
    role: Role
    status: RegistrationStatus
    protocol_version: int
    client_semver: str
    evaluation_id: EvaluationId
    attempt: int = 1
    latency_ms: int | None = None


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


RegistrationFact = (
    SymbolsReported
    | MappingsLoaded
    | AccountEvaluated
    | EvaluationUnchanged
    | EaChanged
    | HandshakeHeard
    | HandshakeRead
    | VerdictForwarded
    | VerdictNotForwarded
    | OpenHeld
    | SpecsForwarded
    | SpecsFiltered
)


def evaluated(
    result: SymbolRegistrationResult, cause: Cause, *, stored: bool, sent: bool
) -> AccountEvaluated:
    """Return the fact about *result*."""
    return AccountEvaluated(
        account_id=result.account_id,
        status=result.status,
        protocol_version=result.protocol_version,
        issues=tuple(sorted({each.code.value for each in (*result.errors, *result.warnings)})),
        role=result.pipe_role,
        agent_id=result.agent_id,
        evaluation_id=result.evaluation_id,
        client_semver=result.client_semver,
        cause=cause,
        symbols=len(result.symbols),
        counts=_counts(result),
        stored=stored,
        sent=sent,
        evaluated_at_ms=result.evaluated_at_ms,
    )


def changes_of_ea(
    account_id: AccountId, role: Role, before: HandshakeMetadata, after: HandshakeMetadata
) -> Iterator[EaChanged]:
    """Yield what an EA says of itself now and did not before; what was never said is no news."""
    pairs = (
        ("config_hash", before.ea_config_hash, after.ea_config_hash),
        ("client_semver", before.client_semver, after.client_semver),
        ("protocol_version", str(before.protocol_version), str(after.protocol_version)),
        ("server", before.server, after.server),
    )
    for what, old, new in pairs:
        if old and new and old != new:
            yield EaChanged(account_id=account_id, role=role, what=what, before=old, after=new)


def _counts(result: SymbolRegistrationResult) -> tuple[IssueCount, ...]:
    found: Counter[tuple[str, str, str]] = Counter()

    def count(scope: str, severity: str, issues: Iterable[RegistrationIssue]) -> None:
        found.update((issue.code.value, scope, severity) for issue in issues)

    count("global", "error", result.errors)
    count("global", "warning", result.warnings)
    # Of thousands of symbols most have nothing to count.
    for entry in result.symbols:
        if entry.errors:
            count("symbol", "error", entry.errors)
        if entry.warnings:
            count("symbol", "warning", entry.warnings)
    return tuple(
        IssueCount(code=code, scope=scope, severity=severity, count=number)
        for (code, scope, severity), number in sorted(found.items())
    )
