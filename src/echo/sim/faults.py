"""What goes wrong: the weather, which strikes by chance, and mishaps, which were planned."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from echo.terminal.fates import Delays, DrawnFates, Fate, FateRates, Quantiles
from echo.terminal.orders import OrderRequest

QUICK_MS: Quantiles = ((0.0, 20), (0.9, 200), (1.0, 900))
QUICK = Delays(open=QUICK_MS, modify=QUICK_MS, close=QUICK_MS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Rates as shares of 1, times in ms; pairs are the least and the most."""

    crash_per_effect: float = 0.0
    restart_ms: tuple[int, int] = (200, 5_000)
    torn_append: float = 0.0
    frame_loss: float = 0.0
    frame_double: float = 0.0
    frame_late: float = 0.0
    frame_late_ms_max: int = 10_000
    ghost: float = 0.0
    """How often a frame of an old session is shown to a brain: it must not move."""
    pipe_ms: tuple[int, int] = (0, 1)
    stream_ms: tuple[int, int] = (1, 15)
    commit_ms: tuple[int, int] = (1, 4)
    slow_commit: float = 0.0
    slow_commit_ms_max: int = 2_000
    commit_unknown: float = 0.0
    ledger_ms: tuple[int, int] = (1, 8)
    broker: FateRates = field(default_factory=FateRates)
    drift_ppm_max: int = 1_000
    wall_offset_ms_max: int = 2_000


CALM = Weather()


class MishapKind(StrEnum):
    """Everything that can be planned to go wrong."""

    CRASH = "crash"
    """The process dies and is started again."""
    REBOOT = "reboot"
    """The host dies: its monotonic clock begins anew."""
    AMNESIA = "amnesia"
    """A terminal dies, and its EA's file is gone."""
    OLD_COPY = "old_copy"
    """A terminal dies, and its EA's file is an older one."""
    RESET = "reset"
    """A connection breaks."""
    HALF_OPEN = "half_open"
    """A connection breaks, and one end does not hear of it for a while."""
    BLOCK = "block"
    """Nothing passes for a while."""
    STORE_DOWN = "store_down"
    LEDGER_FULL = "ledger_full"
    FILE_FULL = "file_full"
    CLOCK_JUMP = "clock_jump"
    """A wall clock is set."""
    BROKER_AWAY = "broker_away"
    """A terminal has no connection to its broker."""
    TRADING_OFF = "trading_off"
    MARKET_CLOSED = "market_closed"
    UNSYNCED = "unsynced"
    """A terminal shows an empty account for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishap:
    """One thing that goes wrong at *at_ms*, to *target*, for *lasts_ms* (or by so much)."""

    kind: MishapKind
    at_ms: int
    target: str
    lasts_ms: int = 0


class Faults:
    """Decides by chance whether something strikes, and counts what did."""

    def __init__(self, weather: Weather, chance: Random) -> None:
        self.weather = weather
        self.calm = False
        """From now on nothing strikes any more."""
        self.struck: Counter[str] = Counter()
        self._chance = chance

    def strikes(self, kind: str, rate: float) -> bool:
        """Draw once; nothing is drawn for what cannot happen."""
        if not rate or self.calm or self._chance.random() >= rate:
            return False
        self.struck[kind] += 1
        return True


class Moods:
    """What becomes of requests at one broker: by the weather, and kindly once that is calm.

    Args:
        kind: Whether this broker is never anything but kind; a person at a master does not ask
            again when nobody answers.
    """

    def __init__(self, faults: Faults, chance: Random, *, kind: bool = False) -> None:
        self._faults = faults
        self._always_kind = kind
        self._rough = DrawnFates(chance, QUICK, faults.weather.broker)
        self._kind = DrawnFates(chance, QUICK)

    def fate(self, request: OrderRequest) -> Fate:
        """Return the fate of *request*."""
        if self._always_kind or self._faults.calm:
            return self._kind.fate(request)
        fate = self._rough.fate(request)
        for name, happened in _misfortunes(fate).items():
            if happened:
                self._faults.struck[f"broker_{name}"] += 1
        return fate


def _misfortunes(fate: Fate) -> Mapping[str, bool]:
    return {
        "refusal": fate.refuse_code is not None,
        "timeout_executed": fate.reply == "timeout" and fate.executes,
        "timeout_lost": not fate.executes,
        "reply_lost": fate.reply == "silence",
        "comment_cut": fate.comment_chars is not None,
        "partial": fate.lot_share is not None,
    }
