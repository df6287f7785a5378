"""A desk's journal and raw events on disk, with one closed trade in them."""

import asyncio
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from echo.domain.accounts import AccountInfo, Deal, StateSnapshot
from echo.domain.ids import AccountId, Ticket
from echo.domain.journal import AccountStateRecord, Record, SymbolMapRecord
from echo.domain.quantities import Instant
from echo.domain.raw_events import Direction
from echo.domain.specs import SymbolMapping
from echo.engine.events import AgentSaid
from echo.services.core.raw_events import Handled, encoded
from echo.stores.events.months import MonthFiles
from echo.stores.sqlite.journal import SqliteJournal
from tests.domain.stories import (
    AGENT,
    CLOSED_MS,
    MASTER,
    MASTER_TICKET,
    OTHER,
    SLAVE,
    TICK,
    TICKET,
    D,
    deal,
    journaled,
)

CLOSED_ON: Final = date(2026, 11, 21)


def write_desk(folder: Path, *, ticks: bool = True, ticket: Ticket = TICKET) -> Path:
    """Write ``journal.sqlite`` and ``events`` into *folder*.

    Args:
        ticks: Whether accounts have told what a tick is worth.
        ticket: Under which the slave's deal stands in its history.
    """
    records = [*journaled(), *(_money(each) for each in (MASTER, SLAVE, OTHER))]
    if ticks:
        records += [_symbols(each) for each in (MASTER, SLAVE, OTHER)]
    asyncio.run(_commit(folder / "journal.sqlite", records))
    masters = deal(MASTER_TICKET, "2", swap=D(0), commission=D(-8))
    files = MonthFiles(folder / "events")
    chain = files.chain()
    for account_id, each in ((MASTER, masters), (SLAVE, replace(deal(), ticket=ticket))):
        [event] = encoded(Handled(_said(account_id, each), (), Instant(CLOSED_MS, 1)))
        linked = chain.take(
            Direction.IN, event.kind, wall_ms=CLOSED_MS, mono_ms=1, payload=event.payload
        )
        files.append([linked])
    files.close()
    return folder


async def _commit(path: Path, records: list[Record]) -> None:
    journal = SqliteJournal.open(path)
    await journal.commit(records)
    await journal.close()


def _said(account_id: AccountId, each: Deal) -> AgentSaid:
    return AgentSaid(
        AGENT, 1, None, StateSnapshot(account_id=account_id, info=None, history=(each,))
    )


def _money(account_id: AccountId) -> Record:
    info = AccountInfo(
        account_id=account_id,
        balance=D(1),
        equity=D(1),
        margin=D(0),
        margin_free=D(1),
        margin_level=D(0),
        currency="USD",
    )
    return AccountStateRecord(info=info, updated_at_ms=1)


def _symbols(account_id: AccountId) -> Record:
    symbol = SymbolMapping(
        canonical_symbol="EURUSD",
        broker_symbol="EURUSD.m",
        digits=5,
        point=TICK.size,
        tick_size=TICK.size,
        min_lot=D("0.01"),
        max_lot=D(100),
        lot_step=D("0.01"),
        tick_value=TICK.value,
    )
    return SymbolMapRecord(account_id=account_id, symbols=(symbol,), reported_at_ms=1)
