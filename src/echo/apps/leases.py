"""The lease under which a Core writes a journal that it shares, as the settings say."""

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from echo.apps.journals import Place, open_journal
from echo.config.lease_keys import lease_settings
from echo.config.setting import Value
from echo.links.boot import boot_stamp
from echo.ports.journal import Journal
from echo.ports.lease import Hold
from echo.stores.file_lease import FileHold, Moment
from echo.stores.leased import LeasedJournal


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """This Core's place among those that share a journal.

    ``who``: its name.  ``holder``: returns the name of the one that serves; empty = none does.
    """

    hold: Hold
    lasts_ms: int
    who: str
    holder: Callable[[], str]

    def journal(self, place: Place) -> Journal:
        """Return the way to the journal in *place*, which is opened when it is this Core's turn."""

        async def opened() -> Journal:
            return await open_journal(place, takes_over=True)

        return LeasedJournal(opened, self.hold)


def turn_of(values: Mapping[str, Value]) -> Turn | None:
    """Return it; ``None`` = this Core shares its journal with nobody."""
    settings = lease_settings(values)
    if settings is None:
        return None
    who = settings.name or f"{socket.gethostname()}:{os.getpid()}"
    hold = FileHold(settings.file, who, _moment, lasts_ms=settings.ttl_ms)
    return Turn(hold=hold, lasts_ms=settings.ttl_ms, who=who, holder=hold.holder)


def _moment() -> Moment:
    stamp = boot_stamp()
    return stamp.boot_id, stamp.boot_ms
