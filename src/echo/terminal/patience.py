"""How long work that may not be given up is tried, and when a person is told."""

from dataclasses import dataclass
from typing import Final

from echo.domain.ids import NO_TRADE, TradeId
from echo.terminal.workplace import Workplace

PAUSES_MS: Final = (250, 500, 1_000, 2_000, 5_000, 10_000)
ALARMS_MS: Final = (5_000, 30_000, 300_000)


@dataclass(slots=True, kw_only=True)
class Patience:
    """Counts attempts; the pauses between them grow to 10 s, and never end."""

    since_mono_ms: int
    attempts: int = 0
    not_before_mono_ms: int = 0
    alarms: int = 0

    def next_attempt(self) -> int:
        """Count one more attempt and return its number, from 1."""
        self.attempts += 1
        return self.attempts

    @property
    def pause_ms(self) -> int:
        """How long to wait after the attempt that was counted last."""
        return PAUSES_MS[min(max(self.attempts, 1), len(PAUSES_MS)) - 1]


def alarm_if_long(
    desk: Workplace, patience: Patience, key: str, reason: str, trade_id: TradeId = NO_TRADE
) -> None:
    """Tell a person after 5 s, 30 s and 5 min, once each."""
    waited_ms = desk.now.mono_ms - patience.since_mono_ms
    passed = sum(waited_ms >= limit_ms for limit_ms in ALARMS_MS)
    if passed > patience.alarms:
        patience.alarms = passed
        desk.alarm(key, "NOT_DONE", f"not done after {waited_ms} ms: {reason}", trade_id)
