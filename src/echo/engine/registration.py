"""Registration: who is connected, which symbols it has, and the verdict that it gets."""

from echo.domain.copies import replace
from echo.domain.facts import Alarm, InputRefused, LinkChanged
from echo.domain.handshake import (
    NO_EVALUATION,
    AccountSymbolsReport,
    HandshakeMetadata,
    IssueCode,
    RegistrationIssue,
    RegistrationStatus,
    SymbolRegistrationResult,
)
from echo.domain.ids import AccountId, AgentId, EvaluationId, derive_evaluation_id
from echo.domain.journal import AccountRecord, SymbolMapRecord
from echo.domain.quantities import Instant
from echo.domain.registration_facts import (
    Cause,
    ReportOutcome,
    SymbolsReported,
    changes_of_ea,
)
from echo.domain.sessions import AccountConnected, AccountDisconnected
from echo.engine import dispatch, legacy
from echo.engine.effects import EndSession, Send
from echo.engine.evaluations import Judged, adopt, conclude, judged, names_of
from echo.engine.events import AgentSaid
from echo.engine.naming import Names
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, AgentState, State
from echo.engine.verdicts import pipe_issues

STORED_AGAIN_MS = 60_000
"""Terminals that come and go all the time are not written down each time."""


def claim(
    state: State, agent_id: AgentId, account_id: AccountId, now: Instant, out: Outbox
) -> bool:
    """Make *agent_id* the owner of an account; a living owner is never pushed aside."""
    account = state.account(account_id)
    owner = dispatch.owner_of(state, account)
    if owner is not None and owner.agent_id != agent_id:
        account.enrolment.rival = agent_id
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
    if account.enrolment.rival == agent_id:
        account.enrolment.rival = None
    dispatch.resend_all(state, account_id, now, out)
    return True


def owner_left(state: State, agent_id: AgentId, out: Outbox) -> None:
    """An owner is gone: whoever was turned away for it is let go, so that it claims anew."""
    for account in state.accounts.values():
        rival = account.enrolment.rival
        if account.agent_id != agent_id or rival is None or dispatch.owner_of(state, account):
            continue
        account.enrolment.rival = None
        claimant = state.agents.get(rival)
        if claimant is not None:
            sentence = f"account {account.account_id} is free: {agent_id} has left"
            out.send(EndSession(claimant.agent_id, claimant.session, sentence))


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
    account.verdict = account.report = account.pendings = None
    account.enrolment.warning_codes = ()
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
        _tell_stranger(state, account, said, message, now, out)
        return
    if _is_outdated(message, account.report):
        sentence = f"the report of {message.reported_at_ms} ms is known or older than the last"
        out.observe(InputRefused(peer=said.agent_id, reason="outdated_report", sentence=sentence))
        out.observe(_reported(account, said, message, ReportOutcome.STALE, now))
        return
    first = account.report is None
    account.report = message
    if message.metadata is not None:
        _introduce(account, said, message.metadata, now, out, first=first)
    names = names_of(state, account, message)
    outcome = ReportOutcome.DUPLICATE if names.repeated else ReportOutcome.TAKEN
    if message.symbols is None:
        outcome = ReportOutcome.METADATA_ONLY
    if outcome is ReportOutcome.TAKEN:
        found = _replace_symbols(state, account, message, names, now, out)
    else:
        found = judged(state, account, message, now, names)
    conclude(
        state, account, found, now, out, cause=Cause.HANDSHAKE, evaluation_id=said.evaluation_id
    )
    out.observe(_reported(account, said, message, outcome, now, found))


def judge_again(
    state: State,
    account: AccountState,
    now: Instant,
    out: Outbox,
    evaluation_id: EvaluationId | None = None,
    cause: Cause = Cause.POLICIES,
) -> None:
    """Policies, settings or specs have changed: so may the verdict of an account that has one."""
    message = account.report
    if account.verdict is None or message is None:
        return
    found = judged(state, account, message, now)
    if message.symbols is not None and not found.repeated:
        known = len(account.symbols)
        adopt(account, found, now)
        if len(account.symbols) > known:
            _store_symbols(account, message, now, out)
    conclude(state, account, found, now, out, cause=cause, evaluation_id=evaluation_id)


def _introduce(
    account: AccountState,
    said: AgentSaid,
    metadata: HandshakeMetadata,
    now: Instant,
    out: Outbox,
    *,
    first: bool,
) -> None:
    """Take over what an EA says of itself, and tell what it did not say before."""
    before, pipe_role = account.metadata, account.role
    account.metadata = metadata
    account.files.seen(metadata.ledger_id, now.mono_ms, metadata.instance)
    # An Agent that does not say what its pipe is for means what its EA says.
    account.role = metadata.pipe_role if not account.connected else pipe_role
    if before is not None and before.pipe_role is metadata.pipe_role:
        for change in changes_of_ea(account.account_id, account.role, before, metadata):
            out.observe(change)
    if first:
        legacy.tell(account, out)
    if pipe_issues(account):
        return
    enrolment = account.enrolment
    enrolment.server = metadata.server or enrolment.server
    enrolment.last_connected_at_ms = now.wall_ms
    # Which life of the EA it is changes at every start, and says nothing about what it is.
    content = (said.agent_id, account.role, replace(metadata, instance="", ledger_n=0))
    if _is_news(enrolment.stored_account, content, enrolment.stored_account_at_ms, now):
        enrolment.stored_account, enrolment.stored_account_at_ms = content, now.wall_ms
        out.persist(account_record(account, now))


def account_record(account: AccountState, now: Instant) -> AccountRecord:
    """Return the journal's row about an account's introduction, as of now."""
    assert account.agent_id is not None  # noqa: S101 -- it has spoken
    assert account.metadata is not None  # noqa: S101 -- it has introduced itself
    return AccountRecord(
        account_id=account.account_id,
        agent_id=account.agent_id,
        role=account.role,
        metadata=account.metadata,
        last_connected_at_ms=now.wall_ms,
    )


def _replace_symbols(
    state: State,
    account: AccountState,
    message: AccountSymbolsReport,
    names: Names,
    now: Instant,
    out: Outbox,
) -> Judged:
    """Take a list of symbols for all that the account has, and judge it as such."""
    account.symbols, account.canonical_of = {}, {}
    account.spec_mono_ms, account.tick_values = {}, {}
    account.enrolment.spec_doubts = {}
    found = judged(state, account, message, now, names)
    adopt(account, found, now)
    account.spec_mono_ms = dict.fromkeys(account.symbols, now.mono_ms)
    account.enrolment.reported_at_ms = now.wall_ms
    _store_symbols(account, message, now, out)
    return found


def _store_symbols(
    account: AccountState, message: AccountSymbolsReport, now: Instant, out: Outbox
) -> None:
    enrolment, symbols = account.enrolment, tuple(account.symbols.values())
    if _is_news(enrolment.stored_symbols, symbols, enrolment.stored_symbols_at_ms, now):
        enrolment.stored_symbols, enrolment.stored_symbols_at_ms = symbols, now.wall_ms
        out.persist(
            SymbolMapRecord(
                account_id=account.account_id,
                symbols=symbols,
                reported_at_ms=message.reported_at_ms,
            )
        )


def _is_news(stored: object, content: object, stored_at_ms: int, now: Instant) -> bool:
    return stored != content or not 0 <= now.wall_ms - stored_at_ms < STORED_AGAIN_MS


def _is_outdated(message: AccountSymbolsReport, last: AccountSymbolsReport | None) -> bool:
    """Whether a report says nothing new.  A new session of its EA always does: clocks jump.

    The same time with other content is news, for some EAs count in whole seconds.
    """
    if last is None:
        return False
    return message.reported_at_ms < last.reported_at_ms or message == last


def _reported(
    account: AccountState,
    said: AgentSaid,
    message: AccountSymbolsReport,
    outcome: ReportOutcome,
    now: Instant,
    found: Judged | None = None,
) -> SymbolsReported:
    metadata = account.metadata or HandshakeMetadata(protocol_version=0)
    judgements = found.judgements if found is not None else ()
    invalid = (each.error for each in judgements if each.error is not None)
    return SymbolsReported(
        account_id=account.account_id,
        agent_id=said.agent_id,
        role=account.role,
        outcome=outcome,
        symbols=len(message.symbols or ()),
        known=sum(each.is_known for each in judgements),
        invalid=sum(each.code is IssueCode.SPEC_INVALID for each in invalid),
        protocol_version=metadata.protocol_version,
        client_semver=metadata.client_semver,
        evaluation_id=account.verdict.evaluation_id if account.verdict else NO_EVALUATION,
        taken_at_ms=now.wall_ms,
    )


def refuse_stranger(account_id: AccountId, agent_id: AgentId) -> InputRefused:
    """Describe data about an account that came from somebody else's Agent."""
    return InputRefused(
        peer=agent_id,
        reason="not_owner",
        sentence=f"{agent_id} speaks for account {account_id}, which it does not own",
    )


def _tell_stranger(
    state: State,
    account: AccountState,
    said: AgentSaid,
    message: AccountSymbolsReport,
    now: Instant,
    out: Outbox,
) -> None:
    """Have the EA that an Agent may not serve learn so; the account's own verdict stands."""
    metadata = message.metadata or HandshakeMetadata()
    told: AgentState | None = state.agents.get(said.agent_id)
    if told is None:
        return
    issue = RegistrationIssue(
        code=IssueCode.ROLE_MISMATCH,
        message=f"account {account.account_id} is served by {account.agent_id or 'nobody yet'}:"
        f" list it for one Agent only, not also for {said.agent_id}",
    )
    refusal = SymbolRegistrationResult(
        account_id=account.account_id,
        pipe_role=metadata.pipe_role,
        protocol_version=metadata.protocol_version,
        status=RegistrationStatus.REJECTED,
        evaluation_id=said.evaluation_id
        or derive_evaluation_id(account.account_id, previous=None, evaluated_at_ms=now.wall_ms),
        evaluated_at_ms=now.wall_ms,
        agent_id=said.agent_id,
        core_version=state.settings.core_version,
        client_semver=metadata.client_semver,
        errors=(issue,),
    )
    out.send(Send(told.agent_id, told.session, refusal))
