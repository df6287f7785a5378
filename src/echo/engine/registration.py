"""Registration: who is connected, which symbols it has, and the verdict that it gets."""

from echo.domain.copies import replace
from echo.domain.facts import AccountEvaluated, Alarm, InputRefused, LinkChanged
from echo.domain.handshake import (
    NO_AGENT,
    AccountSymbolsReport,
    HandshakeMetadata,
    IssueCode,
    RegistrationIssue,
    RegistrationStatus,
    Role,
    SymbolRegistration,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId, AgentId, EvaluationId, derive_evaluation_id
from echo.domain.journal import AccountRecord, EvaluationRecord, SymbolMapRecord
from echo.domain.quantities import Instant
from echo.domain.sessions import AccountConnected, AccountDisconnected
from echo.domain.specs import SymbolMapping
from echo.engine import dispatch, legacy
from echo.engine.effects import Send
from echo.engine.events import AgentSaid
from echo.engine.naming import Names, name_symbols
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, State
from echo.engine.verdicts import Judgement, entry, judge_symbols, protocol_issues


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
    account.verdict = account.report = None
    account.evidence.reset()
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
        out.observe(refuse_stranger(account.account_id, said.agent_id))
        return
    if _is_outdated(message, account.report):
        sentence = f"the report of {message.reported_at_ms} ms is known or older than the last"
        out.observe(InputRefused(peer=said.agent_id, reason="outdated_report", sentence=sentence))
        return
    first = account.report is None
    account.report = message
    metadata = message.metadata
    if metadata is not None:
        account.metadata = metadata
        account.role = metadata.pipe_role
        if first:
            legacy.tell(account, out)
        out.persist(
            AccountRecord(
                account_id=account.account_id,
                agent_id=said.agent_id,
                role=account.role,
                metadata=metadata,
                last_connected_at_ms=now.wall_ms,
            )
        )
    names = _names(state, account, message)
    judgements: tuple[Judgement, ...] = ()
    if message.symbols is not None and not names.repeated:
        account.symbols, account.canonical_of = {}, {}
        account.spec_mono_ms, account.tick_values = {}, {}
        judgements = judge_symbols(state, account, message.symbols, names.lines)
        _adopt(account, message.symbols, judgements, now)
        account.spec_mono_ms = dict.fromkeys(account.symbols, now.mono_ms)
        out.persist(_symbol_map(account, message))
    _evaluate(state, account, names.repeated, judgements, now, out, said.evaluation_id)


def judge_again(
    state: State,
    account: AccountState,
    now: Instant,
    out: Outbox,
    evaluation_id: EvaluationId | None = None,
) -> None:
    """Policies, settings or specs have changed: so may the verdict of an account that has one."""
    message = account.report
    if account.verdict is None or message is None:
        return
    names = _names(state, account, message)
    judgements: tuple[Judgement, ...] = ()
    if message.symbols is not None and not names.repeated:
        known = len(account.symbols)
        judgements = judge_symbols(state, account, message.symbols, names.lines)
        _adopt(account, message.symbols, judgements, now)
        if len(account.symbols) > known:
            out.persist(_symbol_map(account, message))
    _evaluate(state, account, names.repeated, judgements, now, out, evaluation_id)


def specs_arrived(
    state: State,
    account_id: AccountId,
    now: Instant,
    out: Outbox,
    evaluation_id: EvaluationId | None,
) -> None:
    """Judge an account again that was told to wait for its specs."""
    account = state.account(account_id)
    verdict = account.verdict
    if verdict is not None and any(
        issue.code is IssueCode.SPEC_STALE for each in verdict.symbols for issue in each.warnings
    ):
        judge_again(state, account, now, out, evaluation_id)


def _is_outdated(message: AccountSymbolsReport, last: AccountSymbolsReport | None) -> bool:
    """Whether a report says nothing new.  A new session of its EA always does: clocks jump.

    The same time with other content is news, for some EAs count in whole seconds.
    """
    if last is None:
        return False
    return message.reported_at_ms < last.reported_at_ms or message == last


def _names(state: State, account: AccountState, message: AccountSymbolsReport) -> Names:
    """Name the report's symbols; a slave whose operator mapped them is taken at its word."""
    metadata = account.metadata
    mapped = bool(metadata and metadata.symbol_mappings) and account.role is Role.SLAVE
    return name_symbols(message.symbols or (), state.settings, mapped=mapped)


def _adopt(
    account: AccountState,
    symbols: tuple[SymbolMapping, ...],
    judgements: tuple[Judgement, ...],
    now: Instant,
) -> None:
    """Learn the symbols whose name and spec can be relied on."""
    untaken = []
    for mapping, judgement in zip(symbols, judgements, strict=True):
        canonical = judgement.canonical
        if not judgement.taken:
            untaken.append(mapping.broker_symbol.upper())
        if canonical is None or not judgement.is_known:
            continue
        account.canonical_of[mapping.broker_symbol.upper()] = canonical
        if canonical in account.symbols:
            continue
        contract_size = mapping.contract_size or None
        account.symbols[canonical] = replace(
            mapping, canonical_symbol=canonical, contract_size=contract_size
        )
        if mapping.tick_value is not None and mapping.tick_value > 0:
            account.tick_values[canonical] = (mapping.tick_value, now.mono_ms)
    account.untaken = frozenset(untaken)
    # Two spellings that differ in their letters' case only cannot be told apart any more.
    for name_in_capitals in account.untaken & account.canonical_of.keys():
        del account.canonical_of[name_in_capitals]


def _symbol_map(account: AccountState, message: AccountSymbolsReport) -> SymbolMapRecord:
    return SymbolMapRecord(
        account_id=account.account_id,
        symbols=tuple(account.symbols.values()),
        reported_at_ms=message.reported_at_ms,
    )


def _evaluate(
    state: State,
    account: AccountState,
    repeated: tuple[RegistrationIssue, ...],
    judgements: tuple[Judgement, ...],
    now: Instant,
    out: Outbox,
    evaluation_id: EvaluationId | None,
) -> None:
    """Judge an account by its latest report, store the verdict if it is new, and tell its EA."""
    result = _verdict(state, account, repeated, judgements, now, evaluation_id)
    known, account.verdict = account.verdict, result
    content = result.verdict
    is_stored = account.stored_verdict == content
    if known is not None and is_stored:
        return
    if not is_stored:
        account.stored_verdict = content
        metadata = account.metadata or HandshakeMetadata()
        out.persist(EvaluationRecord(result=result, metadata=metadata))
    owner = dispatch.owner_of(state, account)
    if owner is not None:
        out.send(Send(owner.agent_id, owner.session, result))
    out.observe(
        AccountEvaluated(
            account_id=account.account_id,
            status=result.status,
            protocol_version=result.protocol_version,
            issues=tuple(
                sorted({issue.code.value for issue in (*result.errors, *result.warnings)})
            ),
        )
    )


def _verdict(
    state: State,
    account: AccountState,
    repeated: tuple[RegistrationIssue, ...],
    judgements: tuple[Judgement, ...],
    now: Instant,
    evaluation_id: EvaluationId | None,
) -> SymbolRegistrationResult:
    metadata = account.metadata
    errors, warnings = protocol_issues(metadata, state.settings)
    symbols = account.report.symbols or () if account.report else ()
    # A report that names a symbol twice is refused whole: nothing in it was judged.
    entries = tuple(
        entry(mapping, judgement, now)
        for mapping, judgement in zip(symbols, judgements, strict=not repeated)
    )
    errors = (*repeated, *errors)
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
    )


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


def refuse_stranger(account_id: AccountId, agent_id: AgentId) -> InputRefused:
    """Describe data about an account that came from somebody else's Agent."""
    return InputRefused(
        peer=agent_id,
        reason="not_owner",
        sentence=f"{agent_id} speaks for account {account_id}, which it does not own",
    )
