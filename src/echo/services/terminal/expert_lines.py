r"""What a compiled expert and the market beside it say to each other, as lines.

The expert's runtime stands in for a terminal: it is told what the terminal would show, and hands
out the orders that it would send.  A line is fields between tabs, ended by ``\n``; the first names
it.  To the expert: ``I`` input, ``K`` clock, ``A`` account, ``C`` connection, ``S`` symbol, ``P``
price, ``W`` session, ``B`` bar of the chart, ``O`` open order, ``H`` closed order (alone: forget
all), ``R`` reply, ``E`` event.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from echo.domain.accounts import AccountInfo, Deal, Position
from echo.domain.ids import Ticket
from echo.domain.quantities import Side
from echo.domain.specs import SessionWindow, SymbolMapping, TradePermission
from echo.terminal.orders import (
    BrokerEvent,
    CloseLot,
    DeletePending,
    Filled,
    LotClosed,
    OrderRequest,
    Refused,
    SendOrder,
    SetLevels,
)
from echo.terminal.view import MT5, Background, Bar, Price, TerminalView

ANY_DEVIATION: Final = 10_000
"""What an expert allows when nobody limits the slippage."""

_DONE_MT5: Final = 10_009
_TRADE_MODES: Final = {
    TradePermission.DISABLED: 0,
    TradePermission.CLOSE_ONLY: 3,
    TradePermission.FULL: 4,
}
_ESCAPED: Final = str.maketrans({"%": "%25", "\t": "%09", "\n": "%0a", "\r": "%0d"})


def line(*fields: object) -> str:
    """Return one line, its end included."""
    return "\t".join(str(field).translate(_ESCAPED) for field in fields) + "\n"


def fields_of(text: str) -> list[str]:
    """Take one line, without its end, apart."""
    return [_plain(field) for field in text.split("\t")]


def _plain(field: str) -> str:
    if "%" not in field:
        return field
    for code, char in (("%09", "\t"), ("%0a", "\n"), ("%0d", "\r"), ("%25", "%")):
        field = field.replace(code, char)
    return field


def number(text: str) -> Decimal:
    """Read a number that was written with all its decimals."""
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


def _level(text: str) -> Decimal | None:
    return number(text) or None


class ViewTeller:
    """Tells what a terminal shows, each time only what is new."""

    def __init__(self) -> None:
        self._account: list[object] = []
        self._symbols: tuple[SymbolMapping, ...] = ()
        self._orders: tuple[object, ...] | None = None
        self._history: tuple[Deal, ...] = ()
        self._prices: dict[str, Price] = {}
        self._backgrounds: tuple[Background, ...] = ()

    def tell(self, view: TerminalView) -> str:
        """Return the lines that bring the runtime up to date with *view*."""
        parts = [self._tell_account(view)]
        if view.symbols is not self._symbols:
            known, self._symbols = self._symbols, view.symbols
            parts += [_symbol(each) for each in view.symbols if each not in known]
        parts.append(self._tell_charts(view))
        orders = (view.positions, view.pendings)
        if orders != self._orders:
            self._orders = orders
            parts.append(line("O"))
            parts += [line("O", *_position(each, 0)) for each in view.positions]
            parts += [line("O", *_position(each, 2)) for each in view.pendings]
        parts.append(self._tell_history(view.history))
        return "".join(parts)

    def tell_prices(self, prices: Mapping[str, Price]) -> str:
        """Return the lines for prices that have moved."""
        moved = {n: p for n, p in prices.items() if self._prices.get(n) != p}
        self._prices.update(moved)
        return "".join(line("P", name, price.bid, price.ask) for name, price in moved.items())

    def _tell_account(self, view: TerminalView) -> str:
        account = _account(view, view.info)
        told = line("A", *account) if account != self._account else ""
        self._account = account
        return told + line(
            "C",
            int(view.connected),
            int(view.connected),
            int(view.synchronised),
            view.server_time_ms,
            view.history_from_ms,
        )

    def _tell_charts(self, view: TerminalView) -> str:
        """Sessions and bars hardly ever change: told whole when they do."""
        if view.backgrounds is self._backgrounds:
            return ""
        self._backgrounds = view.backgrounds
        return "".join(
            _sessions(each.symbol, each.sessions) + _bars(each.symbol, each.bars)
            for each in view.backgrounds
        )

    def _tell_history(self, history: tuple[Deal, ...]) -> str:
        known, self._history = self._history, history
        if history is known:
            return ""
        if history[: len(known)] == known:
            return _deals(history[len(known) :])
        return line("H") + _deals(history)


def _account(view: TerminalView, info: AccountInfo) -> list[object]:
    return [
        *("login", view.account_id, "server", view.server, "company", view.broker),
        *("currency", info.currency, "leverage", view.leverage, "mode", view.account_mode.value),
        *("build", view.terminal_build, "chart", view.chart_s),
        *("balance", info.balance, "equity", info.equity),
        *("margin", info.margin, "free", info.margin_free, "level", info.margin_level),
    ]


def _symbol(symbol: SymbolMapping) -> str:
    permission = symbol.trade_permission or TradePermission.FULL
    return line(
        "S",
        symbol.broker_symbol,
        symbol.digits,
        f"{symbol.point:f}",
        f"{symbol.tick_size:f}",
        f"{symbol.tick_value or 0:f}",
        f"{symbol.contract_size or 0:f}",
        symbol.min_lot,
        symbol.max_lot,
        symbol.lot_step,
        symbol.stop_level_points,
        _TRADE_MODES[permission],
    )


def _sessions(name: str, windows: Iterable[SessionWindow]) -> str:
    return line("W", name) + "".join(
        line("W", name, window.day - 1, kind, span.start_minute * 60, span.end_minute * 60)
        for window in windows
        for kind, spans in (("quote", window.quote_sessions), ("trade", window.trade_sessions))
        for span in spans
    )


def _bars(name: str, bars: Iterable[Bar]) -> str:
    return line("B", name) + "".join(
        line("B", name, f"{bar.high:f}", f"{bar.low:f}", f"{bar.close:f}") for bar in bars
    )


def _position(one: Position, kind: int) -> tuple[object, ...]:
    return (
        *(one.ticket, one.ticket, one.symbol, kind + (one.side is Side.SELL), one.lot),
        *(one.open_price, one.stop_loss or 0, one.take_profit or 0, one.profit),
        *(one.magic_number, one.comment, one.open_time_ms),
    )


def _deals(deals: Iterable[Deal]) -> str:
    return "".join(
        line(
            "H",
            *(one.ticket, one.position_id, one.symbol, int(one.side is Side.SELL), one.lot),
            *(one.open_price, 0, 0, one.profit, one.magic_number, one.comment, one.open_time_ms),
            *(one.close_price, one.close_time_ms, one.swap, one.commission, one.reason),
        )
        for one in deals
    )


def read_order(fields: list[str], *, ref: str, positions: Iterable[Position]) -> OrderRequest:
    """Read an order of an expert; *positions* tell what "all of it" is.

    Raises:
        ValueError: there is no such order.
    """
    match fields:
        case [_, "send", symbol, kind, lot, price, deviation, stop, target, magic, comment]:
            limited = int(deviation) != ANY_DEVIATION
            return SendOrder(
                ref=ref,
                symbol=symbol,
                side=Side.SELL if int(kind) else Side.BUY,
                lot=number(lot),
                price=number(price),
                deviation_points=Decimal(deviation) if limited else None,
                stop_loss=_level(stop),
                take_profit=_level(target),
                magic_number=int(magic),
                comment=comment,
            )
        case [_, "close", ticket, lot, _, _]:
            part = number(lot)
            held = next((each.lot for each in positions if each.ticket == int(ticket)), None)
            return CloseLot(ref=ref, ticket=Ticket(int(ticket)), lot=None if part == held else part)
        case [_, "levels", ticket, stop, target]:
            return SetLevels(
                ref=ref,
                ticket=Ticket(int(ticket)),
                stop_loss=_level(stop),
                take_profit=_level(target),
            )
        case [_, "delete", ticket]:
            return DeletePending(ref=ref, ticket=Ticket(int(ticket)))
        case _:
            raise ValueError(f"no order: {fields}")


def reply(event: BrokerEvent, terminal: str) -> str:
    """Return what the terminal's own function would answer."""
    done = _DONE_MT5 if terminal == MT5 else 0
    match event:
        case Refused():
            return line("R", event.code, 0, 0, 0)
        case Filled():
            return line("R", done, event.ticket, event.lot, event.price)
        case LotClosed():
            return line("R", done, event.ticket, event.lot, event.price)
        case _:
            return line("R", done, event.ticket, 0, 0)


def refusal(code: int) -> str:
    """Return the answer of a terminal that never got one, or none that it understood."""
    return line("R", code, 0, 0, 0)
