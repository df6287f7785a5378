"""Keeps stop loss and take profit of copies where they shall be.

A level that the broker would refuse for being too near is set at the nearest legal one first, and
at the wanted one as soon as the market allows.  Modifications and the protection that follows a
fill are the same work: reach these levels, whatever they are now.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Final

from echo.domain.accounts import Position
from echo.domain.answers import ExecutionResult
from echo.domain.commands import ModifyOrder
from echo.domain.copies import replace
from echo.domain.errors import ErrorCode
from echo.domain.ids import CommandId, Ticket, TradeId
from echo.domain.protection import Levels, nearest_legal
from echo.terminal.answers import Answers
from echo.terminal.desk import Desk, result_of
from echo.terminal.ledger import WantedLevels
from echo.terminal.lineage import root_ticket
from echo.terminal.opening import Reading, code_of, reading_of
from echo.terminal.orders import LevelsSet, Refused, SetLevels
from echo.terminal.patience import Patience, alarm_if_long
from echo.terminal.whereabouts import GONE, UNSEEN, whereabouts

LOOK_MS: Final = 1_000
"""How often a level that is not yet legal is tried again."""
REFUSALS_MAX: Final = 5
"""After each refusal there is a spread more of room for the market to move, so often at most."""


@dataclass(slots=True, kw_only=True)
class Goal:
    """Levels to reach; ``None`` in *wanted* until the position was seen, for a modification may
    leave one of them as it is.
    """

    trade_id: TradeId
    seq: int
    ticket: Ticket | None
    command: ModifyOrder | None
    wanted: Levels | None
    patience: Patience
    changes: tuple[ModifyOrder, ...] = ()
    """What leads to *wanted*, from *base*, or from the levels that the position has."""
    base: Levels | None = None
    ref: str = ""
    """Of the request on its way, which may be an older goal's: nothing is asked beside it."""
    watch_until_mono_ms: int = 0
    """An unanswered request may still be executed until then, and undo what was reached."""
    reached: bool = False
    """Whether the levels were once as wanted, or as near as the broker allows."""
    trouble: str = ""
    """What the broker said last."""
    alarmed: bool = False
    refusals: int = 0
    """How often in a row the broker found its levels too near."""
    stuck: bool = False
    """The broker refused to change one level because the other, as it is, is too near by now."""


class LevelKeeper:
    """The goals of all trades, one each: a newer one replaces an older.

    *pending* tells whether a trade's open is still being resolved.
    """

    def __init__(self, desk: Desk, answers: Answers, pending: Callable[[TradeId], bool]) -> None:
        self._desk = desk
        self._answers = answers
        self._pending = pending
        self._goals: dict[TradeId, Goal] = {}
        self._by_ref: dict[str, TradeId] = {}

    def restored(self) -> None:
        """Take up what a former life wanted: positions that are where they shall be are done."""
        view, owners = self._desk.view, self._desk.ledger.owners
        for position in view.positions:
            trade_id = owners.get(position.ticket) or owners.get(root_ticket(position, view))
            if trade_id is not None:
                self.protect(trade_id)

    def protect(self, trade_id: TradeId) -> None:
        """Set the levels that the order could not carry, if there are any."""
        wanted = self._desk.ledger.wanted.get(trade_id)
        if wanted is None or trade_id in self._goals:
            return
        self._goals[trade_id] = Goal(
            trade_id=trade_id,
            seq=wanted.seq,
            ticket=self._desk.ledger.tickets.get(trade_id),
            command=None,
            wanted=Levels(stop_loss=wanted.stop_loss, take_profit=wanted.take_profit),
            patience=Patience(since_mono_ms=self._desk.now.mono_ms),
        )
        self._strive(self._goals[trade_id])

    def heard(self, command: ModifyOrder) -> None:
        """Take up a modification, unless a newer one was taken up before."""
        under_way = self._goals.get(command.trade_id)
        if self.working_on(command.command_id):
            return
        newest = self._desk.ledger.modified_seq.get(command.trade_id, 0)
        if under_way is not None:
            newest = max(newest, under_way.seq)
        if command.seq <= newest:
            self._answers.give(_superseded(command, newest), seq=command.seq)
            return
        if under_way is not None and under_way.command is not None:
            self._answers.give(
                _superseded(under_way.command, command.seq), seq=under_way.command.seq
            )
        goal = Goal(
            trade_id=command.trade_id,
            seq=command.seq,
            ticket=command.ticket,
            command=command,
            wanted=None,
            patience=Patience(since_mono_ms=self._desk.now.mono_ms),
            changes=(command,),
        )
        if under_way is not None:
            # A level that this one leaves as it is may not be yet where the older one wants it.
            goal.base = under_way.wanted or under_way.base
            if under_way.wanted is None:
                goal.changes = (*under_way.changes, command)
            goal.ref = under_way.ref
            goal.watch_until_mono_ms = under_way.watch_until_mono_ms
        self._goals[command.trade_id] = goal
        self._strive(goal)

    def working_on(self, command_id: CommandId) -> bool:
        """Whether this modification is under way."""
        return any(
            goal.command is not None and goal.command.command_id == command_id
            for goal in self._goals.values()
        )

    def pump(self) -> None:
        """Go on with every goal: the market or the account has changed."""
        for goal in tuple(self._goals.values()):
            self._strive(goal)

    def due(self, trade_id: TradeId) -> None:
        """The timer of one goal is due."""
        goal = self._goals.get(trade_id)
        if goal is not None:
            self._strive(goal)

    def reply_due(self, trade_id: TradeId) -> None:
        """Nobody answered; levels may be set twice without harm, so ask again."""
        goal = self._goals.get(trade_id)
        if goal is not None and goal.ref:
            self._by_ref.pop(goal.ref, None)
            goal.ref = ""
            self._watch(goal)
            self._strive(goal)

    def broker_said(self, event: LevelsSet | Refused) -> bool:
        """Take the broker's answer; returns whether it was for one of the goals."""
        goal = self._goals.get(self._by_ref.pop(event.ref, TradeId("")))
        if goal is None:
            return False
        goal.ref = ""
        if isinstance(event, Refused):
            if reading_of(event.code, self._desk.view.terminal) is Reading.DOUBT:
                self._watch(goal)
            goal.trouble = f"code {event.code} {event.sentence}"
            if code_of(event.code, self._desk.view.terminal) is ErrorCode.INVALID_STOPS:
                goal.refusals += 1
                goal.stuck = True
            self._again(goal, goal.patience.pause_ms)
        else:
            goal.refusals, goal.stuck = 0, False
            self._strive(goal)
        return True

    def _strive(self, goal: Goal) -> None:
        desk = self._desk
        self._tell_if_long(goal)
        if goal.ref or self._pending(goal.trade_id):
            return
        position = whereabouts(desk, goal.trade_id, goal.ticket)
        if position is UNSEEN:
            return
        if position is GONE:
            self._gone(goal)
            return
        goal.wanted = goal.wanted or _wanted(goal, position)
        legal = self._legal(goal, goal.wanted, position)
        present = Levels(stop_loss=position.stop_loss, take_profit=position.take_profit)
        target = _kept(present, legal, goal.wanted)
        if target == present or (goal.stuck and target != legal):
            # Nothing nearer can be had: levels that stay where they are would be refused, too.
            self._reached(goal, present)
        elif desk.now.mono_ms >= goal.patience.not_before_mono_ms:
            self._ask(goal, position.ticket, target)
        else:
            wait_ms = goal.patience.not_before_mono_ms - desk.now.mono_ms
            desk.arm(("levels", goal.trade_id), wait_ms)

    def _ask(self, goal: Goal, ticket: Ticket, target: Levels) -> None:
        desk = self._desk
        goal.ref = f"{desk.instance}:levels:{goal.trade_id}:{goal.patience.next_attempt()}"
        goal.patience.not_before_mono_ms = desk.now.mono_ms + LOOK_MS
        self._by_ref[goal.ref] = goal.trade_id
        desk.order(
            SetLevels(
                ref=goal.ref,
                ticket=ticket,
                stop_loss=target.stop_loss,
                take_profit=target.take_profit,
            )
        )
        desk.arm(("levels_reply", goal.trade_id), desk.settings.reply_ms_max)

    def _legal(self, goal: Goal, wanted: Levels, position: Position) -> Levels:
        """Return what the broker takes, with room for a market that moves on the way to it."""
        desk = self._desk
        price, spec = desk.prices.get(position.symbol), desk.symbol(position.symbol)
        if price is None or spec is None:
            return wanted
        if goal.refusals:
            spread_points = ceil((price.ask - price.bid) / spec.point)
            room = max(spread_points, 1) * min(goal.refusals, REFUSALS_MAX)
            spec = replace(spec, stop_level_points=spec.stop_level_points + room)
        return nearest_legal(
            wanted, side=position.side, exit_price=price.exit(position.side), spec=spec
        )

    def _reached(self, goal: Goal, target: Levels) -> None:
        goal.reached = True
        if goal.command is not None and goal.wanted is not None:
            sentence = "" if target == goal.wanted else "set as near as the broker allows"
            result = result_of(goal.command, success=True, sentence=sentence)
            self._answers.give(
                replace(result, ticket=goal.ticket),
                seq=goal.seq,
                levels=WantedLevels(
                    seq=goal.seq,
                    stop_loss=goal.wanted.stop_loss,
                    take_profit=goal.wanted.take_profit,
                ),
            )
            goal.command = None
        if target == goal.wanted and self._desk.now.mono_ms >= self._watch_until(goal):
            self._drop(goal)
        else:
            self._desk.arm(("levels", goal.trade_id), LOOK_MS)

    def _watch(self, goal: Goal) -> None:
        goal.watch_until_mono_ms = self._desk.now.mono_ms + self._desk.settings.doubt_ms

    def _watch_until(self, goal: Goal) -> int:
        """Until when an older request may still be carried out, and undo what was reached.

        What was asked before a file was lost is not known: that is old enough a while after.
        """
        desk = self._desk
        if desk.ledger.warm:
            return goal.watch_until_mono_ms
        return max(goal.watch_until_mono_ms, desk.alone_since_mono_ms + desk.settings.doubt_ms)

    def _gone(self, goal: Goal) -> None:
        if goal.command is not None:
            result = result_of(
                goal.command,
                success=True,
                code=ErrorCode.NOT_FOUND,
                sentence=f"ticket {goal.ticket} is not open any more",
            )
            self._answers.give(result, seq=goal.seq)
        self._drop(goal)

    def _tell_if_long(self, goal: Goal) -> None:
        """Alarm about levels that are not reached, and at once about a position without any."""
        desk, patience = self._desk, goal.patience
        waited_ms = desk.now.mono_ms - patience.since_mono_ms
        if goal.reached:
            return
        if not goal.alarmed and waited_ms >= desk.settings.protect_within_ms:
            goal.alarmed = True
            desk.alarm(
                f"unprotected:{goal.trade_id}",
                "UNPROTECTED",
                f"levels of trade {goal.trade_id} are not set after {waited_ms} ms: {goal.trouble}",
                goal.trade_id,
            )
        alarm_if_long(
            desk, patience, f"levels:{goal.trade_id}", goal.trouble or "waits", goal.trade_id
        )

    def _again(self, goal: Goal, after_ms: int) -> None:
        goal.patience.not_before_mono_ms = self._desk.now.mono_ms + after_ms
        self._desk.arm(("levels", goal.trade_id), after_ms)

    def _drop(self, goal: Goal) -> None:
        del self._goals[goal.trade_id]
        self._by_ref.pop(goal.ref, None)
        self._desk.disarm(("levels", goal.trade_id))
        self._desk.disarm(("levels_reply", goal.trade_id))


def _wanted(goal: Goal, position: Position) -> Levels:
    """Fill in what the modifications leave as it is; 0 removes a level."""
    base = goal.base or Levels(stop_loss=position.stop_loss, take_profit=position.take_profit)
    stop_loss, take_profit = base.stop_loss, base.take_profit
    for change in goal.changes:
        stop_loss = _level(change.stop_loss, stop_loss)
        take_profit = _level(change.take_profit, take_profit)
    return Levels(stop_loss=stop_loss, take_profit=take_profit)


def _kept(present: Levels, legal: Levels, wanted: Levels) -> Levels:
    """Return *legal*, but with the levels that are nearer to the wanted ones as they are."""
    return Levels(
        stop_loss=_nearer(present.stop_loss, legal.stop_loss, wanted.stop_loss),
        take_profit=_nearer(present.take_profit, legal.take_profit, wanted.take_profit),
    )


def _nearer(
    present: Decimal | None, legal: Decimal | None, wanted: Decimal | None
) -> Decimal | None:
    """Keep a level that is nearer to the wanted one than what the market allows just now."""
    if present is None or legal is None or wanted is None:
        return legal
    return present if abs(present - wanted) < abs(legal - wanted) else legal


def _level(asked: Decimal | None, present: Decimal | None) -> Decimal | None:
    if asked is None:
        return present
    return asked or None


def _superseded(command: ModifyOrder, newest: int) -> ExecutionResult:
    return result_of(
        command,
        success=True,
        code=ErrorCode.SEQ_CONFLICT,
        sentence=f"superseded by modification {newest}",
    )
