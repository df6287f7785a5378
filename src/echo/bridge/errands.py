"""Errands: the commands that this Agent has yet to bring to an EA, by account."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Final

from echo.bridge.ea import Ea
from echo.bridge.opens import OpenClock
from echo.domain.commands import (
    CancelPendings,
    CloseOrder,
    Command,
    ExecuteOrder,
    Flatten,
    ModifyOrder,
    ReduceOrder,
)
from echo.domain.copies import replace
from echo.domain.handshake import Feature
from echo.domain.ids import AccountId, CommandId

ERRANDS_MAX: Final = 10_000
"""Commands that one account may have waiting; one more is not taken, and the Core repeats it."""


class Warrant(Enum):
    """Whether the ledger says that a legacy EA may read an open: it must, before the write."""

    NONE = "none"
    ASKED = "asked"
    ON_DISK = "on_disk"


@dataclass(slots=True)
class Errand:
    """One command, and how far it has come.

    ``clock`` ``None`` for an open = its sender's clock is not known yet on ``stream``.
    ``restored``: a former life had it.  ``life``: of the EA it was last written to; ``again``: an
    earlier life of it may have read it.  ``written``: an EA may have read it, in session
    ``session``; ``delivered``: it need not be written again in that session.  ``refused``: what a
    legacy EA said when it turned it away.
    """

    command: Command
    account_id: AccountId
    n: int
    received_at_ms: int
    stream: int | None
    clock: OpenClock | None = None
    noted: bool = False
    restored: bool = False
    life: str = ""
    again: bool = False
    warrant: Warrant = Warrant.NONE
    session: int | None = None
    written: bool = False
    written_mono_ms: int = 0
    delivered: bool = False
    sends: int = 0
    due_mono_ms: int = 0
    refused: str | None = None
    first_price: Decimal | None = None
    """Of an open: what it would have paid when it came, or as soon as a quote told."""
    held_told: bool = False
    """People were told that it waits at a shut gate."""

    @property
    def command_id(self) -> CommandId:
        """The command's id."""
        return self.command.command_id

    def rest(self) -> None:
        """The session is over: in the next one it is to be written anew."""
        self.delivered = False
        self.sends = 0
        self.due_mono_ms = 0


class Errands:
    """All errands; accounts do not know of each other, so none waits for another's EA."""

    def __init__(self) -> None:
        self._by_id: dict[CommandId, Errand] = {}
        self._by_account: dict[AccountId, dict[CommandId, Errand]] = {}

    def get(self, command_id: CommandId) -> Errand | None:
        """Return an errand that is not settled, or ``None``."""
        return self._by_id.get(command_id)

    def full(self, account_id: AccountId) -> bool:
        """Whether the account has no room for another one."""
        return len(self._by_account.get(account_id, ())) >= ERRANDS_MAX

    def of(self, account_id: AccountId) -> Iterable[Errand]:
        """Return the account's errands in the order of their arrival, safe to settle meanwhile."""
        return tuple(self._by_account.get(account_id, {}).values())

    def add(self, errand: Errand) -> None:
        """Keep an errand until it is settled."""
        self._by_id[errand.command_id] = errand
        self._by_account.setdefault(errand.account_id, {})[errand.command_id] = errand

    def remove(self, errand: Errand) -> None:
        """Forget a settled errand."""
        self._by_id.pop(errand.command_id, None)
        account = self._by_account.get(errand.account_id, {})
        account.pop(errand.command_id, None)
        if not account:
            self._by_account.pop(errand.account_id, None)


def unsupported(command: Command, ea: Ea) -> str:
    """Say why *ea* must not get *command*; empty = it may."""
    match command:
        case ModifyOrder() if not ea.offers(Feature.MODIFY):
            return f"the EA of account {ea.account_id} cannot modify"
        case ReduceOrder() if not ea.offers(Feature.PARTIAL_CLOSE):
            return f"the EA of account {ea.account_id} cannot close a part"
        case CancelPendings() | Flatten() if not ea.lossless:
            return f"the EA of account {ea.account_id} does not know {command.kind.value}"
        case CloseOrder() | ModifyOrder() | ReduceOrder() if not ea.lossless:
            # Ticket 0 makes a legacy EA close whatever it finds first.
            return "" if command.ticket > 0 else "a legacy EA is never sent a ticket 0"
        case _:
            return ""


def stamped(errand: Errand, ea: Ea, now_mono_ms: int) -> Command:
    """Return the frame for *ea*: with its epoch, and an open's time as it stands now."""
    command = errand.command
    if isinstance(command, (CancelPendings, Flatten)):
        return command
    stamps = replace(command.timestamps, t4_agent_recv_ms=errand.received_at_ms)
    if isinstance(command, ReduceOrder):
        command = replace(command, again=errand.again or errand.restored)
    if not isinstance(command, ExecuteOrder) or errand.clock is None:
        return replace(command, session_epoch=ea.epoch, timestamps=stamps)
    return replace(
        command,
        session_epoch=ea.epoch,
        timestamps=stamps,
        ttl_ms=errand.clock.left_ms(now_mono_ms),
        age_ms=errand.clock.age_ms(now_mono_ms),
        sent_mono_ms=now_mono_ms,
        first=False,
    )


def noted_form(errand: Errand, now_mono_ms: int) -> Command:
    """Return the command as the ledger should keep it: an open's time as it stands now.

    A later life cannot tell any more whether this one has brought it.
    """
    command = errand.command
    if not isinstance(command, ExecuteOrder):
        return command
    if errand.clock is None:
        # How long it was under way will never be known.
        ttl_ms = None if command.ttl_ms is None else 0
        return replace(command, ttl_ms=ttl_ms, age_ms=None, sent_mono_ms=None, first=False)
    return replace(
        command,
        ttl_ms=errand.clock.left_ms(now_mono_ms),
        age_ms=errand.clock.age_ms(now_mono_ms),
        sent_mono_ms=None,
        first=False,
    )
