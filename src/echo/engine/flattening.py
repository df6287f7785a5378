"""Flattening: copies that are closed because a person or a window wants it, not their master.

A ticket has one such close: a Core that is restarted asks for the same one, not for another.
"""

from typing import Final

from echo.domain.answers import ExecutionResult, Outcome
from echo.domain.commands import Flatten
from echo.domain.errors import ErrorCode
from echo.domain.facts import Alarm
from echo.domain.handshake import Feature
from echo.domain.ids import SEQ_CLOSE, AccountId, derive_command_id
from echo.domain.modes import Mode
from echo.domain.quantities import Instant
from echo.engine import decisions, intake, lanes, own_closes, rows
from echo.engine.outbox import Outbox
from echo.engine.state import Lane, State, TradeState

_BY_US: Final = SEQ_CLOSE + 2
"""No action of a master has this number, and no close by a limit: the ids differ."""


def sweep(state: State, now: Instant, out: Outbox) -> None:
    """Look at every copy that is open: should it be closed by now?"""
    if not may_flatten(state):
        return
    for trade in tuple(state.trades.values()):
        for lane in tuple(trade.lanes.values()):
            look_at(state, trade, lane, now, out)


def may_flatten(state: State) -> bool:
    """Whether there is any reason to look at all."""
    options = state.book.all_options
    by_window = any(each.windows.flatten_before_s is not None for each in options)
    switched = any(each.mode is Mode.FLATTEN for each in state.book.switches)
    return switched or (by_window and len(state.book.windows) > 0)


def look_at(state: State, trade: TradeState, lane: Lane, now: Instant, out: Outbox) -> None:
    """Close one copy, if a switch or a window wants it closed by now.

    An entry that certainly has not left is taken back.
    """
    if lane.opened is Outcome.PENDING:
        _take_back(state, trade, lane, now, out)
    if lane.opened is not Outcome.FILLED or lane.closed or lane.ticket is None:
        return
    reason = _reason(state, trade, lane.account_id, now)
    if reason:
        close_copy(state, trade, lane, reason, now, out)


def close_copy(
    state: State, trade: TradeState, lane: Lane, reason: str, now: Instant, out: Outbox
) -> None:
    """Close one copy whatever its master does; nothing, if that is being done already."""
    account_id, ticket = lane.account_id, lane.ticket
    if ticket is None or SEQ_CLOSE in lane.waiting or _is_closing(state, lane):
        return
    command_id = derive_command_id(trade.trade_id, _BY_US, account_id, generation=ticket)
    if command_id in state.commands:
        lane.current = command_id
        return
    if not state.account(account_id).offers(Feature.LOSSLESS):
        _warn_unable(state, trade, lane, reason, out)
        return
    own_closes.close(state, lane, command_id, reason, now, out)


def answered(
    state: State, command: Flatten, result: ExecutionResult, now: Instant, out: Outbox
) -> None:
    """A terminal has closed what it was told to: the lanes that held it are empty."""
    account = state.account(command.account_id)
    for trade_id in tuple(account.followed):
        trade = state.trades.get(trade_id)
        lane = trade.lanes.get(command.account_id) if trade else None
        if trade is None or lane is None or lane.ticket not in command.tickets:
            continue
        if lane.current == command.command_id:
            lane.current = None
        if result.success and not lane.closed:
            lane.closed, lane.lot_remaining = True, lane.lot_remaining * 0
            decisions.note_early_close(trade, lane, command.reason, out)
            out.persist(rows.copy_record(trade, lane, now))
        lanes.advance(state, trade, lane, now, out)
        intake.finish(state, trade, now, out)


def _take_back(state: State, trade: TradeState, lane: Lane, now: Instant, out: Outbox) -> None:
    switch = state.book.switches.strictest(trade.intent.account_id, lane.account_id)
    if switch is None or switch.mode is not Mode.FLATTEN:
        return
    sentence = f"{switch.whom} is flattened, {switch.origin}; it had not been sent"
    own_closes.take_back(state, trade, lane, ErrorCode.CLOSE_ONLY, sentence, now, out)


def _is_closing(state: State, lane: Lane) -> bool:
    current = state.commands.get(lane.current) if lane.current else None
    return current is not None and current.seq == SEQ_CLOSE


def _reason(state: State, trade: TradeState, account_id: AccountId, now: Instant) -> str:
    switch = state.book.switches.strictest(trade.intent.account_id, account_id)
    if switch is not None and switch.mode is Mode.FLATTEN:
        return f"{switch.whom} is flattened, {switch.origin}"
    canonical = trade.canonical or ""
    rules = state.book.options(account_id, canonical).windows
    window = state.book.windows.to_flatten(account_id, canonical, now.wall_ms, rules)
    if window is None:
        return ""
    return f"{rules.flatten_before_s} s before window {window.window_id} {window.notes}".rstrip()


def _warn_unable(state: State, trade: TradeState, lane: Lane, reason: str, out: Outbox) -> None:
    whom = (trade.trade_id, lane.account_id)
    if whom in state.desk.unflattened:
        return
    state.desk.unflattened.add(whom)
    out.observe(
        Alarm(
            key=f"unflattened:{lane.account_id}:{lane.ticket}",
            code="FLATTEN_UNSUPPORTED",
            sentence=f"the EA of account {lane.account_id} cannot be told to close ticket"
            f" {lane.ticket} ({reason}): close it by hand",
            account_id=lane.account_id,
            trade_id=trade.trade_id,
            traceparent=trade.intent.traceparent,
        )
    )
