"""How a terminal introduces itself, and the Core's verdict about it and its symbols."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from echo.domain.ids import AccountId, AgentId, ClientId, CommandId, EvaluationId
from echo.domain.sealing import sealed
from echo.domain.specs import SymbolMapping

NO_AGENT: Final = AgentId("")
NO_EVALUATION: Final = EvaluationId("")


class Role(StrEnum):
    """What an EA does."""

    MASTER = "master"
    SLAVE = "slave"


class AccountMode(StrEnum):
    """How an account keeps positions; this version copies between hedging accounts only."""

    HEDGING = "hedging"
    NETTING = "netting"


class Feature(StrEnum):
    """What a peer can do.  Behaviour follows these, never a version number."""

    SPEC_REPORT = "spec_report/v1"
    QUOTES_250MS = "quotes/250ms"
    TICK_VALUE = "spec_report/tickvalue"
    LOSSLESS = "lossless/v1"
    BATCH = "batch/v1"
    POSITIONS = "positions/v1"
    MODIFY = "modify/v1"
    PARTIAL_CLOSE = "partial_close/v1"
    TRACE = "trace/v1"


PROTOCOL_3_FEATURES = frozenset(Feature)


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class HandshakeMetadata:
    """The versioned part of a handshake; legacy EAs (protocol 1) send none of it."""

    protocol_version: int = 1
    client_semver: str = ""
    required_features: tuple[str, ...] = ()
    optional_features: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    terminal_build: int = 0
    broker: str = ""
    pipe_role: Role = Role.SLAVE
    account_mode: AccountMode | None = None
    currency: str = ""
    leverage: int = 0
    server: str = ""
    terminal: str = ""
    ea_config_hash: str = ""
    instance: str = ""
    ledger_n: int = 0
    symbol_mappings: str = ""
    ledger_id: str = ""
    """A slave's: which file its ledger is, by the id in the file's header; empty = not told."""
    resume: tuple[CommandId, ...] = ()
    """A slave's: the last commands that its ledger knows, told to its Agent and no further."""

    @property
    def offered(self) -> frozenset[str]:
        """Everything the EA claims, wherever it wrote it."""
        return frozenset((*self.required_features, *self.optional_features, *self.features))

    def offers(self, feature: str) -> bool:
        """Whether *feature* is among what is offered."""
        return (
            feature in self.features
            or feature in self.required_features
            or feature in self.optional_features
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """An EA's first message.  ``symbols`` ``None`` = not sent (the mapping known stays)."""

    account_id: AccountId
    client_id: ClientId
    role: Role
    metadata: HandshakeMetadata
    symbols: tuple[SymbolMapping, ...] | None = None
    timestamp_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSymbolsReport:
    """The authoritative list of an account's symbols, with the handshake it came in.

    ``symbols`` ``None`` = metadata only, the mapping known stays; empty = no symbol at all.
    """

    account_id: AccountId
    symbols: tuple[SymbolMapping, ...] | None
    reported_at_ms: int
    metadata: HandshakeMetadata | None


class RegistrationStatus(StrEnum):
    """The verdict; ordered from best to worst."""

    ACCEPTED = "ACCEPTED"
    WARNING = "WARNING"
    REJECTED = "REJECTED"


class IssueCode(StrEnum):
    """Why a verdict is not ACCEPTED."""

    CANONICAL_NOT_ALLOWED = "CANONICAL_NOT_ALLOWED"
    SPEC_STALE = "SPEC_STALE"
    RISK_POLICY_MISSING = "RISK_POLICY_MISSING"
    PROTOCOL_VERSION_UNSUPPORTED = "PROTOCOL_VERSION_UNSUPPORTED"
    FEATURE_MISSING = "FEATURE_MISSING"
    ACCOUNT_MODE_UNSUPPORTED = "ACCOUNT_MODE_UNSUPPORTED"
    DUPLICATE_CANONICAL = "DUPLICATE_CANONICAL"
    SPEC_INVALID = "SPEC_INVALID"
    ROLE_MISMATCH = "ROLE_MISMATCH"
    AMBIGUOUS_SYMBOL = "AMBIGUOUS_SYMBOL"


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationIssue:
    """One complaint: a code for programs, a sentence for people."""

    code: IssueCode
    message: str
    metadata: tuple[tuple[str, str], ...] = ()


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolRegistration:
    """The verdict about one symbol."""

    canonical_symbol: str
    broker_symbol: str
    status: RegistrationStatus
    warnings: tuple[RegistrationIssue, ...] = ()
    errors: tuple[RegistrationIssue, ...] = ()
    spec_age_ms: int = 0
    evaluated_at_ms: int = 0


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolRegistrationResult:
    """The Core's answer to a handshake, for Agent and EA.

    ``ledger_n``: the highest record of the EA's ledger whose result is journaled; 0 = none.
    ``ledger_id``: the file of another EA that served the account before; empty = none lately.
    """

    account_id: AccountId
    pipe_role: Role
    protocol_version: int
    status: RegistrationStatus
    evaluation_id: EvaluationId
    evaluated_at_ms: int
    agent_id: AgentId = NO_AGENT
    core_version: str = ""
    client_semver: str = ""
    errors: tuple[RegistrationIssue, ...] = ()
    warnings: tuple[RegistrationIssue, ...] = ()
    symbols: tuple[SymbolRegistration, ...] = ()
    ledger_n: int = 0
    ledger_id: str = ""

    @property
    def verdict(self) -> tuple[object, ...]:
        """What makes two evaluations the same: codes, sorted; no ages, ids or sentences."""
        # Of plain words, which the garbage collector need not look at again and again.
        return (
            self.status.value,
            _codes(self.errors, self.warnings),
            tuple(
                sorted(
                    [
                        (
                            entry.canonical_symbol,
                            entry.broker_symbol,
                            _WORDS[entry.status],
                            _codes(entry.errors, entry.warnings),
                        )
                        for entry in self.symbols
                    ]
                )
            ),
        )


def _codes(
    errors: tuple[RegistrationIssue, ...], warnings: tuple[RegistrationIssue, ...]
) -> tuple[str, ...]:
    """Return the codes of all issues, sorted; most symbols have none or one."""
    issues = (*errors, *warnings)
    if len(issues) <= 1:
        return tuple([_WORDS[issue.code] for issue in issues])
    return tuple(sorted([_WORDS[issue.code] for issue in issues]))


_WORDS: Final[dict[str, str]] = {
    each: str(each.value) for kind in (RegistrationStatus, IssueCode) for each in kind
}
