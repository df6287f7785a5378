"""What a slave EA checks before each attempt of an open, beside whose turn it is."""

from collections import deque
from decimal import Decimal

from echo.domain.commands import ExecuteOrder
from echo.domain.errors import ErrorCode, Refusal
from echo.terminal.desk import Desk
from echo.terminal.opening import Opening

MINUTE_MS = 60_000
COLD_MARGIN = Decimal("1.1")
"""Two clocks of different hosts may each be off by five percent."""


class EntryChecks:
    """The checks that need no other open: time, permission, price, the EA's own limits."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._sent: deque[tuple[int, Decimal]] = deque()

    def ttl_left_ms(self, command: ExecuteOrder) -> int | None:
        """What is left of the entry's time; ``None`` = cannot be told before a pong.

        A command that carries no time, or no clock to measure it by, has none left.
        """
        if command.ttl_ms is None or command.sent_mono_ms is None:
            return 0
        elapsed_ms = self._elapsed_ms(command)
        return None if elapsed_ms is None else command.ttl_ms - elapsed_ms

    def may_be_a_former_lifes(self, command: ExecuteOrder) -> bool:
        """Whether, with a ledger that cannot be trusted, an EA before this one may have sent it."""
        if self._desk.ledger.warm:
            return False
        elapsed_ms = self._elapsed_ms(command)
        if command.age_ms is None or elapsed_ms is None:
            return True
        return (command.age_ms + elapsed_ms) * COLD_MARGIN >= self._desk.alone_ms

    def age_ms(self, command: ExecuteOrder) -> int | None:
        """How old the command is at most; ``None`` = nobody knows: as old as anything."""
        elapsed_ms = self._elapsed_ms(command)
        if command.age_ms is None or elapsed_ms is None:
            return None
        return command.age_ms + elapsed_ms

    def refuse_place(self, command: ExecuteOrder) -> Refusal | None:
        """Refuse what does not belong here: wrong log-in, unknown or rejected symbol."""
        desk, view = self._desk, self._desk.view
        if not desk.at_home:
            return Refusal(
                ErrorCode.SESSION_CLOSED,
                f"the terminal is logged in to {view.account_id} at {view.server!r},"
                f" not to {desk.settings.account_id} at {desk.settings.server!r}",
            )
        if desk.symbol(command.symbol) is None:
            return Refusal(ErrorCode.SYMBOL_NOT_MAPPED, f"the broker has no {command.symbol}")
        return desk.gate.refuse(command.symbol)

    def refuse_price(self, opening: Opening, command: ExecuteOrder) -> Refusal | str | None:
        """Refuse a spread or a price beyond the limits; a text says what to wait for."""
        desk = self._desk
        price, spec = desk.prices.get(command.symbol), desk.symbol(command.symbol)
        if not desk.view.connected:
            return "the terminal is not connected, or may not trade"
        if price is None or spec is None:
            return f"{command.symbol} has no price"
        spread_points = (price.ask - price.bid) / spec.point
        if command.max_spread_points is not None and spread_points > command.max_spread_points:
            return Refusal(
                ErrorCode.SPREAD_EXCEEDED,
                f"spread {spread_points:.1f} pt > max {command.max_spread_points} pt",
            )
        entry = price.entry(command.side)
        if opening.first_entry is None:
            opening.first_entry = entry
        worse_points = (entry - opening.first_entry) * command.side.sign / spec.point
        if command.max_slippage_points is not None and worse_points > command.max_slippage_points:
            return Refusal(
                ErrorCode.SLIPPAGE_EXCEEDED,
                f"price {worse_points:.1f} pt worse than when the command came"
                f" > max {command.max_slippage_points} pt",
            )
        return None

    def refuse_excess(self, command: ExecuteOrder) -> Refusal | None:
        """Refuse what exceeds the EA's own limits, whoever asks for it."""
        desk, settings = self._desk, self._desk.settings
        held = len(desk.view.positions)
        if settings.open_positions_max is not None and held >= settings.open_positions_max:
            return Refusal(
                ErrorCode.MAX_TRADES,
                f"{held} positions are open, at most {settings.open_positions_max} allowed",
            )
        if settings.lots_per_minute_max is None:
            return None
        while self._sent and self._sent[0][0] <= desk.now.mono_ms - MINUTE_MS:
            self._sent.popleft()
        lots = sum((lot for _, lot in self._sent), command.lot)
        if lots > settings.lots_per_minute_max:
            return Refusal(
                ErrorCode.MAX_LOTS,
                f"{lots} lots within a minute > max {settings.lots_per_minute_max}",
            )
        return None

    def sent(self, command: ExecuteOrder) -> None:
        """Count an order against the EA's own limits."""
        if self._desk.settings.lots_per_minute_max is not None:
            self._sent.append((self._desk.now.mono_ms, command.lot))

    def _elapsed_ms(self, command: ExecuteOrder) -> int | None:
        if command.sent_mono_ms is None:
            return None
        return self._desk.link.probe.elapsed_ms_max(
            sent_mono_ms=command.sent_mono_ms, now_mono_ms=self._desk.now.mono_ms
        )
