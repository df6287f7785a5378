"""What a person has the running Core do about a command: send it again, settle it, compare all.

Nothing here guesses.  What cannot be sent twice is refused with the reason; a settlement is taken
only where the Core cannot know, is written down as that person's word, and is final.
"""

from heapq import nsmallest

from echo.domain.answers import AckStage
from echo.domain.commands import ExecuteOrder
from echo.domain.desk import ListRules, RuleChange, RulesChanged
from echo.domain.explanations import ExplainEntry
from echo.domain.facts import OperatorActed
from echo.domain.handshake import Feature
from echo.domain.ids import CommandId
from echo.domain.journal import OperationRecord
from echo.domain.operations import (
    RESENT_MAX,
    Carried,
    Finding,
    ListPending,
    NotDone,
    OperationCode,
    Reconcile,
    Reconciled,
    Request,
    Resend,
    Settle,
)
from echo.domain.quantities import Instant
from echo.domain.registry import RegistryRequest
from echo.engine import desk_orders, dispatch, explaining, pending, registry, rulebook, settling
from echo.engine.events import OperatorAsked
from echo.engine.outbox import Outbox
from echo.engine.state import CommandState, State

FINDINGS = ("in_doubt", "late_close", "no_agent")
"""What is found, the most pressing first."""

LATE_CLOSE_MS = 30_000
"""A close without an outcome for so long is something to look at."""


def take(state: State, asked: OperatorAsked, now: Instant, out: Outbox) -> None:
    """Carry out a request, or refuse it; what was done is on disk before the answer leaves."""
    request = asked.request
    if isinstance(request, ListPending):
        out.reply(asked.request_id, pending.listed(state, request, now))
        return
    if isinstance(request, ExplainEntry):
        out.reply(asked.request_id, explaining.explain(state, request, now))
        return
    if isinstance(request, RegistryRequest):
        registry.take(state, asked, request, now, out)
        return
    if isinstance(request, ListRules):
        out.reply(asked.request_id, rulebook.in_force(state, now))
        return
    answer = _carried_out(state, asked.by, request, now, out)
    done = not isinstance(answer, NotDone)
    sentence = _sentence(answer)
    if done:
        out.persist(_record(asked, sentence, now))
    out.observe(
        OperatorActed(
            by=asked.by,
            action=_name(request),
            command_id=_command_of(request),
            done=done,
            sentence=sentence,
        )
    )
    out.reply(asked.request_id, answer)


def _carried_out(
    state: State,
    by: str,
    request: Resend | Settle | Reconcile | RuleChange,
    now: Instant,
    out: Outbox,
) -> Carried | Reconciled | RulesChanged | NotDone:
    if isinstance(request, Reconcile):
        return _reconcile(state, now, out)
    if isinstance(request, RuleChange):
        return desk_orders.carry_out(state, by, request, now, out)
    command = state.commands.get(request.command_id)
    if command is None:
        return NotDone(
            code=OperationCode.UNKNOWN_COMMAND,
            sentence=f"no command {request.command_id} is unresolved: it is unknown, or has its"
            " final outcome",
        )
    if isinstance(request, Settle):
        return settling.settle(state, command, request, by, now, out)
    refusal = _unsafe(state, command) or _unreachable(state, command)
    if refusal is not None:
        return refusal
    _send_again(state, command, now, out)
    sentence = f"sent to {command.agent_id} again, for account {command.account_id}"
    return Carried(command_id=request.command_id, sentence=sentence)


def _unsafe(state: State, command: CommandState) -> NotDone | None:
    """Say why sending the command again could open a second position, or ``None``."""
    command_id = command.command.command_id
    if pending.is_in_doubt(command):
        return NotDone(
            code=OperationCode.IN_DOUBT,
            sentence=f"{command_id} is in doubt: an order may exist, so it is never sent again."
            f" Look at account {command.account_id}, then settle it",
        )
    if _was_perhaps_read(state, command):
        return NotDone(
            code=OperationCode.MAY_HAVE_BEEN_READ,
            sentence=f"the EA of account {command.account_id} keeps no ledger: it may have read"
            f" {command_id} and would open twice",
        )
    return None


def _was_perhaps_read(state: State, command: CommandState) -> bool:
    """Whether an EA that keeps no ledger may have read the open."""
    if not isinstance(command.command, ExecuteOrder) or not command.maybe_sent:
        return False
    return not state.account(command.account_id).offers(Feature.LOSSLESS)


def _unreachable(state: State, command: CommandState) -> NotDone | None:
    if dispatch.owner_of(state, state.account(command.account_id)) is not None:
        return None
    return NotDone(
        code=OperationCode.NO_AGENT,
        sentence=f"no Agent that owns account {command.account_id} is connected; the command is"
        " sent as soon as one is",
    )


def _send_again(state: State, command: CommandState, now: Instant, out: Outbox) -> None:
    # As if nobody had confirmed it: it is repeated until somebody does.
    command.stage = AckStage.CORE_ACCEPTED
    dispatch.transmit(state, command, now, out)


def _reconcile(state: State, now: Instant, out: Outbox) -> Reconciled:
    """Send again what may be, what was sent longest ago first; list what only people put right."""
    findings = sorted(
        (found for each in state.commands.values() if (found := _kind_of(state, each, now))),
        key=lambda found: FINDINGS.index(found[0]),
    )
    eligible = (each for each in state.commands.values() if _may_be_sent(state, each))
    chosen = nsmallest(RESENT_MAX, eligible, key=lambda each: each.sent_mono_ms or 0)
    for command in chosen:
        _send_again(state, command, now, out)
    return Reconciled(
        resent=len(chosen),
        left=len(state.commands) - len(chosen),
        findings=tuple(
            _finding(state, kind, command, now) for kind, command in findings[:RESENT_MAX]
        ),
    )


def _may_be_sent(state: State, command: CommandState) -> bool:
    if pending.is_in_doubt(command) or _was_perhaps_read(state, command):
        return False
    return dispatch.owner_of(state, state.account(command.account_id)) is not None


def _kind_of(state: State, command: CommandState, now: Instant) -> tuple[str, CommandState] | None:
    if pending.is_in_doubt(command):
        return "in_doubt", command
    if pending.is_close(command) and pending.age_ms(state, command, now) > LATE_CLOSE_MS:
        return "late_close", command
    if dispatch.owner_of(state, state.account(command.account_id)) is None:
        return "no_agent", command
    return None


def _finding(state: State, kind: str, command: CommandState, now: Instant) -> Finding:
    age_ms = pending.age_ms(state, command, now)
    return Finding(
        kind=kind,
        account_id=command.account_id,
        command_id=command.command.command_id,
        sentence=f"{pending.why(state, command)}; for {age_ms / 1_000:.0f} s",
    )


def _record(asked: OperatorAsked, sentence: str, now: Instant) -> OperationRecord:
    request = asked.request
    settled = request if isinstance(request, Settle) else None
    return OperationRecord(
        asked_at_ms=now.wall_ms,
        by=asked.by,
        action=_name(request),
        command_id=_command_of(request),
        outcome=settled.outcome if settled else None,
        ticket=settled.ticket if settled else None,
        sentence=sentence,
    )


def _name(request: Request) -> str:
    return type(request).__name__.lower()


def _command_of(request: Request) -> CommandId | None:
    return request.command_id if isinstance(request, Resend | Settle) else None


def _sentence(answer: Carried | Reconciled | RulesChanged | NotDone) -> str:
    if isinstance(answer, Reconciled):
        return f"sent {answer.resent} again, {len(answer.findings)} to look at"
    return answer.sentence
