"""Windows: times at which an account's entries are held back, news above all.

By default a window blocks entries and never closes.  Some funded accounts forbid closes inside a
news window too, hence the actions per account.
"""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from echo.domain.currencies import is_currency
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.ids import AccountId, is_identifier
from echo.domain.instruments import CURRENCIES
from echo.domain.intents import ActionKind

ANY: Final = "*"
LASTS_MS_MAX: Final = 31 * 86_400_000
"""A longer one is a slip, or a pause, which has a switch of its own."""
BUFFER_S_MAX: Final = 86_400
NOTES_CHARS_MAX: Final = 200
_FOREVER: Final = 1 << 62


HELD: Final = "waits until "
"""How the sentence begins of an action that a window holds."""


class WindowSource(StrEnum):
    """Who wrote a window."""

    MANUAL = "manual"
    CALENDAR = "calendar"
    SETTINGS = "settings"
    """Read-only for operators: it goes when the settings say so."""


class WindowAction(StrEnum):
    """What a window does with an action of the master."""

    ALLOW = "allow"
    BLOCK = "block"
    DEFER = "defer"
    """Held until the window is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One window.

    Attributes:
        account_id: Whom it concerns; ``*`` = every account.
        symbol: A canonical symbol, a currency (every symbol that begins or ends with it), or
            ``*``.
        starts_at_ms, ends_at_ms: Unix ms; the buffers come on top, in seconds, 0 to 86,400.
    """

    window_id: str
    account_id: AccountId | str = ANY
    symbol: str = ANY
    starts_at_ms: int
    ends_at_ms: int
    pre_buffer_s: int = 0
    post_buffer_s: int = 0
    notes: str = ""
    source: WindowSource = WindowSource.MANUAL

    @property
    def from_ms(self) -> int:
        """The first ms that counts."""
        return self.starts_at_ms - self.pre_buffer_s * 1_000

    @property
    def until_ms(self) -> int:
        """The first ms that does not count any more."""
        return self.ends_at_ms + self.post_buffer_s * 1_000

    @property
    def span(self) -> str:
        """Say what it concerns, and from when to when with its buffers."""
        whom = "every account" if self.account_id == ANY else f"account {self.account_id}"
        what = "every symbol" if self.symbol == ANY else self.symbol
        name = f" ({self.notes})" if self.notes else ""
        return f"{what} on {whom}, {_clock(self.from_ms)} to {_clock(self.until_ms)} UTC{name}"

    def concerns(self, account_id: AccountId, canonical: str) -> bool:
        """Whether it is about this symbol on this account."""
        return self.account_id in {ANY, account_id} and _is_about(self.symbol, canonical)

    def holds(self, at_ms: int) -> bool:
        """Whether it is in force at that moment."""
        return self.from_ms <= at_ms < self.until_ms

    @property
    def complaint(self) -> str:
        """Say why it makes no sense; empty = it does."""
        if not is_identifier(self.window_id):
            return f"{self.window_id[:80]!r} cannot name a window"
        if self.account_id != ANY and not is_identifier(self.account_id):
            return f"window {self.window_id}: {self.account_id[:80]!r} is not an account"
        if len(self.notes) > NOTES_CHARS_MAX or not self.notes.isprintable():
            return f"notes of window {self.window_id} are not up to {NOTES_CHARS_MAX} characters"
        lasts_ms = self.ends_at_ms - self.starts_at_ms
        if lasts_ms < 0:
            return f"window {self.window_id} ends before it starts"
        if lasts_ms > LASTS_MS_MAX:
            return f"window {self.window_id} lasts {lasts_ms / 86_400_000:.1f} days > 31"
        for name, buffer_s in (("pre", self.pre_buffer_s), ("post", self.post_buffer_s)):
            if not 0 <= buffer_s <= BUFFER_S_MAX:
                return f"{name}_buffer_sec {buffer_s} of window {self.window_id} is not 0 to 86400"
        if self.until_ms == self.from_ms:
            return f"window {self.window_id} has no length and no buffers"
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowRules:
    """What windows do on one account.

    Attributes:
        flatten_before_s: Close everything that the window concerns so long before it is in
            force; ``None`` = nothing is closed.
        cancel_pendings: Delete pending orders with the strategy's magic when it begins.
    """

    on_open: WindowAction = WindowAction.BLOCK
    on_close: WindowAction = WindowAction.ALLOW
    on_modify: WindowAction = WindowAction.ALLOW
    flatten_before_s: int | None = None
    cancel_pendings: bool = True

    def action(self, kind: ActionKind) -> WindowAction:
        """Return what becomes of an action; closing a part is closing."""
        match kind:
            case ActionKind.OPEN:
                return self.on_open
            case ActionKind.MODIFY:
                return self.on_modify
            case ActionKind.REDUCE | ActionKind.CLOSE:
                return self.on_close


DEFAULT_RULES: Final = WindowRules()


class Windows:
    """All windows; immutable, replaced whole."""

    def __init__(self, windows: Iterable[Window] = ()) -> None:
        self._windows = tuple(sorted(windows, key=lambda each: (each.from_ms, each.window_id)))
        # What held when it was last asked, and between which moments that is so: entries of a
        # whole desk are asked about within a millisecond, and a calendar has thousands of windows.
        self._holding: tuple[Window, ...] = ()
        self._same_from_ms = self._same_until_ms = 0

    def __iter__(self) -> Iterator[Window]:
        """Yield them in the order in which they come into force."""
        return iter(self._windows)

    def __len__(self) -> int:
        return len(self._windows)

    def in_force(self, account_id: AccountId, canonical: str, at_ms: int) -> Window | None:
        """Return the window that holds longest, of all that concern it now; ``None`` = none."""
        found = [each for each in self._holds(at_ms) if each.concerns(account_id, canonical)]
        return max(found, key=lambda each: each.until_ms) if found else None

    def free_from_ms(self, account_id: AccountId, canonical: str, at_ms: int) -> int:
        """Return when nothing concerns it any more, touching windows counted as one."""
        while (window := self.in_force(account_id, canonical, at_ms)) is not None:
            at_ms = window.until_ms
        return at_ms

    def to_flatten(
        self, account_id: AccountId, canonical: str, at_ms: int, rules: WindowRules
    ) -> Window | None:
        """Return the window before which a position must be closed by now; ``None`` = none."""
        if rules.flatten_before_s is None:
            return None
        lead_ms = rules.flatten_before_s * 1_000
        for each in self._windows:
            if each.from_ms - lead_ms > at_ms:
                break  # Nor is any that comes into force later.
            near = each.from_ms - lead_ms <= at_ms < each.until_ms
            if near and each.concerns(account_id, canonical):
                return each
        return None

    def concerning(self, account_id: AccountId, at_ms: int) -> tuple[Window, ...]:
        """Return the windows in force that name the account, or all accounts."""
        return tuple(each for each in self._holds(at_ms) if each.account_id in {ANY, account_id})

    def next_change_ms(self, at_ms: int) -> int | None:
        """Return when a window next comes into force or ends after *at_ms*; ``None`` = never."""
        moments = [
            moment
            for each in self._windows
            for moment in (each.from_ms, each.until_ms)
            if moment > at_ms
        ]
        return min(moments, default=None)

    def _holds(self, at_ms: int) -> tuple[Window, ...]:
        """Return the windows in force, of all accounts."""
        if not self._same_from_ms <= at_ms < self._same_until_ms:
            moments = [moment for each in self._windows for moment in (each.from_ms, each.until_ms)]
            self._same_from_ms = max((each for each in moments if each <= at_ms), default=at_ms)
            self._same_until_ms = min((each for each in moments if each > at_ms), default=_FOREVER)
            self._holding = tuple(each for each in self._windows if each.holds(at_ms))
        return self._holding

    def without_past(self, at_ms: int) -> "Windows":
        """Return those that are not over."""
        return Windows(each for each in self._windows if each.until_ms > at_ms)


def refuse_window(window: Window, canonical: str, kind: ActionKind = ActionKind.OPEN) -> Refusal:
    """Say that *window* stands in the way of an action."""
    name = f" ({window.notes})" if window.notes else ""
    about = "" if window.symbol in {ANY, canonical} else f" for {window.symbol}"
    span = f"{_clock(window.from_ms)} to {_clock(window.until_ms)} UTC"
    what = "" if kind is ActionKind.OPEN else f" to {kind}"
    sentence = f"{canonical} is blocked{what}{about} from {span}{name}"
    return Refusal(ErrorCode.WINDOW_BLOCKED, sentence)


def held_by(window: Window) -> str:
    """Say what an action waits for."""
    name = f" ({window.notes})" if window.notes else ""
    return f"{HELD}{_clock(window.until_ms)} UTC, when window {window.window_id}{name} is over"


def is_about_something(symbol: str, canonical_symbols: Set[str]) -> bool:
    """Whether there is anything that a window for *symbol* could concern."""
    return symbol == ANY or symbol in canonical_symbols or is_currency(symbol)


def _is_about(symbol: str, canonical: str) -> bool:
    if symbol in {ANY, canonical}:
        return True
    return symbol in CURRENCIES and (canonical.startswith(symbol) or canonical.endswith(symbol))


def _clock(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1_000, tz=UTC):%Y-%m-%d %H:%M:%S}"
