"""Books against journal: the checks that demo, audit and simulated world share.

A *book* is a broker's own record of what it executed: the truth that no message can change.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId, Ticket, TradeId
from echo.domain.intents import ActionKind
from echo.domain.sealing import sealed


@dataclass(frozen=True, slots=True, kw_only=True)
class BookPosition:
    """One position in a broker's book.

    ``trade_id`` is the trade that the position belongs to: for masters their own, for slaves
    what their order said; ``None`` = not Echo's.  ``lot_remaining`` 0 = closed.
    """

    account_id: AccountId
    ticket: Ticket
    trade_id: TradeId | None
    lot_initial: Decimal
    lot_remaining: Decimal


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class JournaledDecision:
    """One row of the decision ledger, as far as the checks need it."""

    trade_id: TradeId
    seq: int
    account_id: AccountId
    kind: ActionKind
    outcome: Outcome
    code: ErrorCode = ErrorCode.NO_ERROR
    ticket: Ticket | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JournaledTrade:
    """One trade with its pinned followers and the actions that were acknowledged."""

    trade_id: TradeId
    master_account_id: AccountId
    followers: tuple[AccountId, ...]
    seqs: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """One difference of promise and truth; ``kind`` is ``lost``, ``duplicated`` or ``orphan``."""

    kind: str
    trade_id: TradeId
    account_id: AccountId
    sentence: str


_Rows = dict[tuple[TradeId, int, AccountId], JournaledDecision]


def compare(
    trades: Iterable[JournaledTrade],
    decisions: Iterable[JournaledDecision],
    master_books: Iterable[BookPosition],
    slave_books: Iterable[BookPosition],
) -> tuple[Discrepancy, ...]:
    """Compare what was promised with what the brokers' books say.

    *lost*: an action acknowledged, or a position in a master's book, without an outcome on a
    pinned follower; an outcome "filled" without a fill, or a fill whose outcome says that there
    is none.  *duplicated*: fills beyond one per (trade, follower).  *orphan*: an open slave
    position of a trade that its master has closed.  What waits for an open that is in doubt is
    neither: it is already in somebody's hands.
    """
    trades, decisions = tuple(trades), tuple(decisions)
    master_books, slave_books = tuple(master_books), tuple(slave_books)
    rows = _by_key(decisions)
    return (
        *_unanswered(trades, rows),
        *_unjournaled(trades, master_books),
        *_false_fills(decisions, slave_books),
        *_denied_fills(rows, slave_books),
        *_duplicates(slave_books),
        *_orphans(rows, master_books, slave_books),
    )


def unexplained(decisions: Iterable[JournaledDecision]) -> tuple[JournaledDecision, ...]:
    """Return the decisions without an outcome that do not wait for an open in doubt."""
    decisions = tuple(decisions)
    rows = _by_key(decisions)
    return tuple(row for row in decisions if _is_unexplained(row, rows))


def _is_unexplained(row: JournaledDecision, rows: _Rows) -> bool:
    return row.outcome is Outcome.PENDING and not _in_doubt(row.trade_id, row.account_id, rows)


def _in_doubt(trade_id: TradeId, account_id: AccountId, rows: _Rows) -> bool:
    """Whether nobody knows if the account holds the trade; what follows its open waits."""
    opened = rows.get((trade_id, SEQ_OPEN, account_id))
    return opened is not None and opened.outcome is Outcome.IN_DOUBT


def _by_key(decisions: tuple[JournaledDecision, ...]) -> _Rows:
    return {(row.trade_id, row.seq, row.account_id): row for row in decisions}


def _unanswered(trades: tuple[JournaledTrade, ...], rows: _Rows) -> Iterable[Discrepancy]:
    for trade in trades:
        for seq in trade.seqs:
            for account_id in trade.followers:
                row = rows.get((trade.trade_id, seq, account_id))
                if row is not None and not _is_unexplained(row, rows):
                    continue
                state = "no decision" if row is None else "no outcome"
                yield Discrepancy(
                    kind="lost",
                    trade_id=trade.trade_id,
                    account_id=account_id,
                    sentence=f"action {seq} was acknowledged but has {state}",
                )


def _unjournaled(
    trades: tuple[JournaledTrade, ...], master_books: tuple[BookPosition, ...]
) -> Iterable[Discrepancy]:
    actions = {trade.trade_id: trade.seqs for trade in trades}
    for position in master_books:
        if position.trade_id is None:
            continue
        seqs = actions.get(position.trade_id, ())
        if SEQ_OPEN not in seqs:
            sentence = f"master's ticket {position.ticket} never reached the journal"
        elif position.lot_remaining == 0 and SEQ_CLOSE not in seqs:
            sentence = f"the close of master's ticket {position.ticket} never reached the journal"
        else:
            continue
        yield Discrepancy(
            kind="lost",
            trade_id=position.trade_id,
            account_id=position.account_id,
            sentence=sentence,
        )


def _false_fills(
    decisions: tuple[JournaledDecision, ...], slave_books: tuple[BookPosition, ...]
) -> Iterable[Discrepancy]:
    filled = {(position.trade_id, position.account_id) for position in slave_books}
    for row in decisions:
        if row.outcome is Outcome.FILLED and (row.trade_id, row.account_id) not in filled:
            yield Discrepancy(
                kind="lost",
                trade_id=row.trade_id,
                account_id=row.account_id,
                sentence=f"recorded as filled with ticket {row.ticket}, the book has no such fill",
            )


def _denied_fills(
    rows: _Rows,
    slave_books: tuple[BookPosition, ...],
) -> Iterable[Discrepancy]:
    for position in slave_books:
        if position.trade_id is None:
            continue
        opened = rows.get((position.trade_id, SEQ_OPEN, position.account_id))
        if opened is not None and opened.outcome in {Outcome.OMITTED, Outcome.FAILED}:
            yield Discrepancy(
                kind="lost",
                trade_id=position.trade_id,
                account_id=position.account_id,
                sentence=f"recorded as {opened.outcome}, the book has ticket {position.ticket}",
            )


def _duplicates(slave_books: tuple[BookPosition, ...]) -> Iterable[Discrepancy]:
    fills = Counter(
        (position.trade_id, position.account_id)
        for position in slave_books
        if position.trade_id is not None
    )
    for (trade_id, account_id), count in fills.items():
        if count > 1 and trade_id is not None:
            yield Discrepancy(
                kind="duplicated",
                trade_id=trade_id,
                account_id=account_id,
                sentence=f"{count} fills for one trade",
            )


def _orphans(
    rows: _Rows,
    master_books: tuple[BookPosition, ...],
    slave_books: tuple[BookPosition, ...],
) -> Iterable[Discrepancy]:
    open_at_master = {position.trade_id for position in master_books if position.lot_remaining > 0}
    for position in slave_books:
        if position.trade_id is None or position.lot_remaining == 0:
            continue
        if position.trade_id in open_at_master:
            continue
        if _in_doubt(position.trade_id, position.account_id, rows):
            continue
        yield Discrepancy(
            kind="orphan",
            trade_id=position.trade_id,
            account_id=position.account_id,
            sentence=f"ticket {position.ticket} still holds {position.lot_remaining} lots,"
            " its master has closed",
        )
