"""The slave EA's regular reports, each at its own pace while the pipe is up."""

from typing import Final

from echo.domain.accounts import OpenTrade
from echo.domain.ids import TAG_DIGITS_MIN, tag_prefix
from echo.terminal.desk import Desk
from echo.terminal.reports import (
    QuoteBoard,
    Snapshots,
    open_trades,
    quote_of,
    spec_report,
)

STATE: Final = ("state",)
QUOTES: Final = ("quotes",)
SPECS: Final = ("specs",)
TRADES: Final = ("open_trades",)

STATE_MS: Final = 1_000
REPORT_MS: Final = 5_000


class SlaveReports:
    """Tells state, quotes, specifications and open trades.

    Of another account than the EA's own nothing is told: it would be taken for this one.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._board = QuoteBoard()
        self._snapshots: Snapshots | None = None

    def attached(self) -> None:
        """Take what the terminal shows now as told."""
        self._snapshots = Snapshots(self._desk.view)

    def pipe_opened(self) -> None:
        """Tell everything at once: nothing that an earlier session heard counts."""
        self._board.clear()
        self.tell_specs()
        self.tell_quotes(repeat=True)
        self.tell_state()
        self.tell_trades()

    def pipe_closed(self) -> None:
        """Be silent."""
        for key in (STATE, QUOTES, SPECS, TRADES):
            self._desk.disarm(key)

    def tell_state(self) -> None:
        """Tell the account's money and positions; every second."""
        desk = self._desk
        if self._snapshots is None or not desk.link.up:
            return
        if desk.at_home:
            snapshot = self._snapshots.next(
                desk.settings, desk.view, epoch=desk.instance, now=desk.now
            )
            desk.say(snapshot)
        desk.arm(STATE, STATE_MS)

    def tell_quotes(self, *, repeat: bool) -> None:
        """Tell quotes that have changed; with *repeat* also those not told for 500 ms."""
        desk = self._desk
        if not desk.link.up:
            return
        if desk.at_home and desk.view.connected:
            for mapping, price in self._board.due(
                desk.symbols, desk.prices, now=desk.now, repeat=repeat
            ):
                desk.say(quote_of(desk.settings, mapping, price, now=desk.now))
        if repeat:
            desk.arm(QUOTES, desk.settings.quotes_ms)

    def tell_specs(self) -> None:
        """Tell the symbols' specifications; every 5 s."""
        desk = self._desk
        if not desk.link.up:
            return
        if desk.at_home:
            desk.say(spec_report(desk.settings, desk.view, now=desk.now))
        desk.arm(SPECS, REPORT_MS)

    def tell_trades(self) -> None:
        """Tell which of Echo's trades are open; every 5 s."""
        desk = self._desk
        if not desk.link.up:
            return
        owners = desk.ledger.owners
        trades = []
        for each in desk.view.positions:
            tagged = len(tag_prefix(each.comment)) >= TAG_DIGITS_MIN
            trade_id = owners.get(each.ticket)
            if trade_id is not None or tagged:
                trades.append(
                    OpenTrade(
                        ticket=each.ticket,
                        lot=each.lot,
                        trade_id=trade_id or "",
                        tag=each.comment if tagged else "",
                    )
                )
        if desk.at_home:
            desk.say(open_trades(desk.settings, trades, epoch=desk.instance))
        desk.arm(TRADES, REPORT_MS)
