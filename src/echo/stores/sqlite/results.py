"""Results of closed trades, read from a journal, whether a Core has it open or not."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from echo.domain.commands import CancelPendings, CommandKind, Flatten
from echo.domain.divergence import Tick
from echo.domain.ids import AccountId
from echo.domain.trade_results import AccountFacts, Done, JournaledResults, TradeStory
from echo.ports.errors import JournalUnavailable
from echo.stores.sqlite.cells import decimal_or_none
from echo.stores.sqlite.inquiry import BAD_ROW
from echo.stores.sqlite.reading import looking_into
from echo.stores.sqlite.statements import read_statements
from echo.stores.sqlite.trade_rows import (
    read_action_record,
    read_copy,
    read_decision,
    read_trade,
)
from echo.wire.core import read_command

OF_TRADE: Final = ("trade", "actions", "decisions", "copies")
"""Statements about one trade that an inquiry asks, too."""

ABOUT_ACCOUNTS: Final = ("account_currencies", "account_ticks", "fixed_lots")
"""Statements that together tell what accounts have said of themselves."""


def read_results(path: Path, *, from_ms: int, to_ms: int) -> JournaledResults:
    """Read the trades that their masters closed in between, the end excluded, the first first.

    Raises:
        JournalUnavailable: there is no journal at *path*, it cannot be read, or not understood.
    """
    about, own = read_statements("inquiry"), read_statements("results")
    with looking_into(path) as connection:
        try:
            facts = facts_of(
                {name: connection.execute(own[name]).fetchall() for name in ABOUT_ACCOUNTS}
            )
        except BAD_ROW as error:
            raise not_understood(path, error) from error
        found: list[Any] = connection.execute(own["closed_trades"], (from_ms, to_ms)).fetchall()
        stories: list[TradeStory] = []
        for (trade_id,) in found:
            rows = {
                name: connection.execute(about[name], (trade_id,)).fetchall() for name in OF_TRADE
            }
            rows["done"] = connection.execute(own["done"], (trade_id,)).fetchall()
            try:
                stories += stories_of(rows)
            except BAD_ROW as error:
                raise not_understood(path, error, trade_id) from error
        ((open_trades,),) = connection.execute(own["open_trades"])
        return JournaledResults(stories=tuple(stories), accounts=facts, open_trades=open_trades)


def not_understood(
    place: object, error: Exception, trade_id: str | None = None
) -> JournalUnavailable:
    """Say where the row is that Echo does not write: a trade's, else an account's."""
    what = "what an account has told" if trade_id is None else f"a row of trade {trade_id}"
    return JournalUnavailable(f"{place}: {what} cannot be understood: {error}")


def facts_of(rows: Mapping[str, Sequence[Any]]) -> Mapping[AccountId, AccountFacts]:
    """Put together what accounts said: statement of `ABOUT_ACCOUNTS` -> what it found."""
    currencies: dict[str, str] = {}
    for account_id, currency in rows["account_currencies"]:
        currencies[account_id] = currency or currencies.get(account_id, "")
    ticks: dict[str, dict[str, Tick]] = {}
    for account_id, symbol, value, size in rows["account_ticks"]:
        tick = Tick(value=Decimal(value), size=Decimal(size))
        if tick.value > 0 and tick.size > 0:
            ticks.setdefault(account_id, {})[symbol] = tick
    lots: dict[str, dict[tuple[str, int], Decimal]] = {}
    for account_id, strategy, version, lot in rows["fixed_lots"]:
        lots.setdefault(account_id, {})[strategy, version] = Decimal(lot)
    return {
        AccountId(each): AccountFacts(
            currency=currencies.get(each, ""),
            ticks=ticks.get(each, {}),
            fixed_lots=lots.get(each, {}),
        )
        for each in {*currencies, *ticks, *lots}
    }


def stories_of(rows: Mapping[str, Sequence[Any]]) -> Iterator[TradeStory]:
    """Put the rows of one trade together: statement -> what it found; none without its trade."""
    for row in rows["trade"]:
        yield TradeStory(
            trade=read_trade(row),
            actions=tuple(map(read_action_record, rows["actions"])),
            decisions=tuple(map(read_decision, rows["decisions"])),
            done=tuple(map(_done, rows["done"])),
            copies=tuple(map(read_copy, rows["copies"])),
        )


def _done(row: Any) -> Done:
    account_id, kind, ticket, new_ticket, price, lot, seq, payload = row
    return Done(
        account_id=account_id,
        kind=CommandKind(kind),
        seq=_seq(payload) if seq is None else seq,
        tickets=frozenset(each for each in (ticket, new_ticket) if each),
        price=decimal_or_none(price),
        lot=decimal_or_none(lot),
    )


def _seq(payload: bytes | None) -> int | None:
    """Ask the command itself which action it copies: of one that was renewed no decision tells."""
    command = None if payload is None else read_command(payload)
    return None if command is None or isinstance(command, CancelPendings | Flatten) else command.seq
