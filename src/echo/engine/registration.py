"""Registration: who is connected, which symbols it has, and the verdict that it gets."""

from collections import Counter
from dataclasses import replace

from echo.domain.facts import AccountEvaluated, Alarm, InputRefused, LinkChanged
from echo.domain.handshake import (
    AccountMode,
    AccountSymbolsReport,
    Feature,
    HandshakeMetadata,
    IssueCode,
    RegistrationIssue,
    RegistrationStatus,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId, AgentId, EvaluationId
from echo.domain.journal import AccountRecord, EvaluationRecord, SymbolMapRecord
from echo.domain.policy import RiskType
from echo.domain.quantities import Instant
from echo.domain.sessions import AccountConnected, AccountDisconnected
from echo.domain.specs import SymbolMapping, spec_complaint
from echo.domain.symbols import normalize_canonical
from echo.engine import dispatch
from echo.engine.effects import Send
from echo.engine.events import AgentSaid
from echo.engine.outbox import Outbox
from echo.engine.settings import EngineSettings
from echo.engine.state import AccountState, State


def claim(
    state: State, agent_id: AgentId, account_id: AccountId, now: Instant, out: Outbox
) -> bool:
    """Make *agent_id* the owner of an account; a living owner is never pushed aside."""
    account = state.account(account_id)
    owner = dispatch.owner_of(state, account)
    if owner is not None and owner.agent_id != agent_id:
        out.observe(
            Alarm(
                key=f"owner:{account_id}",
                code="ACCOUNT_CLAIMED_TWICE",
                sentence=f"{agent_id} claims account {account_id}, which {owner.agent_id} serves",
                account_id=account_id,
            )
        )
        return False
    account.agent_id = agent_id
    dispatch.resend_all(state, account_id, now, out)
    return True


def connected(
    state: State, said: AgentSaid, message: AccountConnected, now: Instant, out: Outbox
) -> None:
    """An EA is on its pipe; until it is judged, nothing is opened on its account."""
    account = state.account(message.account_id)
    if account.agent_id != said.agent_id and not claim(
        state, said.agent_id, message.account_id, now, out
    ):
        return
    account.connected = True
    account.role = message.role
    account.verdict = None
    out.observe(LinkChanged(peer=f"{message.role.value}_{message.account_id}", up=True))


def disconnected(state: State, said: AgentSaid, message: AccountDisconnected, out: Outbox) -> None:
    """An EA is gone.  Its verdict stays: commands may still wait for it while they are young."""
    account = state.account(message.account_id)
    if account.agent_id != said.agent_id:
        return
    account.connected = False
    out.observe(
        LinkChanged(
            peer=f"{account.role.value}_{message.account_id}", up=False, reason=message.reason
        )
    )


def report(
    state: State, said: AgentSaid, message: AccountSymbolsReport, now: Instant, out: Outbox
) -> None:
    """Take in a handshake: remember the symbols, judge, and tell."""
    account = state.account(message.account_id)
    if account.agent_id != said.agent_id:
        return
    metadata = message.metadata
    if metadata is not None:
        account.metadata = metadata
        account.role = metadata.pipe_role
        out.persist(
            AccountRecord(
                account_id=account.account_id,
                agent_id=said.agent_id,
                role=account.role,
                metadata=metadata,
                last_connected_at_ms=now.wall_ms,
            )
        )
    issues: list[RegistrationIssue] = []
    entries: list[SymbolRegistration] = []
    if message.symbols is not None:
        issues = _duplicates(message.symbols)
        if not issues:
            entries = _adopt(state, account, message, now, out)
    evaluate(state, account, issues, entries, now, out, evaluation_id=said.evaluation_id)


def evaluate(
    state: State,
    account: AccountState,
    issues: list[RegistrationIssue],
    entries: list[SymbolRegistration],
    now: Instant,
    out: Outbox,
    *,
    evaluation_id: EvaluationId | None,
) -> None:
    """Judge an account, store the verdict if it is a new one, and tell its EA."""
    metadata = account.metadata
    errors, warnings = _protocol_issues(metadata, state.settings)
    errors = (*issues, *errors)
    unusable = bool(entries) and all(
        entry.status is RegistrationStatus.REJECTED for entry in entries
    )
    if errors or unusable:
        status = RegistrationStatus.REJECTED
    elif warnings or any(entry.status is not RegistrationStatus.ACCEPTED for entry in entries):
        status = RegistrationStatus.WARNING
    else:
        status = RegistrationStatus.ACCEPTED
    result = SymbolRegistrationResult(
        account_id=account.account_id,
        pipe_role=account.role,
        protocol_version=metadata.protocol_version if metadata else 0,
        status=status,
        evaluation_id=evaluation_id or EvaluationId(""),
        evaluated_at_ms=now.wall_ms,
        agent_id=account.agent_id or AgentId(""),
        core_version=state.settings.core_version,
        client_semver=metadata.client_semver if metadata else "",
        errors=errors,
        warnings=warnings,
        symbols=tuple(entries),
    )
    known = account.verdict
    account.verdict = result
    if known is not None and known.verdict == result.verdict:
        return
    if account.stored_verdict != result.verdict:
        account.stored_verdict = result.verdict
        out.persist(EvaluationRecord(result=result, metadata=metadata or HandshakeMetadata()))
    owner = dispatch.owner_of(state, account)
    if owner is not None:
        out.send(Send(owner.agent_id, owner.session, result))
    out.observe(
        AccountEvaluated(
            account_id=account.account_id,
            status=status,
            protocol_version=result.protocol_version,
            issues=tuple(sorted({issue.code.value for issue in (*errors, *warnings)})),
        )
    )


def _adopt(
    state: State,
    account: AccountState,
    message: AccountSymbolsReport,
    now: Instant,
    out: Outbox,
) -> list[SymbolRegistration]:
    """Replace what is known of the account's symbols, judging each for itself."""
    account.symbols, account.canonical_of = {}, {}
    account.spec_mono_ms, account.tick_values = {}, {}
    account.reported_at_ms = message.reported_at_ms
    entries = []
    for mapping in message.symbols or ():
        canonical = normalize_canonical(mapping.canonical_symbol, state.settings.canonical_symbols)
        issue = _symbol_issue(state, account, mapping, canonical)
        entries.append(_entry(mapping, canonical, issue, now))
        if issue is not None and issue.code is not IssueCode.RISK_POLICY_MISSING:
            continue
        assert canonical is not None  # noqa: S101 -- no canonical is an issue
        account.canonical_of[mapping.broker_symbol.upper()] = canonical
        if canonical in account.symbols:
            continue
        account.symbols[canonical] = replace(mapping, canonical_symbol=canonical)
        account.spec_mono_ms[canonical] = now.mono_ms
        if mapping.tick_value is not None:
            account.tick_values[canonical] = (mapping.tick_value, now.mono_ms)
    out.persist(
        SymbolMapRecord(
            account_id=account.account_id,
            symbols=tuple(account.symbols.values()),
            reported_at_ms=message.reported_at_ms,
        )
    )
    return entries


def _entry(
    mapping: SymbolMapping,
    canonical: str | None,
    issue: RegistrationIssue | None,
    now: Instant,
) -> SymbolRegistration:
    return SymbolRegistration(
        canonical_symbol=canonical or mapping.canonical_symbol,
        broker_symbol=mapping.broker_symbol,
        status=RegistrationStatus.REJECTED if issue else RegistrationStatus.ACCEPTED,
        errors=(issue,) if issue else (),
        evaluated_at_ms=now.wall_ms,
    )


def _duplicates(symbols: tuple[SymbolMapping, ...]) -> list[RegistrationIssue]:
    counts = Counter(mapping.canonical_symbol.strip().upper() for mapping in symbols)
    return [
        RegistrationIssue(
            code=IssueCode.DUPLICATE_CANONICAL,
            message=f"{name} is reported {count} times; the whole report is refused",
        )
        for name, count in counts.items()
        if count > 1
    ]


def _symbol_issue(
    state: State, account: AccountState, mapping: SymbolMapping, canonical: str | None
) -> RegistrationIssue | None:
    complaint = spec_complaint(mapping)
    if complaint is not None:
        return RegistrationIssue(
            code=IssueCode.SPEC_INVALID, message=f"{mapping.broker_symbol}: {complaint}"
        )
    if canonical is None or canonical not in state.settings.canonical_symbols:
        return RegistrationIssue(
            code=IssueCode.CANONICAL_NOT_ALLOWED,
            message=f"{mapping.canonical_symbol} is not in the catalogue",
        )
    if account.role is Role.MASTER:
        return None
    policies = [each for each in state.book.policies if each.account_id == account.account_id]
    if not policies:
        return RegistrationIssue(
            code=IssueCode.RISK_POLICY_MISSING,
            message=f"account {account.account_id} follows no strategy",
        )
    risks_money = all(each.risk_type is RiskType.FIXED_RISK for each in policies)
    if risks_money and mapping.tick_value is None and not account.offers(Feature.TICK_VALUE):
        return RegistrationIssue(
            code=IssueCode.FEATURE_MISSING,
            message=f"{mapping.broker_symbol}: the EA reports no tick value, FIXED_RISK needs it",
        )
    return None


def _protocol_issues(
    metadata: HandshakeMetadata | None, settings: EngineSettings
) -> tuple[tuple[RegistrationIssue, ...], tuple[RegistrationIssue, ...]]:
    """Return (errors, warnings) about the terminal itself."""
    unsupported = IssueCode.PROTOCOL_VERSION_UNSUPPORTED
    if metadata is None:
        return (RegistrationIssue(code=unsupported, message="the handshake has no metadata"),), ()
    version = metadata.protocol_version
    errors, warnings = [], []
    if not settings.protocol_min <= version <= settings.protocol_max:
        spoken = f"{settings.protocol_min} to {settings.protocol_max}"
        errors.append(
            RegistrationIssue(
                code=unsupported, message=f"protocol {version} is not spoken here, {spoken} are"
            )
        )
    elif version in settings.blocked_versions:
        errors.append(RegistrationIssue(code=unsupported, message=f"protocol {version} is blocked"))
    elif version == 1 and not settings.allow_legacy:
        errors.append(
            RegistrationIssue(code=unsupported, message="protocol 1 is not allowed any more")
        )
    elif version == 1:
        warnings.append(
            RegistrationIssue(code=unsupported, message="protocol 1 is legacy: update the EA")
        )
    if metadata.account_mode is AccountMode.NETTING:
        errors.append(
            RegistrationIssue(
                code=IssueCode.ACCOUNT_MODE_UNSUPPORTED,
                message="netting accounts merge positions; only hedging accounts can be copied",
            )
        )
    warnings.extend(
        RegistrationIssue(code=IssueCode.FEATURE_MISSING, message=f"the EA does not offer {name}")
        for name in sorted(settings.required_features - metadata.offered)
    )
    return tuple(errors), tuple(warnings)


def refuse_stranger(account_id: AccountId, agent_id: AgentId) -> InputRefused:
    """Describe data about an account that came from somebody else's Agent."""
    return InputRefused(
        peer=agent_id,
        reason="not_owner",
        sentence=f"{agent_id} speaks for account {account_id}, which it does not own",
    )
