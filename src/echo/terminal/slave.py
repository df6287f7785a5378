"""The slave EA: does what it is told, at most once, and says what came of it."""

from typing import Final

from echo.domain.answers import PipeDeliveryAck, Receipt, ResultAck
from echo.domain.commands import (
    CancelPendings,
    CloseOrder,
    Command,
    ExecuteOrder,
    Flatten,
    ModifyOrder,
    ReduceOrder,
)
from echo.domain.handshake import SymbolRegistrationResult
from echo.domain.ids import CommandId, TradeId
from echo.domain.quantities import Instant
from echo.domain.sessions import DeliveryConfig, EaSession, Pong
from echo.terminal.answers import REPEAT, Answers
from echo.terminal.closing import Closings
from echo.terminal.desk import Desk
from echo.terminal.effects import Effect, Panel, Rewrite
from echo.terminal.events import (
    AppendFailed,
    Attached,
    BrokerSaid,
    Due,
    Event,
    Heard,
    PipeDown,
    PipeUp,
    Seen,
    Ticked,
    TimerKey,
)
from echo.terminal.ledger import Ledger
from echo.terminal.levels import LevelKeeper
from echo.terminal.openings import Openings
from echo.terminal.orders import BrokerEvent, Filled, LevelsSet, LotClosed, Placed, Refused
from echo.terminal.reports import handshake
from echo.terminal.settings import EaSettings
from echo.terminal.sweeping import Sweeps
from echo.terminal.telling import SlaveReports
from echo.wire.pipe.messages import ToEa

WARM: Final = ("warm",)
COMPACT: Final = ("compact",)
COMPACT_MS: Final = 3_600_000


class SlaveEa:
    """The brain of a slave terminal's EA, protocol 3."""

    def __init__(self, settings: EaSettings) -> None:
        self._desk = Desk(settings)
        self._answers = Answers(self._desk)
        self._levels = LevelKeeper(self._desk, self._answers, self._pending)
        self._openings = Openings(self._desk, self._answers, self._levels.protect)
        self._closings = Closings(self._desk, self._answers, self._pending)
        self._sweeps = Sweeps(self._desk, self._answers)
        self._reports = SlaveReports(self._desk)
        self._said_n = 0
        """Where the ledger ended, as this session's handshake says."""
        self._levels_wait = True
        """Whether the levels that the file names are still to be compared with the positions."""
        self._file_is_old = False

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        """Take an event; return what must be done, in order.

        Raises:
            ValueError: the first event of a life is not `Attached`.
        """
        desk = self._desk
        desk.now = now
        match event:
            case Due():
                self._due(event.key)
            case Ticked():
                desk.prices.update(event.prices)
                self._reports.tell_quotes(repeat=False)
                self._pump()
            case Heard():
                desk.link.heard(now)
                self._heard(event.message)
            case Seen():
                desk.see(event.view)
                if desk.unannounced and desk.at_home:
                    self._pipe_up()
                self._take_up_levels()
                self._pump()
            case BrokerSaid():
                self._broker_said(event.event)
                self._pump()
            case AppendFailed():
                self._answers.not_written(event.numbers, self._not_asked)
            case Attached():
                self._attached(event)
            case PipeUp():
                self._pipe_up()
            case PipeDown():
                self._pipe_down()
        return desk.take_effects()

    def _attached(self, event: Attached) -> None:
        desk = self._desk
        desk.instance = event.instance
        desk.started_mono_ms = desk.alone_since_mono_ms = desk.now.mono_ms
        desk.file_id = event.file_id
        desk.see(event.view)
        desk.link.attached(event.instance)
        self._reports.attached()
        try:
            desk.ledger = Ledger.read(event.records, highest_n=event.highest_n)
        except ValueError as error:
            desk.alarm("ledger", "LEDGER_UNREADABLE", str(error))
            desk.ledger.skip_to(event.highest_n)
            desk.append(desk.ledger.warms(warm=False, at_ms=desk.now.wall_ms))
        if not event.file_usable:
            desk.alarm("ledger", "LEDGER_COLD", "no ledger of this account: starting without")
        if not desk.ledger.warm:
            desk.arm(WARM, desk.settings.ttl_ms_max + desk.settings.doubt_ms)
        desk.arm(COMPACT, COMPACT_MS)
        self._openings.restored()

    def _pipe_up(self) -> None:
        desk = self._desk
        if not desk.may_announce():
            return
        pulse = desk.link.opened(desk.now)
        self._said_n = desk.ledger.n
        desk.introduce(
            handshake(
                desk.settings,
                desk.view,
                instance=desk.instance,
                ledger_n=self._said_n,
                now=desk.now,
                ledger_id=desk.file_id,
                resume=desk.ledger.last_commands(),
            )
        )
        desk.do(*pulse)
        self._answers.pipe_opened()
        self._reports.pipe_opened()
        desk.do(Panel("connected"))

    def _pipe_down(self) -> None:
        desk = self._desk
        desk.unannounced = False
        desk.do(*desk.link.closed())
        self._reports.pipe_closed()
        desk.disarm(REPEAT)
        self._openings.pipe_closed()
        desk.do(Panel("not connected"))

    def _heard(self, message: ToEa) -> None:
        desk = self._desk
        match message:
            case Pong():
                if desk.link.answered(message):
                    self._openings.pump()
            case EaSession():
                desk.link.agreed(message)
                self._compare_ledger(message)
            case DeliveryConfig():
                desk.link.agreed(message)
            case SymbolRegistrationResult():
                desk.judged(message)
                self._take_up_levels()
            case ResultAck():
                self._answers.acknowledged(message)
            case (
                ExecuteOrder()
                | ModifyOrder()
                | ReduceOrder()
                | CloseOrder()
                | CancelPendings()
                | Flatten()
            ):
                self._command(message)
            case _:
                pass  # Meant for a master.

    def _compare_ledger(self, session: EaSession) -> None:
        """Distrust a file that ends before what the Core has seen of it: it is an old copy.

        So is a whole one, if another EA with a file of its own served the account before: what
        that EA was told is not in it.
        """
        desk = self._desk
        if session.ledger_n > self._said_n:
            sentence = f"the ledger ends at {self._said_n}, the Core has seen {session.ledger_n}"
            desk.alarm("ledger", "LEDGER_OLD", sentence)
            desk.ledger.skip_to(session.ledger_n)
            self._distrust_file()
        if session.ledger_id not in {"", desk.file_id}:
            sentence = "another EA, with a ledger of its own, served this account until now"
            desk.alarm("ledger", "LEDGER_OTHER", sentence)
            desk.alone_since_mono_ms = desk.now.mono_ms
            self._distrust_file()

    def _distrust_file(self) -> None:
        desk = self._desk
        self._file_is_old = True
        desk.append(desk.ledger.warms(warm=False, at_ms=desk.now.wall_ms))
        left_ms = desk.settings.ttl_ms_max + desk.settings.doubt_ms - desk.alone_ms
        desk.arm(WARM, max(0, left_ms))

    def _take_up_levels(self) -> None:
        """Set the levels that a former life wanted, once it is sure that they are the last.

        By its first verdict the Core has said how much of the ledger it knows; in an old copy stand
        levels that have been changed since.
        """
        known = self._desk.gate.status is not None and self._desk.view.conclusive
        if self._levels_wait and known:
            self._levels_wait = False
            if not self._file_is_old:
                self._levels.restored()

    def _command(self, command: Command) -> None:
        desk = self._desk
        if command.account_id != desk.settings.account_id or self._other_session(command):
            return  # Of another account, or another session: whoever must, sends it again.
        receipt = PipeDeliveryAck(
            command_id=command.command_id, account_id=command.account_id, result=Receipt.OK
        )
        desk.say(receipt)
        if self._answers.knows(command.command_id):
            self._answers.repeat(command.command_id)
            return
        match command:
            case ExecuteOrder():
                self._openings.heard(command)
            case ModifyOrder():
                self._levels.heard(command)
            case ReduceOrder():
                self._closings.heard(command)
            case CloseOrder():
                self._bury(command.trade_id)
                self._closings.heard(command)
            case CancelPendings() | Flatten():
                self._sweeps.heard(command)

    def _other_session(self, command: Command) -> bool:
        if isinstance(command, CancelPendings | Flatten):
            return False
        return command.session_epoch != self._desk.link.epoch

    def _bury(self, trade_id: TradeId) -> None:
        desk = self._desk
        if trade_id not in desk.ledger.tombstones:
            desk.append(desk.ledger.buries(trade_id, at_ms=desk.now.wall_ms))
        self._openings.bury(trade_id)

    def _pending(self, trade_id: TradeId) -> bool:
        return self._openings.pending(trade_id)

    def _not_asked(self, command_id: CommandId) -> None:
        self._openings.not_written(command_id)
        self._closings.not_written(command_id)

    def _pump(self) -> None:
        self._openings.pump()
        self._closings.pump()
        self._sweeps.pump()
        self._levels.pump()

    def _broker_said(self, event: BrokerEvent) -> None:
        match event:
            case Filled():
                self._openings.broker_said(event)
            case LevelsSet():
                self._levels.broker_said(event)
            case LotClosed():
                if not self._closings.broker_said(event):
                    self._sweeps.broker_said(event)
            case Refused():
                if self._closings.broker_said(event) or self._levels.broker_said(event):
                    return
                if not self._sweeps.broker_said(event):
                    self._openings.broker_said(event)
            case Placed():
                pass  # This EA places none.
            case _:
                self._sweeps.broker_said(event)

    def _due(self, key: TimerKey) -> None:
        desk = self._desk
        match key:
            case ("quotes",):
                self._reports.tell_quotes(repeat=True)
            case ("state",):
                self._reports.tell_state()
            case ("ping",) | ("pong",):
                desk.do(*desk.link.due(key, desk.now))
            case ("specs",):
                self._reports.tell_specs()
            case ("open_trades",):
                self._reports.tell_trades()
            case ("answers",):
                self._answers.due()
            case ("rewrite",):
                self._answers.rewrite_due()
            case ("warm",):
                self._warm()
            case ("compact",):
                self._compact()
            case (purpose, whose):
                self._work_due(purpose, whose)
                self._pump()
            case _:
                pass

    def _work_due(self, purpose: str, whose: str) -> None:
        match purpose:
            case "open" | "reply" | "look":
                self._openings.due(purpose, CommandId(whose))
            case "close":
                self._closings.due(TradeId(whose))
            case "close_reply":
                self._closings.reply_due(CommandId(whose))
            case "levels":
                self._levels.due(TradeId(whose))
            case "levels_reply":
                self._levels.reply_due(TradeId(whose))
            case "sweep":
                self._sweeps.due(CommandId(whose))
            case _:
                pass

    def _warm(self) -> None:
        desk = self._desk
        if not desk.ledger.warm:
            desk.append(desk.ledger.warms(warm=True, at_ms=desk.now.wall_ms))

    def _compact(self) -> None:
        desk = self._desk
        desk.arm(COMPACT, COMPACT_MS)
        too_few = len(desk.ledger.records) < desk.settings.compact_records_min
        if too_few or not desk.conclusive:
            return
        smaller = desk.ledger.compacted(
            settled_before_ms=desk.now.wall_ms - desk.settings.keep_settled_ms,
            open_tickets=[each.ticket for each in desk.view.positions],
        )
        if len(smaller.records) * 2 <= len(desk.ledger.records):
            desk.ledger = smaller
            desk.do(Rewrite(records=tuple(smaller.records), highest_n=smaller.n))
