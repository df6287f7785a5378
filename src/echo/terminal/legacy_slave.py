"""A slave EA as it is deployed in the field: protocol 1 and 2, faults included.

It reads once a second, remembers the last thousand command ids in memory, answers a repeated one
with silence, tries every order once, and keeps nothing on disk.
"""

from collections import deque
from decimal import Decimal
from typing import Final

from echo.domain.accounts import Position, StateSnapshot
from echo.domain.answers import ExecutionResult
from echo.domain.commands import CloseOrder, ExecuteOrder
from echo.domain.copies import replace
from echo.domain.errors import MT4_CODES, ErrorCode
from echo.domain.handshake import SymbolRegistrationResult
from echo.domain.ids import CommandId, Ticket
from echo.domain.quantities import Instant
from echo.domain.sessions import Pong
from echo.terminal.desk import result_of
from echo.terminal.effects import Effect
from echo.terminal.events import (
    Attached,
    BrokerSaid,
    Due,
    Event,
    Heard,
    PipeDown,
    PipeUp,
    Seen,
    Ticked,
)
from echo.terminal.orders import BrokerEvent, CloseLot, Filled, LotClosed, Refused, SendOrder
from echo.terminal.reports import (
    QuoteBoard,
    handshake,
    quote_of,
    spec_report,
)
from echo.terminal.settings import EaSettings
from echo.terminal.workplace import Workplace

PONG_TIMEOUT_MS: Final = 3_000
READ_MS: Final = 1_000
SPECS_MS: Final = 5_000
LINES_PER_TURN: Final = 64
REMEMBERED_MAX: Final = 1_000
COMMENT_CHARS: Final = 31
SLIPPAGE_POINTS: Final = Decimal(3)
LOT_PLACES: Final = Decimal("0.01")

READ: Final = ("read",)
SPECS: Final = ("specs",)


class LegacySlaveEa:
    """The brain of a legacy slave."""

    def __init__(self, settings: EaSettings) -> None:
        self._place = Workplace(replace(settings, pong_timeout_ms=PONG_TIMEOUT_MS))
        self._unread: deque[ExecuteOrder | CloseOrder] = deque()
        self._seen: deque[CommandId] = deque(maxlen=REMEMBERED_MAX)
        self._asked: dict[str, ExecuteOrder | CloseOrder] = {}
        self._attempts = 0
        self._board = QuoteBoard()

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        """Take an event; return what must be done, in order."""
        place = self._place
        place.now = now
        match event:
            case Attached():
                place.instance = event.instance
                place.see(event.view)
                place.link.attached(event.instance)
                place.arm(READ, READ_MS)
            case PipeUp():
                self._pipe_up()
            case PipeDown():
                self._unread.clear()
                place.do(*place.link.closed())
                place.disarm(SPECS)
            case Heard(message):
                place.link.heard(now)
                self._heard(message)
            case Seen(view):
                place.see(view)
            case Ticked(prices):
                place.prices.update(prices)
                self._tell_quotes()
            case BrokerSaid(said):
                self._broker_said(said)
            case Due(key):
                self._due(key)
            case _:
                pass  # It has no files.
        return place.take_effects()

    def _pipe_up(self) -> None:
        place = self._place
        pulse = place.link.opened(place.now)
        place.say(
            handshake(
                place.settings, place.view, instance=place.instance, ledger_n=0, now=place.now
            )
        )
        place.do(*pulse)
        self._tell_specs()

    def _heard(self, message: object) -> None:
        match message:
            case Pong():
                self._place.link.answered(message)
            case SymbolRegistrationResult():
                self._place.gate.judged(message)
            case ExecuteOrder() | CloseOrder():
                self._unread.append(message)
            case _:
                pass  # It knows no other word.

    def _due(self, key: tuple[str, ...]) -> None:
        place = self._place
        match key:
            case ("ping",) | ("pong",):
                place.do(*place.link.due(key, place.now))
            case ("read",):
                for _ in range(min(LINES_PER_TURN, len(self._unread))):
                    self._command(self._unread.popleft())
                self._tell_state()
                place.arm(READ, READ_MS)
            case ("specs",):
                self._tell_specs()
            case _:
                pass

    def _command(self, command: ExecuteOrder | CloseOrder) -> None:
        if command.command_id in self._seen:
            return
        if isinstance(command, ExecuteOrder):
            self._seen.append(command.command_id)
            self._open(command)
        else:
            self._close(command)

    def _open(self, command: ExecuteOrder) -> None:
        place = self._place
        spec = place.view.symbol(command.symbol)
        price = place.prices.get(command.symbol)
        if place.gate.shut:
            self._refuse(command, "handshake_not_ready")
        elif spec is None:
            self._refuse(command, "Unknown broker symbol")
        elif place.gate.rejects(command.symbol):
            self._refuse(command, "symbol_disabled")
        elif price is None:
            self._refuse(command, "price_unavailable")
        else:
            lot = max(command.lot.quantize(LOT_PLACES), spec.min_lot)
            place.order(
                SendOrder(
                    ref=self._ask(command),
                    symbol=command.symbol,
                    side=command.side,
                    lot=lot,
                    magic_number=command.magic_number,
                    comment=command.trade_id[:COMMENT_CHARS],
                    stop_loss=command.stop_loss,
                    take_profit=command.take_profit,
                    price=price.entry(command.side),
                    deviation_points=SLIPPAGE_POINTS,
                )
            )

    def _close(self, command: CloseOrder) -> None:
        place = self._place
        position: Position | None
        if command.ticket > 0:
            position, missing = place.view.position(command.ticket), "Ticket not found"
        else:
            position, missing = self._first_like(command), "No order found"
        if position is None:
            self._refuse(command, missing)
        elif position.symbol not in place.prices:
            self._refuse(command, "price_unavailable")
        else:
            self._seen.append(command.command_id)
            place.order(CloseLot(ref=self._ask(command), ticket=position.ticket))

    def _first_like(self, command: CloseOrder) -> Position | None:
        return next(
            (
                each
                for each in self._place.view.positions
                if each.symbol == command.symbol and each.magic_number == command.magic_number
            ),
            None,
        )

    def _ask(self, command: ExecuteOrder | CloseOrder) -> str:
        self._attempts += 1
        ref = f"{self._place.instance}:{self._attempts}"
        self._asked[ref] = command
        return ref

    def _refuse(self, command: ExecuteOrder | CloseOrder, reason: str) -> None:
        code = ErrorCode.UNKNOWN
        self._place.say(result_of(command, success=False, code=code, sentence=reason))

    def _broker_said(self, event: BrokerEvent) -> None:
        command = self._asked.pop(event.ref, None)
        if command is None:
            return
        result = result_of(command, success=not isinstance(event, Refused))
        match event:
            case Filled():
                result = replace(result, ticket=event.ticket, executed_price=event.price)
            case LotClosed():
                result = replace(result, ticket=event.ticket, executed_price=event.price)
            case Refused():
                result = replace(
                    result,
                    ticket=Ticket(-1),
                    error_code=MT4_CODES.get(event.code, ErrorCode.UNKNOWN),
                    error_message=f"code={event.code}",
                )
            case _:
                return
        self._say_result(result)

    def _say_result(self, result: ExecutionResult) -> None:
        moment_ms = self._place.now.wall_ms
        stamps = replace(
            result.timestamps, t6_order_send_ms=moment_ms, t7_order_filled_ms=moment_ms
        )
        self._place.say(replace(result, timestamps=stamps))

    def _tell_quotes(self) -> None:
        place = self._place
        if not place.link.up:
            return
        for mapping, price in self._board.due(
            place.symbols, place.prices, now=place.now, repeat=False
        ):
            place.say(quote_of(place.settings, mapping, price, now=place.now))

    def _tell_state(self) -> None:
        place = self._place
        info = replace(place.view.info, timestamp_ms=place.now.wall_ms)
        place.say(
            StateSnapshot(
                account_id=place.settings.account_id,
                info=info,
                timestamp_ms=place.now.wall_ms,
            )
        )

    def _tell_specs(self) -> None:
        place = self._place
        place.say(spec_report(place.settings, place.view, now=place.now))
        place.arm(SPECS, SPECS_MS)
