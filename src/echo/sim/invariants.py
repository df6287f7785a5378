"""What must hold when the world is quiet again: the brokers' books against the journal."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Protocol

from echo.domain.accounts import Position
from echo.domain.answers import Outcome
from echo.domain.commands import Residual
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, AccountId, Ticket, TradeId, order_tag
from echo.domain.intents import ActionKind, TradeIntent
from echo.domain.journal import CopyRecord, DecisionRecord
from echo.domain.policy import DEFAULT_OPTIONS
from echo.domain.protection import Levels, translate
from echo.domain.quantities import floor_to_step
from echo.domain.reconciliation import (
    BookPosition,
    Discrepancy,
    JournaledDecision,
    JournaledTrade,
    compare,
)
from echo.sim import truths
from echo.sim.scenario import NEWEST, Scenario, Seat, master_name, slave_name
from echo.sim.watch import Violation, Watch, is_over
from echo.stores.memory import MemoryJournal
from echo.terminal.book import BookEntry, book_positions, of_master, of_slave
from echo.terminal.broker import PaperBroker
from echo.terminal.legacy_slave import COMMENT_CHARS

CLOSED_WITHIN_MS = 30_000
"""A close is settled so long after the faults have stopped and its open is resolved."""

SLIPPED_POINTS = 100
"""More than the market moves while an order is under way."""

INVARIANT_OF = {"lost": 1, "duplicated": 2, "orphan": 3}


class Books(Protocol):
    """An account at its broker."""

    @property
    def broker(self) -> PaperBroker:
        """Who holds it."""

    @property
    def book(self) -> list[BookEntry]:
        """Everything that was booked."""


class Ended(Protocol):
    """A world at its end."""

    scenario: Scenario

    @property
    def sites(self) -> Mapping[str, Books]:
        """The accounts, by the names of their first terminals."""

    @property
    def now_ms(self) -> int:
        """The true time."""

    @property
    def healed_ms(self) -> int:
        """When the faults stopped."""

    @property
    def journal(self) -> MemoryJournal:
        """What the Core's store holds."""

    @property
    def watch(self) -> Watch:
        """What was seen on the way."""


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
    for sentence in off_balance(world):
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
    books = [each for each in _master_books(world) if each.trade_id in seen or each.lot_remaining]
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


def _master_books(world: Ended) -> Iterator[BookPosition]:
    for seat in world.scenario.masters:
        site = world.sites[master_name(seat)]
        trade_of = of_master(site.broker.rules.server, seat.account_id)
        yield from book_positions(site.book, account_id=seat.account_id, trade_of=trade_of)


def slaves(world: Ended) -> list[BookPosition]:
    """Return what the slaves' brokers ever held."""
    tags = _tags(world)
    return [
        each
        for seat in world.scenario.slaves
        for each in book_positions(
            world.sites[slave_name(seat)].book,
            account_id=seat.account_id,
            trade_of=of_slave(tags),
        )
    ]


def _tags(world: Ended) -> dict[str, TradeId]:
    """What orders carry, by trade; EAs of older protocols write the beginning of its name."""
    trades = world.journal.trades
    return {
        **{order_tag(trade_id): trade_id for trade_id in trades},
        **{trade_id[:COMMENT_CHARS]: trade_id for trade_id in trades},
    }


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
    held = {each.trade_id for each in _master_books(world)}
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
    tags = _tags(world)
    found: dict[tuple[TradeId, AccountId], set[Ticket]] = {}
    for seat in world.scenario.slaves:
        owner: dict[Ticket, TradeId] = {}
        for entry in world.sites[slave_name(seat)].book:
            if entry.asked in tags:
                owner[entry.ticket] = tags[entry.asked]
            trade_id = owner.get(entry.ticket)
            if trade_id is not None:
                new = entry.new_ticket or entry.ticket
                owner[new] = trade_id
                found.setdefault((trade_id, seat.account_id), set()).update((entry.ticket, new))
    return found


def off_balance(world: Ended) -> Iterator[str]:
    """Open copies whose volume or levels are not what their master's position says."""
    held = {(each.trade_id, each.account_id): each for each in slaves(world)}
    masters = {each.trade_id: each for each in _master_books(world)}
    for seat in world.scenario.slaves:
        if seat.protocol < NEWEST:
            continue
        for row in world.journal.decisions.values():
            if row.trade_id in world.watch.legacy_trades | world.watch.excused:
                continue
            if row.account_id != seat.account_id or row.outcome is not Outcome.FILLED:
                continue
            copy, master = held.get((row.trade_id, seat.account_id)), masters.get(row.trade_id)
            if copy is None or master is None or not copy.lot_remaining:
                continue
            if master.lot_remaining:
                reported = world.journal.trades[row.trade_id].volume_initial
                yield from _off_volume(seat, copy, replace(master, lot_initial=reported))
                # What an EA that was removed had asked for may still come, and nobody knows of it.
                if seat.account_id not in world.scenario.rivals:
                    yield from _off_levels(world, seat, row)


def _off_volume(seat: Seat, copy: BookPosition, master: BookPosition) -> Iterator[str]:
    kept = floor_to_step(
        copy.lot_initial * master.lot_remaining / master.lot_initial, Decimal("0.01")
    )
    if not kept and seat.residual is Residual.KEEP:
        kept = Decimal("0.01")
    if copy.lot_remaining != kept:
        yield (
            f"{copy.account_id} holds {copy.lot_remaining} of {copy.lot_initial} lots of"
            f" {copy.trade_id}, should hold {kept}: its master holds {master.lot_remaining} of"
            f" {master.lot_initial}"
        )


def _off_levels(world: Ended, seat: Seat, opened: DecisionRecord) -> Iterator[str]:
    """Levels are checked where the last modification was accepted."""
    trade_id = opened.trade_id
    rows = [
        row
        for row in world.journal.decisions.values()
        if (row.trade_id, row.account_id) == (trade_id, seat.account_id)
        and row.kind is ActionKind.MODIFY
    ]
    if any(row.outcome is Outcome.OMITTED for row in rows):
        return
    intent = world.journal.actions[trade_id, SEQ_OPEN].action
    mine = _position(
        world, slave_name(seat), world.journal.copies[trade_id, seat.account_id].ticket
    )
    site = _master_site(world, opened)
    masters = _position(world, site, world.journal.trades[trade_id].master_ticket)
    if mine is None or masters is None or not isinstance(intent, TradeIntent):
        return
    spec = world.sites[slave_name(seat)].broker.rules.symbol(mine.symbol)
    if spec is None:
        return
    wanted = translate(
        mine.side,
        master_entry=intent.price,
        master_levels=Levels(stop_loss=masters.stop_loss, take_profit=masters.take_profit),
        slave_entry=mine.open_price,
        spec=spec.mapping(None, "USD"),
        options=DEFAULT_OPTIONS,
    )
    carried = [
        world.journal.actions[trade_id, row.seq].action
        for row in rows
        if row.outcome is Outcome.MODIFIED
    ]
    for name in ("stop_loss", "take_profit"):
        has, should = getattr(mine, name), getattr(wanted, name)
        modified = any(getattr(action, name) is not None for action in carried)
        # With the order itself they are measured from the price at which it was expected to fill.
        if not modified and truths.leapt(world.scenario, world.watch, opened):
            continue
        slack = Decimal(0) if modified else SLIPPED_POINTS * spec.point
        if (has is None) != (should is None) or (has is not None and abs(has - should) > slack):
            yield f"{seat.account_id} has {name} {has} for {trade_id}, should have {should}"


def _master_site(world: Ended, row: DecisionRecord) -> str:
    master = world.journal.trades[row.trade_id].master_account_id
    return f"master-{master}"


def _position(world: Ended, site: str, ticket: Ticket) -> Position | None:
    return world.sites[site].broker.positions.get(ticket)


def sums(world: Ended) -> dict[str, Any]:
    """Count what a report shows of one run."""
    outcomes: Iterable[DecisionRecord] = world.journal.decisions.values()
    return {
        "trades": len(world.journal.trades),
        "copies": sum(row.outcome is Outcome.FILLED for row in outcomes),
    }
