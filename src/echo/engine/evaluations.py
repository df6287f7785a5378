"""Evaluations: one verdict about an account and its symbols, stored and told when it is new."""

from dataclasses import dataclass

from echo.domain.copies import replace
from echo.domain.handshake import (
    NO_AGENT,
    AccountSymbolsReport,
    HandshakeMetadata,
    RegistrationIssue,
    RegistrationStatus,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import EvaluationId, derive_evaluation_id
from echo.domain.journal import EvaluationRecord
from echo.domain.quantities import Instant
from echo.domain.registration_facts import Cause, evaluated, unchanged
from echo.domain.specs import SymbolMapping
from echo.engine import dispatch
from echo.engine.effects import Send
from echo.engine.naming import Names, name_symbols
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, State
from echo.engine.verdicts import Judgement, entry, judge_symbols, pipe_issues, protocol_issues

INTERVAL_KEY = ("reconcile",)
"""Names the timer after which everybody is judged again, whatever happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What an account's latest report comes to now, before anybody is told.

    ``repeated``: why the report is refused whole; then nothing in it was judged.
    """

    report: AccountSymbolsReport
    repeated: tuple[RegistrationIssue, ...]
    judgements: tuple[Judgement, ...]


def judged(
    state: State,
    account: AccountState,
    message: AccountSymbolsReport,
    now: Instant,
    names: Names | None = None,
) -> Judged:
    """Judge the symbols of *message*, an account's report; nothing is changed.

    Args:
        names: What its lines stand for, if that is known already.
    """
    names = names or names_of(state, account, message)
    judgements: tuple[Judgement, ...] = ()
    if message.symbols is not None and not names.repeated:
        judgements = judge_symbols(state, account, message.symbols, names.lines, now)
    return Judged(report=message, repeated=names.repeated, judgements=judgements)


def names_of(state: State, account: AccountState, message: AccountSymbolsReport) -> Names:
    """Name the report's symbols; what its operator has mapped is taken at its word."""
    mappings = account.metadata.symbol_mappings if account.metadata is not None else ""
    return name_symbols(message.symbols or (), state.settings, mappings=mappings)


def adopt(account: AccountState, found: Judged, now: Instant) -> None:
    """Learn the symbols whose name and spec can be relied on."""
    untaken = []
    for mapping, judgement in zip(found.report.symbols or (), found.judgements, strict=True):
        canonical = judgement.canonical
        if not judgement.taken:
            untaken.append(mapping.broker_symbol.upper())
        if canonical is None or not judgement.is_known:
            continue
        account.canonical_of[mapping.broker_symbol.upper()] = canonical
        if canonical in account.symbols:
            continue
        account.symbols[canonical] = _learnt(mapping, canonical)
        if mapping.tick_value is not None and mapping.tick_value > 0:
            account.tick_values[canonical] = (mapping.tick_value, now.mono_ms)
    account.untaken = frozenset(untaken)
    # Two spellings that differ in their letters' case only cannot be told apart any more.
    for name_in_capitals in account.untaken.intersection(account.canonical_of):
        del account.canonical_of[name_in_capitals]


def conclude(
    state: State,
    account: AccountState,
    found: Judged,
    now: Instant,
    out: Outbox,
    *,
    cause: Cause,
    evaluation_id: EvaluationId | None,
) -> None:
    """Store the verdict if it is new, and tell the account's EA what it does not know.

    An operator who asks has the EA told again, even if nothing has changed.
    """
    result = verdict(state, account, found, now, evaluation_id)
    known, account.verdict = account.verdict, result
    account.enrolment.warning_codes = _warning_codes(result)
    content = result.verdict
    is_stored = account.stored_verdict == content
    if known is not None and is_stored and cause is not Cause.OPERATOR:
        # Who has been told of an evaluation knows it by its id.
        account.verdict = replace(result, evaluation_id=known.evaluation_id)
        out.observe(unchanged(account.verdict, cause))
        return
    if not is_stored:
        account.stored_verdict = content
        metadata = account.metadata or HandshakeMetadata()
        out.persist(EvaluationRecord(result=result, metadata=metadata))
    owner = dispatch.owner_of(state, account)
    if owner is not None:
        out.send(Send(owner.agent_id, owner.session, result))
    out.observe(evaluated(result, cause, stored=not is_stored, sent=owner is not None))
    if not state.judging.interval_armed:
        state.judging.interval_armed = True
        out.arm(INTERVAL_KEY, now.mono_ms + state.settings.retry_interval_ms)


def verdict(
    state: State,
    account: AccountState,
    found: Judged,
    now: Instant,
    evaluation_id: EvaluationId | None,
) -> SymbolRegistrationResult:
    """Put the verdict together; nothing is changed."""
    metadata = account.metadata
    errors, warnings = protocol_issues(metadata, state.settings)
    # A report that names a symbol twice is refused whole: nothing in it was judged.
    entries = tuple(
        entry(mapping, judgement, now, spec_age_ms=_spec_age_ms(account, judgement, now))
        for mapping, judgement in zip(
            found.report.symbols or (), found.judgements, strict=not found.repeated
        )
    )
    errors = (*found.repeated, *pipe_issues(account), *errors)
    return SymbolRegistrationResult(
        account_id=account.account_id,
        pipe_role=account.role,
        protocol_version=metadata.protocol_version if metadata else 0,
        status=_status(errors, warnings, entries),
        evaluation_id=evaluation_id
        or derive_evaluation_id(
            account.account_id,
            previous=account.verdict.evaluation_id if account.verdict else None,
            evaluated_at_ms=now.wall_ms,
        ),
        evaluated_at_ms=now.wall_ms,
        agent_id=account.agent_id or NO_AGENT,
        core_version=state.settings.core_version,
        client_semver=metadata.client_semver if metadata else "",
        errors=errors,
        warnings=warnings,
        symbols=entries,
        ledger_n=state.ledger_marks.get(account.account_id, 0),
        ledger_id=account.files.told(now.mono_ms),
    )


def _learnt(mapping: SymbolMapping, canonical: str) -> SymbolMapping:
    # 0 is how terminals say that they do not know.
    contract_size = mapping.contract_size or None
    if mapping.canonical_symbol == canonical and mapping.contract_size is contract_size:
        return mapping
    return replace(mapping, canonical_symbol=canonical, contract_size=contract_size)


def _spec_age_ms(account: AccountState, judgement: Judgement, now: Instant) -> int:
    reported_mono_ms = account.spec_mono_ms.get(judgement.canonical or "")
    return 0 if reported_mono_ms is None else max(0, now.mono_ms - reported_mono_ms)


def _status(
    errors: tuple[RegistrationIssue, ...],
    warnings: tuple[RegistrationIssue, ...],
    entries: tuple[SymbolRegistration, ...],
) -> RegistrationStatus:
    """Rejected is an account only for its protocol, or when no symbol of it can be used."""
    statuses = {each.status for each in entries}
    if errors or statuses == {RegistrationStatus.REJECTED}:
        return RegistrationStatus.REJECTED
    if warnings or statuses - {RegistrationStatus.ACCEPTED}:
        return RegistrationStatus.WARNING
    return RegistrationStatus.ACCEPTED


def _warning_codes(result: SymbolRegistrationResult) -> tuple[str, ...]:
    if result.status is not RegistrationStatus.WARNING:
        return ()
    issues = [*result.warnings]
    for each in result.symbols:
        issues += (*each.warnings, *each.errors)
    return tuple(sorted({issue.code.value for issue in issues}))
