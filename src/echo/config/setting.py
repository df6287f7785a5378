"""One setting: its key, what it may be, what it means."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a value is."""

    WHOLE = "whole number"
    DECIMAL = "number"
    SWITCH = "true or false"
    TEXT = "text"
    PATH = "path"
    CHOICE = "choice"
    TEXTS = "list of texts"
    WHOLES = "list of whole numbers"


class Reload(StrEnum):
    """When a changed value counts."""

    LIVE = "at once"
    RESTART = "after a restart"


Value = int | Decimal | bool | str | tuple[str, ...] | tuple[int, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting.

    ``key`` may hold placeholders in braces, each standing for one part between slashes.
    ``default`` ``None`` = unset.  ``low`` and ``high`` bound numbers, inclusive.  ``aliases`` are
    older spellings of the last part.  ``ignored``: accepted for old files, without effect.
    ``pattern``: what each text of a list must match, in capitals or small letters; empty = any.
    """

    key: str
    kind: Kind
    sentence: str
    default: Value = None
    unit: str = ""
    low: int | Decimal | None = None
    high: int | Decimal | None = None
    choices: tuple[str, ...] = ()
    reload: Reload = Reload.RESTART
    aliases: tuple[str, ...] = ()
    ignored: bool = False
    pattern: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The key's parts; placeholders keep their braces."""
        return tuple(self.key.split("/"))


def whole(
    key: str,
    default: int | None,
    sentence: str,
    *,
    low: int,
    high: int,
    unit: str = "",
    reload: Reload = Reload.RESTART,
) -> Setting:
    """Declare a whole number."""
    return Setting(
        key=key,
        kind=Kind.WHOLE,
        sentence=sentence,
        default=default,
        unit=unit,
        low=low,
        high=high,
        reload=reload,
    )


def number(
    key: str,
    default: str | None,
    sentence: str,
    *,
    low: str = "0",
    high: str = "1000000000",
    unit: str = "",
    aliases: tuple[str, ...] = (),
) -> Setting:
    """Declare a decimal number that changes at once."""
    return Setting(
        key=key,
        kind=Kind.DECIMAL,
        sentence=sentence,
        default=None if default is None else Decimal(default),
        unit=unit,
        low=Decimal(low),
        high=Decimal(high),
        reload=Reload.LIVE,
        aliases=aliases,
    )


def switch(key: str, default: bool, sentence: str, *, reload: Reload = Reload.LIVE) -> Setting:
    """Declare a switch."""
    return Setting(key=key, kind=Kind.SWITCH, sentence=sentence, default=default, reload=reload)


def text(
    key: str, default: str | None, sentence: str, *, reload: Reload = Reload.RESTART
) -> Setting:
    """Declare a text."""
    return Setting(key=key, kind=Kind.TEXT, sentence=sentence, default=default, reload=reload)


def path(key: str, default: str | None, sentence: str) -> Setting:
    """Declare a path."""
    return Setting(key=key, kind=Kind.PATH, sentence=sentence, default=default)


def choice(
    key: str,
    default: str | None,
    choices: tuple[str, ...],
    sentence: str,
    *,
    reload: Reload = Reload.LIVE,
) -> Setting:
    """Declare one of several words."""
    return Setting(
        key=key,
        kind=Kind.CHOICE,
        sentence=sentence,
        default=default,
        choices=choices,
        reload=reload,
    )


def texts(
    key: str,
    default: tuple[str, ...],
    sentence: str,
    *,
    reload: Reload = Reload.LIVE,
    aliases: tuple[str, ...] = (),
    pattern: str = "",
) -> Setting:
    """Declare a list of texts."""
    return Setting(
        key=key,
        kind=Kind.TEXTS,
        sentence=sentence,
        default=default,
        reload=reload,
        aliases=aliases,
        pattern=pattern,
    )


def wholes(
    key: str,
    default: tuple[int, ...],
    sentence: str,
    *,
    low: int,
    high: int,
    unit: str = "",
    reload: Reload = Reload.LIVE,
) -> Setting:
    """Declare a list of whole numbers, each within bounds."""
    return Setting(
        key=key,
        kind=Kind.WHOLES,
        sentence=sentence,
        default=default,
        unit=unit,
        low=low,
        high=high,
        reload=reload,
    )


def ignored(key: str, sentence: str) -> Setting:
    """Declare a key of old files that has no effect any more."""
    return Setting(key=key, kind=Kind.TEXT, sentence=sentence, ignored=True)
