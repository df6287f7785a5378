"""Facts about registration count everything, and invent no news."""

from dataclasses import replace

from echo.domain.handshake import (
    HandshakeMetadata,
    IssueCode,
    RegistrationIssue,
    RegistrationStatus,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId, EvaluationId
from echo.domain.registration_facts import Cause, EaChanged, IssueCount, changes_of_ea, evaluated

ACCOUNT = AccountId("2001")


def issue(code: IssueCode) -> RegistrationIssue:
    return RegistrationIssue(code=code, message="because")


def line(
    name: str,
    warnings: tuple[RegistrationIssue, ...],
    errors: tuple[RegistrationIssue, ...] = (),
) -> SymbolRegistration:
    return SymbolRegistration(
        canonical_symbol=name,
        broker_symbol=name,
        status=RegistrationStatus.WARNING,
        warnings=warnings,
        errors=errors,
    )


def test_codes_are_counted_by_scope_and_severity() -> None:
    stale = (issue(IssueCode.SPEC_STALE),)
    result = SymbolRegistrationResult(
        account_id=ACCOUNT,
        pipe_role=Role.SLAVE,
        protocol_version=2,
        status=RegistrationStatus.REJECTED,
        evaluation_id=EvaluationId("e"),
        evaluated_at_ms=1,
        errors=(issue(IssueCode.PROTOCOL_VERSION_UNSUPPORTED),),
        warnings=(issue(IssueCode.FEATURE_MISSING), issue(IssueCode.FEATURE_MISSING)),
        symbols=(
            line("EURUSD", warnings=stale),
            line("XAUUSD", warnings=stale, errors=(issue(IssueCode.SPEC_INVALID),)),
        ),
    )
    fact = evaluated(result, Cause.SPECS, stored=True, sent=False)

    assert fact.issues == ("FEATURE_MISSING", "PROTOCOL_VERSION_UNSUPPORTED")
    assert (fact.symbols, fact.stored, fact.sent, fact.cause) == (2, True, False, Cause.SPECS)
    assert fact.counts == tuple(
        IssueCount(code=code, scope=scope, severity=severity, count=count)
        for code, scope, severity, count in (
            ("FEATURE_MISSING", "global", "warning", 2),
            ("PROTOCOL_VERSION_UNSUPPORTED", "global", "error", 1),
            ("SPEC_INVALID", "symbol", "error", 1),
            ("SPEC_STALE", "symbol", "warning", 2),
        )
    )


def test_a_new_hash_and_a_new_version_are_news() -> None:
    before = HandshakeMetadata(ea_config_hash="aa", client_semver="3.0.0", protocol_version=3)
    after = replace(before, ea_config_hash="bb", client_semver="3.0.1")
    told = [(each.what, each.before, each.after) for each in _changes(before, after)]

    assert told == [("config_hash", "aa", "bb"), ("client_semver", "3.0.0", "3.0.1")]


def test_what_was_never_said_is_no_news() -> None:
    quiet = HandshakeMetadata(protocol_version=3)
    loud = replace(quiet, ea_config_hash="bb", server="Demo", client_semver="3.0.0")

    assert _changes(quiet, loud) == []
    assert _changes(loud, quiet) == []


def _changes(before: HandshakeMetadata, after: HandshakeMetadata) -> list[EaChanged]:
    return list(changes_of_ea(ACCOUNT, Role.SLAVE, before, after))
