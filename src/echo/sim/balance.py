"""Volumes and levels of open copies: what they must be, by their masters' positions."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Final

from echo.domain.accounts import Position
from echo.domain.answers import Outcome
from echo.domain.commands import Residual
from echo.domain.ids import SEQ_OPEN, Ticket
from echo.domain.intents import ActionKind, TradeIntent
from echo.domain.journal import DecisionRecord
from echo.domain.policy import DEFAULT_OPTIONS
from echo.domain.protection import Levels, translate
from echo.domain.quantities import floor_to_step
from echo.domain.reconciliation import BookPosition
from echo.sim import truths
from echo.sim.ended import Ended, master_books, slaves
from echo.sim.scenario import NEWEST, Seat, slave_name

SLIPPED_POINTS: Final = 100
"""More than the market moves while an order is under way."""


def off_balance(world: Ended) -> Iterator[str]:
    """Open copies whose volume or levels are not what their master's position says."""
    held = {(each.trade_id, each.account_id): each for each in slaves(world)}
    masters = {each.trade_id: each for each in master_books(world)}
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
