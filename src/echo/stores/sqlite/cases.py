"""A journal read for its audit: trade by trade, however long it has become."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import msgspec

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
    FiledTwin,
)
from echo.domain.commands import CancelPendings, CommandKind, Flatten, ReduceOrder
from echo.domain.errors import ErrorCode
from echo.domain.ids import AccountId, TradeId
from echo.domain.intents import ActionKind, action_kind
from echo.domain.journal import CommandStatus
from echo.ports.errors import JournalUnavailable
from echo.stores.sqlite.reading import looking_into
from echo.stores.sqlite.statements import read_statements
from echo.stores.sqlite.trade_rows import COMMAND_TYPES
from echo.wire.core import read_action, read_command

_ACCOUNTS: Final = msgspec.json.Decoder(tuple[AccountId, ...])
_BAD: Final = (ValueError, LookupError, ArithmeticError, TypeError, msgspec.MsgspecError)
"""What the readers of rows raise for what Echo does not write."""

Row = Any
_SENTENCE_CHARS_MAX: Final = 200


def read_cases(path: Path) -> Iterator[CaseFile]:
    """Yield everything in the journal, as of one moment, one trade after the other.

    A journal of an older release is read as it is.

    Raises:
        JournalUnavailable: there is no journal at *path*, or it cannot be read.
    """
    statements = read_statements("journal")
    with looking_into(path) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        if "trades" not in tables:
            raise JournalUnavailable(f"{path} is no journal: it has no trades")
        rows = {
            part: connection.execute(statements[f"audited_{part}"])
            for table, part, _ in PARTS
            if table in tables
        }
        yield from cases(rows)


def cases(rows: Mapping[str, Iterable[Row]]) -> Iterator[CaseFile]:
    """Yield the cases that *rows* are of: part -> its rows, in the order of the trades."""
    shelves = [_Shelf(rows[part], part, read) for _, part, read in PARTS if part in rows]
    while waiting := [shelf.next_id for shelf in shelves if shelf.next_id is not None]:
        yield _case(TradeId(min(waiting)), shelves)


@dataclass(slots=True)
class _Shelf:
    """One table in the order of the trades, read up to where it is needed."""

    found: Iterable[Row]
    part: str
    read: Callable[[Row], object]
    next_id: str | None = field(init=False, default=None)
    _groups: Iterator[tuple[str, Iterable[Row]]] = field(init=False)
    _rows: Iterable[Row] = field(init=False, default=())

    def __post_init__(self) -> None:
        self._groups = groupby(self.found, key=lambda row: row[0] or "")
        self._go_on()

    def take(self, trade_id: str) -> list[Row]:
        """Return the trade's rows of this table."""
        if self.next_id != trade_id:
            return []
        found = list(self._rows)
        self._go_on()
        return found

    def _go_on(self) -> None:
        self.next_id, self._rows = next(self._groups, (None, ()))


def _case(trade_id: TradeId, shelves: Iterable[_Shelf]) -> CaseFile:
    parts: dict[str, list[Any]] = {}
    unreadable: list[str] = []
    for shelf in shelves:
        for row in shelf.take(trade_id):
            try:
                parts.setdefault(_FIELD.get(shelf.part, shelf.part), []).append(shelf.read(row))
            except _BAD as error:
                told = f"a row of {shelf.part} cannot be read: {error!r}"
                unreadable.append(told[:_SENTENCE_CHARS_MAX])
    trade: list[FiledTrade] = parts.get("trades", [])
    return CaseFile(
        trade_id=trade_id,
        trade=trade[0] if trade else None,
        actions=tuple(parts.get("actions", ())),
        decisions=tuple(parts.get("decisions", ())),
        commands=tuple(parts.get("commands", ())),
        answers=tuple(parts.get("answers", ())),
        copies=tuple(parts.get("copies", ())),
        twins=tuple(parts.get("twins", ())),
        settlements=tuple(parts.get("settlements", ())),
        unreadable=tuple(unreadable),
    )


def _trade(row: Row) -> FiledTrade:
    return FiledTrade(trade_id=row[0], followers=_ACCOUNTS.decode(row[1]), settled=bool(row[2]))


def _action(row: Row) -> FiledAction:
    action = read_action(row[4])
    if action_kind(action) is not ActionKind(row[2]):
        raise ValueError(f"action {row[1]} is stored as {row[2]}, its message is another")
    return FiledAction(
        seq=row[1],
        kind=ActionKind(row[2]),
        received_at_ms=row[3],
        told=(action.trade_id, action.seq),
    )


def _decision(row: Row) -> FiledDecision:
    ErrorCode[row[5]]  # a code that nobody knows is not one of ours
    return FiledDecision(
        seq=row[1],
        account_id=row[2],
        kind=ActionKind(row[3]),
        outcome=Outcome(row[4]),
        sentence=row[6],
        command_id=row[7],
        decided_at_ms=row[8],
        settled_at_ms=row[9],
    )


def _command(row: Row) -> FiledCommand:
    command = read_command(row[7])
    if COMMAND_TYPES[command.kind] != row[8]:
        raise ValueError(f"command {row[1]} is stored as {row[8]}, its message is another")
    # Commands of no lane say neither which trade they are about nor which action.
    lane = None if isinstance(command, CancelPendings | Flatten) else command
    return FiledCommand(
        command_id=row[1],
        account_id=row[2],
        kind=command.kind,
        seq=lane.seq if lane is not None else None,
        stage=AckStage(row[3]),
        status=CommandStatus(row[4]),
        last_error=row[5],
        created_at_ms=row[6],
        told=(
            command.command_id,
            lane.trade_id if lane is not None else TradeId(""),
            command.account_id,
        ),
        remaining_lot=command.remaining_lot if isinstance(command, ReduceOrder) else None,
    )


def _answer(row: Row) -> FiledAnswer:
    return FiledAnswer(
        command_id=row[1],
        account_id=row[2],
        kind=CommandKind(row[3]),
        success=bool(row[4]),
        doubt=bool(row[5]),
        repeated=bool(row[6]),
        ticket=row[7],
        new_ticket=row[8],
    )


def _copy(row: Row) -> FiledCopy:
    return FiledCopy(
        account_id=row[1],
        ticket=row[2],
        lot_initial=Decimal(row[3]),
        lot_remaining=Decimal(row[4]),
    )


def _twin(row: Row) -> FiledTwin:
    return FiledTwin(account_id=row[1], ticket=row[2], other=row[3])


def _settlement(row: Row) -> FiledSettlement:
    return FiledSettlement(
        command_id=row[1],
        outcome=None if row[2] is None else Outcome(row[2]),
        ticket=row[3],
    )


PARTS: Final[tuple[tuple[str, str, Callable[[Row], object]], ...]] = (
    ("trades", "trades", _trade),
    ("trade_actions", "actions", _action),
    ("copy_decisions", "decisions", _decision),
    ("delivery_journal", "commands", _command),
    ("executions", "executions", _answer),
    ("closes", "closes", _answer),
    ("copies", "copies", _copy),
    ("copies", "twins", _twin),
    ("operator_actions", "settlements", _settlement),
)
"""Table, what it is called here, how one of its rows is read."""

_FIELD: Final = {"executions": "answers", "closes": "answers"}
