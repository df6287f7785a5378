"""A master EA as it is deployed in the field: protocol 1 and 2, faults included.

It speaks once and forgets, knows its trades in memory only, under ids that mean nothing after a
restart, holds back trades without a stop, and takes the rest of a partial close for a new trade.
"""

from dataclasses import dataclass
from typing import Final

from echo.domain.accounts import Position
from echo.domain.copies import replace
from echo.domain.handshake import SymbolRegistrationResult
from echo.domain.ids import StrategyId, Ticket, TradeId
from echo.domain.intents import TradeClose, TradeIntent
from echo.domain.quantities import Instant, Timestamps
from echo.domain.sessions import Pong
from echo.terminal.effects import Effect
from echo.terminal.events import Attached, Due, Event, Heard, PipeDown, PipeUp, Seen
from echo.terminal.reports import handshake
from echo.terminal.settings import EaSettings
from echo.terminal.workplace import Workplace
from echo.wire.pipe import legacy_trade_id

PONG_TIMEOUT_MS: Final = 3_000


@dataclass(frozen=True, slots=True)
class Remembered:
    """A ticket, with the id that it was reported under; ``None`` = it was open at the start."""

    trade_id: TradeId | None
    position: Position


class LegacyMasterEa:
    """The brain of a legacy master: no outbox, no acknowledgements."""

    def __init__(self, settings: EaSettings) -> None:
        self._place = Workplace(replace(settings, pong_timeout_ms=PONG_TIMEOUT_MS))
        self._known: dict[Ticket, Remembered] = {}
        self._last_magic = 0

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        """Take an event; return what must be done, in order."""
        place = self._place
        place.now = now
        match event:
            case Attached():
                place.instance = event.instance
                place.see(event.view)
                place.link.attached(event.instance)
                self._known = {each.ticket: Remembered(None, each) for each in event.view.positions}
            case PipeUp():
                pulse = place.link.opened(now)
                place.say(
                    handshake(
                        place.settings, place.view, instance=place.instance, ledger_n=0, now=now
                    )
                )
                place.do(*pulse)
            case PipeDown():
                place.do(*place.link.closed())
            case Heard(message):
                place.link.heard(now)
                if isinstance(message, Pong):
                    place.link.answered(message)
                elif isinstance(message, SymbolRegistrationResult):
                    place.gate.judged(message)
            case Seen(view):
                place.see(view)
                self._look()
            case Due(key) if key in (("ping",), ("pong",)):
                place.do(*place.link.due(key, now))
            case _:
                pass  # It has no files, and asks nothing of its broker.
        return place.take_effects()

    def _look(self) -> None:
        """Report tickets that came, as long as it takes; report tickets that went, once."""
        present = {each.ticket: each for each in self._place.view.positions}
        for ticket, known in tuple(self._known.items()):
            if ticket not in present:
                del self._known[ticket]
                self._closed(known)
        for ticket, position in present.items():
            if ticket not in self._known and self._opened(position):
                self._last_magic = position.magic_number

    def _opened(self, position: Position) -> bool:
        place, settings = self._place, self._place.settings
        if not place.link.up or place.gate.refuse(position.symbol) is not None:
            return False
        if position.stop_loss is None:
            return False  # It waits for a stop, however late that comes.
        trade_id = legacy_trade_id(f"{place.instance}:{position.ticket}")
        strategy_id = ""
        if settings.protocol_version >= 2:
            strategy_id = settings.strategy_id or f"magic_{position.magic_number}"
        place.say(
            TradeIntent(
                trade_id=trade_id,
                account_id=settings.account_id,
                client_id=settings.client_id,
                ticket=position.ticket,
                symbol=position.symbol.upper(),
                side=position.side,
                lot=position.lot,
                price=position.open_price,
                magic_number=position.magic_number,
                stop_loss=position.stop_loss,
                take_profit=position.take_profit,
                strategy_id=StrategyId(strategy_id),
                timestamps=Timestamps(t0_master_ea_ms=place.now.wall_ms),
            )
        )
        self._known[position.ticket] = Remembered(trade_id, position)
        return True

    def _closed(self, known: Remembered) -> None:
        """Report a close; lost if the pipe is down or the gate shut just then."""
        place, settings, position = self._place, self._place.settings, known.position
        if not place.link.up or place.gate.shut:
            return
        deals = (deal for deal in reversed(place.view.history) if deal.ticket == position.ticket)
        deal = next(deals, None)
        trade_id = known.trade_id or legacy_trade_id(
            f"{place.instance}:{position.ticket}:{place.now.mono_ms}"
        )
        place.say(
            TradeClose(
                trade_id=trade_id,
                account_id=settings.account_id,
                client_id=settings.client_id,
                ticket=position.ticket,
                symbol=position.symbol,
                magic_number=self._last_magic,
                close_price=None if deal is None else deal.close_price,
            )
        )
