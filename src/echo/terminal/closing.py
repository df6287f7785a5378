"""Closes and reductions of copies: states to reach, tried until they are reached.

The jobs of one trade are done one after the other.  None of them grows too old; a broker that
refuses is asked again, and a person is told.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from echo.domain.accounts import Position
from echo.domain.answers import ExecutionResult
from echo.domain.commands import CloseOrder, CommandKind, ReduceOrder, Residual
from echo.domain.copies import replace
from echo.domain.errors import ErrorCode
from echo.domain.ids import CommandId, Ticket, TradeId
from echo.domain.quantities import floor_to_step
from echo.domain.specs import SymbolMapping
from echo.terminal.answers import Answers
from echo.terminal.desk import Desk, result_of
from echo.terminal.ledger import Intention
from echo.terminal.lineage import came_from, same_origin
from echo.terminal.opening import Reading, code_of, reading_of
from echo.terminal.orders import CloseLot, LotClosed, Refused
from echo.terminal.patience import Patience, alarm_if_long
from echo.terminal.whereabouts import GONE, UNSEEN, whereabouts


@dataclass(slots=True, kw_only=True)
class Job:
    """One command under way."""

    command: CloseOrder | ReduceOrder
    patience: Patience
    ref: str = ""
    trouble: str = ""
    """What the broker said last."""
    doubt_until_mono_ms: int = 0
    """Until then an unanswered reduction may still be executed; a second one would add to it."""


class Closings:
    """All closes and reductions without a result.

    *pending* tells whether a trade's open is still being resolved; its jobs wait for that.
    """

    def __init__(self, desk: Desk, answers: Answers, pending: Callable[[TradeId], bool]) -> None:
        self._desk = desk
        self._answers = answers
        self._pending = pending
        self._lanes: dict[TradeId, list[Job]] = {}
        self._by_ref: dict[str, Job] = {}

    def heard(self, command: CloseOrder | ReduceOrder) -> None:
        """Take up a command that has no result yet; one that is under way goes on."""
        lane = self._lanes.setdefault(command.trade_id, [])
        if any(job.command.command_id == command.command_id for job in lane):
            return
        job = Job(command=command, patience=Patience(since_mono_ms=self._desk.now.mono_ms))
        asked_before = command.command_id in self._desk.ledger.unresolved
        if asked_before or (isinstance(command, ReduceOrder) and command.again):
            # A former life asked for it, or may have: the broker may still come to do it.
            job.doubt_until_mono_ms = self._desk.started_mono_ms + self._desk.settings.doubt_ms
        lane.append(job)
        self._advance(command.trade_id)

    def pump(self) -> None:
        """Go on with every lane: something has changed."""
        for trade_id in tuple(self._lanes):
            self._advance(trade_id)

    def due(self, trade_id: TradeId) -> None:
        """The timer of one lane is due."""
        self._advance(trade_id)

    def reply_due(self, command_id: CommandId) -> None:
        """Nobody answered."""
        for job in tuple(self._by_ref.values()):
            if job.command.command_id == command_id and job.ref:
                self._by_ref.pop(job.ref)
                self._doubt(job)
                self._advance(job.command.trade_id)

    def broker_said(self, event: LotClosed | Refused) -> bool:
        """Take the broker's answer; returns whether it was for one of the jobs."""
        job = self._by_ref.pop(event.ref, None)
        if job is None:
            return False
        if isinstance(event, LotClosed):
            self._closed(job, event)
        else:
            self._refused(job, event)
        self._advance(job.command.trade_id)
        return True

    def not_written(self, command_id: CommandId) -> None:
        """The intention is not on disk, so the reduction did not leave; try again in a while."""
        for job in tuple(self._by_ref.values()):
            if job.command.command_id == command_id:
                self._by_ref.pop(job.ref)
                job.ref = ""
                self._desk.ledger.not_asked(command_id)
                self._again(job, job.patience.pause_ms)

    def _advance(self, trade_id: TradeId) -> None:
        """Do the next job of a lane; a close goes first, for it makes the reductions needless."""
        while (lane := self._lanes.get(trade_id)) and not self._pending(trade_id):
            if any(job.ref for job in lane):
                return
            job = next((each for each in lane if isinstance(each.command, CloseOrder)), lane[0])
            alarm_if_long(
                self._desk,
                job.patience,
                f"close:{job.command.command_id}",
                f"{job.command.kind} of ticket {job.command.ticket}: {job.trouble or 'waits'}",
                job.command.trade_id,
            )
            if not self._step(job):
                return

    def _step(self, job: Job) -> bool:
        """Do what is next; returns whether the job is over."""
        position = whereabouts(self._desk, job.command.trade_id, job.command.ticket or None)
        if position is UNSEEN:
            return False
        if isinstance(job.command, ReduceOrder):
            return self._step_reduce(job, job.command, position)
        if position is GONE:
            self._settle(job, _nothing_left(job.command))
            return True
        if self._foreign(job, position):
            return True
        if self._may_ask(job):
            self._ask(job, position.ticket, None)
        return False

    def _may_ask(self, job: Job) -> bool:
        return self._desk.now.mono_ms >= job.patience.not_before_mono_ms

    def _step_reduce(self, job: Job, command: ReduceOrder, position: Position | object) -> bool:
        earlier = self._desk.ledger.unresolved.get(command.command_id)
        if not isinstance(position, Position):
            position = self._rest_by_shape(earlier)
        if not isinstance(position, Position):
            self._settle(job, _nothing_left(command))
            return True
        if self._foreign(job, position):
            return True
        spec = self._desk.symbol(position.symbol)
        if spec is None:
            return False
        lot = excess(position.lot, command.remaining_lot, command.residual, spec)
        if lot <= 0:
            self._settle(job, self._already(job, command, position, earlier))
            return True
        if self._desk.now.mono_ms < job.doubt_until_mono_ms:
            left_ms = job.doubt_until_mono_ms - self._desk.now.mono_ms
            self._desk.arm(("close", command.trade_id), left_ms)
            return False
        if not self._may_ask(job):
            return False
        self._intend(command, position)
        self._ask(job, position.ticket, lot if lot < position.lot else None)
        return False

    def _rest_by_shape(self, earlier: Intention | None) -> Position | None:
        """Find what a reduction left when the server dropped the comment that names it."""
        if earlier is None or earlier.remaining is None:
            return None
        alike = [
            each
            for each in self._desk.view.positions
            if each.side is earlier.side
            and each.ticket not in self._desk.ledger.owners
            and came_from(each.comment) is None
            and each.lot == earlier.remaining
            and same_origin(
                each,
                symbol=earlier.symbol,
                magic_number=earlier.magic,
                open_time_ms=earlier.open_time_ms,
                open_price=earlier.open_price,
            )
        ]
        return alike[0] if len(alike) == 1 else None

    def _already(
        self, job: Job, command: ReduceOrder, position: Position, earlier: Intention | None
    ) -> ExecutionResult:
        """The volume is down already: by this command in a doubtful moment, or by others."""
        closed = Decimal(0)
        if earlier is not None and earlier.lot > position.lot:
            closed = earlier.lot - position.lot
        self._follow(command.trade_id, command.ticket, position.ticket)
        result = result_of(command, success=True, executed_lot=closed)
        moved = position.ticket != command.ticket
        return replace(result, ticket=command.ticket, new_ticket=position.ticket if moved else None)

    def _intend(self, command: ReduceOrder, position: Position) -> None:
        desk = self._desk
        intention = Intention(
            command=command.command_id,
            trade=command.trade_id,
            kind=CommandKind.REDUCE,
            symbol=position.symbol,
            side=position.side,
            lot=position.lot,
            magic=position.magic_number,
            server_ms=desk.view.server_time_ms,
            ticket=position.ticket,
            remaining=command.remaining_lot,
            open_time_ms=position.open_time_ms,
            open_price=position.open_price,
        )
        desk.append(desk.ledger.intends(intention, at_ms=desk.now.wall_ms))

    def _ask(self, job: Job, ticket: Ticket, lot: Decimal | None) -> None:
        desk = self._desk
        attempt = job.patience.next_attempt()
        job.ref = f"{desk.instance}:{job.command.command_id}:{attempt}"
        self._by_ref[job.ref] = job
        desk.order(CloseLot(ref=job.ref, ticket=ticket, lot=lot))
        desk.arm(("close_reply", job.command.command_id), desk.settings.reply_ms_max)

    def _closed(self, job: Job, event: LotClosed) -> None:
        job.ref = ""
        if event.new_ticket is not None:
            self._follow(job.command.trade_id, event.ticket, event.new_ticket)
        whole = event.remaining == 0
        result = result_of(
            job.command,
            success=True,
            sentence="closed" if whole and isinstance(job.command, ReduceOrder) else "",
            executed_lot=event.lot,
        )
        self._settle(
            job,
            replace(
                result,
                ticket=event.ticket,
                executed_price=event.price,
                new_ticket=event.new_ticket,
                timestamps=replace(result.timestamps, t7_order_filled_ms=self._desk.now.wall_ms),
            ),
        )

    def _refused(self, job: Job, event: Refused) -> None:
        terminal = self._desk.view.terminal
        if reading_of(event.code, terminal) is Reading.DOUBT:
            self._doubt(job)
        job.ref = ""
        job.trouble = f"code {event.code} {code_of(event.code, terminal).name}"
        self._again(job, job.patience.pause_ms)

    def _doubt(self, job: Job) -> None:
        job.ref = ""
        job.doubt_until_mono_ms = self._desk.now.mono_ms + self._desk.settings.doubt_ms

    def _again(self, job: Job, after_ms: int) -> None:
        job.patience.not_before_mono_ms = self._desk.now.mono_ms + after_ms
        self._desk.arm(("close", job.command.trade_id), after_ms)

    def _follow(self, trade_id: TradeId, old: Ticket, new: Ticket) -> None:
        desk = self._desk
        if old != new and desk.ledger.owners.get(new) != trade_id:
            desk.append(desk.ledger.follows(trade_id, old, new, at_ms=desk.now.wall_ms))

    def _foreign(self, job: Job, position: Position) -> bool:
        """Whether the ticket is somebody else's position; then it is not touched."""
        command = job.command
        same_symbol = not command.symbol or position.symbol.upper() == command.symbol.upper()
        if same_symbol and position.magic_number == command.magic_number:
            return False
        sentence = (
            f"ticket {position.ticket} is {position.symbol} with magic {position.magic_number},"
            f" not {command.symbol} with {command.magic_number}"
        )
        self._desk.alarm(
            f"foreign:{command.command_id}", "FOREIGN_POSITION", sentence, command.trade_id
        )
        result = result_of(command, success=False, code=ErrorCode.NOT_FOUND, sentence=sentence)
        self._settle(job, result)
        return True

    def _settle(self, job: Job, result: ExecutionResult) -> None:
        trade_id = job.command.trade_id
        lane = self._lanes[trade_id]
        lane.remove(job)
        if not lane:
            del self._lanes[trade_id]
        self._desk.disarm(("close", trade_id))
        self._desk.disarm(("close_reply", job.command.command_id))
        self._answers.give(result, seq=job.command.seq)


def excess(
    lot: Decimal, remaining_lot: Decimal, residual: Residual, spec: SymbolMapping
) -> Decimal:
    """How much of *lot* must be closed so that *remaining_lot* is left; 0 = nothing.

    Rounded down to the step: rather a little too much is left than too little.  A rest below the
    broker's smallest lot is closed too, or lifted to that smallest lot, as *residual* says.
    """
    if lot <= remaining_lot:
        return Decimal(0)
    target = remaining_lot
    if target < spec.min_lot:
        if residual is Residual.CLOSE:
            return lot
        target = spec.min_lot
    part = floor_to_step(lot - target, spec.lot_step)
    return part if part >= spec.min_lot else Decimal(0)


def _nothing_left(command: CloseOrder | ReduceOrder) -> ExecutionResult:
    result = result_of(
        command,
        success=True,
        code=ErrorCode.NOT_FOUND,
        sentence=f"ticket {command.ticket} is not open",
        executed_lot=Decimal(0),
    )
    return replace(result, ticket=command.ticket or None)
