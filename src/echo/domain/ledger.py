"""What an Agent keeps on its own disk: work that must outlive it while the Core is away."""

from dataclasses import dataclass
from enum import StrEnum

from echo.domain.answers import ExecutionResult
from echo.domain.commands import Command
from echo.domain.ids import AccountId
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.sealing import sealed


class LedgerKind(StrEnum):
    """What an entry is there for."""

    UPLINK = "uplink"
    """On its way to the Core; dropped when the Core has acknowledged it."""
    COMMAND = "command"
    """On its way to a slave EA; dropped when its result is on its way to the Core."""
    WRITTEN = "written"
    """An open that a legacy EA may have read: never to be written again."""


LedgerMessage = TradeIntent | TradeModify | TradeClose | ExecutionResult | Command


@sealed
@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One piece of unfinished work.

    ``key`` is derived from the work itself, so that noting it twice keeps one entry; ``n`` orders
    entries and numbers uplink frames (``<ledger_id>:<n>``).  ``boot_id`` and ``boot_ms`` (a clock
    that counts suspend) tell how much time has passed since; another boot = unknown, used up.
    """

    key: str
    n: int
    kind: LedgerKind
    account_id: AccountId
    message: LedgerMessage
    boot_id: str = ""
    boot_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerContents:
    """A ledger as found on disk; ``n`` is the highest number ever given out."""

    ledger_id: str
    n: int
    entries: tuple[LedgerEntry, ...]
