"""A Core that was killed with ten thousand copies under way serves again within two seconds."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import process_time

from echo.domain.commands import ExecuteOrder
from echo.domain.ids import CommandId, Ticket, TradeId, derive_command_id, derive_trade_id
from echo.domain.journal import (
    ActionRecord,
    CommandRecord,
    DecisionRecord,
    Record,
    TradeRecord,
)
from echo.domain.policy import PolicyBook
from echo.domain.quantities import Instant
from echo.engine.effects import Persist
from echo.engine.engine import Engine
from echo.engine.events import Started
from echo.engine.settings import EngineSettings
from echo.stores.sqlite.journal import SqliteJournal
from tests.engine.scenes import MASTER, SLAVE, WALL_MS, desk, opened

IN_FLIGHT = 10_000
SERVING_S_MAX = 2.0


def of_one_open() -> list[Record]:
    """What the journal holds of a copy that nobody has answered yet."""
    told = desk().say(opened())
    kinds = TradeRecord | ActionRecord | DecisionRecord | CommandRecord
    found = [each.record for each in told if isinstance(each, Persist)]
    return [each for each in found if isinstance(each, kinds)]


def another(records: Sequence[Record], number: int) -> list[Record]:
    """The same of another trade."""
    trade_id = derive_trade_id(
        server="s", account_id=MASTER, root_ticket=Ticket(number), opened_at_ms=WALL_MS + number
    )
    command_id = derive_command_id(trade_id, 0, SLAVE)
    return [_renamed(each, trade_id, command_id, Ticket(number)) for each in records]


def _renamed(record: Record, trade_id: TradeId, command_id: CommandId, ticket: Ticket) -> Record:
    match record:
        case TradeRecord():
            return replace(record, trade_id=trade_id, master_ticket=ticket)
        case ActionRecord():
            action = replace(record.action, trade_id=trade_id, ticket=ticket)
            return replace(record, trade_id=trade_id, action=action)
        case DecisionRecord():
            named = command_id if record.command_id else None
            return replace(record, trade_id=trade_id, command_id=named)
        case CommandRecord(command=ExecuteOrder() as order):
            order = replace(order, trade_id=trade_id, command_id=command_id)
            return replace(record, command_id=command_id, command=order)
        case _:
            raise ValueError(f"no other record was expected, not {record!r}")


async def test_ten_thousand_in_flight_are_read_back_within_two_seconds(tmp_path: Path) -> None:
    records = of_one_open()
    path = tmp_path / "journal.sqlite"
    journal = SqliteJournal.open(path)
    for first in range(0, IN_FLIGHT, 1_000):
        batch = [each for n in range(first, first + 1_000) for each in another(records, n + 1)]
        await journal.commit(batch)
    await journal.close()

    began_s = process_time()
    journal = SqliteJournal.open(path)
    engine = Engine(EngineSettings(), PolicyBook())
    engine.handle(Started(await journal.load()), Instant(WALL_MS, 1_000))
    took_s = process_time() - began_s
    await journal.close()

    assert len(engine.state.commands) == len(engine.state.trades) == IN_FLIGHT
    assert took_s <= SERVING_S_MAX
