"""Inquiries at a journal on a server: which trade had this ticket, and what was decided."""

from typing import Final

from echo.domain.ids import TradeId
from echo.domain.inquiry import Inquest
from echo.domain.rulings import ConfigChange
from echo.ports.errors import JournalUnavailable
from echo.stores.postgres.reading import looking_into
from echo.stores.postgres.schema import read_sql
from echo.stores.postgres.target import PostgresTarget
from echo.stores.sqlite.inquiry import ABOUT, BAD_ROW, FOUND_MAX, inquest_of
from echo.stores.sqlite.rule_rows import read_change
from echo.stores.sqlite.statements import split_statements

_STATEMENTS: Final = split_statements(read_sql("inquiry"))


async def find_trades(target: PostgresTarget, asked: str) -> tuple[TradeId, ...]:
    """Return trades that *asked* names: a ticket of master or slave, or the beginning of an id.

    At most `FOUND_MAX`; of a ticket's the newest first, for brokers count anew.

    Raises:
        JournalUnavailable: there is no journal at *target*, or it cannot be read.
    """
    async with looking_into(target) as connection:
        found = []
        if asked.isascii() and asked.isdecimal() and int(asked) < 1 << 63:
            by_ticket = _STATEMENTS["trades_by_ticket"]
            found = await connection.fetch(by_ticket, int(asked), FOUND_MAX)
        if not found:
            found = await connection.fetch(_STATEMENTS["trades_by_id"], asked.lower(), FOUND_MAX)
        return tuple(TradeId(row[0]) for row in found)


async def read_inquest(target: PostgresTarget, trade_id: TradeId) -> Inquest | None:
    """Return everything that was decided about a trade; ``None`` = the journal has no such trade.

    Raises:
        JournalUnavailable: there is no journal at *target*, it cannot be read, or not understood.
    """
    async with looking_into(target) as connection:
        rows = {name: await connection.fetch(_STATEMENTS[name], trade_id) for name in ABOUT}
    try:
        return inquest_of(rows)
    except BAD_ROW as error:
        raise JournalUnavailable(
            f"{target}: a row of trade {trade_id} cannot be understood: {error}"
        ) from error


async def read_changes(
    target: PostgresTarget, beginning: str, rows_max: int
) -> tuple[ConfigChange, ...]:
    """Return changes of rules whose key begins so, the latest first.

    Raises:
        JournalUnavailable: there is no journal at *target*, or it cannot be read.
    """
    async with looking_into(target) as connection:
        found = await connection.fetch(_STATEMENTS["changes"], beginning, rows_max)
    return tuple(map(read_change, found))
