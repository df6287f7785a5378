"""What must hold when the world is quiet again: the brokers' books against the journal."""

from collections.abc import Iterable, Iterator
from typing import Any

from echo.domain.answers import Outcome
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId, Ticket, TradeId
from echo.domain.journal import CopyRecord, DecisionRecord
from echo.domain.reconciliation import (
    Discrepancy,
    JournaledDecision,
    JournaledTrade,
    compare,
)
from echo.sim import balance, truths
from echo.sim.ended import Ended, master_books, slaves, tags
from echo.sim.scenario import slave_name
from echo.sim.watch import Violation, is_over

CLOSED_WITHIN_MS = 30_000
"""A close is settled so long after the faults have stopped and its open is resolved."""

INVARIANT_OF = {"lost": 1, "duplicated": 2, "orphan": 3}


def check(world: Ended) -> list[Violation]:
    """Return every violation, those of the steps first."""
    found = [*world.watch.violations]

    def broken(invariant: int, sentence: str) -> None:
        found.append(Violation(invariant=invariant, at_ms=world.now_ms, sentence=sentence))

    for each in discrepancies(world):
        broken(
            INVARIANT_OF[each.kind],
            f"{each.kind}: trade {each.trade_id} on {each.account_id}: {each.sentence}",
        )
    for sentence in forgotten(world):
        broken(6, sentence)
    for sentence in late_closes(world):
        broken(4, sentence)
    for sentence in false_tickets(world):
        broken(7, sentence)
    for sentence in balance.off_balance(world):
        broken(11, sentence)
    for sentence in invented(world):
        broken(7, sentence)
    for sentence in truths.disordered(world.journal):
        broken(10, sentence)
    for sentence in truths.unfounded(world.journal):
        broken(24, sentence)
    for sentence in truths.silences(world.journal, world.watch):
        broken(25, sentence)
    return found


def discrepancies(world: Ended) -> Iterator[Discrepancy]:
    """Compare books and journal, leaving out what nobody could know or do.

    A lane behind an open in doubt waits for a person.  A position that came and went while its
    master's terminal was not looking, or could not write, was never reported.
    """
    journal, watch = world.journal, world.watch
    trades = [
        JournaledTrade(
            trade_id=row.trade_id,
            master_account_id=row.master_account_id,
            followers=row.followers,
            seqs=tuple(seq for trade_id, seq in journal.actions if trade_id == row.trade_id),
        )
        for row in journal.trades.values()
    ]
    seen = {trade_id for trade_id, _ in watch.reported}
    books = [each for each in master_books(world) if each.trade_id in seen or each.lot_remaining]
    # Masters of older protocols speak once and forget: what they did not say, nobody knows.
    masters = [each for each in books if each.account_id not in watch.legacy_masters]
    decisions = [
        _judged(row, journal.copies.get((row.trade_id, row.account_id)))
        for row in journal.decisions.values()
    ]
    for each in compare(trades, decisions, masters, slaves(world)):
        behind_doubt = (each.trade_id, SEQ_OPEN, each.account_id) in watch.doubtful
        if each.kind == "lost" and behind_doubt:
            continue
        if each.trade_id in watch.excused:
            continue
        # What one of two EAs has under way when it goes, the other cannot know.
        if each.account_id in world.scenario.rivals and not watch.must_not_be(each):
            continue
        unsaid = (each.trade_id, SEQ_CLOSE) not in journal.actions
        if each.kind == "orphan" and each.trade_id in watch.legacy_trades and unsaid:
            continue
        yield each


def _judged(row: DecisionRecord, copy: CopyRecord | None) -> JournaledDecision:
    return JournaledDecision(
        trade_id=row.trade_id,
        seq=row.seq,
        account_id=row.account_id,
        kind=row.kind,
        outcome=row.outcome,
        code=row.code,
        ticket=copy.ticket if copy is not None else None,
    )


def forgotten(world: Ended) -> Iterator[str]:
    """Actions that were acknowledged to their master, and are not in the journal."""
    actions = world.journal.actions
    contents = {(row.trade_id, truths.content(row.action)) for row in actions.values()}
    for trade_id, seq in sorted(world.watch.acked - actions.keys()):
        if is_over(world.journal, trade_id):
            continue
        if trade_id in world.watch.excused | world.watch.legacy_trades:
            continue
        reported = world.watch.reported.get((trade_id, seq))
        # An Agent that promised an action renumbers it when its number was used before.
        if reported is None or (trade_id, truths.content(reported)) not in contents:
            yield f"action {seq} of {trade_id} was acknowledged and is not in the journal"


def invented(world: Ended) -> Iterator[str]:
    """Trades that no master ever held."""
    held = {each.trade_id for each in master_books(world)}
    for trade_id in world.journal.trades.keys() - held - world.watch.legacy_trades:
        yield f"trade {trade_id} is in no master's book"


def late_closes(world: Ended) -> Iterator[str]:
    """Closes that took too long after everything worked again."""
    settled_ms = world.watch.settled_ms
    for (trade_id, seq, account_id), at_ms in settled_ms.items():
        if seq != SEQ_CLOSE:
            continue
        if (received := world.watch.journaled_ms.get((trade_id, seq))) is None:
            continue  # another promise was broken before: it never reached the journal
        opened_ms = settled_ms.get((trade_id, SEQ_OPEN, account_id), 0)
        opened_ms = max(opened_ms, world.watch.answered_ms.get((trade_id, account_id), 0))
        took_ms = at_ms - max(world.healed_ms, opened_ms, received)
        if took_ms > CLOSED_WITHIN_MS:
            yield f"the close of {trade_id} on {account_id} took {took_ms} ms"


def false_tickets(world: Ended) -> Iterator[str]:
    """Copies whose ticket is not that of their fill, or of what it became."""
    tickets = _tickets(world)
    for (trade_id, account_id), copy in world.journal.copies.items():
        if copy.ticket not in tickets.get((trade_id, account_id), set()):
            yield f"copy of {trade_id} on {account_id} has ticket {copy.ticket}, not its fill's"


def _tickets(world: Ended) -> dict[tuple[TradeId, AccountId], set[Ticket]]:
    by_tag = tags(world)
    found: dict[tuple[TradeId, AccountId], set[Ticket]] = {}
    for seat in world.scenario.slaves:
        owner: dict[Ticket, TradeId] = {}
        for entry in world.sites[slave_name(seat)].book:
            if entry.asked in by_tag:
                owner[entry.ticket] = by_tag[entry.asked]
            trade_id = owner.get(entry.ticket)
            if trade_id is not None:
                new = entry.new_ticket or entry.ticket
                owner[new] = trade_id
                found.setdefault((trade_id, seat.account_id), set()).update((entry.ticket, new))
    return found


def sums(world: Ended) -> dict[str, Any]:
    """Count what a report shows of one run."""
    outcomes: Iterable[DecisionRecord] = world.journal.decisions.values()
    return {
        "trades": len(world.journal.trades),
        "copies": sum(row.outcome is Outcome.FILLED for row in outcomes),
    }
