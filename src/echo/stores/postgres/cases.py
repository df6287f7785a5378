"""A journal on a server, read for its audit: trade by trade."""

from collections.abc import Iterator

from echo.domain.casefile import CaseFile
from echo.stores.postgres.reading import looking_into
from echo.stores.postgres.schema import read_sql
from echo.stores.postgres.target import PostgresTarget
from echo.stores.sqlite.cases import PARTS, cases
from echo.stores.sqlite.statements import split_statements


async def read_cases(target: PostgresTarget) -> Iterator[CaseFile]:
    """Return everything in the journal, as of one moment, one trade after the other.

    All rows are fetched before the first trade is looked at: about 1 KiB each.

    Raises:
        JournalUnavailable: there is no journal at *target*, or it cannot be read.
    """
    statements = split_statements(read_sql("audit"))
    async with looking_into(target) as connection:
        rows = {
            part: await connection.fetch(statements[f"audited_{part}"], timeout=None)
            for _, part, _ in PARTS
        }
    return cases(rows)
