"""What people ask about registration, answered; and an account judged again because they ask."""

from echo.domain.facts import OperatorActed
from echo.domain.handshake import NO_EVALUATION, HandshakeMetadata, RegistrationStatus
from echo.domain.ids import ANY_STRATEGY
from echo.domain.journal import OperationRecord
from echo.domain.operations import NotDone, OperationCode
from echo.domain.quantities import Instant
from echo.domain.registration_facts import Cause
from echo.domain.registry import (
    REGISTRATIONS_MAX,
    AskCoverage,
    Coverage,
    Evaluate,
    Evaluated,
    ListRegistrations,
    Registration,
    RegistrationList,
    RegistryRequest,
    coverage,
)
from echo.engine import dispatch, registration
from echo.engine.evaluations import judged, verdict
from echo.engine.events import OperatorAsked
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, State

HOUR_MS = 3_600_000
_UNKNOWN = HandshakeMetadata(protocol_version=0)


def take(
    state: State, asked: OperatorAsked, request: RegistryRequest, now: Instant, out: Outbox
) -> None:
    """Answer; an evaluation that is sent is written down as that person's doing."""
    match request:
        case ListRegistrations():
            out.reply(asked.request_id, _listed(state, request))
        case AskCoverage():
            out.reply(asked.request_id, _coverage(state, request, now))
        case Evaluate():
            answer = _evaluate(state, request, now, out)
            _write_down(asked, request, answer, now, out)
            out.reply(asked.request_id, answer)


def _evaluate(state: State, request: Evaluate, now: Instant, out: Outbox) -> Evaluated | NotDone:
    account = state.accounts.get(request.account_id)
    if account is None:
        return NotDone(
            code=OperationCode.UNKNOWN_ACCOUNT,
            sentence=f"account {request.account_id} was never here",
        )
    message = account.report
    if message is None or account.verdict is None:
        return NotDone(
            code=OperationCode.NOT_REGISTERED,
            sentence=f"the EA of account {request.account_id} has not introduced itself since it"
            " connected last",
        )
    before = account.verdict
    if request.send:
        registration.judge_again(state, account, now, out, cause=Cause.OPERATOR)
        result = account.verdict
        sent = dispatch.owner_of(state, account) is not None
    else:
        result = verdict(state, account, judged(state, account, message, now), now, None)
        sent = False
    return Evaluated(
        result=result,
        before=before.status,
        changed=before.verdict != result.verdict,
        sent=sent,
    )


def _write_down(
    asked: OperatorAsked,
    request: Evaluate,
    answer: Evaluated | NotDone,
    now: Instant,
    out: Outbox,
) -> None:
    if not request.send:
        return
    done = isinstance(answer, Evaluated)
    sentence = f"account {request.account_id}: "
    sentence += answer.result.status if isinstance(answer, Evaluated) else answer.sentence
    if done:
        out.persist(
            OperationRecord(
                asked_at_ms=now.wall_ms,
                by=asked.by,
                action="evaluate",
                command_id=None,
                outcome=None,
                ticket=None,
                sentence=sentence,
            )
        )
    out.observe(
        OperatorActed(by=asked.by, action="evaluate", command_id=None, done=done, sentence=sentence)
    )


def _listed(state: State, request: ListRegistrations) -> RegistrationList:
    found = [
        account
        for account_id, account in sorted(state.accounts.items())
        if request.account_id in (None, account_id) and _was_here(account)
    ]
    with_symbols = request.account_id is not None
    rows = tuple(
        _registration(state, each, with_symbols=with_symbols) for each in found[:REGISTRATIONS_MAX]
    )
    return RegistrationList(rows=rows, total=len(found))


def _was_here(account: AccountState) -> bool:
    """Whether there is anything to tell; accounts that settings name need never have come."""
    return account.metadata is not None or account.agent_id is not None


def _registration(state: State, account: AccountState, *, with_symbols: bool) -> Registration:
    metadata, told = account.metadata or _UNKNOWN, account.verdict
    follows = {
        each.strategy_id for each in state.book.policies if each.account_id == account.account_id
    }
    others = {each.strategy_id for each in state.book.policies} - follows - {ANY_STRATEGY}
    statuses = [each.status for each in told.symbols] if told is not None else []
    return Registration(
        account_id=account.account_id,
        role=account.role,
        agent_id=account.agent_id,
        connected=account.connected,
        status=told.status if told is not None else None,
        protocol_version=metadata.protocol_version,
        client_semver=metadata.client_semver,
        terminal=metadata.terminal,
        server=metadata.server,
        account_mode=metadata.account_mode,
        ea_config_hash=metadata.ea_config_hash,
        features=tuple(sorted(metadata.offered)),
        issues=(*told.errors, *told.warnings) if told is not None else (),
        accepted=statuses.count(RegistrationStatus.ACCEPTED),
        warned=statuses.count(RegistrationStatus.WARNING),
        rejected=statuses.count(RegistrationStatus.REJECTED),
        evaluation_id=told.evaluation_id if told is not None else NO_EVALUATION,
        evaluated_at_ms=told.evaluated_at_ms if told is not None else 0,
        last_connected_at_ms=account.enrolment.last_connected_at_ms,
        reported_at_ms=account.enrolment.reported_at_ms,
        follows=tuple(sorted(follows)),
        without_policy=() if ANY_STRATEGY in follows else tuple(sorted(others)),
        symbols=told.symbols if with_symbols and told is not None else (),
    )


def _coverage(state: State, request: AskCoverage, now: Instant) -> Coverage:
    since_ms = now.wall_ms - request.hours * HOUR_MS

    def lately(at_ms: int) -> bool:
        return at_ms > 0 and at_ms >= since_ms

    active, reporting = [], []
    for account in state.accounts.values():
        enrolment = account.enrolment
        if account.connected or lately(enrolment.last_connected_at_ms):
            active.append(account.account_id)
        # Who is here and has told its symbols in this session need not do so again to count.
        told = account.report is not None and account.report.symbols is not None
        if (account.connected and told) or lately(enrolment.reported_at_ms):
            reporting.append(account.account_id)
    return coverage(
        active, reporting, hours=request.hours, unknown_action=state.settings.unknown_action
    )
