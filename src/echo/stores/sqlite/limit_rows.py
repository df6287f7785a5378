"""The row about an account's limits: written, and read back."""

from pathlib import Path
from typing import Any, Final

import msgspec

from echo.domain.limits_record import LimitsRecord
from echo.stores.sqlite.cells import Row, json_of
from echo.stores.sqlite.reading import looking_into
from echo.stores.sqlite.statements import read_statements

_RECORD: Final = msgspec.json.Decoder(LimitsRecord)


def limits_row(record: LimitsRecord) -> Row:
    """Return the row of ``put_limits``."""
    return (
        record.account_id,
        record.pack,
        record.stage.name.lower(),
        record.updated_at_ms,
        json_of(record),
    )


def read_limits(row: Any) -> LimitsRecord:
    """Read a row of ``limits``.

    Raises:
        ValueError: its JSON is not what `limits_row` writes.
    """
    return _RECORD.decode(row[0])


def read_standings(path: Path) -> tuple[LimitsRecord, ...]:
    """Read how all accounts stand, from beside: a Core may write meanwhile.

    Raises:
        JournalUnavailable: there is no journal at *path*, or it cannot be read.
    """
    statement = read_statements("journal")["limits"]
    with looking_into(path) as connection:
        return tuple(read_limits(row) for row in connection.execute(statement))
