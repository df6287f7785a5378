"""The audit: does what is stored keep Echo's promises?

Every check is a function of one case and names the promise that is broken: the number of an
invariant, ``ids``, ``rows`` or ``stages``.  Only what a store can know is judged: whether a fill
exists is the broker's to say (`echo.domain.reconciliation` compares with its books).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from echo.domain.answers import AckStage, Outcome
from echo.domain.audit_lanes import LANE_CHECKS, Violation
from echo.domain.casefile import CaseFile, FiledCommand
from echo.domain.ids import (
    GENERATIONS_MAX,
    SEQ_CLOSE,
    SEQ_OPEN,
    AccountId,
    CommandId,
    derive_command_id,
    is_uuid,
)
from echo.domain.journal import CommandStatus

GRACE_MS: Final = 30_000
"""How long a decision may be missing, or a close without an outcome."""

Check = Callable[[CaseFile, int], Iterable[Violation]]


def check_case(case: CaseFile, now_ms: int) -> list[Violation]:
    """Return everything that is wrong with one case; *now_ms* is the wall clock's time."""
    found = [Violation("rows", case.trade_id, None, each) for each in case.unreadable]
    if found:
        # What cannot be read would look like what is missing.
        return found
    return [violation for check in CHECKS for violation in check(case, now_ms)]


@dataclass(slots=True)
class Audit:
    """Takes in a journal case by case and knows the sums; holds no case."""

    now_ms: int
    violations: list[Violation] = field(default_factory=list)
    trades: int = 0
    expected: int = 0
    """Actions times followers."""
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    commands: int = 0

    def take(self, case: CaseFile) -> None:
        """Check one case."""
        self.violations += check_case(case, self.now_ms)
        self.commands += len(case.commands)
        self.outcomes.update(each.outcome for each in case.decisions)
        if case.trade is not None:
            self.trades += 1
            self.expected += len(case.actions) * len(case.trade.followers)


def _has_its_rows(case: CaseFile, _now_ms: int) -> Iterator[Violation]:
    """Rows: nothing stands without what it refers to."""
    if case.trade_id and case.trade is None:
        yield Violation("rows", case.trade_id, None, "there are rows of a trade that is not stored")
        return
    known = {each.command_id for each in case.commands}
    for answer in case.answers:
        if answer.command_id not in known:
            sentence = f"an answer to command {answer.command_id}, which was never stored"
            yield Violation("rows", case.trade_id, answer.account_id, sentence)
    if case.trade is None:
        return
    if not any(each.seq == SEQ_OPEN for each in case.actions):
        yield Violation("rows", case.trade_id, None, "the trade has no open among its actions")
    decided = {(each.seq, each.account_id): each for each in case.decisions}
    for command in case.commands:
        row = decided.get((command.seq or 0, command.account_id))
        if row is None or row.command_id is None:
            sentence = f"command {command.command_id} carries out no decision"
            yield Violation("rows", case.trade_id, command.account_id, sentence)
    for row in case.decisions:
        if row.command_id is not None and row.command_id not in known:
            sentence = f"the command {row.command_id} of action {row.seq} is not stored"
            yield Violation("rows", case.trade_id, row.account_id, sentence)


def _is_complete(case: CaseFile, now_ms: int) -> Iterator[Violation]:
    """1 and 17: one decision for each action on each pinned follower, and no other."""
    trade = case.trade
    if trade is None:
        return
    decided = {(each.seq, each.account_id) for each in case.decisions}
    wanted = {(each.seq, account_id) for each in case.actions for account_id in trade.followers}
    old = {each.seq for each in case.actions if now_ms - each.received_at_ms > GRACE_MS}
    for seq, account_id in sorted(wanted - decided):
        if trade.settled or seq in old:
            sentence = f"action {seq} was acknowledged and has no decision"
            yield Violation("1", case.trade_id, account_id, sentence)
    for seq, account_id in sorted(decided - wanted):
        sentence = f"there is a decision about action {seq}, which does not concern it"
        yield Violation("17", case.trade_id, account_id, sentence)
    for row in case.decisions:
        if row.outcome.is_final:
            continue
        if trade.settled:
            sentence = f"the trade counts as settled, its action {row.seq} is {row.outcome}"
            yield Violation("1", case.trade_id, row.account_id, sentence)
        if row.seq == SEQ_OPEN and row.command_id is None:
            sentence = "its open has no outcome, and no command that could bring one"
            yield Violation("1", case.trade_id, row.account_id, sentence)
    if trade.settled and not any(each.seq == SEQ_CLOSE for each in case.actions):
        yield Violation("1", case.trade_id, None, "settled, and its master never closed")


def _has_derived_ids(case: CaseFile, _now_ms: int) -> Iterator[Violation]:
    """Ids: each follows from what it names, and messages name what their rows name."""
    if not case.trade_id:
        return
    if not is_uuid(case.trade_id):
        yield Violation("ids", case.trade_id, None, f"{case.trade_id[:64]!r} is no trade's id")
        return
    for action in case.actions:
        if action.told != (case.trade_id, action.seq):
            sentence = f"the row of action {action.seq} holds action {action.told[1]} of trade"
            yield Violation("ids", case.trade_id, None, f"{sentence} {action.told[0]}")
    for row in case.decisions:
        named = row.command_id
        if named is not None and not _follows(case, named, row.seq, row.account_id):
            sentence = f"{named} does not follow from action {row.seq} on this account"
            yield Violation("ids", case.trade_id, row.account_id, sentence)
    for command in case.commands:
        seq, account_id = command.seq, command.account_id
        if command.told != (command.command_id, case.trade_id, account_id):
            sentence = f"the row of command {command.command_id} holds command {command.told[0]}"
            yield Violation("ids", case.trade_id, account_id, sentence)
        elif seq is not None and not _follows(case, command.command_id, seq, account_id):
            sentence = f"command {command.command_id} does not follow from action {seq}"
            yield Violation("ids", case.trade_id, account_id, sentence)


def _follows(case: CaseFile, command_id: CommandId, seq: int, account_id: AccountId) -> bool:
    return any(
        derive_command_id(case.trade_id, seq, account_id, generation) == command_id
        for generation in range(GENERATIONS_MAX)
    )


def _shares_no_ticket(case: CaseFile, _now_ms: int) -> Iterator[Violation]:
    """2: a position is the copy of one trade."""
    for twin in case.twins:
        sentence = f"ticket {twin.ticket} is also the copy of trade {twin.other}"
        yield Violation("2", case.trade_id, twin.account_id, sentence)


def _is_where_it_can_be(case: CaseFile, _now_ms: int) -> Iterator[Violation]:
    """Stages: a command's status says no more than its stage."""
    settled = {each.command_id for each in case.settlements}
    for command in case.commands:
        low, high = _STAGES[command.status]
        if command.command_id in settled or low <= command.stage <= high:
            continue
        sentence = f"command {command.command_id} is {command.status} at stage {command.stage.name}"
        yield Violation("stages", case.trade_id, command.account_id, sentence)


_STAGES: Final = {
    CommandStatus.PENDING: (AckStage.NONE, AckStage.CORE_ACCEPTED),
    CommandStatus.INFLIGHT: (AckStage.NONE, AckStage.PIPE_DELIVERED),
    CommandStatus.DELIVERED: (AckStage.AGENT_BUFFERED, AckStage.EA_CONFIRMED),
    CommandStatus.ACKED: (AckStage.EA_CONFIRMED, AckStage.EA_CONFIRMED),
    CommandStatus.FAILED: (AckStage.NONE, AckStage.EA_CONFIRMED),
    CommandStatus.IN_DOUBT: (AckStage.NONE, AckStage.EA_CONFIRMED),
    CommandStatus.CANCELLED: (AckStage.NONE, AckStage.EA_CONFIRMED),
}

_FINISHED: Final = {CommandStatus.ACKED, CommandStatus.FAILED, CommandStatus.CANCELLED}


def _ends_once(case: CaseFile, _now_ms: int) -> Iterator[Violation]:
    """9: an outcome is final, and its command ends with it."""
    commands = {each.command_id: each for each in case.commands}
    for row in case.decisions:
        if (row.outcome is Outcome.PENDING) is not (row.settled_at_ms is None):
            when = "no moment" if row.settled_at_ms is None else "a moment"
            sentence = f"action {row.seq} is {row.outcome}, with {when} at which it was settled"
            yield Violation("9", case.trade_id, row.account_id, sentence)
        command = commands.get(row.command_id) if row.command_id else None
        if command is not None and not _agree(row.outcome, command):
            sentence = (
                f"action {row.seq} is {row.outcome}, its command {command.command_id}"
                f" is {command.status}"
            )
            yield Violation("9", case.trade_id, row.account_id, sentence)
    for command_id, times in Counter(each.command_id for each in case.settlements).items():
        if times > 1:
            account_id = commands[command_id].account_id if command_id in commands else None
            sentence = f"command {command_id} was settled by hand {times} times"
            yield Violation("9", case.trade_id, account_id, sentence)


def _agree(outcome: Outcome, command: FiledCommand) -> bool:
    if outcome.is_final:
        return command.status in _FINISHED
    doubt = command.status is CommandStatus.IN_DOUBT
    return doubt if outcome is Outcome.IN_DOUBT else command.status not in _FINISHED and not doubt


CHECKS: Final[tuple[Check, ...]] = (
    _has_its_rows,
    _is_complete,
    _has_derived_ids,
    _shares_no_ticket,
    _is_where_it_can_be,
    _ends_once,
    *LANE_CHECKS,
)
