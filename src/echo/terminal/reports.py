"""What an EA tells about itself, its symbols and its account, without being asked."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Final

from echo.domain.accounts import Deal, OpenTrade, OpenTrades, StateSnapshot, TickValue
from echo.domain.copies import replace
from echo.domain.handshake import (
    PROTOCOL_3_FEATURES,
    Feature,
    Handshake,
    HandshakeMetadata,
    Role,
)
from echo.domain.ids import CommandId
from echo.domain.quantities import Instant
from echo.domain.specs import (
    Quote,
    SymbolMapping,
    SymbolSpecification,
    SymbolSpecReport,
    TradePermission,
)
from echo.terminal.settings import EaSettings
from echo.terminal.view import Price, TerminalView, background_of

CHANGE_MS_MIN: Final = 250
REPEAT_MS: Final = 500
DEALS_PER_SNAPSHOT: Final = 50
"""A line has its limit; the rest follows with the next snapshot."""

LEGACY_FEATURES: Final = (
    Feature.SPEC_REPORT.value,
    Feature.QUOTES_250MS.value,
    Feature.TICK_VALUE.value,
)


def mapped_symbols(settings: EaSettings, view: TerminalView) -> tuple[SymbolMapping, ...]:
    """The symbols that an EA speaks for, under their canonical names.

    An EA never normalises: without a mapping the canonical name is the broker's own.
    """
    if not settings.symbols:
        return view.symbols
    canonical = dict(settings.symbols)
    return tuple(
        replace(each, canonical_symbol=canonical[each.broker_symbol])
        for each in view.symbols
        if each.broker_symbol in canonical
    )


def handshake(
    settings: EaSettings,
    view: TerminalView,
    *,
    instance: str,
    ledger_n: int,
    now: Instant,
    ledger_id: str = "",
    resume: tuple[CommandId, ...] = (),
) -> Handshake:
    """Introduce the EA, in the words of its protocol version."""
    symbols: tuple[SymbolMapping, ...] | None = mapped_symbols(settings, view)
    if settings.protocol_version < 3:
        if settings.role is Role.SLAVE and not symbols:
            symbols = None
        return Handshake(
            account_id=settings.account_id,
            client_id=settings.client_id,
            role=settings.role,
            metadata=_legacy_metadata(settings, view),
            symbols=symbols,
            timestamp_ms=now.wall_ms - now.wall_ms % 1_000,
        )
    return Handshake(
        account_id=settings.account_id,
        client_id=settings.client_id,
        role=settings.role,
        metadata=HandshakeMetadata(
            protocol_version=settings.protocol_version,
            client_semver=settings.client_semver,
            required_features=LEGACY_FEATURES if settings.role is Role.SLAVE else (),
            features=_FEATURES,
            metrics=("exposure_v1",),
            terminal_build=view.terminal_build,
            broker=view.broker,
            pipe_role=settings.role,
            account_mode=view.account_mode,
            currency=view.info.currency,
            leverage=view.leverage,
            server=view.server,
            terminal=view.terminal,
            ea_config_hash=settings.config_hash,
            instance=instance,
            ledger_n=ledger_n,
            symbol_mappings=",".join(
                f"{canonical}:{broker}" for broker, canonical in settings.symbols
            ),
            ledger_id=ledger_id,
            resume=resume,
        ),
        symbols=symbols,
        timestamp_ms=now.wall_ms,
    )


_FEATURES: Final = tuple(sorted(PROTOCOL_3_FEATURES - {Feature.BATCH}))


def _legacy_metadata(settings: EaSettings, view: TerminalView) -> HandshakeMetadata:
    if settings.protocol_version < 2:
        return HandshakeMetadata(protocol_version=1, broker=view.broker, pipe_role=settings.role)
    return HandshakeMetadata(
        protocol_version=2,
        client_semver=settings.client_semver,
        required_features=LEGACY_FEATURES,
        features=LEGACY_FEATURES[:1],
        metrics=("exposure_v1",),
        terminal_build=view.terminal_build,
        broker=view.broker,
        pipe_role=settings.role,
    )


def spec_report(settings: EaSettings, view: TerminalView, *, now: Instant) -> SymbolSpecReport:
    """Specify the symbols of a slave."""
    return SymbolSpecReport(
        account_id=settings.account_id,
        symbols=tuple(
            SymbolSpecification(
                canonical_symbol=each.canonical_symbol,
                broker_symbol=each.broker_symbol,
                digits=each.digits,
                stops_level_points=each.stop_level_points,
                contract_size=each.contract_size or Decimal(0),
                tick_value=each.tick_value or Decimal(0),
                min_lot=each.min_lot,
                max_lot=each.max_lot,
                lot_step=each.lot_step,
                margin_currency=view.info.currency,
                trade_permission=each.trade_permission or TradePermission.FULL,
                sessions=background_of(view.backgrounds, each.broker_symbol).sessions,
            )
            for each in mapped_symbols(settings, view)
        ),
        reported_at_ms=now.wall_ms,
    )


def quote_of(settings: EaSettings, mapping: SymbolMapping, price: Price, *, now: Instant) -> Quote:
    """Tell the price of one symbol."""
    return Quote(
        account_id=settings.account_id,
        canonical_symbol=mapping.canonical_symbol,
        broker_symbol=mapping.broker_symbol,
        bid=price.bid,
        ask=price.ask,
        spread_points=(price.ask - price.bid) / mapping.point,
        timestamp_ms=now.wall_ms,
    )


class QuoteBoard:
    """Decides which quotes to tell: changes at most every 250 ms, and each again after 500 ms."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[int, Price]] = {}

    def clear(self) -> None:
        """Forget what was told: somebody new is listening."""
        self._told.clear()

    def due(
        self,
        symbols: Iterable[SymbolMapping],
        prices: Mapping[str, Price],
        *,
        now: Instant,
        repeat: bool = True,
    ) -> list[tuple[SymbolMapping, Price]]:
        """Return what is to be told now, and count it as told."""
        telling: list[tuple[SymbolMapping, Price]] = []
        now_mono_ms = now.mono_ms
        for mapping in symbols:
            name = mapping.broker_symbol
            price = prices.get(name)
            if price is None:
                continue
            told = self._told.get(name)
            if told is not None:
                age_ms = now_mono_ms - told[0]
                if age_ms < CHANGE_MS_MIN:
                    continue
                if not (repeat and age_ms >= REPEAT_MS) and price == told[1]:
                    continue
            self._told[name] = (now_mono_ms, price)
            telling.append((mapping, price))
        return telling


class Snapshots:
    """Numbers the account's snapshots, and remembers which deals were told."""

    def __init__(self, view: TerminalView) -> None:
        self._sequence = 0
        self._symbols: tuple[SymbolMapping, ...] | None = None
        self._tick_values: tuple[TickValue, ...] = ()
        self._seen: tuple[Deal, ...] | None = view.history
        self._told = dict.fromkeys(deal.ticket for deal in view.history)

    def next(
        self, settings: EaSettings, view: TerminalView, *, epoch: str, now: Instant
    ) -> StateSnapshot:
        """Describe the account whole, with the deals since the last time."""
        self._sequence += 1
        return StateSnapshot(
            account_id=settings.account_id,
            info=replace(view.info, timestamp_ms=now.wall_ms),
            positions=view.positions,
            timestamp_ms=now.wall_ms,
            epoch=epoch,
            sequence=self._sequence,
            complete=view.synchronised,
            connected=view.connected,
            history=self._new_deals(view),
            pendings=view.pendings,
            tick_values=self._priced(settings, view),
        )

    def _priced(self, settings: EaSettings, view: TerminalView) -> tuple[TickValue, ...]:
        if view.symbols is not self._symbols:
            self._symbols = view.symbols
            self._tick_values = tuple(
                TickValue(canonical_symbol=each.canonical_symbol, tick_value=each.tick_value)
                for each in mapped_symbols(settings, view)
                if each.tick_value is not None
            )
        return self._tick_values

    def _new_deals(self, view: TerminalView) -> tuple[Deal, ...]:
        if view.history is self._seen:
            return ()
        new = tuple(deal for deal in view.history if deal.ticket not in self._told)
        telling = new[:DEALS_PER_SNAPSHOT]
        # What does not fit is told next time, whether the history has changed by then or not.
        self._seen = view.history if len(new) == len(telling) else None
        shown = {deal.ticket for deal in view.history}
        self._told = {ticket: None for ticket in self._told if ticket in shown}
        self._told.update(dict.fromkeys(deal.ticket for deal in telling))
        return telling


def open_trades(settings: EaSettings, trades: Iterable[OpenTrade], *, epoch: str) -> OpenTrades:
    """List what is open of Echo's, with a hash that changes when the list does."""
    listed = tuple(sorted(trades, key=lambda trade: trade.ticket))
    text = "\n".join(
        f"{each.trade_id}|{each.tag}|{each.ticket}|{each.lot.normalize()}" for each in listed
    )
    return OpenTrades(
        account_id=settings.account_id,
        epoch=epoch,
        trades=listed,
        hash=sha256(text.encode()).hexdigest()[:16],
    )
