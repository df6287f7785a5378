"""Slaves whose EA keeps no ledger: what only they need.

Such an EA remembers the ids of commands, also of those that it turned away, and answers none of
them twice.  What it certainly did not do can be asked again under the next generation of the id;
so can a close that it turned away or does not answer, for a ticket is closed once at most.  An
open that may have been executed is never asked again.
"""

from dataclasses import replace
from typing import Final

from echo.domain.answers import AckStage, ExecutionResult
from echo.domain.commands import CloseOrder, CommandKind, ExecuteOrder, TradeCommand
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.facts import CompatUsed
from echo.domain.ids import GENERATIONS_MAX, SEQ_OPEN, CommandId, derive_command_id
from echo.domain.journal import CommandStatus
from echo.domain.quantities import Instant
from echo.engine import decisions, dispatch
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, CommandState, Lane, State, TradeState

LEFT_MS_MIN: Final = 2_000
"""The EA reads once a second: with less of its time left an open is not asked again."""
PAUSE_MS: Final = 1_000
"""What the EA lacked a moment ago it may have after its next turn."""

_PASSING: Final = frozenset({ErrorCode.HANDSHAKE_NOT_READY, ErrorCode.OFF_QUOTES})
_PASSING_WORDS: Final = ("handshake_not_ready", "price_unavailable")


def tell(account: AccountState, out: Outbox) -> None:
    """Tell that an account is served without the promises that need a ledger."""
    if account.is_legacy and account.metadata is not None:
        out.observe(
            CompatUsed(
                peer=f"{account.role.value}_{account.account_id}",
                protocol_version=account.metadata.protocol_version,
                sentence=f"the EA of account {account.account_id} keeps no ledger: an open that it"
                " does not answer stays in doubt",
            )
        )


def reopened(
    state: State,
    trade: TradeState,
    lane: Lane,
    command: CommandState,
    answer: ExecutionResult,
    now: Instant,
    out: Outbox,
) -> bool:
    """Ask an open again that the EA certainly did not execute; return whether that was possible."""
    left_ms = (command.deadline_mono_ms or 0) - now.mono_ms - PAUSE_MS
    account = state.account(command.account_id)
    possible = account.is_legacy and _did_not_try(answer) and left_ms >= LEFT_MS_MIN
    if not possible or command.generation + 1 >= GENERATIONS_MAX:
        return False
    refusal = Refusal(answer.error_code, answer.error_message)
    again = _next_generation(state, command, refusal.sentence, now, out)
    again.resting, again.refusal = True, refusal
    lane.open_command_id = again.command.command_id
    decisions.attach_command(trade, lane, SEQ_OPEN, again.command.command_id, out)
    dispatch.enter(state, again, now, out)
    out.arm(dispatch.again_key(again.command.command_id), now.mono_ms + PAUSE_MS)
    deadline_mono_ms = command.deadline_mono_ms or now.mono_ms
    out.arm(("expire", again.command.command_id), deadline_mono_ms)
    return True


def try_again(state: State, command_id: CommandId, now: Instant, out: Outbox) -> bool:
    """Ask a close again that its EA has turned away; return whether it needed another id."""
    command = state.commands.get(command_id)
    trade = state.trades.get(command.trade_id) if command else None
    if command is None or trade is None or not command.resting or not command.refusals:
        return False
    account = state.account(command.account_id)
    if not account.is_legacy or command.generation + 1 >= GENERATIONS_MAX:
        return False
    if not isinstance(command.command, CloseOrder):
        return False
    _ask_anew(state, trade, command, f"account {account.account_id} has refused it", now, out)
    return True


def unanswered(state: State, command_id: CommandId, now: Instant, out: Outbox) -> None:
    """A close has had no answer for long: its EA may have forgotten that it owes one."""
    command = state.commands.get(command_id)
    trade = state.trades.get(command.trade_id) if command else None
    if command is None or trade is None or not isinstance(command.command, CloseOrder):
        return
    account = state.account(command.account_id)
    if not account.is_legacy or command.generation + 1 >= GENERATIONS_MAX:
        return
    if command.resting or command.stage < AckStage.AGENT_BUFFERED or not account.connected:
        dispatch.watch_answer(state, command, now, out)
        return
    error = f"account {account.account_id} has not answered {command_id}"
    _ask_anew(state, trade, command, error, now, out)


def _ask_anew(
    state: State, trade: TradeState, command: CommandState, error: str, now: Instant, out: Outbox
) -> None:
    """Send a close under its next id; an answer to any id before is its answer, too."""
    again = _next_generation(state, command, error, now, out)
    new_id = again.command.command_id
    again.earlier = (*command.earlier, command.command.command_id)
    for earlier in again.earlier:
        state.renamed[earlier] = new_id
    again.refusals = command.refusals
    lane = trade.lanes[command.account_id]
    lane.current = new_id
    decisions.attach_command(trade, lane, command.seq, new_id, out)
    dispatch.issue(state, again, now, out)


def generation_of(command: TradeCommand) -> int:
    """Tell which generation a command is of; 0 when its id is of none."""
    trade_id, seq, account_id = command.trade_id, command.seq, command.account_id
    # From 0, which almost all are of: a starting Core asks this of every command in flight.
    for generation in range(GENERATIONS_MAX):
        if derive_command_id(trade_id, seq, account_id, generation) == command.command_id:
            return generation
    return 0


def _did_not_try(answer: ExecutionResult) -> bool:
    """Whether the EA lacked something that comes back, and did not even ask its broker.

    A number of the broker's, or ticket -1, means that it asked.
    """
    if answer.kind is not CommandKind.EXECUTE or answer.success or answer.doubt:
        return False
    message = answer.error_message.lower()
    if answer.ticket or "code=" in message:
        return False
    return answer.error_code in _PASSING or any(word in message for word in _PASSING_WORDS)


def _next_generation(
    state: State, command: CommandState, error: str, now: Instant, out: Outbox
) -> CommandState:
    """End a command that its EA will never answer again; return the one that takes its place."""
    order = command.command
    assert isinstance(order, (ExecuteOrder, CloseOrder))  # noqa: S101 -- nothing else is sent to legacy EAs
    generation = command.generation + 1
    command_id = derive_command_id(order.trade_id, order.seq, order.account_id, generation)
    command.status = CommandStatus.FAILED
    out.persist(dispatch.progress(command, now, error))
    dispatch.forget(state, command, out)
    return CommandState(
        command=replace(order, command_id=command_id),
        account_id=command.account_id,
        trade_id=command.trade_id,
        seq=command.seq,
        deadline_mono_ms=command.deadline_mono_ms,
        age_base_ms=command.age_base_ms,
        taken_mono_ms=command.taken_mono_ms,
        generation=generation,
    )
