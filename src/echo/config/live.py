"""Settings in force: what changed is taken over piece by piece, or stays as it was.

One wrong value must not hold up the right ones beside it, and must never take a value away from a
running program: the last good one stays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from echo.config.reading import Reading, read_settings
from echo.config.schema import find
from echo.config.setting import Reload

_ROWS: Final = frozenset({"risk", "windows"})
"""Folders in which the last folder of a key is a row, whose values mean nothing alone."""

PIECES_TRIED_MAX: Final = 400
"""Pieces of one change that are tried one by one; more bad ones than that are left out unread."""

Raw = Mapping[str, object]
Piece = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A changed key that was not taken over, with its raw value; ``None`` = it was taken out."""

    key: str
    raw: object
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What came of changed settings.

    ``reading`` is what is in force from now on, ``None`` = nothing changed.  ``complaints`` name
    what was not taken over and why, which ``refused`` tells key by key; ``restart`` are the keys
    whose new value counts after a restart.
    """

    reading: Reading | None
    complaints: tuple[str, ...]
    restart: tuple[str, ...]
    refused: tuple[Refused, ...] = ()


class SettingsInForce:
    """The raw settings that a program runs with.

    Args:
        raw: What it started with, without complaints.
        strangers: As in `read_settings`.
    """

    def __init__(self, raw: Raw, *, strangers: bool = False) -> None:
        self._raw, self._strangers = dict(raw), strangers
        self._reading = self._read(self._raw)

    @property
    def raw(self) -> Raw:
        """What is in force, as it was written."""
        return self._raw

    def change(self, raw: Raw) -> Change:
        """Take over from *raw* whatever can be used together."""
        before = self._reading
        pieces = _pieces(self._raw, raw)
        left = self._take(pieces, raw)
        found = {piece: self._complaints(piece, raw) for piece in left[:PIECES_TRIED_MAX]}
        complaints = tuple(
            dict.fromkeys(
                f"{each}; {_stays(piece, self._raw)}"
                for piece, sentences in found.items()
                for each in sentences
            )
        )
        refused = tuple(
            Refused(key=key, raw=raw.get(key), reason="; ".join(sentences))
            for piece, sentences in found.items()
            for key in sorted(piece)
        )
        after = self._read(self._raw)
        if (after.values, after.warnings) == (before.values, before.warnings):
            return Change(reading=None, complaints=complaints, restart=(), refused=refused)
        self._reading = after
        restart = tuple(
            sorted(
                key
                for key, value in after.values.items()
                if before.values.get(key) != value
                and (setting := find(key)) is not None
                and setting.reload is Reload.RESTART
            )
        )
        return Change(reading=after, complaints=complaints, restart=restart, refused=refused)

    def _take(self, pieces: Sequence[Piece], raw: Raw) -> list[Piece]:
        """Take over as many *pieces* as fit; return those that do not.

        A piece may fit only after another one has been taken, so it goes on until none fits.
        """
        budget = [PIECES_TRIED_MAX]
        left = list(pieces)
        while left:
            again = self._halves(left, raw, budget)
            if len(again) == len(left) or not budget[0]:
                return again
            left = again
        return []

    def _halves(self, pieces: Sequence[Piece], raw: Raw, budget: list[int]) -> list[Piece]:
        if not budget[0]:
            return list(pieces)
        budget[0] -= 1
        tried = _with(self._raw, pieces, raw)
        if not self._read(tried).complaints:
            self._raw = tried
            return []
        if len(pieces) == 1:
            return list(pieces)
        middle = len(pieces) // 2
        return [
            *self._halves(pieces[:middle], raw, budget),
            *self._halves(pieces[middle:], raw, budget),
        ]

    def _complaints(self, piece: Piece, raw: Raw) -> tuple[str, ...]:
        return self._read(_with(self._raw, [piece], raw)).complaints

    def _read(self, raw: Raw) -> Reading:
        return read_settings(raw, strangers=self._strangers)


def _pieces(old: Raw, new: Raw) -> list[Piece]:
    """Return the changed keys, together what must change together: a row of the risk table."""
    changed = sorted(
        key
        for key in old.keys() | new.keys()
        if (key in old) != (key in new) or old.get(key) != new.get(key)
    )
    rows: dict[str, set[str]] = {}
    for key in changed:
        parts = key.split("/")
        row = "/".join(parts[:-1]) if parts[0] in _ROWS and len(parts) >= 4 else key
        rows.setdefault(row, set()).add(key)
    return [frozenset(keys) for keys in rows.values()]


def _with(old: Raw, pieces: Sequence[Piece], new: Raw) -> dict[str, object]:
    found = dict(old)
    for piece in pieces:
        for key in piece:
            if key in new:
                found[key] = new[key]
            else:
                found.pop(key, None)
    return found


def _stays(piece: Piece, old: Raw) -> str:
    kept = [f"{key} = {old[key]}" for key in sorted(piece) if key in old]
    return f"{', '.join(kept)} stays in force" if kept else "it is left out"
