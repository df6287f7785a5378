"""Amnesia: an EA that lost its file is told the levels of its copies once more.

Where stop and target shall be in the end, and which requests for them are still on their way,
stands in the EA's file alone: a level set "as near as the broker allows" would stay there for good,
and an old request carried out late would go unnoticed.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from echo.domain.answers import Outcome
from echo.domain.facts import Alarm
from echo.domain.handshake import Feature, HandshakeMetadata
from echo.domain.ids import SEQ_CLOSE
from echo.domain.protection import Levels
from echo.domain.quantities import Instant
from echo.engine import intake
from echo.engine.copying import master_levels, restated
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, Lane, State, TradeState

TIMES_MAX: Final = 3
"""Two EAs with a file each may take turns on one account: a copy is told so often at most."""


def has_lost(state: State, account: AccountState, said: HandshakeMetadata) -> bool:
    """Whether this EA's file is another than before, or ends before what the Core has of it.

    Ask before *said* is taken over.  Only a new life's number says where its file ends; what a
    former one said is known only if this life of the Core has heard it.
    """
    if not said.ledger_id or not account.files.file_id:
        return False  # It keeps none, or nobody served the account before.
    if said.ledger_id != account.files.file_id:
        return True
    is_new_life = account.files.instance not in {"", said.instance}
    return is_new_life and said.ledger_n < state.ledger_marks.get(account.account_id, 0)


def tell_again(state: State, account: AccountState, now: Instant, out: Outbox) -> None:
    """Bring the levels of now to every copy of the account that has, or had, any."""
    if not account.offers(Feature.MODIFY):
        return
    told = tuple(_to_be_told(state, account))
    if not told:
        return
    out.observe(
        Alarm(
            key=f"amnesia:{account.account_id}",
            code="LEDGER_LOST",
            sentence=f"the EA of account {account.account_id} has lost its file; it is told once"
            f" more where stop and target of its copies shall be: {len(told)}",
            account_id=account.account_id,
        )
    )
    for trade, lane, other in told:
        lane.retold += 1
        action = restated(trade, other)
        intake.follow_up(state, trade, action, now, out, only=account.account_id)


def _to_be_told(state: State, account: AccountState) -> Iterator[tuple[TradeState, Lane, Levels]]:
    """Yield the copies, each with levels that differ from those that it shall have."""
    for trade_id in account.followed:
        trade = state.trades[trade_id]
        lane, other = trade.lanes.get(account.account_id), _unlike_now(trade)
        if lane is not None and other is not None and _may_be_told(state, trade, lane):
            yield trade, lane, other


def _may_be_told(state: State, trade: TradeState, lane: Lane) -> bool:
    if lane.closed or lane.retold >= TIMES_MAX or SEQ_CLOSE in trade.actions:
        return False
    # An open under way may have been answered by the life that knew of its levels.
    may_be_open = lane.opened is Outcome.FILLED or (
        lane.opened is Outcome.PENDING and lane.open_command_id is not None
    )
    return may_be_open and state.book.options(lane.account_id, trade.canonical).copy_sl_tp


def _unlike_now(trade: TradeState) -> Levels | None:
    """Return levels of which each differs from the master's, so that each is told.

    Where it never had one, nothing is told; ``None`` = it never had any.
    """
    course = master_levels(trade)
    stop_loss = _other(trade.stop_loss, [each.stop_loss for each in course])
    take_profit = _other(trade.take_profit, [each.take_profit for each in course])
    other = Levels(stop_loss=stop_loss, take_profit=take_profit)
    is_same = (stop_loss, take_profit) == (trade.stop_loss, trade.take_profit)
    return None if is_same else other


def _other(now: Decimal | None, course: list[Decimal | None]) -> Decimal | None:
    """Return a level that it has not now: none, or one that was taken away."""
    return None if now is not None else next((each for each in course if each is not None), None)
