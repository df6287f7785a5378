"""What brokers accept for their symbols, in the stream and in the domain."""

from collections.abc import Iterable
from typing import Protocol

from echo.domain.specs import SessionRange, SessionWindow, SymbolSpecification, SymbolSpecReport
from echo.wire.core import enums
from echo.wire.core.numbers import double, number
from echo.wire.identifiers import account_id
from echo.wire.pb import common_pb2 as pb

_DAYS = tuple(enums.WEEKDAYS.values())


class _Ranges(Protocol):
    """The field of a message that holds spans of a day."""

    def add(self) -> pb.SessionRange: ...


def write_spec_report(out: pb.SymbolSpecReport, report: SymbolSpecReport) -> None:
    """Fill *out* with *report*."""
    out.account_id = report.account_id
    out.reported_at_ms = report.reported_at_ms
    for spec in report.symbols:
        _write_specification(out.symbols.add(), spec)


def read_spec_report(message: pb.SymbolSpecReport) -> SymbolSpecReport:
    """Return what *message* says."""
    return SymbolSpecReport(
        account_id=account_id(message.account_id),
        symbols=tuple(_read_specification(each) for each in message.symbols),
        reported_at_ms=message.reported_at_ms,
    )


def _write_specification(out: pb.SymbolSpecification, spec: SymbolSpecification) -> None:
    out.canonical_symbol = spec.canonical_symbol
    out.broker_symbol = spec.broker_symbol
    general = out.general
    general.spread_type = enums.SPREAD_TYPES[spec.spread_type]
    general.fixed_spread_points = double(spec.fixed_spread_points)
    general.digits = spec.digits
    general.stops_level = spec.stops_level_points
    general.contract_size = double(spec.contract_size)
    general.margin_currency = spec.margin_currency
    general.profit_calculation_mode = enums.spelled(
        enums.PROFIT_MODES, spec.profit_calculation_mode, "profit_calculation_mode"
    )
    general.margin_calculation_mode = enums.spelled(
        enums.MARGIN_MODES, spec.margin_calculation_mode, "margin_calculation_mode"
    )
    general.margin_hedge = double(spec.margin_hedge)
    general.margin_percentage = double(spec.margin_percentage)
    general.trade_permission = enums.TRADE_PERMISSIONS[spec.trade_permission]
    general.execution_mode = enums.spelled(
        enums.EXECUTION_MODES, spec.execution_mode, "execution_mode"
    )
    general.gtc_mode = enums.spelled(enums.GTC_MODES, spec.gtc_mode, "gtc_mode")
    general.tick_value = double(spec.tick_value)
    out.volume.min_volume = double(spec.min_lot)
    out.volume.max_volume = double(spec.max_lot)
    out.volume.volume_step = double(spec.lot_step)
    out.swap.swap_type = enums.spelled(enums.SWAP_TYPES, spec.swap_type, "swap_type")
    out.swap.swap_long = double(spec.swap_long)
    out.swap.swap_short = double(spec.swap_short)
    out.swap.triple_swap_day = enums.spelled(
        enums.WEEKDAYS, spec.triple_swap_day, "triple_swap_day"
    )
    for window in spec.sessions:
        session = out.sessions.add()
        session.day = _DAYS[window.day - 1]
        _write_ranges(session.quote_sessions, window.quote_sessions)
        _write_ranges(session.trade_sessions, window.trade_sessions)


def _write_ranges(out: _Ranges, ranges: Iterable[SessionRange]) -> None:
    for each in ranges:
        message = out.add()
        message.start_minute = each.start_minute
        message.end_minute = each.end_minute


def _read_specification(message: pb.SymbolSpecification) -> SymbolSpecification:
    general, volume, swap = message.general, message.volume, message.swap
    return SymbolSpecification(
        canonical_symbol=message.canonical_symbol,
        broker_symbol=message.broker_symbol,
        digits=general.digits,
        stops_level_points=general.stops_level,
        contract_size=number(general.contract_size),
        tick_value=number(general.tick_value),
        min_lot=number(volume.min_volume),
        max_lot=number(volume.max_volume),
        lot_step=number(volume.volume_step),
        margin_currency=general.margin_currency,
        spread_type=enums.spread_type(general.spread_type),
        fixed_spread_points=number(general.fixed_spread_points),
        profit_calculation_mode=enums.profit_mode(general.profit_calculation_mode),
        margin_calculation_mode=enums.margin_mode(general.margin_calculation_mode),
        margin_hedge=number(general.margin_hedge),
        margin_percentage=number(general.margin_percentage),
        trade_permission=enums.trade_permission(general.trade_permission),
        execution_mode=enums.execution_mode(general.execution_mode),
        gtc_mode=enums.gtc_mode(general.gtc_mode),
        swap_type=enums.swap_type(swap.swap_type),
        swap_long=number(swap.swap_long),
        swap_short=number(swap.swap_short),
        triple_swap_day=enums.weekday(swap.triple_swap_day),
        sessions=tuple(_read_window(each) for each in message.sessions),
    )


def _read_window(message: pb.SessionWindow) -> SessionWindow:
    enums.weekday(message.day)  # refuses what is no day
    return SessionWindow(
        day=int(message.day),
        quote_sessions=_read_ranges(message.quote_sessions),
        trade_sessions=_read_ranges(message.trade_sessions),
    )


def _read_ranges(ranges: Iterable[pb.SessionRange]) -> tuple[SessionRange, ...]:
    return tuple(
        SessionRange(start_minute=each.start_minute, end_minute=each.end_minute) for each in ranges
    )
