"""What becomes of a request at the broker: its delays, and everything that can go wrong with it.

Chance comes in as a source of draws, so that the same draws give the same market.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

from echo.terminal.orders import CloseLot, OrderRequest, SendOrder


class Draws(Protocol):
    """A source of chance."""

    def random(self) -> float:
        """Return a number in ``[0, 1)``."""


class Reply(StrEnum):
    """How truthfully the terminal hears of the end of a request."""

    TRUTH = "truth"
    TIMEOUT = "timeout"
    """The terminal says "time-out" (MT4 128), whatever happened or will happen."""
    SILENCE = "silence"
    """It never hears anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What becomes of one request; times in ms.

    ``execute_after_ms`` counts from the request, ``reply_after_ms`` from the execution; a time-out
    is told ``timeout_after_ms`` after the request.  ``refuse_code`` (MT4 numbers): refused, however
    sound it is.  ``executes`` False: lost on its way.  ``comment``: what the server stores in place
    of the order's; ``comment_chars``: how much of it survives.  ``lot_share``: part of the volume
    that is filled.  ``None`` = as asked.
    """

    execute_after_ms: int = 0
    reply_after_ms: int = 0
    timeout_after_ms: int = 1_000
    refuse_code: int | None = None
    executes: bool = True
    reply: Reply = Reply.TRUTH
    comment: str | None = None
    comment_chars: int | None = None
    lot_share: Decimal | None = None


class Fates(Protocol):
    """Decides what becomes of each request."""

    def fate(self, request: OrderRequest) -> Fate:
        """Return the fate of *request*; asked once for each."""


class PromptFates:
    """A broker without delays or moods."""

    def fate(self, request: OrderRequest) -> Fate:
        """Return at once, truthfully."""
        return Fate()


PROMPT: Final = PromptFates()


class ScriptedFates:
    """These fates in this order, whatever is asked; after them, *then*."""

    def __init__(self, fates: Iterable[Fate], then: Fates = PROMPT) -> None:
        self._fates = iter(fates)
        self._then = then

    def fate(self, request: OrderRequest) -> Fate:
        """Return the next one."""
        return next(self._fates, None) or self._then.fate(request)


Quantiles = tuple[tuple[float, int], ...]
"""Points of a distribution: (share of cases, ms that they do not exceed), both rising."""

OPEN_MS: Final[Quantiles] = ((0.0, 120), (0.5, 264), (0.95, 852), (1.0, 3_657))
"""Round trip of opens measured at one MT4 broker (n = 120); the lowest value is assumed."""

MODIFY_MS: Final[Quantiles] = ((0.0, 105), (0.5, 233), (0.95, 752), (1.0, 3_200))
"""Median measured, the rest in proportion to `OPEN_MS`."""

CLOSE_MS: Final[Quantiles] = ((0.0, 121), (0.5, 266), (0.95, 858), (1.0, 3_680))
"""Median measured, the rest in proportion to `OPEN_MS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delays:
    """How long a request takes, there and back."""

    open: Quantiles = OPEN_MS
    modify: Quantiles = MODIFY_MS
    close: Quantiles = CLOSE_MS

    def of(self, request: OrderRequest) -> Quantiles:
        """Return the distribution for a request of this kind."""
        match request:
            case SendOrder():
                return self.open
            case CloseLot():
                return self.close
            case _:
                return self.modify


NO_DELAYS: Final = Delays(open=((1.0, 0),), modify=((1.0, 0),), close=((1.0, 0),))


def quantile_ms(quantiles: Quantiles, share: float) -> int:
    """Return the value that *share* of the cases do not exceed, between points on a line."""
    low_share, low_ms = 0.0, quantiles[0][1]
    for high_share, high_ms in quantiles:
        if share <= high_share:
            span = high_share - low_share
            part = (share - low_share) / span if span else 1.0
            return low_ms + round((high_ms - low_ms) * part)
        low_share, low_ms = high_share, high_ms
    return quantiles[-1][1]


@dataclass(frozen=True, slots=True, kw_only=True)
class FateRates:
    """How often each misfortune strikes, as shares of all requests, 0 to 1.

    ``refusals`` by MT4 code.  ``timeout_executed``: the terminal hears "time-out", the order is
    executed up to ``late_ms_max`` later; ``timeout_lost``: it never is; ``reply_lost``: executed,
    and the terminal never hears of it.  The comment ones and ``partial`` concern opens.
    """

    refusals: Mapping[int, float] = field(default_factory=dict)
    timeout_executed: float = 0.0
    timeout_lost: float = 0.0
    reply_lost: float = 0.0
    late_ms_max: int = 60_000
    comment_emptied: float = 0.0
    comment_cut: float = 0.0
    comment_chars_min: int = 13
    partial: float = 0.0


class DrawnFates:
    """Delays and misfortunes drawn from a source of chance."""

    def __init__(
        self, draws: Draws, delays: Delays = NO_DELAYS, rates: FateRates | None = None
    ) -> None:
        self._draws = draws
        self._delays = delays
        self._rates = rates or FateRates()

    def fate(self, request: OrderRequest) -> Fate:
        """Draw: the delay first, then at most one misfortune, then what the comment suffers."""
        round_trip_ms = quantile_ms(self._delays.of(request), self._draws.random())
        there_ms = round_trip_ms // 2
        fate = self._misfortune(there_ms, round_trip_ms - there_ms)
        if not isinstance(request, SendOrder):
            return fate
        return self._opened(fate)

    def _misfortune(self, there_ms: int, back_ms: int) -> Fate:
        rates = self._rates
        draw = self._draws.random()
        for code, share in rates.refusals.items():
            if draw < share:
                return Fate(execute_after_ms=there_ms, reply_after_ms=back_ms, refuse_code=code)
            draw -= share
        if draw < rates.timeout_executed:
            late_ms = int(self._draws.random() * rates.late_ms_max)
            return Fate(execute_after_ms=there_ms + late_ms, reply=Reply.TIMEOUT)
        draw -= rates.timeout_executed
        if draw < rates.timeout_lost:
            return Fate(executes=False, reply=Reply.TIMEOUT)
        draw -= rates.timeout_lost
        reply = Reply.SILENCE if draw < rates.reply_lost else Reply.TRUTH
        return Fate(execute_after_ms=there_ms, reply_after_ms=back_ms, reply=reply)

    def _opened(self, fate: Fate) -> Fate:
        rates = self._rates
        chars: int | None = None
        draw = self._draws.random()
        if draw < rates.comment_emptied:
            chars = 0
        elif draw < rates.comment_emptied + rates.comment_cut:
            chars = rates.comment_chars_min + int(self._draws.random() * 14)
        share = Decimal("0.5") if self._draws.random() < rates.partial else None
        return Fate(
            execute_after_ms=fate.execute_after_ms,
            reply_after_ms=fate.reply_after_ms,
            refuse_code=fate.refuse_code,
            executes=fate.executes,
            reply=fate.reply,
            comment_chars=chars,
            lot_share=share,
        )
