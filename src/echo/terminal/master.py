"""The master EA: notices what happens on its account, and reports it until it is acknowledged."""

from typing import Final

from echo.domain.accounts import OpenTrade, Position
from echo.domain.answers import TradeIntentAck
from echo.domain.handshake import SymbolRegistrationResult
from echo.domain.ids import SEQ_CLOSE, StrategyId, Ticket, TradeId, derive_trade_id
from echo.domain.intents import TradeClose, TradeIntent, TradeModify
from echo.domain.quantities import Instant, Timestamps
from echo.domain.sessions import DeliveryConfig, EaSession, Pong
from echo.domain.traces import traceparent as traceparent
from echo.terminal.charts import range_of, timeframe_text
from echo.terminal.detection import (
    Appeared,
    Change,
    Moved,
    Shrunk,
    Tracked,
    Vanished,
    changes,
    reason_of,
)
from echo.terminal.dispatch import RESEND, Dispatch
from echo.terminal.effects import Effect, Panel
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
from echo.terminal.lineage import root_ticket
from echo.terminal.outbox import Outbox
from echo.terminal.reports import Snapshots, handshake, open_trades
from echo.terminal.settings import EaSettings
from echo.terminal.workplace import Workplace
from echo.wire.pipe.messages import ToEa

REDIFF: Final = ("rediff",)
TRADES: Final = ("open_trades",)
COMPACT: Final = ("compact",)
REDIFF_MS: Final = 5_000
COMPACT_MS: Final = 3_600_000
WATCHED_MS: Final = 2_000
"""A position that appears after a longer gap may have been there for a while."""


class MasterEa:
    """The brain of a master terminal's EA, protocol 3."""

    def __init__(self, settings: EaSettings) -> None:
        self._place = Workplace(settings)
        self._dispatch = Dispatch(self._place)
        self._snapshots: Snapshots | None = None
        self._looked_mono_ms: int | None = None
        self._passed_over: set[Ticket] = set()
        """Positions that were seen while their symbol was rejected: they are not new any more."""

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        """Take an event; return what must be done, in order.

        Raises:
            ValueError: the first event of a life is not `Attached`.
        """
        place = self._place
        place.now = now
        match event:
            case Ticked() | BrokerSaid():
                pass  # A master asks nothing of its broker, and prices nothing.
            case Due():
                self._due(event.key)
            case Heard():
                place.link.heard(now)
                self._heard(event.message)
            case Seen():
                place.see(event.view)
                if place.unannounced and place.at_home:
                    self._pipe_up()
                self._look()
            case AppendFailed():
                self._dispatch.not_written(event.numbers)
            case Attached():
                self._attached(event)
            case PipeUp():
                self._pipe_up()
            case PipeDown():
                place.unannounced = False
                place.do(*place.link.closed())
                for key in (RESEND, TRADES):
                    place.disarm(key)
                place.do(Panel("not connected"))
        return place.take_effects()

    def _attached(self, event: Attached) -> None:
        place = self._place
        place.instance = event.instance
        place.started_mono_ms = place.now.mono_ms
        place.see(event.view)
        place.link.attached(event.instance)
        self._snapshots = Snapshots(place.view)
        try:
            outbox = Outbox.read(event.records, highest_n=event.highest_n)
        except ValueError as error:
            place.alarm("outbox", "OUTBOX_UNREADABLE", str(error))
            outbox = Outbox.read((), highest_n=event.highest_n)
        self._dispatch.restored(outbox)
        place.arm(REDIFF, REDIFF_MS)
        place.arm(COMPACT, COMPACT_MS)
        self._look()

    def _pipe_up(self) -> None:
        place = self._place
        if not place.may_announce():
            return
        pulse = place.link.opened(place.now)
        place.introduce(
            handshake(
                place.settings,
                place.view,
                instance=place.instance,
                ledger_n=self._dispatch.outbox.n,
                now=place.now,
            )
        )
        place.do(*pulse)
        self._tell_trades()
        place.do(Panel("connected"))

    def _heard(self, message: ToEa) -> None:
        place = self._place
        match message:
            case Pong():
                first = place.link.agent_mono_ms(place.now) is None
                if place.link.answered(message) and first:
                    self._dispatch.clock_known()
            case EaSession() | DeliveryConfig():
                place.link.agreed(message)
            case SymbolRegistrationResult():
                place.judged(message)
                self._look()
            case TradeIntentAck():
                self._dispatch.acknowledged(message)
            case _:
                pass  # Meant for a slave.

    def _due(self, key: TimerKey) -> None:
        place = self._place
        match key:
            case ("ping",) | ("pong",):
                place.do(*place.link.due(key, place.now))
            case ("resend",):
                self._dispatch.due()
            case ("rediff",):
                self._look()
                place.arm(REDIFF, REDIFF_MS)
            case ("open_trades",):
                self._tell_trades()
            case ("rewrite",):
                self._dispatch.rewrite_due()
            case ("compact",):
                self._dispatch.compact()
                place.arm(COMPACT, COMPACT_MS)
            case _:
                pass

    def _look(self) -> None:
        """Report every difference between what was reported and what is there."""
        place = self._place
        if not place.conclusive:
            return
        watched = (
            self._looked_mono_ms is not None
            and place.now.mono_ms - self._looked_mono_ms <= WATCHED_MS
        )
        self._looked_mono_ms = place.now.mono_ms
        self._passed_over &= {position.ticket for position in place.view.positions}
        for change in changes(self._dispatch.outbox.tracked, place.view):
            self._report(change, watched=watched)

    def _report(self, change: Change, *, watched: bool) -> None:
        outbox = self._dispatch.outbox
        match change:
            case Appeared(position):
                self._opened(position, watched=watched)
            case Shrunk(trade, position):
                self._reduced(outbox.trades[trade.trade_id], position)
            case Moved(trade, position):
                self._modified(outbox.trades[trade.trade_id], position)
            case Vanished(trade, _):
                self._closed(change)

    def _opened(self, position: Position, *, watched: bool) -> None:
        place, settings = self._place, self._place.settings
        if settings.magic_numbers and position.magic_number not in settings.magic_numbers:
            return
        if place.gate.rejects(position.symbol):
            self._passed_over.add(position.ticket)
            return
        trade_id = self._trade_id(position)
        if trade_id in self._dispatch.outbox.trades:
            place.alarm(
                f"twin:{trade_id}",
                "TWIN_POSITION",
                f"ticket {position.ticket} and"
                f" {self._dispatch.outbox.trades[trade_id].position.ticket} are one trade",
                trade_id,
            )
            return
        is_new = watched and position.ticket not in self._passed_over
        age_ms = 0 if is_new else place.age_ms(position.open_time_ms)
        self._dispatch.report(
            TradeIntent(
                trade_id=trade_id,
                account_id=settings.account_id,
                client_id=settings.client_id,
                ticket=position.ticket,
                symbol=position.symbol,
                side=position.side,
                lot=position.lot,
                price=position.open_price,
                magic_number=position.magic_number,
                stop_loss=position.stop_loss,
                take_profit=position.take_profit,
                strategy_id=settings.strategy_id or StrategyId(f"magic_{position.magic_number}"),
                server=place.view.server,
                comment=position.comment,
                volume_initial=position.lot,
                timeframe=timeframe_text(place.view.chart_s),
                atr=range_of(place.view, position.symbol, settings.atr_bars),
                timestamps=Timestamps(t0_master_ea_ms=place.now.wall_ms),
                traceparent=traceparent(trade_id, 0),
            ),
            age_ms=age_ms,
        )

    def _modified(self, trade: Tracked, position: Position) -> None:
        before, seq = trade.position, trade.seq + 1
        zero = position.lot - position.lot
        self._dispatch.report(
            TradeModify(
                trade_id=trade.trade_id,
                seq=seq,
                account_id=self._place.settings.account_id,
                client_id=self._place.settings.client_id,
                ticket=position.ticket,
                symbol=position.symbol,
                magic_number=position.magic_number,
                stop_loss=None
                if position.stop_loss == before.stop_loss
                else position.stop_loss or zero,
                take_profit=None
                if position.take_profit == before.take_profit
                else position.take_profit or zero,
                timestamps=Timestamps(t0_master_ea_ms=self._place.now.wall_ms),
                traceparent=traceparent(trade.trade_id, seq),
            )
        )

    def _reduced(self, trade: Tracked, position: Position) -> None:
        before, seq = trade.position, trade.seq + 1
        moved = position.ticket != before.ticket
        self._dispatch.report(
            TradeClose(
                trade_id=trade.trade_id,
                seq=seq,
                account_id=self._place.settings.account_id,
                client_id=self._place.settings.client_id,
                ticket=before.ticket,
                symbol=position.symbol,
                magic_number=position.magic_number,
                reason="manual",
                lot=before.lot - position.lot,
                volume_remaining=position.lot,
                new_ticket=position.ticket if moved else None,
                timestamps=Timestamps(t0_master_ea_ms=self._place.now.wall_ms),
                traceparent=traceparent(trade.trade_id, seq),
            )
        )

    def _closed(self, change: Vanished) -> None:
        trade, deal = change.trade, change.deal
        position = trade.position
        self._dispatch.report(
            TradeClose(
                trade_id=trade.trade_id,
                seq=SEQ_CLOSE,
                account_id=self._place.settings.account_id,
                client_id=self._place.settings.client_id,
                ticket=position.ticket,
                symbol=position.symbol,
                magic_number=position.magic_number,
                close_price=None if deal is None else deal.close_price,
                profit=None if deal is None else deal.profit,
                reason=reason_of(deal),
                lot=position.lot,
                timestamps=Timestamps(t0_master_ea_ms=self._place.now.wall_ms),
                traceparent=traceparent(trade.trade_id, SEQ_CLOSE),
            )
        )

    def _tell_trades(self) -> None:
        """List what is open, and show the account; a list that lacks a trade says it is over.

        Hence nothing is listed while the terminal may not see everything, and positions that were
        not reported are listed, too: their outbox may be lost, but they are open.
        """
        place = self._place
        if not place.link.up:
            return
        place.arm(TRADES, REDIFF_MS)
        if self._snapshots is None or not place.at_home:
            return
        if place.conclusive:
            tracked = self._dispatch.outbox.tracked
            trades = [
                OpenTrade(ticket=ticket, lot=trade.position.lot, trade_id=trade.trade_id)
                for ticket, trade in tracked.items()
            ]
            trades += [
                OpenTrade(ticket=each.ticket, lot=each.lot, trade_id=self._trade_id(each))
                for each in place.view.positions
                if each.ticket not in tracked
            ]
            place.say(open_trades(place.settings, trades, epoch=place.instance))
        place.say(
            self._snapshots.next(place.settings, place.view, epoch=place.instance, now=place.now)
        )

    def _trade_id(self, position: Position) -> TradeId:
        return derive_trade_id(
            server=self._place.view.server,
            account_id=self._place.settings.account_id,
            root_ticket=root_ticket(position, self._place.view),
            opened_at_ms=position.open_time_ms,
        )
