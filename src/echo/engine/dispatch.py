"""Delivery of commands: to the Agent that owns the account, again until it has them."""

from echo.domain.answers import AckResult, AckStage, CommandAck
from echo.domain.commands import CancelPendings, CloseOrder, Command, ExecuteOrder, Flatten
from echo.domain.copies import replace
from echo.domain.copy_facts import OwnerMissing
from echo.domain.errors import Refusal
from echo.domain.facts import Alarm, CommandSent, DeliveryRetried
from echo.domain.handshake import NO_AGENT
from echo.domain.ids import AccountId, AgentId, CommandId
from echo.domain.journal import CommandProgress, CommandRecord, CommandStatus
from echo.domain.quantities import Instant
from echo.engine import retries, turns
from echo.engine.effects import Send
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, AgentState, CommandState, State

BACKOFF_MS_MAX = 10_000
"""Once capped, an item is repeated at most once in this time."""


REFUSED_MS_MIN = 1_000
"""Least time between a refusal and the next try."""

ASK_AGAIN_MS = 10_000
"""After so long a terminal that lives is asked again for an answer; each time later."""
ASK_AGAIN_MS_MAX = 300_000

UNANSWERED_MS = 20_000
"""A close that a legacy terminal has not answered for so long may have lost its answer; the next
generation of it waits twice as long."""
UNANSWERED_MS_MAX = 3_600_000


def resend_key(command_id: CommandId) -> tuple[str, ...]:
    """Name the timer that repeats a command."""
    return ("resend", command_id)


def again_key(command_id: CommandId) -> tuple[str, ...]:
    """Name the timer of a refused command's next try; receipts do not touch it."""
    return ("again", command_id)


def backoff_ms(state: State, attempt: int) -> int:
    """Return the wait after attempt number *attempt* (from 1); the last of the list repeats."""
    waits = state.settings.retry_backoff_ms
    return min(waits[min(attempt, len(waits)) - 1], BACKOFF_MS_MAX)


def owner_of(state: State, account: AccountState) -> AgentState | None:
    """Return the live Agent that owns *account*; nobody else is ever told about it."""
    return state.agents.get(account.agent_id) if account.agent_id is not None else None


def issue(state: State, command: CommandState, now: Instant, out: Outbox) -> None:
    """Journal a new command and send it if its account's Agent is there."""
    enter(state, command, now, out)
    transmit(state, command, now, out)


def enter(state: State, command: CommandState, now: Instant, out: Outbox) -> None:
    """Journal a new command; it is sent by whoever lets it."""
    account = state.account(command.account_id)
    owner = owner_of(state, account)
    command.agent_id = owner.agent_id if owner else None
    state.commands[command.command.command_id] = command
    account.unresolved[command.command.command_id] = None
    out.persist(
        CommandRecord(
            command_id=command.command.command_id,
            account_id=command.account_id,
            agent_id=command.agent_id,
            command=command.command,
            created_at_ms=now.wall_ms,
        )
    )


def transmit(state: State, command: CommandState, now: Instant, out: Outbox) -> None:
    """Send one frame of *command*, if there is anybody to send it to, and plan the next."""
    account = state.account(command.account_id)
    owner = owner_of(state, account)
    if owner is None:
        out.observe(
            OwnerMissing(
                command_id=command.command.command_id,
                account_id=command.account_id,
                trade_id=command.trade_id,
                traceparent=_traced(command.command),
            )
        )
        return
    first = command.attempt == 0 and not command.maybe_sent
    command.attempt += 1
    command.maybe_sent = True
    command.sent_mono_ms = now.mono_ms
    command.agent_id = owner.agent_id
    command.status = CommandStatus.INFLIGHT
    command.resting, command.refusal = False, None
    frame = _first(command.command) if first else _refreshed(command, now)
    out.send(Send(owner.agent_id, owner.session, frame))
    ack_timeout_ms, pause_ms = state.settings.ack_timeout_ms, backoff_ms(state, command.attempt)
    due_mono_ms = now.mono_ms + max(ack_timeout_ms, pause_ms)
    out.arm(resend_key(command.command.command_id), due_mono_ms)
    order = command.command
    traced = None if isinstance(order, (CancelPendings, Flatten)) else order
    out.observe(
        CommandSent(
            command_id=order.command_id,
            account_id=command.account_id,
            agent_id=owner.agent_id,
            attempt=command.attempt,
            warning_codes=account.enrolment.warning_codes,
            again=not first,
            trade_id=command.trade_id,
            traceparent="" if traced is None else traced.traceparent,
            timestamps=None if traced is None else traced.timestamps,
            ack_timeout_ms=ack_timeout_ms,
            backoff_ms=pause_ms,
        )
    )


def repeat(state: State, command_id: CommandId, now: Instant, out: Outbox) -> None:
    """A command was not acknowledged in time: send it again."""
    command = state.commands.get(command_id)
    if command is None or command.stage >= AckStage.AGENT_BUFFERED:
        return
    if owner_of(state, state.account(command.account_id)) is None:
        return
    if command.attempt == 0:
        transmit(state, command, now, out)  # Its turn has come among those that are sent again.
        return
    error = f"{command.agent_id} has not acknowledged it"
    retries.note(command, AckStage.AGENT_BUFFERED, error, now, out)
    transmit(state, command, now, out)
    out.observe(
        DeliveryRetried(
            command_id=command_id,
            account_id=command.account_id,
            agent_id=command.agent_id or NO_AGENT,
            stage=AckStage.AGENT_BUFFERED,
            attempt=command.attempt,
            trade_id=command.trade_id,
            traceparent=_traced(command.command),
        )
    )
    if command.attempt == state.settings.max_retries:
        out.observe(
            Alarm(
                key=f"command:{command_id}",
                code="DELIVERY_SLOW",
                sentence=f"command {command_id} was sent {command.attempt} times without an answer",
                account_id=command.account_id,
                trade_id=command.trade_id,
                traceparent=_traced(command.command),
            )
        )


def rest(
    state: State, command: CommandState, refusal: Refusal | None, now: Instant, out: Outbox
) -> int:
    """Plan another try of a command that was refused; return the wait until then, in ms."""
    command_id = command.command.command_id
    command.refusals += 1
    command.resting, command.refusal = True, refusal
    command.stage = AckStage.CORE_ACCEPTED
    command.status = CommandStatus.PENDING
    wait_ms = max(REFUSED_MS_MIN << command.generation, backoff_ms(state, command.refusals))
    wait_ms = min(wait_ms, UNANSWERED_MS_MAX)  # of the ids of a command there are not many
    out.disarm(resend_key(command_id))
    out.arm(again_key(command_id), now.mono_ms + wait_ms)
    return wait_ms


def try_again(state: State, command_id: CommandId, now: Instant, out: Outbox) -> None:
    """A refused command has rested for long enough.  Without an Agent its next session sends it."""
    command = state.commands.get(command_id)
    if command is not None and command.resting:
        transmit(state, command, now, out)


def resend_all(state: State, account_id: AccountId, now: Instant, out: Outbox) -> None:
    """A new session of the account's Agent: everything without an outcome goes out again.

    Except what is in doubt: that may exist already, and is never sent again.  Of very many, some
    wait for their turn.
    """
    owner = owner_of(state, state.account(account_id))
    for command_id in tuple(state.account(account_id).unresolved):
        command = state.commands[command_id]
        if command.status is CommandStatus.IN_DOUBT:
            continue
        if command.attempt:
            error = f"{command.agent_id} began another session"
            retries.note(command, AckStage.AGENT_BUFFERED, error, now, out)
        command.stage = AckStage.CORE_ACCEPTED
        command.attempt = 0
        due_mono_ms = now.mono_ms if owner is None else turns.take(owner, now)
        if due_mono_ms > now.mono_ms:
            out.arm(resend_key(command_id), due_mono_ms)
        else:
            transmit(state, command, now, out)


def settings_changed(state: State, now: Instant, out: Outbox) -> None:
    """Plan the next repeat of everything by the new back-off; what waits must not wait on."""
    for command_id, command in state.commands.items():
        # What was not sent yet has its turn, or nowhere to go.
        waits = command.stage < AckStage.AGENT_BUFFERED and not command.resting and command.attempt
        if not waits or owner_of(state, state.account(command.account_id)) is None:
            continue
        wait_ms = max(state.settings.ack_timeout_ms, backoff_ms(state, command.attempt))
        out.arm(resend_key(command_id), now.mono_ms + wait_ms)


def ask_again(state: State, account: AccountState, now: Instant, out: Outbox) -> None:
    """A terminal shows its whole account: repeat what it was given and has not answered for long.

    Whoever took a command last may have lost it with its memory.  All but an open name a state to
    reach, so a repeat changes nothing.
    """
    for command_id in tuple(account.unresolved):
        command = state.commands[command_id]
        waits = command.stage < AckStage.AGENT_BUFFERED or command.resting
        if waits or command.sent_mono_ms is None or isinstance(command.command, ExecuteOrder):
            continue
        patience_ms = min(ASK_AGAIN_MS * max(1, command.attempt), ASK_AGAIN_MS_MAX)
        if now.mono_ms - command.sent_mono_ms < patience_ms:
            continue
        error = f"the terminal of account {account.account_id} has not answered"
        retries.note(command, AckStage.EA_CONFIRMED, error, now, out)
        transmit(state, command, now, out)
        out.observe(
            DeliveryRetried(
                command_id=command_id,
                account_id=command.account_id,
                agent_id=command.agent_id or NO_AGENT,
                stage=AckStage.EA_CONFIRMED,
                attempt=command.attempt,
                trade_id=command.trade_id,
                traceparent=_traced(command.command),
            )
        )


def acknowledge(
    state: State, agent_id: AgentId, ack: CommandAck, now: Instant, out: Outbox
) -> None:
    """An Agent reports how far it has brought a command."""
    command = state.commands.get(ack.command_id)
    if command is None or command.agent_id != agent_id or command.attempt == 0:
        return  # Before its turn to be sent again: what became of the frame before means nothing.
    if ack.result is AckResult.FAILED:
        error = ack.error_message or ack.error_code.name
        retries.note(command, ack.stage, error, now, out, attempt=ack.attempt)
        return
    if ack.result is AckResult.PENDING or ack.stage <= command.stage or command.resting:
        return
    command.stage = ack.stage
    command.status = CommandStatus.DELIVERED
    out.disarm(resend_key(ack.command_id))
    out.persist_lazily(progress(command, now))
    watch_answer(state, command, now, out)


def watch_answer(state: State, command: CommandState, now: Instant, out: Outbox) -> None:
    """A command has come to its Agent, or further; watch that a legacy terminal answers a close.

    It may have been written long ago: the word of that is said once, and may get lost.
    """
    if isinstance(command.command, CloseOrder) and state.account(command.account_id).is_legacy:
        silent = max(0, command.generation - command.refusals)  # a no was an answer
        wait_ms = min(UNANSWERED_MS << silent, UNANSWERED_MS_MAX)
        out.arm(("unanswered", command.command.command_id), now.mono_ms + wait_ms)


def progress(command: CommandState, now: Instant, last_error: str = "") -> CommandProgress:
    """Return the journal's row about *command*'s delivery."""
    return CommandProgress(
        command_id=command.command.command_id,
        stage=command.stage,
        status=command.status,
        attempt=command.attempt,
        last_error=last_error,
        updated_at_ms=now.wall_ms,
    )


def forget(state: State, command: CommandState, out: Outbox) -> None:
    """A command has its outcome: nothing about it is kept in memory."""
    command_id = command.command.command_id
    state.commands.pop(command_id, None)
    state.account(command.account_id).unresolved.pop(command_id, None)
    for earlier in command.earlier:
        state.renamed.pop(earlier, None)
    out.disarm(resend_key(command_id))
    if command.resting:
        out.disarm(again_key(command_id))


def _traced(command: Command) -> str:
    """Return the trace that a command belongs to; empty = none."""
    return "" if isinstance(command, (CancelPendings, Flatten)) else command.traceparent


def _first(command: Command) -> Command:
    """Return the first frame: an open says that nobody has seen it before."""
    return replace(command, first=True) if isinstance(command, ExecuteOrder) else command


def _refreshed(command: CommandState, now: Instant) -> Command:
    """Return the frame of a repeat: an open says how much of its time is left by now.

    An open whose clock was lost in a restart has none left, and its age is unknown: its terminal
    may have executed it, and answers from its ledger, or refuses it as stale.
    """
    order = command.command
    if isinstance(order, (CancelPendings, Flatten)):
        return order
    stamps = replace(order.timestamps, t3_core_send_ms=now.wall_ms)
    if not isinstance(order, ExecuteOrder):
        return replace(order, timestamps=stamps)
    left_ms = 0
    age_ms: int | None = None
    if command.deadline_mono_ms is not None and command.taken_mono_ms is not None:
        left_ms = max(0, command.deadline_mono_ms - now.mono_ms)
        age_ms = command.age_base_ms + now.mono_ms - command.taken_mono_ms
    return replace(
        order, ttl_ms=left_ms, age_ms=age_ms, sent_mono_ms=now.mono_ms, timestamps=stamps
    )
