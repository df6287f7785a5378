"""Flattening and deleting pending orders: many tickets, one answer when none of them is left."""

from dataclasses import dataclass, field
from decimal import Decimal

from echo.domain.commands import CancelPendings, Flatten
from echo.domain.ids import CommandId, Ticket
from echo.terminal.answers import Answers
from echo.terminal.desk import Desk, result_of
from echo.terminal.lineage import current_position
from echo.terminal.orders import CloseLot, Deleted, DeletePending, LotClosed, Refused
from echo.terminal.patience import Patience, alarm_if_long


@dataclass(slots=True, kw_only=True)
class Sweep:
    """One command under way; ``asked`` maps requests on their way to their tickets."""

    command: Flatten | CancelPendings
    patience: Patience
    asked: dict[str, Ticket] = field(default_factory=dict)
    done_lot: Decimal = Decimal(0)
    done: int = 0


class Sweeps:
    """All sweeps without a result; they are tried until nothing is left to sweep."""

    def __init__(self, desk: Desk, answers: Answers) -> None:
        self._desk = desk
        self._answers = answers
        self._sweeps: dict[CommandId, Sweep] = {}

    def heard(self, command: Flatten | CancelPendings) -> None:
        """Take up a command that has no result yet; one that is under way goes on."""
        if command.command_id in self._sweeps:
            return
        sweep = Sweep(command=command, patience=Patience(since_mono_ms=self._desk.now.mono_ms))
        self._sweeps[command.command_id] = sweep
        self._step(sweep)

    def pump(self) -> None:
        """Go on with every sweep: something has changed."""
        for sweep in tuple(self._sweeps.values()):
            self._step(sweep)

    def due(self, command_id: CommandId) -> None:
        """The timer of one sweep is due: ask again for what was not answered."""
        sweep = self._sweeps.get(command_id)
        if sweep is not None:
            sweep.asked.clear()
            self._step(sweep)

    def broker_said(self, event: LotClosed | Deleted | Refused) -> bool:
        """Take the broker's answer; returns whether it was for one of the sweeps."""
        for sweep in self._sweeps.values():
            if sweep.asked.pop(event.ref, None) is None:
                continue
            if isinstance(event, Refused):
                sweep.patience.not_before_mono_ms = self._desk.now.mono_ms + sweep.patience.pause_ms
                key = f"sweep:{sweep.command.command_id}"
                alarm_if_long(self._desk, sweep.patience, key, f"code {event.code}")
                self._arm(sweep, sweep.patience.pause_ms)
            else:
                sweep.done += 1
                sweep.done_lot += event.lot if isinstance(event, LotClosed) else Decimal(0)
            self._step(sweep)
            return True
        return False

    def _step(self, sweep: Sweep) -> None:
        desk = self._desk
        if sweep.asked or not desk.conclusive:
            return
        left = self._left(sweep.command)
        if not left:
            self._settle(sweep)
            return
        if desk.now.mono_ms < sweep.patience.not_before_mono_ms:
            return
        attempt = sweep.patience.next_attempt()
        for ticket in left:
            ref = f"{desk.instance}:{sweep.command.command_id}:{attempt}:{ticket}"
            sweep.asked[ref] = ticket
            if isinstance(sweep.command, Flatten):
                desk.order(CloseLot(ref=ref, ticket=ticket))
            else:
                desk.order(DeletePending(ref=ref, ticket=ticket))
        self._arm(sweep, desk.settings.reply_ms_max)

    def _left(self, command: Flatten | CancelPendings) -> list[Ticket]:
        view = self._desk.view
        if isinstance(command, Flatten):
            found = (current_position(ticket, view) for ticket in command.tickets)
            return list(dict.fromkeys(each.ticket for each in found if each is not None))
        return [
            each.ticket
            for each in view.pendings
            if command.magic_number in (None, each.magic_number)
            and command.symbol in (None, each.symbol)
        ]

    def _settle(self, sweep: Sweep) -> None:
        del self._sweeps[sweep.command.command_id]
        self._desk.disarm(("sweep", sweep.command.command_id))
        what = "positions closed" if isinstance(sweep.command, Flatten) else "orders deleted"
        self._answers.give(
            result_of(
                sweep.command,
                success=True,
                sentence=f"{sweep.done} {what}",
                executed_lot=sweep.done_lot,
            )
        )

    def _arm(self, sweep: Sweep, after_ms: int) -> None:
        self._desk.arm(("sweep", sweep.command.command_id), after_ms)
