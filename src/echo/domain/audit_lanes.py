"""The audit of lanes: what one trade came to on one follower."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from echo.domain.answers import Outcome
from echo.domain.casefile import CaseFile, FiledCommand, FiledCopy, FiledDecision
from echo.domain.commands import CommandKind
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId, Ticket, TradeId
from echo.domain.windows import HELD

LATE_MS: Final = 30_000
"""How long a close may be without an outcome, once its open has one."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken promise: ``invariant`` is its number or name."""

    invariant: str
    trade_id: TradeId
    account_id: AccountId | None
    sentence: str


def _fills_once(case: CaseFile, _now_ms: int) -> Iterator[Violation]:
    """2: at most one fill for one trade on one follower."""
    fills: dict[AccountId, set[Ticket]] = {}
    for answer in case.answers:
        fill = answer.kind is CommandKind.EXECUTE and answer.success and not answer.doubt
        if fill and answer.ticket:
            fills.setdefault(answer.account_id, set()).add(answer.ticket)
    for account_id, tickets in fills.items():
        if len(tickets) > 1:
            named = ", ".join(map(str, sorted(tickets)))
            yield Violation("2", case.trade_id, account_id, f"filled more than once: {named}")


def _closes(case: CaseFile, now_ms: int) -> Iterator[Violation]:
    """3 and 4: what the master closed is closed, soon."""
    opens = _by_account(case, SEQ_OPEN)
    copies = {each.account_id: each for each in case.copies}
    for account_id, close in _by_account(case, SEQ_CLOSE).items():
        copy, opened = copies.get(account_id), opens.get(account_id)
        done = close.outcome in {Outcome.CLOSED, Outcome.NOTHING_TO_CLOSE}
        if done and copy is not None and copy.lot_remaining != 0:
            sentence = (
                f"its close is {close.outcome}, ticket {copy.ticket} still holds"
                f" {copy.lot_remaining} lots"
            )
            yield Violation("3", case.trade_id, account_id, sentence)
        waited_ms = now_ms - close.decided_at_ms
        free = opened is None or opened.outcome.is_final
        held = close.sentence.startswith(HELD)
        if close.outcome is Outcome.PENDING and free and waited_ms > LATE_MS and not held:
            sentence = f"its close has had no outcome for {waited_ms // 1_000} s"
            yield Violation("4", case.trade_id, account_id, sentence)


def _is_truthful(case: CaseFile, _now_ms: int) -> Iterator[Violation]:
    """7: filled is what a terminal or a person has told of, with the ticket that they told."""
    copies = {each.account_id: each for each in case.copies}
    for account_id, row in _by_account(case, SEQ_OPEN).items():
        told, copy = _told_tickets(case, row), copies.get(account_id)
        sentence = ""
        if row.outcome is not Outcome.FILLED:
            if copy is not None:
                sentence = f"its open is {row.outcome}, and it holds ticket {copy.ticket}"
            elif told and row.outcome.is_final:
                sentence = f"its open is {row.outcome}, its terminal filled ticket {min(told)}"
        elif not told:
            sentence = "recorded as filled, and neither a terminal nor a person says so"
        elif copy is None:
            sentence = "recorded as filled, and it holds no ticket"
        elif copy.ticket not in told | _renamed(case, account_id):
            sentence = f"it holds ticket {copy.ticket}, filled was {min(told)}"
        if sentence:
            yield Violation("7", case.trade_id, account_id, sentence)
    opens = _by_account(case, SEQ_OPEN)
    for copy in case.copies:
        if copy.account_id not in opens:
            sentence = f"it holds ticket {copy.ticket}, and its open was never decided"
            yield Violation("7", case.trade_id, copy.account_id, sentence)


def _told_tickets(case: CaseFile, row: FiledDecision) -> set[Ticket]:
    told = {
        answer.ticket
        for answer in case.answers
        if answer.kind is CommandKind.EXECUTE
        and answer.account_id == row.account_id
        and answer.success
        and not answer.doubt
        and answer.ticket
    }
    return told | {
        each.ticket
        for each in case.settlements
        if each.command_id == row.command_id and each.outcome is Outcome.FILLED and each.ticket
    }


def _renamed(case: CaseFile, account_id: AccountId) -> set[Ticket]:
    """Return the tickets that reductions left: MetaTrader 4 numbers what remains anew."""
    own = {each.command_id for each in case.commands if each.account_id == account_id}
    answered = {
        answer.new_ticket
        for answer in case.answers
        if answer.account_id == account_id and answer.new_ticket
    }
    return answered | {
        each.ticket for each in case.settlements if each.command_id in own and each.ticket
    }


def _keeps_order(case: CaseFile, _now_ms: int) -> Iterator[Violation]:
    """10: nothing overtakes its open, nothing follows its close, nothing lower follows a higher."""
    opens = _by_account(case, SEQ_OPEN)
    rows = {(each.seq, each.account_id): each for each in case.decisions}
    for account_id, sent in _sent(case).items():
        opened = opens.get(account_id)
        if opened is not None and not opened.outcome.is_final:
            for command in sent:
                sentence = f"action {command.seq} was sent while its open was {opened.outcome}"
                yield Violation("10", case.trade_id, account_id, sentence)
        last: dict[CommandKind, FiledCommand] = {}
        for command in sorted(sent, key=lambda each: each.seq or 0):
            seq = command.seq or 0
            before = last.get(command.kind)
            if before is not None and before.created_at_ms > command.created_at_ms:
                sentence = f"action {before.seq} was sent after action {seq}"
                yield Violation("10", case.trade_id, account_id, sentence)
            last[command.kind] = command
        close = last.get(CommandKind.CLOSE)
        for command in sent:
            row = rows.get((command.seq or 0, account_id))
            late = close is not None and command.created_at_ms > close.created_at_ms
            if late and row is not None and command.seq != SEQ_CLOSE:
                sentence = f"action {command.seq} was sent after its close"
                yield Violation("10", case.trade_id, account_id, sentence)


def _sent(case: CaseFile) -> dict[AccountId, list[FiledCommand]]:
    """Return the commands behind the open, by account."""
    sent: dict[AccountId, list[FiledCommand]] = {}
    for command in case.commands:
        if command.seq:
            sent.setdefault(command.account_id, []).append(command)
    return sent


def _holds_its_share(case: CaseFile, _now_ms: int) -> Iterator[Violation]:
    """11: no more is left than the last reduction that was carried out should leave."""
    done = {(row.seq, row.account_id) for row in case.decisions if row.outcome is Outcome.REDUCED}
    for copy in case.copies:
        if not 0 <= copy.lot_remaining <= copy.lot_initial:
            sentence = f"it holds {copy.lot_remaining} of {copy.lot_initial} lots"
            yield Violation("11", case.trade_id, copy.account_id, sentence)
        last = _last_reduction(case, copy, done)
        if last is None or last.remaining_lot is None:
            continue
        if copy.lot_remaining > last.remaining_lot:
            sentence = (
                f"action {last.seq} should have left {last.remaining_lot} lots, it holds"
                f" {copy.lot_remaining}"
            )
            yield Violation("11", case.trade_id, copy.account_id, sentence)


def _last_reduction(
    case: CaseFile, copy: FiledCopy, done: set[tuple[int, AccountId]]
) -> FiledCommand | None:
    reductions = [
        each
        for each in case.commands
        if each.kind is CommandKind.REDUCE
        and each.account_id == copy.account_id
        and (each.seq or 0, each.account_id) in done
    ]
    return max(reductions, key=lambda each: each.seq or 0, default=None)


_EXPLAINED: Final = {
    Outcome.OMITTED,
    Outcome.FAILED,
    Outcome.IN_DOUBT,
    Outcome.MANUAL,
    Outcome.SUPERSEDED,
}
_CARRIED_OUT: Final = {Outcome.FILLED, Outcome.MODIFIED, Outcome.REDUCED, Outcome.CLOSED}


def _is_told(case: CaseFile, _now_ms: int) -> Iterator[Violation]:
    """24: the journal alone tells why it ended so, and by what command."""
    for row in case.decisions:
        if row.outcome in _EXPLAINED and not row.sentence.strip():
            sentence = f"action {row.seq} is {row.outcome}, and nothing says why"
            yield Violation("24", case.trade_id, row.account_id, sentence)
        if row.outcome in _CARRIED_OUT and row.command_id is None:
            sentence = f"action {row.seq} is {row.outcome}, by no command"
            yield Violation("24", case.trade_id, row.account_id, sentence)


def _by_account(case: CaseFile, seq: int) -> dict[AccountId, FiledDecision]:
    return {each.account_id: each for each in case.decisions if each.seq == seq}


LANE_CHECKS: Final[tuple[Callable[[CaseFile, int], Iterable[Violation]], ...]] = (
    _fills_once,
    _closes,
    _is_truthful,
    _keeps_order,
    _holds_its_share,
    _is_told,
)
