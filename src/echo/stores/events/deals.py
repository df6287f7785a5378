"""Deals out of raw events: what terminals' histories said, whenever they said it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from echo.domain.accounts import Deal
from echo.domain.ids import AccountId, Ticket
from echo.ports.errors import EventsUnavailable, JournalUnavailable
from echo.stores.events.months import month_paths
from echo.stores.sqlite.reading import looking_into

_SELECT: Final = (
    "SELECT payload FROM events WHERE kind = 'StateSnapshot' AND day >= ?"
    " AND instr(payload, CAST('\"close_price\"' AS BLOB)) > 0 ORDER BY seq"
)


class _Shown(msgspec.Struct):
    account_id: str
    history: tuple[Deal, ...] = ()


class _Said(msgspec.Struct):
    message: _Shown


_SAID: Final = msgspec.json.Decoder(_Said)


def read_deals(
    folder: Path, *, first_day: str = ""
) -> Mapping[tuple[AccountId, Ticket], tuple[Deal, ...]]:
    """Return account and position -> its deals, as told on *first_day* (UTC) or later.

    A deal that was told twice is there once.  A folder that is not there holds none.

    Raises:
        EventsUnavailable: the files cannot be read, or not understood.
    """
    found: dict[tuple[AccountId, Ticket], dict[object, Deal]] = {}
    for path in month_paths(folder):
        if path.name < f"events-{first_day[:7]}":
            continue
        for account_id, deal in _deals(path, first_day):
            position = Ticket(deal.position_id or deal.ticket)
            known = found.setdefault((account_id, position), {})
            known[deal.ticket, deal.close_time_ms, deal.lot, deal.close_price] = deal
    return {key: tuple(deals.values()) for key, deals in found.items()}


def _deals(path: Path, first_day: str) -> list[tuple[AccountId, Deal]]:
    try:
        with looking_into(path) as connection:
            rows: list[tuple[Any, ...]] = connection.execute(_SELECT, (first_day,)).fetchall()
        shown = [_SAID.decode(row[0]).message for row in rows]
    except (JournalUnavailable, msgspec.MsgspecError) as error:
        raise EventsUnavailable(f"{path}: {error}") from error
    return [(AccountId(each.account_id), deal) for each in shown for deal in each.history]
