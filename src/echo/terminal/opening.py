"""One open on its way through a slave EA: its stages, and the answers that it can come to."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from echo.domain.answers import ExecutionResult
from echo.domain.commands import CommandKind, ExecuteOrder, Protect
from echo.domain.copies import replace
from echo.domain.errors import (
    IN_DOUBT_MT4,
    IN_DOUBT_MT5,
    MT4_CODES,
    MT5_CODES,
    RETRYABLE_MT4,
    RETRYABLE_MT5,
    ErrorCode,
    Refusal,
)
from echo.domain.ids import AccountId, CommandId, Ticket, TradeId
from echo.domain.protection import Levels, OrderLevels, place
from echo.domain.quantities import Side
from echo.domain.specs import SymbolMapping
from echo.terminal.desk import result_of
from echo.terminal.ledger import Intention, WantedLevels
from echo.terminal.orders import Filled, Refused
from echo.terminal.sightings import CLOCK_SLACK_MS, LATE_FILL_MS, Sighting, Sought
from echo.terminal.view import MT5, Price, TerminalView


class Stage(Enum):
    """Where an open stands."""

    WAITING = "waiting"
    """Nothing of it is at the broker."""
    SENT = "sent"
    """The broker has been asked and has not answered."""
    DOUBT = "doubt"
    """The broker may have executed it; to be looked up."""


class Reading(Enum):
    """What a broker's code means for an open."""

    DEFINITE_NO = "definite no"
    PASSING_NO = "passing no"
    """Not executed, and worth another attempt."""
    DOUBT = "doubt"


def reading_of(code: int, terminal: str) -> Reading:
    """Interpret the code of a refused open; a number that is not listed proves nothing."""
    mt5 = terminal == MT5
    if code in (RETRYABLE_MT5 if mt5 else RETRYABLE_MT4):
        return Reading.PASSING_NO
    listed, doubtful = (MT5_CODES, IN_DOUBT_MT5) if mt5 else (MT4_CODES, IN_DOUBT_MT4)
    return Reading.DOUBT if code in doubtful or code not in listed else Reading.DEFINITE_NO


def code_of(code: int, terminal: str) -> ErrorCode:
    """Name a broker's number; an unknown one keeps its number in the sentence beside it."""
    return (MT5_CODES if terminal == MT5 else MT4_CODES).get(code, ErrorCode.UNKNOWN)


@dataclass(slots=True, kw_only=True)
class Opening:
    """One open.  After a restart only its intention is left of the command.

    ``cold``: nothing is noted of it, but a former life may have executed it.
    """

    command_id: CommandId
    trade_id: TradeId
    command: ExecuteOrder | None
    intention: Intention | None = None
    stage: Stage = Stage.WAITING
    cold: bool = False
    attempts: int = 0
    refused: Refused | None = None
    refused_code: ErrorCode = ErrorCode.NO_ERROR
    not_before_mono_ms: int = 0
    sent_mono_ms: int = 0
    doubt_until_mono_ms: int = 0
    server_ms: int = 0
    """The broker's clock when the command was taken up."""
    age_ms: int | None = 0
    """How old the command was then; ``None`` = nobody knows, after a reboot of its Agent's host."""
    ref: str = ""
    bare: bool = False
    """Its levels are not sent with the order: the broker found them too near."""
    first_entry: Decimal | None = None
    sent_at: Price | None = None
    received_wall_ms: int = 0
    sent_wall_ms: int = 0
    blocked_by: CommandId | None = None
    alarmed: bool = False

    @property
    def flight_key(self) -> tuple[str, Side, Decimal, int]:
        """Two opens that agree in this could not be told apart at the broker."""
        if self.intention is not None:
            return self.intention.flight_key
        command = self._known_command
        return (command.symbol, command.side, command.lot, command.magic_number)

    @property
    def _known_command(self) -> ExecuteOrder:
        if self.command is None:
            raise ValueError(f"{self.command_id} has neither command nor intention")
        return self.command

    @property
    def sought(self) -> Sought:
        """What its fill would look like at the broker."""
        symbol, side, lot, magic_number = self.flight_key
        server_ms, age_ms = self.server_ms, self.age_ms
        if self.intention is not None:
            server_ms, age_ms = self.intention.server_ms, 0
        return Sought(
            trade_id=self.trade_id,
            symbol=symbol,
            side=side,
            lot=lot,
            magic_number=magic_number,
            server_from_ms=0 if age_ms is None else server_ms - age_ms - CLOCK_SLACK_MS,
            server_to_ms=server_ms + LATE_FILL_MS,
            open_before=frozenset(self.intention.open_tickets if self.intention else ()),
        )

    def result(
        self, account_id: AccountId, *, success: bool, code: ErrorCode, sentence: str
    ) -> ExecutionResult:
        """The answer, with the moments of its way where they are known."""
        if self.command is None:
            return ExecutionResult(
                command_id=self.command_id,
                trade_id=self.trade_id,
                kind=CommandKind.EXECUTE,
                success=success,
                account_id=account_id,
                error_code=code,
                error_message=sentence,
            )
        base = result_of(self.command, success=success, code=code, sentence=sentence)
        return replace(
            base,
            timestamps=replace(
                base.timestamps,
                t5_slave_ea_recv_ms=self.received_wall_ms or None,
                t6_order_send_ms=self.sent_wall_ms or None,
            ),
        )

    def refusal(self, account_id: AccountId, refusal: Refusal) -> ExecutionResult:
        """Omitted; but failed, with the broker's last word, if the broker had been asked."""
        if self.refused is None:
            return self.result(
                account_id, success=False, code=refusal.code, sentence=refusal.sentence
            )
        said = self.refused
        return self.result(
            account_id,
            success=False,
            code=self.refused_code,
            sentence=f"code={said.code} {said.sentence}".strip()
            + f" after {self.attempts} attempts; {refusal.sentence}",
        )

    def rejection(self, account_id: AccountId) -> ExecutionResult:
        """Failed, with the broker's code."""
        said = self.refused
        sentence = "" if said is None else f"code={said.code} {said.sentence}".strip()
        return self.result(account_id, success=False, code=self.refused_code, sentence=sentence)

    def filled(
        self, account_id: AccountId, fill: Filled, *, point: Decimal, wall_ms: int
    ) -> ExecutionResult:
        """Filled as the broker says; slippage is measured from the price it was sent at."""
        base = self.result(account_id, success=True, code=ErrorCode.NO_ERROR, sentence="")
        side, sent_at = self.flight_key[1], self.sent_at
        if sent_at is None:
            spread = slippage = None
        else:
            spread = (sent_at.ask - sent_at.bid) / point
            slippage = (fill.price - sent_at.entry(side)) * side.sign / point
        return replace(
            base,
            ticket=fill.ticket,
            executed_price=fill.price,
            executed_lot=fill.lot,
            spread_points=spread,
            slippage_points=slippage,
            timestamps=replace(base.timestamps, t7_order_filled_ms=wall_ms),
        )

    def adopted(self, account_id: AccountId, found: Sighting) -> ExecutionResult:
        """Filled, as was found out afterwards."""
        base = self.result(
            account_id,
            success=True,
            code=ErrorCode.NO_ERROR,
            sentence=f"found as ticket {found.ticket}",
        )
        return replace(
            base,
            ticket=found.ticket,
            executed_price=found.price,
            executed_lot=found.lot,
            late=True,
        )

    def undecided(self, account_id: AccountId, candidates: tuple[Ticket, ...]) -> ExecutionResult:
        """In doubt for a person to settle."""
        base = self.result(
            account_id,
            success=False,
            code=ErrorCode.UNKNOWN,
            sentence=f"{len(candidates)} positions could be its fill:"
            f" {', '.join(map(str, candidates))}",
        )
        return replace(base, doubt=True, candidates=candidates)


def levels_of(command: ExecuteOrder) -> Levels:
    """Return the levels that the position shall have, whenever they are set."""
    return Levels(
        stop_loss=command.protect.stop_loss if command.protect else command.stop_loss,
        take_profit=command.protect.take_profit if command.protect else command.take_profit,
    )


def wanted_of_unnoted(opening: Opening) -> WantedLevels | None:
    """Return the levels to see to after a fill of which nothing was noted; ``None`` = none.

    A former life sent it, and its file is lost: nobody knows whether the levels went with the
    order or were still to follow.
    """
    command = opening.command
    if command is None or opening.intention is not None:
        return None
    wanted = levels_of(command)
    if wanted.stop_loss is None and wanted.take_profit is None:
        return None
    return WantedLevels(seq=0, stop_loss=wanted.stop_loss, take_profit=wanted.take_profit)


def may_be_set(command: ExecuteOrder, price: Price) -> bool:
    """Whether there is a level, and none that the market has passed: such a trade is over."""
    wanted, exit_price, toward = levels_of(command), price.exit(command.side), command.side.sign
    stop_loss, take_profit = wanted.stop_loss, wanted.take_profit
    if stop_loss is not None and (exit_price - stop_loss) * toward <= 0:
        return False
    if take_profit is not None and (take_profit - exit_price) * toward <= 0:
        return False
    return stop_loss is not None or take_profit is not None


def placed_now(
    command: ExecuteOrder, *, bare: bool, price: Price, spec: SymbolMapping | None
) -> OrderLevels:
    """Split the levels of an order once more: what the Core found far enough may not be now.

    Args:
        bare: The broker has refused them with the order.
    """
    wanted = levels_of(command)
    if bare or command.protect is not None:
        nothing = Levels(stop_loss=None, take_profit=None)
        later = Protect(stop_loss=wanted.stop_loss, take_profit=wanted.take_profit)
        return OrderLevels(with_order=nothing, protect=later)
    if spec is None or not may_be_set(command, price):
        return OrderLevels(with_order=wanted, protect=None)
    return place(wanted, side=command.side, exit_price=price.exit(command.side), spec=spec)


def intention_of(
    command: ExecuteOrder, *, tag: str, view: TerminalView, later: Protect | None
) -> Intention:
    """Note what is about to be sent, what has to be set *later*, and what is there before."""
    return Intention(
        command=command.command_id,
        trade=command.trade_id,
        kind=CommandKind.EXECUTE,
        symbol=command.symbol,
        side=command.side,
        lot=command.lot,
        magic=command.magic_number,
        server_ms=view.server_time_ms,
        tag=tag,
        open_tickets=tuple(each.ticket for each in view.positions),
        levels=None if later is None else (later.stop_loss, later.take_profit),
    )
