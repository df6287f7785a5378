"""What goes wrong: the weather, which strikes by chance, and mishaps, which were planned."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, StrEnum
from itertools import count
from random import Random
from typing import Final

from echo.terminal.fates import Delays, DrawnFates, Fate, FateRates, Quantiles
from echo.terminal.orders import OrderRequest, SendOrder

LOOK_AHEAD: Final = 256
"""Whether a crash strikes is drawn for so many effects at once."""

QUICK_MS: Quantiles = ((0.0, 20), (0.9, 200), (1.0, 900))
QUICK = Delays(open=QUICK_MS, modify=QUICK_MS, close=QUICK_MS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Rates as shares of 1, times in ms; pairs are the least and the most."""

    crash_per_effect: float = 0.0
    crash_at: tuple[int, ...] = ()
    """Before which effects of the whole world, counted from 1, their process dies."""
    landed: float = 0.5
    """How often a write that was under way when its process died has reached the disk."""
    last_words_lost: float = 0.5
    """How often what a process had just said is lost when it dies."""
    restart_ms: tuple[int, int] = (200, 5_000)
    torn_append: float = 0.0
    frame_loss: float = 0.0
    frame_double: float = 0.0
    frame_late: float = 0.0
    frame_late_ms_max: int = 10_000
    line_mangled: float = 0.0
    """How often a line of bytes is cut, joined to the next, ended otherwise or preceded by noise;
    whatever is done to it, it can be read."""
    line_torn: float = 0.0
    """How often half a line goes before a line that somebody repeats: neither can be read."""
    line_endless: float = 0.0
    """How often a line is said that never ends."""
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
    comment_replaced: float = 0.0
    """How often a broker writes a comment of its own."""
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
    OUTBOX_LOST = "outbox_lost"
    """A master's terminal dies, and its EA's file is gone."""
    OLD_COPY = "old_copy"
    """A terminal dies, and its EA's file is an older one."""
    BIT_FLIP = "bit_flip"
    """A terminal dies, and one bit in its EA's file has turned, though not in its last record:
    nobody can tell that from an append that was cut off."""
    COPIED = "copied"
    """A second EA is started with a copy of the first one's file."""
    LEDGER_LOST = "ledger_lost"
    """An Agent dies, and its ledger is gone."""
    LEDGER_OLD = "ledger_old"
    """An Agent dies, and its ledger is an older one."""
    SLEEP = "sleep"
    """A process is stopped for a while, without its knowing."""
    PAUSED = "paused"
    """The Core that holds the journal is stopped for longer than its lease lasts."""
    TWIN = "twin"
    """A second Agent with the same name and a copy of the ledger lives for a while."""
    OTHER_ACCOUNT = "other_account"
    """Somebody logs a terminal in to another account for a while."""
    RESET = "reset"
    """A connection breaks."""
    STORM = "storm"
    """All connections of a process break, again and again."""
    SLOW = "slow"
    """Both ends of a connection read slowly."""
    ONE_WAY = "one_way"
    """Nothing passes in one direction for a while."""
    HALF_OPEN = "half_open"
    """A connection breaks, and one end does not hear of it for a while."""
    BLOCK = "block"
    """Nothing passes for a while."""
    STORE_DOWN = "store_down"
    LEDGER_FULL = "ledger_full"
    FILE_FULL = "file_full"
    FILE_SICK = "file_sick"
    """A file takes a part of what is written, or all of it, and says that it did not."""
    CLOCK_JUMP = "clock_jump"
    """A wall clock is set."""
    BROKER_AWAY = "broker_away"
    """A terminal has no connection to its broker."""
    TRADING_OFF = "trading_off"
    MARKET_CLOSED = "market_closed"
    UNSYNCED = "unsynced"
    """A terminal shows an empty account for a while."""
    STOP_LEVELS = "stop_levels"
    """A broker takes no levels near the market for a while."""
    MARGIN_CALL = "margin_call"
    """A broker closes whatever the account holds."""
    GAP = "gap"
    """All prices leap: stops and targets are hit, at masters and slaves alike."""
    POLICY_GONE = "policy_gone"
    """A slave follows nobody for a while."""
    POLICY_LOT = "policy_lot"
    """A slave trades another size for a while."""


class By(Enum):
    """Why a process crashes before an effect."""

    PLAN = "plan"
    CHANCE = "chance"
    NOBODY = "nobody"
    """It does not: from here on it has not been drawn yet."""


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
        self.effects = 0
        """How many effects somebody was about to carry out so far."""
        self.crashed_at: list[int] = []
        """Before which of them a crash struck."""
        self._chance_of: dict[str, Random] = {}
        self._seed = chance.getrandbits(64)
        self._crashes = _crashes(self._of("crash_at_effect"), weather)
        self._next_crash, self._crashes_by = next(self._crashes)

    def strikes_here(self) -> bool:
        """Count an effect that is about to be carried out; tell whether a crash strikes first."""
        self.effects += 1
        if self.effects != self._next_crash:
            return False
        crashes_by = self._crashes_by
        self._next_crash, self._crashes_by = next(self._crashes)
        if crashes_by is By.NOBODY or (crashes_by is By.CHANCE and self.calm):
            return False
        self.struck["crash_at_effect"] += 1
        self.crashed_at.append(self.effects)
        return True

    def strikes(self, kind: str, rate: float) -> bool:
        """Draw once; each kind has draws of its own, so that none shifts those of another."""
        if not rate or self.calm:
            return False
        chance = self._chance_of.get(kind) or self._of(kind)
        if chance.random() >= rate:
            return False
        self.struck[kind] += 1
        return True

    def _of(self, kind: str) -> Random:
        chance = self._chance_of[kind] = Random(f"{kind} {self._seed}")
        return chance


def _crashes(chance: Random, weather: Weather) -> Iterator[tuple[int, By]]:
    """Yield before which effects a crash strikes, and before which to ask again.

    Of ten thousand effects few are struck: one draw for each is made here, many at once.
    """
    rate, planned = weather.crash_per_effect, frozenset(weather.crash_at)
    for effect in count(1):
        if effect in planned:
            yield effect, By.PLAN
        elif rate and chance.random() < rate:
            yield effect, By.CHANCE
        elif not effect % LOOK_AHEAD:
            yield effect, By.NOBODY


class Moods:
    """What becomes of requests at one broker: by the weather, and kindly once that is calm.

    Args:
        kind: Whether this broker is never anything but kind; a person at a master does not ask
            again when nobody answers.
        patient: Whether it is kind to whoever closes: an EA of an older protocol asks but once.
    """

    def __init__(
        self, faults: Faults, chance: Random, *, kind: bool = False, patient: bool = False
    ) -> None:
        self._faults = faults
        self._always_kind = kind
        self._patient = patient
        self._rough = DrawnFates(chance, QUICK, faults.weather.broker)
        self._kind = DrawnFates(chance, QUICK)

    def fate(self, request: OrderRequest) -> Fate:
        """Return the fate of *request*."""
        patient = self._patient and not isinstance(request, SendOrder)
        if self._always_kind or patient or self._faults.calm:
            return self._kind.fate(request)
        fate = self._rough.fate(request)
        replaced = self._faults.weather.comment_replaced
        if isinstance(request, SendOrder) and self._faults.strikes("comment_replaced", replaced):
            fate = replace(fate, comment="by the dealer", comment_chars=None)
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
