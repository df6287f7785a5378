"""Entering later: entries that waited are looked at again when something has changed."""

from typing import Final

from echo.domain.answers import AckStage, ExecutionResult
from echo.domain.commands import CommandKind, ExecuteOrder
from echo.domain.copies import replace
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.ids import AccountId, TradeId, derive_command_id
from echo.domain.journal import CommandStatus
from echo.domain.modes import Mode
from echo.domain.quantities import Instant
from echo.engine import decisions, dispatch, entries, lanes, legacy, telling, waiting
from echo.engine.copying import Copy
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, CommandState, Held, Lane, State, TradeState

SETTLED_MS: Final = 6_000
"""So long an account that was away has to be back before an entry is made up for."""


def retry(state: State, account: AccountState, canonical: str, now: Instant, out: Outbox) -> None:
    """Look again at what waits on an account in one symbol: there is a quote of it."""
    for held in tuple(account.held.values()):
        if held.canonical == canonical:
            _try(state, account, held, now, out, last=False)


def due(state: State, trade_id: TradeId, account_id: AccountId, now: Instant, out: Outbox) -> None:
    """An entry has waited for long enough: it is made now or never."""
    account = state.account(account_id)
    held = account.held.get(trade_id)
    if held is not None:
        _try(state, account, held, now, out, last=True)


def _is_settled(held: Held, now: Instant) -> bool:
    """Whether an account that was away has been back for long enough.

    A terminal that has just started takes what is not younger than itself for what a former life
    may have executed, and it knows ages by its last ping only.
    """
    if held.possible_mono_ms is None:
        held.possible_mono_ms = now.mono_ms
    return held.passing != waiting.AWAY or now.mono_ms - held.possible_mono_ms >= SETTLED_MS


def missed(
    state: State,
    trade: TradeState,
    lane: Lane,
    command: CommandState,
    answer: ExecutionResult,
    now: Instant,
    out: Outbox,
) -> bool:
    """Let an entry wait that its terminal let pass without trying; returns whether it waits.

    Its command is over: whoever gets it again answers it from a ledger.
    """
    if answer.kind is not CommandKind.EXECUTE or answer.success or answer.doubt:
        return False
    if answer.error_code not in waiting.MISSED or state.account(lane.account_id).is_legacy:
        return False
    assert isinstance(command.command, ExecuteOrder)  # noqa: S101 -- the open of a lane
    refusal = Refusal(answer.error_code, answer.error_message)
    generation = legacy.generation_of(command.command) + 1
    if not waiting.hold_again(state, trade, lane, refusal, generation, now, out):
        return False
    command.stage, command.status = AckStage.EA_CONFIRMED, CommandStatus.FAILED
    out.persist(dispatch.progress(command, now, answer.error_message))
    dispatch.forget(state, command, out)
    return True


def _of_generation(copy: Copy, generation: int) -> Copy:
    order = copy.order
    if not generation:
        return copy
    command_id = derive_command_id(order.trade_id, order.seq, order.account_id, generation)
    return replace(copy, order=replace(order, command_id=command_id))


def _try(
    state: State, account: AccountState, held: Held, now: Instant, out: Outbox, *, last: bool
) -> None:
    trade = state.trades[held.trade_id]
    lane = trade.lanes[account.account_id]
    copy = waiting.decided(state, trade, account, now)
    mode = state.book.switches.mode(trade.intent.account_id, account.account_id)
    if mode is Mode.DRY_RUN:
        copy = Refusal(ErrorCode.PAUSED, "a dry run of the account began while the entry waited")
    if isinstance(copy, Refusal):
        held.possible_mono_ms = None
        if last or copy.code not in held.passing:
            telling.entry_decided(trade, account, copy, now, out)
            waiting.give_up(state, trade, lane, copy, now, out)
            lanes.advance(state, trade, lane, now, out)
        return
    if not last and not _is_settled(held, now):
        return
    telling.entry_decided(trade, account, copy, now, out)
    waiting.release(state, trade.trade_id, account.account_id, out)
    copy = _of_generation(copy, held.generation)
    waited = (("waited_ms", now.mono_ms - held.since_mono_ms),)
    decisions.attach_entry(trade, lane, copy.order.command_id, (*copy.inputs, *waited), out)
    entries.issue(state, trade, lane, copy, now, out)
