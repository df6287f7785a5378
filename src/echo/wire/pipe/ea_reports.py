"""Lines about an EA, its account and its symbols, as they stand on the pipe.

``part`` and ``parts``: a message that is too long for one line comes in several, which differ
only in their lists.
"""

from decimal import Decimal
from typing import Annotated

from msgspec import Meta, Struct

from echo.wire.pipe.ea_lines import Line
from echo.wire.pipe.fields import LIST_MAX, SHORT_LIST_MAX, Int32, Int64

PARTS_MAX = 256
"""Most lines that one message may come in."""

Part = Annotated[int, Meta(ge=1, le=PARTS_MAX)]
Minute = Annotated[int, Meta(ge=0, le=1440)]
Texts = Annotated[tuple[str, ...], Meta(max_length=SHORT_LIST_MAX)]


class Parted(Struct, frozen=True, kw_only=True, gc=False):
    """A payload that may be one of several parts."""

    part: Part = 1
    parts: Part = 1


class Capabilities(Struct, frozen=True, kw_only=True, gc=False):
    """What an EA can do."""

    features: Texts = ()
    metrics: Texts = ()


class SymbolEntry(Struct, frozen=True, kw_only=True, gc=False):
    """One symbol of a handshake; ``contract_size`` and ``tick_value`` 0 = unknown."""

    canonical_symbol: str
    broker_symbol: str
    digits: Int32
    point: Decimal
    tick_size: Decimal
    min_lot: Decimal
    max_lot: Decimal
    lot_step: Decimal
    stop_level: Int32 = 0
    contract_size: Decimal | None = None
    tick_value: Decimal | None = None
    trade_permission: str = ""


class HandshakeBody(Parted, frozen=True, kw_only=True):
    """An EA introduces itself.  Protocol 1 sends ``version`` and no ``protocol_version``."""

    client_id: str
    account_id: str
    role: str
    broker: str = ""
    protocol_version: Int32 = 1
    client_semver: str = ""
    version: str = ""
    terminal_build: Int32 = 0
    capabilities: Capabilities = Capabilities()
    required_features: Texts = ()
    optional_features: Texts = ()
    account_mode: str = ""
    currency: str = ""
    leverage: Int32 = 0
    server: str = ""
    terminal: str = ""
    ea_config_hash: str = ""
    instance: str = ""
    ledger_n: Int64 = 0
    symbol_mappings: str = ""
    ledger_id: str = ""
    resume: Texts = ()
    symbols: Annotated[tuple[SymbolEntry, ...], Meta(max_length=LIST_MAX)] | None = None


class SpecGeneral(Struct, frozen=True, kw_only=True, gc=False):
    """Spread, precision, margin and permission."""

    digits: Int32
    contract_size: Decimal
    tick_value: Decimal
    stops_level: Int32 = 0
    spread_type: str = "floating"
    fixed_spread_points: Decimal = Decimal(0)
    margin_currency: str = ""
    profit_calculation_mode: str = "forex"
    margin_calculation_mode: str = "forex"
    margin_hedge: Decimal = Decimal(0)
    margin_percentage: Decimal = Decimal(100)
    trade_permission: str = "full"
    execution_mode: str = "market"
    gtc_mode: str = "gtc"


class SpecVolume(Struct, frozen=True, kw_only=True, gc=False):
    """Lots."""

    min_volume: Decimal
    max_volume: Decimal
    volume_step: Decimal


class SpecSwap(Struct, frozen=True, kw_only=True, gc=False):
    """What holding overnight costs."""

    swap_type: str = "points"
    swap_long: Decimal = Decimal(0)
    swap_short: Decimal = Decimal(0)
    triple_swap_day: str = "wednesday"


class SpecRange(Struct, frozen=True, kw_only=True, gc=False):
    """A span of one day, in minutes from midnight."""

    start_minute: Minute
    end_minute: Minute


class SpecSessions(Struct, frozen=True, kw_only=True, gc=False):
    """The hours of one day."""

    day: str
    quote_sessions: Annotated[tuple[SpecRange, ...], Meta(max_length=SHORT_LIST_MAX)] = ()
    trade_sessions: Annotated[tuple[SpecRange, ...], Meta(max_length=SHORT_LIST_MAX)] = ()


class SpecEntry(Struct, frozen=True, kw_only=True, gc=False):
    """One symbol of a specification report."""

    canonical_symbol: str
    broker_symbol: str
    general: SpecGeneral
    volume: SpecVolume
    swap: SpecSwap = SpecSwap()
    sessions: Annotated[tuple[SpecSessions, ...], Meta(max_length=SHORT_LIST_MAX)] = ()


class SpecReportBody(Parted, frozen=True, kw_only=True):
    """What a broker accepts for the account's symbols."""

    account_id: str
    reported_at_ms: Int64
    symbols: Annotated[tuple[SpecEntry, ...], Meta(max_length=LIST_MAX)]


class QuoteEntry(Struct, frozen=True, kw_only=True, gc=False):
    """One of several quotes in a line; without a time of its own it has the line's."""

    canonical_symbol: str
    broker_symbol: str
    bid: Decimal
    ask: Decimal
    spread_points: Decimal = Decimal(0)
    timestamp_ms: Int64 | None = None


class QuoteBody(Struct, frozen=True, kw_only=True, gc=False):
    """One quote, or several in ``quotes``; legacy EAs do not say when."""

    account_id: str
    canonical_symbol: str | None = None
    broker_symbol: str | None = None
    bid: Decimal | None = None
    ask: Decimal | None = None
    spread_points: Decimal = Decimal(0)
    timestamp_ms: Int64 | None = None
    quotes: Annotated[tuple[QuoteEntry, ...], Meta(max_length=LIST_MAX)] | None = None


class AccountEntry(Struct, frozen=True, kw_only=True, gc=False):
    """An account's money."""

    account_id: str
    balance: Decimal
    equity: Decimal
    margin: Decimal = Decimal(0)
    margin_free: Decimal = Decimal(0)
    margin_level: Decimal = Decimal(0)
    currency: str = ""
    timestamp_ms: Int64 = 0


class PositionEntry(Struct, frozen=True, kw_only=True, gc=False):
    """One open position or pending order; levels of 0 = none."""

    ticket: Int64
    symbol: str
    side: str
    volume: Decimal
    open_price: Decimal
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    profit: Decimal = Decimal(0)
    magic_number: Int64 = 0
    comment: str = ""
    open_time_ms: Int64 = 0


class DealEntry(Struct, frozen=True, kw_only=True, gc=False):
    """One closed position."""

    ticket: Int64
    symbol: str
    side: str
    volume: Decimal
    open_price: Decimal
    close_price: Decimal
    open_time_ms: Int64
    close_time_ms: Int64
    profit: Decimal = Decimal(0)
    swap: Decimal = Decimal(0)
    commission: Decimal = Decimal(0)
    magic_number: Int64 = 0
    comment: str = ""
    reason: str = ""
    position_id: Int64 = 0


class TickValueEntry(Struct, frozen=True, kw_only=True, gc=False):
    """Money per tick and lot."""

    canonical_symbol: str
    tick_value: Decimal


Positions = Annotated[tuple[PositionEntry, ...], Meta(max_length=LIST_MAX)]


class SnapshotBody(Parted, frozen=True, kw_only=True):
    """An account at one moment."""

    accounts: Annotated[tuple[AccountEntry, ...], Meta(max_length=1)] = ()
    account_id: str = ""
    positions: Positions = ()
    epoch: str = ""
    sequence: Int64 = 0
    complete: bool = False
    connected: bool = False
    history: Annotated[tuple[DealEntry, ...], Meta(max_length=LIST_MAX)] = ()
    pendings: Positions = ()
    symbols: Annotated[tuple[TickValueEntry, ...], Meta(max_length=LIST_MAX)] = ()


class OpenTradeEntry(Struct, frozen=True, kw_only=True, gc=False):
    """One open copy, by its id or by its tag."""

    ticket: Int64
    volume: Decimal
    trade_id: str = ""
    tag: str = ""


class OpenTradesBody(Parted, frozen=True, kw_only=True):
    """All open copies of an account."""

    epoch: str
    trades: Annotated[tuple[OpenTradeEntry, ...], Meta(max_length=LIST_MAX)]
    account_id: str = ""
    hash: str = ""


class Handshake(Line, frozen=True, kw_only=True, tag="handshake"):
    """``handshake``."""

    payload: HandshakeBody


class SymbolSpecReport(Line, frozen=True, kw_only=True, tag="symbol_spec_report"):
    """``symbol_spec_report``."""

    payload: SpecReportBody


class QuoteSnapshot(Line, frozen=True, kw_only=True, tag="quote_snapshot"):
    """``quote_snapshot``."""

    payload: QuoteBody


class StateSnapshot(Line, frozen=True, kw_only=True, tag="state_snapshot"):
    """``state_snapshot``."""

    payload: SnapshotBody


class OpenTrades(Line, frozen=True, kw_only=True, tag="open_trades"):
    """``open_trades``."""

    payload: OpenTradesBody
