"""Modes: how much of copying is switched on, for everything, for one master, for one account.

No mode stops a close.  Of several switches that concern a trade on an account the strictest holds.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from echo.domain.errors import ErrorCode, Refusal
from echo.domain.ids import AccountId

EVERYTHING: Final = AccountId("")
"""The target of a switch that concerns everything."""


class Mode(StrEnum):
    """How much is copied, from everything to nothing."""

    LIVE = "live"
    DRY_RUN = "dry_run"
    """Everything is decided and written down, nothing is sent."""
    PAUSED = "paused"
    """No entries; what is open is looked after: its stops, its reductions, its close."""
    CLOSE_ONLY = "close_only"
    """Only reductions and closes."""
    FLATTEN = "flatten"
    """As `CLOSE_ONLY`, and whatever Echo holds is closed."""


STRICTNESS: Final = {mode: place for place, mode in enumerate(Mode)}

MAY_BE_SET: Final = (Mode.LIVE, Mode.DRY_RUN, Mode.PAUSED, Mode.CLOSE_ONLY)
"""What settings may say: nobody closes positions by editing a file."""


class Scope(StrEnum):
    """What a switch concerns."""

    ALL = "all"
    MASTER = "master"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One switch.

    Attributes:
        target: The master or the account, or `EVERYTHING`.
        by: Who set it; ``settings`` = the settings say so.
        since_ms: Unix ms; ``None`` = since the settings say so.
    """

    scope: Scope
    target: AccountId = EVERYTHING
    mode: Mode
    by: str = "settings"
    since_ms: int | None = None

    @property
    def key(self) -> tuple[Scope, AccountId]:
        """What it concerns."""
        return self.scope, self.target

    @property
    def whom(self) -> str:
        """Say what it concerns."""
        return "everything" if self.scope is Scope.ALL else f"{self.scope} {self.target}"

    @property
    def origin(self) -> str:
        """Say who set it, and when."""
        if self.since_ms is None:
            return f"by {self.by}"
        at = datetime.fromtimestamp(self.since_ms / 1_000, tz=UTC)
        return f"by {self.by} since {at:%Y-%m-%d %H:%M:%S} UTC"

    def concerns(self, master: AccountId, account: AccountId) -> bool:
        """Whether it is about trades of *master* on *account*."""
        match self.scope:
            case Scope.ALL:
                return True
            case Scope.MASTER:
                return self.target == master
            case Scope.ACCOUNT:
                return self.target == account


class Switches:
    """All switches that are not `LIVE`; immutable, replaced whole."""

    def __init__(self, switches: Iterable[Switch] = ()) -> None:
        self._switches = tuple(
            sorted(
                (each for each in switches if each.mode is not Mode.LIVE),
                key=lambda each: (-STRICTNESS[each.mode], each.key),
            )
        )

    def __iter__(self) -> Iterator[Switch]:
        """Yield them, the strictest first."""
        return iter(self._switches)

    def __len__(self) -> int:
        return len(self._switches)

    def strictest(self, master: AccountId, account: AccountId) -> Switch | None:
        """Return the switch that decides for trades of *master* on *account*; ``None`` = live."""
        for each in self._switches:
            if each.concerns(master, account):
                return each
        return None

    def mode(self, master: AccountId, account: AccountId) -> Mode:
        """Return what holds for trades of *master* on *account*."""
        found = self.strictest(master, account)
        return Mode.LIVE if found is None else found.mode


def refuse_entry(switch: Switch | None) -> Refusal | None:
    """Refuse an entry under *switch*; a dry run is decided like any other."""
    if switch is None or switch.mode in {Mode.LIVE, Mode.DRY_RUN}:
        return None
    if switch.mode is Mode.PAUSED:
        return Refusal(ErrorCode.PAUSED, f"copying is paused for {switch.whom}, {switch.origin}")
    doing = "is flattened" if switch.mode is Mode.FLATTEN else "only closes"
    return Refusal(ErrorCode.CLOSE_ONLY, f"{switch.whom} {doing}, {switch.origin}")


def refuse_modify(switch: Switch | None) -> Refusal | None:
    """Refuse a change of stops under *switch*: only where nothing but closing is allowed."""
    if switch is None or STRICTNESS[switch.mode] < STRICTNESS[Mode.CLOSE_ONLY]:
        return None
    return refuse_entry(switch)
