"""Recorded days: what a Core on a stage heard, as raw events."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import TypeVar

from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.ids import Ticket, TradeId
from echo.domain.journal import CommandRecord
from echo.domain.raw_events import Chain, Linked
from echo.engine.engine import Engine
from echo.services.core.raw_events import Left, Life, Passing, encoded
from echo.services.core.taps import DAY_MS, TappedBrain, next_day_ms
from tests.engine.scenes import (
    AGENT,
    SECOND,
    SLAVE,
    Desk,
    closed,
    desk,
    done,
    filled,
    modified,
    opened,
    spec_report,
    trade_id_of,
)

T = TypeVar("T", ExecuteOrder, CloseOrder)


def linked_of(notes: Iterable[Passing], chain: Chain | None = None) -> list[Linked]:
    """Chain what was noted."""
    chain = chain or Chain()
    return [
        chain.take(
            each.direction,
            each.kind,
            wall_ms=each.now.wall_ms,
            mono_ms=each.now.mono_ms,
            payload=each.payload,
            answer=each.answer,
        )
        for note in notes
        for each in encoded(note)
    ]


def notes_of(stage: Desk) -> list[Passing]:
    """What a tap would have noted of all that the stage heard in its first life."""
    engine = Engine(stage.settings, stage.book)
    notes: list[Passing] = [Life(stage.settings, stage.book, stage.events[0][1])]
    tapped = TappedBrain(engine, lambda: engine.state, notes.append, stage.events[0][1])
    for event, now in stage.events:
        effects = tapped.handle(event, now)
        messages = [each.message for each in effects if hasattr(each, "message")]
        if messages:
            notes.append(Left(AGENT, 1, messages, now))
    return notes


def traded_day(
    stage: Desk | None = None, trades: int = 2, every_ms: int = 60_000, first: int = 6_000
) -> Desk:
    """A desk on which trades are opened, filled and closed, with quotes in between."""
    stage = stage or desk()
    for n in range(trades):
        ticket = first + n
        stage.later(every_ms)
        stage.probe()
        for slave in stage.settings.slave_accounts:
            stage.say(spec_report(slave), message_id=None)
            stage.quote(slave)
        trade = trade_id_of(ticket)
        stage.say(opened(trade_id=trade, ticket=ticket))
        for order in _commands(stage, trade, ExecuteOrder):
            stage.say(filled(order, 9_000 + len(stage.events)))
        stage.later(every_ms)
        for slave in stage.settings.slave_accounts:
            stage.quote(slave, bid="1.10100", ask="1.10110")
        stage.say(closed(trade_id=trade, ticket=ticket))
        for end in _commands(stage, trade, CloseOrder):
            stage.say(done(end, executed_price=Decimal("1.10100")))
    return stage


def midnights(days: int = 3) -> Desk:
    """A desk that trades over so many midnights, each time with an order under way."""
    stage = desk(SLAVE, SECOND)
    for n in range(days):
        ticket = 7_000 + n
        trade = trade_id_of(ticket)
        stage.later(next_day_ms(stage.now.wall_ms) - stage.now.wall_ms - 2_500)
        stage.probe()
        for slave in stage.settings.slave_accounts:
            stage.say(spec_report(slave), message_id=None)
            stage.quote(slave)
        stage.say(opened(trade_id=trade, ticket=ticket))
        first, second = _commands(stage, trade, ExecuteOrder)
        stage.say(filled(first, 8_000 + n))
        stage.wait(6_000)
        stage.say(filled(second, 9_000 + n))
        stage.say(replace(modified(2, sl="1.09000"), trade_id=trade, ticket=Ticket(ticket)))
        stage.later(DAY_MS // 2)
        stage.say(closed(trade_id=trade_id_of(ticket - 1), ticket=ticket - 1))
        for end in _commands(stage, trade_id_of(ticket - 1), CloseOrder):
            stage.say(done(end, executed_price=Decimal("1.10100")))
    return stage


def day_by_day(events: Iterable[Linked]) -> list[list[Linked]]:
    """The same, each day by itself."""
    return [list(each) for _, each in groupby(events, lambda linked: linked.event.day)]


def _commands(stage: Desk, trade: TradeId, kind: type[T]) -> list[T]:
    return [
        row.command
        for row in stage.archive.all(CommandRecord)
        if isinstance(row.command, kind) and row.command.trade_id == trade
    ]
