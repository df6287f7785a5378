"""A case in order, for tests to break: one trade, copied twice, reduced, modified, closed."""

from dataclasses import replace
from decimal import Decimal

from echo.domain.answers import AckStage, Outcome
from echo.domain.casefile import (
    CaseFile,
    FiledAction,
    FiledAnswer,
    FiledCommand,
    FiledCopy,
    FiledDecision,
    FiledSettlement,
    FiledTrade,
)
from echo.domain.commands import CommandKind
from echo.domain.ids import (
    SEQ_CLOSE,
    SEQ_OPEN,
    AccountId,
    CommandId,
    Ticket,
    derive_command_id,
    derive_trade_id,
)
from echo.domain.intents import ActionKind
from echo.domain.journal import CommandStatus

NOW_MS = 1_750_000_000_000
ONE, TWO = AccountId("2001"), AccountId("2002")
TRADE = derive_trade_id(
    server="Demo", account_id=AccountId("1001"), root_ticket=Ticket(1), opened_at_ms=NOW_MS
)
ACTIONS = {
    SEQ_OPEN: (ActionKind.OPEN, CommandKind.EXECUTE, Outcome.FILLED),
    1: (ActionKind.REDUCE, CommandKind.REDUCE, Outcome.REDUCED),
    2: (ActionKind.MODIFY, CommandKind.MODIFY, Outcome.MODIFIED),
    SEQ_CLOSE: (ActionKind.CLOSE, CommandKind.CLOSE, Outcome.CLOSED),
}
TICKETS = {ONE: (Ticket(91), Ticket(92)), TWO: (Ticket(191), None)}
"""Filled, and what a reduction left: one broker numbers anew, the other does not."""


def command_id(seq: int, account_id: AccountId = ONE, generation: int = 0) -> CommandId:
    return derive_command_id(TRADE, seq, account_id, generation)


def case() -> CaseFile:
    """Everything as it should be."""
    lanes = [(seq, account_id) for seq in ACTIONS for account_id in TICKETS]
    return CaseFile(
        trade_id=TRADE,
        trade=FiledTrade(trade_id=TRADE, followers=(ONE, TWO), settled=True),
        actions=tuple(
            FiledAction(seq=seq, kind=kind, received_at_ms=NOW_MS, told=(TRADE, seq))
            for seq, (kind, _, _) in ACTIONS.items()
        ),
        decisions=tuple(_decision(*each) for each in lanes),
        commands=tuple(_command(*each) for each in lanes),
        answers=tuple(_answer(*each) for each in lanes),
        copies=tuple(
            FiledCopy(
                account_id=account_id,
                ticket=renamed or filled,
                lot_initial=Decimal("0.10"),
                lot_remaining=Decimal(0),
            )
            for account_id, (filled, renamed) in TICKETS.items()
        ),
    )


def _decision(seq: int, account_id: AccountId) -> FiledDecision:
    kind, _, outcome = ACTIONS[seq]
    return FiledDecision(
        seq=seq,
        account_id=account_id,
        kind=kind,
        outcome=outcome,
        sentence="",
        command_id=command_id(seq, account_id),
        decided_at_ms=NOW_MS,
        settled_at_ms=NOW_MS + 50,
    )


def _command(seq: int, account_id: AccountId) -> FiledCommand:
    own = command_id(seq, account_id)
    return FiledCommand(
        command_id=own,
        account_id=account_id,
        kind=ACTIONS[seq][1],
        seq=seq,
        stage=AckStage.EA_CONFIRMED,
        status=CommandStatus.ACKED,
        last_error="",
        created_at_ms=NOW_MS + min(seq, 10),
        told=(own, TRADE, account_id),
        remaining_lot=Decimal("0.05") if seq == 1 else None,
    )


def _answer(seq: int, account_id: AccountId) -> FiledAnswer:
    filled, renamed = TICKETS[account_id]
    return FiledAnswer(
        command_id=command_id(seq, account_id),
        account_id=account_id,
        kind=ACTIONS[seq][1],
        success=True,
        doubt=False,
        repeated=False,
        ticket=filled if seq == SEQ_OPEN else None,
        new_ticket=renamed if seq == 1 else None,
    )


def with_decision(whole: CaseFile, seq: int, **changes: object) -> CaseFile:
    """The decision about action *seq* on the first follower, changed."""
    rows = tuple(
        replace(each, **changes)  # type: ignore[arg-type]  # a test names fields as it likes
        if (each.seq, each.account_id) == (seq, ONE)
        else each
        for each in whole.decisions
    )
    return replace(whole, decisions=rows)


def with_command(whole: CaseFile, seq: int, **changes: object) -> CaseFile:
    """The command of action *seq* on the first follower, changed."""
    rows = tuple(
        replace(each, **changes)  # type: ignore[arg-type]  # a test names fields as it likes
        if (each.seq, each.account_id) == (seq, ONE)
        else each
        for each in whole.commands
    )
    return replace(whole, commands=rows)


def with_copy(whole: CaseFile, **changes: object) -> CaseFile:
    """What the first follower holds, changed."""
    first, *others = whole.copies
    changed = replace(first, **changes)  # type: ignore[arg-type]  # a test names fields as it likes
    return replace(whole, copies=(changed, *others))


def without(whole: CaseFile, part: str, seq: int) -> CaseFile:
    """Without the row of *part* about action *seq* on the first follower."""
    own = command_id(seq)
    rows = tuple(
        each
        for each in getattr(whole, part)
        if each.account_id != ONE or own not in {getattr(each, "command_id", None)}
    )
    return replace(whole, **{part: rows})  # type: ignore[arg-type]  # a test names parts as it likes


def only(whole: CaseFile, *seqs: int) -> CaseFile:
    """The case as it was when no more than the actions *seqs* had happened."""
    return replace(
        whole,
        trade=FiledTrade(trade_id=TRADE, followers=(ONE, TWO), settled=False),
        actions=tuple(each for each in whole.actions if each.seq in seqs),
        decisions=tuple(each for each in whole.decisions if each.seq in seqs),
        commands=tuple(each for each in whole.commands if each.seq in seqs),
        answers=tuple(
            each
            for each in whole.answers
            if each.command_id in {command_id(seq, a) for seq in seqs for a in TICKETS}
        ),
        copies=tuple(
            replace(each, lot_remaining=Decimal("0.05" if 1 in seqs else "0.10"), ticket=ticket)
            for each, (filled, renamed) in zip(whole.copies, TICKETS.values(), strict=True)
            for ticket in [(renamed if 1 in seqs else None) or filled]
        ),
    )


def settled_by_hand(ticket: int | None, seq: int = SEQ_OPEN) -> FiledSettlement:
    return FiledSettlement(
        command_id=command_id(seq),
        outcome=Outcome.FILLED if ticket else Outcome.FAILED,
        ticket=None if ticket is None else Ticket(ticket),
    )
