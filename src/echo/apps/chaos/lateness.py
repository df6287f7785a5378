"""Opens that were ordered too late, by the stamps that terminals leave in their brokers' books."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from echo.apps.demo.cast import Cast, Player
from echo.domain.ids import AccountId
from echo.domain.policy import CopyOptions
from echo.terminal.book import BookEntry, BookKind

MARGIN: Final = 1.1
"""What two clocks, each up to 5 % off, may make of a time to live."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateOpen:
    """One order that left its terminal after its time: *took_ms* from the master's noticing."""

    subject: str
    account_id: AccountId
    took_ms: float
    allowed_ms: float


def late_opens(cast: Cast, books: Mapping[Player, Sequence[BookEntry]]) -> tuple[LateOpen, ...]:
    """Return every order of an open that left a slave's terminal after its time to live."""
    detected_us: dict[str, int] = {}
    for player in cast.masters:
        for entry in _stamps(books[player], "detected"):
            detected_us.setdefault(entry.subject, entry.at_us)
    late = []
    for player in cast.slaves:
        options = cast.options.get(player.account_id, CopyOptions())
        allowed_ms = options.max_delay_ms * MARGIN
        for entry in _stamps(books[player], "sent"):
            begun_us = detected_us.get(entry.subject)
            if begun_us is None:
                continue  # its master died before the stamp; the action's age counts all the same
            took_ms = (entry.at_us - begun_us) / 1_000
            if took_ms > allowed_ms:
                late.append(
                    LateOpen(
                        subject=entry.subject,
                        account_id=player.account_id,
                        took_ms=took_ms,
                        allowed_ms=allowed_ms,
                    )
                )
    return tuple(late)


def _stamps(book: Sequence[BookEntry], note: str) -> list[BookEntry]:
    return [each for each in book if each.kind is BookKind.STAMP and each.note == note]
