"""Ending a copy because Echo itself wants it: a person, a window or a limit, not its master.

Each position gets a journaled command of its own, named after its ticket, which is sent until it
is answered, over restarts too; an entry that certainly has not left is taken back instead.
"""

from echo.domain.commands import CloseOrder, Flatten
from echo.domain.errors import ErrorCode
from echo.domain.ids import NO_TRADE, SEQ_CLOSE, CommandId, Ticket
from echo.domain.quantities import Instant
from echo.engine import decisions, dispatch, lanes
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, CommandState, Lane, State, TradeState


def close(
    state: State, lane: Lane, command_id: CommandId, reason: str, now: Instant, out: Outbox
) -> None:
    """Order a filled lane's ticket to be closed, under an id that no action of a master has."""
    assert lane.ticket is not None  # noqa: S101 -- a filled lane has its ticket
    lane.current = command_id
    command = CommandState(
        command=Flatten(
            command_id=command_id,
            account_id=lane.account_id,
            tickets=(lane.ticket,),
            reason=reason,
        ),
        account_id=lane.account_id,
        trade_id=NO_TRADE,
        seq=SEQ_CLOSE,
        taken_mono_ms=now.mono_ms,
    )
    dispatch.issue(state, command, now, out)


def take_back(
    state: State,
    trade: TradeState,
    lane: Lane,
    code: ErrorCode,
    sentence: str,
    now: Instant,
    out: Outbox,
) -> bool:
    """Leave out an entry that certainly has not left; ``False`` = it may have."""
    command = state.commands.get(lane.open_command_id) if lane.open_command_id else None
    if command is None or command.maybe_sent:
        return False
    decisions.cancel_open(state, trade, lane, command, now, out, code=code, sentence=sentence)
    lanes.advance(state, trade, lane, now, out)
    return True


def being_closed(state: State, account: AccountState) -> set[Ticket]:
    """Return the positions that a command without an answer closes already."""
    found: set[Ticket] = set()
    for command_id in account.unresolved:
        order = state.commands[command_id].command
        if isinstance(order, CloseOrder):
            found.add(order.ticket)
        elif isinstance(order, Flatten):
            found.update(order.tickets)
    return found
