"""Opens, step by step: the only work of a slave EA that cannot simply be done again.

Known, buried, already there, perhaps a former life's, out of time, not alone, out of bounds: each
is looked at, in this order, before every attempt.  Then the intention goes to disk, then the order
to the broker.
"""

from collections.abc import Callable
from decimal import Decimal

from echo.domain.answers import ExecutionResult
from echo.domain.commands import CommandKind, ExecuteOrder
from echo.domain.errors import ErrorCode, Refusal
from echo.domain.ids import NO_TRADE, CommandId, TradeId, order_tag
from echo.terminal.answers import Answers
from echo.terminal.desk import Desk
from echo.terminal.doubts import Doubts
from echo.terminal.effects import OrderBlocked, OrderLeaving
from echo.terminal.entries import EntryChecks
from echo.terminal.opening import (
    Opening,
    Reading,
    Stage,
    code_of,
    intention_of,
    may_be_set,
    placed_now,
    reading_of,
    wanted_of_unnoted,
)
from echo.terminal.orders import Filled, Refused, SendOrder

Opened = Callable[[TradeId], None]


class Openings:
    """All opens without a result.  *opened* hears of each fill, for what has to follow it."""

    def __init__(self, desk: Desk, answers: Answers, opened: Opened) -> None:
        self._desk = desk
        self._answers = answers
        self._opened = opened
        self._checks = EntryChecks(desk)
        self._openings: dict[CommandId, Opening] = {}
        self._by_ref: dict[str, CommandId] = {}
        self._doubts = Doubts(desk, self._openings, self._settle)

    def restored(self) -> None:
        """Doubt everything that a former life was about to send."""
        for intention in tuple(self._desk.ledger.unresolved.values()):
            if intention.kind is CommandKind.EXECUTE:
                opening = Opening(
                    command_id=intention.command,
                    trade_id=intention.trade,
                    command=None,
                    intention=intention,
                )
                self._openings[intention.command] = opening
                self._doubts.enter(opening)

    def heard(self, command: ExecuteOrder) -> None:
        """Take up an open that has no result yet; one that is under way goes on undisturbed."""
        if command.command_id in self._openings:
            return
        opening = Opening(
            command_id=command.command_id,
            trade_id=command.trade_id,
            command=command,
            server_ms=self._desk.view.server_time_ms,
            received_wall_ms=self._desk.now.wall_ms,
        )
        self._openings[command.command_id] = opening
        self._proceed(opening, command)

    def bury(self, trade_id: TradeId) -> None:
        """Its master has closed the trade: what has not been sent is not sent any more."""
        for opening in tuple(self._openings.values()):
            if opening.trade_id == trade_id and opening.stage is Stage.WAITING:
                self._refuse(opening, _buried(trade_id))

    def pending(self, trade_id: TradeId) -> bool:
        """Whether the broker may still come to hold a position of this trade."""
        return any(
            opening.trade_id == trade_id and opening.stage is not Stage.WAITING
            for opening in self._openings.values()
        )

    def pump(self) -> None:
        """Go on with everything that waits: something has changed."""
        for opening in tuple(self._openings.values()):
            if opening.command_id not in self._openings:
                continue
            if opening.stage is Stage.WAITING and opening.command is not None:
                self._proceed(opening, opening.command)
            elif opening.stage is Stage.DOUBT:
                self._doubts.glance(opening)

    def due(self, purpose: str, command_id: CommandId) -> None:
        """A timer of one open is due: go on, look, or doubt because nobody answered."""
        opening = self._openings.get(command_id)
        if opening is None:
            return
        if purpose == "open" and opening.stage is Stage.WAITING and opening.command is not None:
            self._proceed(opening, opening.command)
        elif purpose == "reply" and opening.stage is Stage.SENT:
            self._doubts.enter(opening)
        elif purpose == "look" and opening.stage is Stage.DOUBT:
            self._doubts.look(opening)

    def pipe_closed(self) -> None:
        """Forget what only the session promised; what the broker refused stays refused."""
        for opening in tuple(self._openings.values()):
            if opening.stage is not Stage.WAITING:
                continue
            if opening.refused is not None:
                self._refuse(opening, Refusal(ErrorCode.SESSION_CLOSED, "the pipe is gone"))
            else:
                self._forget(opening)

    def broker_said(self, event: Filled | Refused) -> None:
        """Take the broker's answer to an open, also when it comes after the doubt began."""
        opening = self._openings.get(self._by_ref.pop(event.ref, CommandId("")))
        if opening is None:
            if isinstance(event, Filled) and event.ref.startswith(f"{self._desk.instance}:"):
                self._filled_late(event)
            return
        if isinstance(event, Filled):
            spec = self._desk.symbol(opening.flight_key[0])
            point = spec.point if spec is not None else Decimal(1)
            result = opening.filled(
                self._desk.settings.account_id,
                event,
                point=point,
                wall_ms=self._desk.now.wall_ms,
            )
            self._settle(opening, result)
            return
        self._refused(opening, event)

    def _filled_late(self, event: Filled) -> None:
        command_id, _, _ = event.ref.removeprefix(f"{self._desk.instance}:").rpartition(":")
        given_up = self._desk.ledger.results.get(CommandId(command_id))
        self._desk.alarm(
            f"late:{event.ref}",
            "LATE_FILL",
            f"ticket {event.ticket} was filled after its open had been given up",
            NO_TRADE if given_up is None else given_up.trade_id,
        )

    def not_written(self, command_id: CommandId) -> None:
        """The intention is not on disk, so the order did not leave, and must not."""
        opening = self._openings.get(command_id)
        if opening is None:
            return
        self._desk.ledger.not_asked(command_id)
        opening.refused = None
        result = opening.result(
            self._desk.settings.account_id,
            success=False,
            code=ErrorCode.LEDGER_UNWRITABLE,
            sentence="the ledger cannot be written, so nothing was ordered",
        )
        self._forget(opening)
        self._answers.give_unwritten(result)

    def _proceed(self, opening: Opening, command: ExecuteOrder) -> None:
        desk = self._desk
        if command.trade_id in desk.ledger.tombstones:
            self._refuse(opening, _buried(command.trade_id))
            return
        if opening.not_before_mono_ms > desk.now.mono_ms:
            self._wait(opening, command)
            return
        if self._already_there(opening, command):
            return
        left_ms = self._checks.ttl_left_ms(command)
        if left_ms is None:
            return  # The next pong goes on with it, or the pipe ends.
        verdict = self._verdict(opening, command, left_ms)
        if isinstance(verdict, Refusal):
            self._refuse(opening, verdict)
        elif verdict is not None:
            self._wait(opening, command)
        else:
            self._send(opening, command)

    def _already_there(self, opening: Opening, command: ExecuteOrder) -> bool:
        """Adopt a fill that is there, or doubt what may be one."""
        desk = self._desk
        found = desk.tagged(opening.sought)
        if found:
            if not self._doubts.adopt(opening, found):
                self._doubts.enter(opening)
            return True
        if desk.link.probe.probed_at_mono_ms is None:
            return False
        if opening.attempts == 0 and self._checks.may_be_a_former_lifes(command):
            opening.cold = True
            opening.age_ms = self._checks.age_ms(command)
            self._doubts.enter(opening)
            return True
        return False

    def _verdict(
        self, opening: Opening, command: ExecuteOrder, left_ms: int
    ) -> Refusal | str | None:
        """A refusal, what it waits for, or ``None``: nothing stands in the way."""
        if left_ms <= 0:
            return _too_late(opening, left_ms)
        place = self._checks.refuse_place(command)
        if place is not None:
            return place
        if not self._desk.view.synchronised:
            return "the terminal does not show everything yet"
        before, opening.blocked_by = opening.blocked_by, self._rival(opening)
        if opening.blocked_by is not None:
            if before is None:
                self._desk.observe(
                    OrderBlocked(command_id=command.command_id, trade_id=command.trade_id)
                )
            return f"{opening.blocked_by} is not resolved yet"
        price = self._checks.refuse_price(opening, command)
        return self._checks.refuse_excess(command) if price is None else price

    def _rival(self, opening: Opening) -> CommandId | None:
        for each in self._openings.values():
            if (
                each is not opening
                and each.stage is not Stage.WAITING
                and each.flight_key == opening.flight_key
            ):
                return each.command_id
        return None

    def _wait(self, opening: Opening, command: ExecuteOrder) -> None:
        left_ms = self._checks.ttl_left_ms(command) or 0
        pause_ms = opening.not_before_mono_ms - self._desk.now.mono_ms
        if pause_ms > 0:
            left_ms = min(left_ms, pause_ms)
        self._desk.arm(("open", opening.command_id), max(left_ms, 1))

    def _send(self, opening: Opening, command: ExecuteOrder) -> None:
        desk = self._desk
        opening.attempts += 1
        price, spec = desk.prices[command.symbol], desk.symbol(command.symbol)
        placed = placed_now(command, bare=opening.bare, price=price, spec=spec)
        opening.intention = intention_of(
            command, tag=order_tag(command.trade_id), view=desk.view, later=placed.protect
        )
        opening.stage = Stage.SENT
        opening.sent_mono_ms = desk.now.mono_ms
        opening.sent_wall_ms = desk.now.wall_ms
        opening.sent_at = price
        opening.ref = f"{desk.instance}:{command.command_id}:{opening.attempts}"
        self._by_ref[opening.ref] = command.command_id
        self._checks.sent(command)
        desk.append(desk.ledger.intends(opening.intention, at_ms=desk.now.wall_ms))
        desk.observe(OrderLeaving(command_id=command.command_id, trade_id=command.trade_id))
        desk.order(
            SendOrder(
                ref=opening.ref,
                symbol=command.symbol,
                side=command.side,
                lot=command.lot,
                magic_number=command.magic_number,
                comment=command.comment,
                stop_loss=placed.with_order.stop_loss,
                take_profit=placed.with_order.take_profit,
                price=price.entry(command.side),
                deviation_points=command.max_slippage_points,
            )
        )
        desk.arm(("reply", command.command_id), desk.settings.reply_ms_max)

    def _refused(self, opening: Opening, event: Refused) -> None:
        desk = self._desk
        terminal = desk.view.terminal
        reading = reading_of(event.code, terminal)
        if reading is Reading.DOUBT:
            if opening.stage is Stage.SENT:
                self._doubts.enter(opening)
            return
        opening.refused = event
        opening.refused_code = code_of(event.code, terminal)
        goes_bare = self._may_go_bare(opening)
        if opening.command is None or (reading is Reading.DEFINITE_NO and not goes_bare):
            self._settle(opening, opening.rejection(desk.settings.account_id))
            return
        if not desk.link.up:
            self._refuse(opening, Refusal(ErrorCode.SESSION_CLOSED, "the pipe is gone"))
            return
        opening.stage = Stage.WAITING
        opening.bare = opening.bare or goes_bare
        opening.not_before_mono_ms = desk.now.mono_ms + desk.settings.retry_pause_ms
        self._wait(opening, opening.command)

    def _may_go_bare(self, opening: Opening) -> bool:
        """Whether the broker might take the order without the levels, which then follow it."""
        command = opening.command
        if opening.refused_code is not ErrorCode.INVALID_STOPS or opening.bare:
            return False
        if command is None or command.protect is not None:
            return False
        price = self._desk.prices.get(command.symbol)
        return price is not None and may_be_set(command, price)

    def _refuse(self, opening: Opening, refusal: Refusal) -> None:
        self._settle(opening, opening.refusal(self._desk.settings.account_id, refusal))

    def _settle(self, opening: Opening, result: ExecutionResult) -> None:
        self._forget(opening)
        levels = wanted_of_unnoted(opening) if result.success else None
        self._answers.give(result, levels=levels)
        if result.success:
            self._opened(opening.trade_id)

    def _forget(self, opening: Opening) -> None:
        del self._openings[opening.command_id]
        self._by_ref.pop(opening.ref, None)
        for purpose in ("open", "reply", "look"):
            self._desk.disarm((purpose, opening.command_id))


def _buried(trade_id: TradeId) -> Refusal:
    return Refusal(ErrorCode.CLOSED_BEFORE_OPEN, f"trade {trade_id} is closed already")


def _too_late(opening: Opening, left_ms: int) -> Refusal:
    if opening.blocked_by is not None:
        return Refusal(
            ErrorCode.SINGLE_FLIGHT,
            f"no time left after waiting for {opening.blocked_by}, which looks the same",
        )
    return Refusal(ErrorCode.STALE, f"its time was used up {-left_ms} ms ago")
