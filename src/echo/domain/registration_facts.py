"""Facts about registration: what terminals reported and what was thought of it.

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
    IssueCode,
    RegistrationIssue,
    RegistrationStatus,
    Role,
    SymbolRegistrationResult,
)
from echo.domain.handshake_facts import HandshakeHeard as HandshakeHeard
from echo.domain.handshake_facts import HandshakeRead as HandshakeRead
from echo.domain.handshake_facts import HandshakeSent as HandshakeSent
from echo.domain.handshake_facts import OpenHeld as OpenHeld
from echo.domain.handshake_facts import ReportSent as ReportSent
from echo.domain.handshake_facts import SpecsFiltered as SpecsFiltered
from echo.domain.handshake_facts import SpecsForwarded as SpecsForwarded
from echo.domain.handshake_facts import VerdictConsumed as VerdictConsumed
from echo.domain.handshake_facts import VerdictForwarded as VerdictForwarded
from echo.domain.handshake_facts import VerdictNotForwarded as VerdictNotForwarded
from echo.domain.ids import AccountId, AgentId, EvaluationId


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
    protocol_version: int = 0
    client_semver: str = ""
    evaluation_id: EvaluationId = NO_EVALUATION
    """Of the verdict that is in force now."""
    taken_at_ms: int = 0
    """Wall clock at which it was taken in; 0 = not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingsLoaded:
    """The symbols of an account were read back from the journal."""

    account_id: AccountId
    symbols: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecsTaken:
    """A report of specs was taken in; ``news``: a verdict may hang on it, the account was judged.

    ``evaluation_id`` is the verdict's that is in force then.
    """

    account_id: AccountId
    role: Role
    protocol_version: int
    client_semver: str
    evaluation_id: EvaluationId
    symbols: int
    news: bool
    taken_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotesTaken:
    """Quotes of an account were taken in, ``quotes`` since the fact before, last of ``symbol``.

    Told now and then: single quotes are too many.
    """

    account_id: AccountId
    role: Role
    protocol_version: int
    client_semver: str
    evaluation_id: EvaluationId
    symbol: str
    broker_symbol: str
    quotes: int
    taken_at_ms: int


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
    """An account was judged again and the verdict is what it was: nothing was stored or sent.

    ``evaluation_id`` is the one that stays in force.
    """

    account_id: AccountId
    cause: Cause
    role: Role = Role.SLAVE
    protocol_version: int = 0
    client_semver: str = ""
    evaluation_id: EvaluationId = NO_EVALUATION
    status: RegistrationStatus | None = None
    evaluated_at_ms: int = 0


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


RegistrationFact = (
    SymbolsReported
    | MappingsLoaded
    | SpecsTaken
    | QuotesTaken
    | HandshakeSent
    | ReportSent
    | VerdictConsumed
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


def unchanged(result: SymbolRegistrationResult, cause: Cause) -> EvaluationUnchanged:
    """Return the fact that *result* is still the verdict."""
    return EvaluationUnchanged(
        account_id=result.account_id,
        cause=cause,
        role=result.pipe_role,
        protocol_version=result.protocol_version,
        client_semver=result.client_semver,
        evaluation_id=result.evaluation_id,
        status=result.status,
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
    found: Counter[tuple[IssueCode, str, str]] = Counter()

    def count(scope: str, severity: str, issues: Iterable[RegistrationIssue]) -> None:
        for issue in issues:
            found[issue.code, scope, severity] += 1

    count("global", "error", result.errors)
    count("global", "warning", result.warnings)
    # Of thousands of symbols most have nothing to count.
    for entry in result.symbols:
        if entry.errors:
            count("symbol", "error", entry.errors)
        if entry.warnings:
            count("symbol", "warning", entry.warnings)
    return tuple(
        IssueCount(code=code.value, scope=scope, severity=severity, count=number)
        for (code, scope, severity), number in sorted(found.items())
    )
