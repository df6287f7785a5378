"""Closing what Echo holds on an account that a limit has flattened.

A position that is still there after its close was answered is closed once more, and `flattening`
takes every answer.  What Echo did not open is not touched; people are told of it.
"""

from typing import Final

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.facts import Alarm
from echo.domain.handshake import Feature
from echo.domain.ids import SEQ_CLOSE, derive_command_id
from echo.domain.quantities import Instant
from echo.engine import intake, own_closes
from echo.engine.exposures import copies_of
from echo.engine.outbox import Outbox
from echo.engine.state import AccountState, Lane, State, TradeState

AGAIN_MS: Final = 10_000
"""A position that is still there so long after its close was answered is closed once more."""

_BY_LIMITS: Final = SEQ_CLOSE + 1
"""No action of a master has this number: a close by a limit is none of the trade's actions."""


def flatten(state: State, account: AccountState, now: Instant, out: Outbox) -> None:
    """Close all copies of the account; opens that certainly have not left are taken back."""
    copies = list(copies_of(state, account))
    filled = [(trade, lane) for trade, lane in copies if lane.opened is Outcome.FILLED]
    if filled and not account.offers(Feature.LOSSLESS):
        out.observe(
            Alarm(
                key=f"limit_closes:{account.account_id}",
                code="LIMIT_CLOSE_UNSUPPORTED",
                sentence=f"the EA of account {account.account_id} knows no flatten: close"
                f" {len(filled)} positions by hand, now",
                account_id=account.account_id,
            )
        )
        return
    busy = own_closes.being_closed(state, account)
    for trade, lane in copies:
        if lane.opened is Outcome.PENDING:
            _take_back(state, trade, lane, now, out)
        elif lane.opened is Outcome.FILLED and lane.ticket not in busy:
            _close(state, account, trade, lane, now, out)


def _close(
    state: State,
    account: AccountState,
    trade: TradeState,
    lane: Lane,
    now: Instant,
    out: Outbox,
) -> None:
    assert lane.ticket is not None  # noqa: S101 -- a filled lane has its ticket
    asked, asked_mono_ms = account.limits.closes.get(lane.ticket, (0, 0))
    if asked and now.mono_ms - asked_mono_ms < AGAIN_MS:
        return
    account.limits.closes[lane.ticket] = (asked + 1, now.mono_ms)
    text = f"{lane.ticket}{asked:03d}"
    command_id = derive_command_id(
        trade.trade_id, _BY_LIMITS, account.account_id, generation=int(text)
    )
    own_closes.close(state, lane, command_id, "account limits", now, out)


def _take_back(state: State, trade: TradeState, lane: Lane, now: Instant, out: Outbox) -> None:
    sentence = f"a limit flattened account {lane.account_id} before the open could be sent"
    taken = own_closes.take_back(state, trade, lane, ErrorCode.LIMIT_REACHED, sentence, now, out)
    if taken and trade.is_settled:
        intake.finish(state, trade, now, out)


def tell_of_foreign(state: State, account: AccountState, out: Outbox) -> None:
    """Tell people, once, of positions that the account has just shown and that are not Echo's."""
    own = {state.trades[trade_id].lanes[account.account_id].ticket for trade_id in account.followed}
    foreign = [each.ticket for each in account.limits.positions if each.ticket not in own]
    if not foreign or account.limits.foreign_told:
        return
    account.limits.foreign_told = True
    out.observe(
        Alarm(
            key=f"limit_foreign:{account.account_id}",
            code="LIMIT_FOREIGN_POSITIONS",
            sentence=f"account {account.account_id} is to hold nothing: Echo closes its copies;"
            f" ticket {', '.join(map(str, foreign))} it did not open and does not touch",
            account_id=account.account_id,
        )
    )
