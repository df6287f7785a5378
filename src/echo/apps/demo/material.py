"""What is replayed: histories and ticks, the bundled ones or a person's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from echo.apps.demo.options import SECONDS_MIN, DemoOptions, DemoRefused
from echo.apps.demo_data.feeds import (
    DAY_START_MS,
    FEEDS,
    HISTORIES,
    WINDOW_END_MS,
    WINDOW_START_MS,
    DemoFeed,
    load,
)
from echo.domain.symbols import MAJORS, normalize_canonical
from echo.terminal.histories.reader import read_history
from echo.terminal.histories.trades import HistoricTrade, HistoryUnreadable
from echo.terminal.replay import NothingToReplay, plan_replay
from echo.terminal.replay_script import ReplayPlan
from echo.terminal.ticks import Ticks, TicksUnreadable, read_ticks

DATA_FOLDER: Final = Path(__file__).parent.parent / "demo_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class TickFile:
    """Where a broker's terminals find their ticks."""

    path: Path
    day_start_ms: int
    shift_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The plan of a replay, and the files of ticks by (broker's feed, symbol)."""

    plan: ReplayPlan
    bundled: bool
    own_ticks: Mapping[str, TickFile]
    """A person's own, by canonical symbol; all brokers show the same."""
    digits: Mapping[str, int]

    def tick_file(self, feed: DemoFeed) -> TickFile:
        """Return the file that shows *feed*."""
        own = self.own_ticks.get(feed.symbol)
        if own is not None:
            return own
        return TickFile(
            path=DATA_FOLDER / feed.file, day_start_ms=DAY_START_MS, shift_ms=feed.shift_ms
        )


def gather(options: DemoOptions, masters: Sequence[str]) -> Material:
    """Read what is to be replayed and plan it.

    Raises:
        DemoRefused: a file cannot be read, or holds nothing that can be replayed.
    """
    own_ticks, own = _own_ticks(options)
    ticks: dict[str, Ticks] = own or {
        feed.symbol: read_ticks(feed.load(), day_start_ms=DAY_START_MS, shift_ms=feed.shift_ms)
        for feed in FEEDS
        if feed.broker == "OANDA"
    }
    window_ms = _window_ms(own, options) if own else (WINDOW_START_MS, WINDOW_END_MS)
    try:
        plan = plan_replay(
            _histories(options),
            masters=masters,
            canonical_of=normalize_canonical,
            ticks=ticks,
            window_ms=window_ms,
            seconds=options.seconds,
            speed=options.speed,
        )
    except NothingToReplay as error:
        raise DemoRefused(str(error)) from error
    return Material(
        plan=plan,
        bundled=not own,
        own_ticks=own_ticks,
        digits={symbol: each.digits for symbol, each in ticks.items()},
    )


def _window_ms(own: Mapping[str, Ticks], options: DemoOptions) -> tuple[int, int]:
    """Return the time that all files of ticks share."""
    start_ms = max(each.first_ms for each in own.values())
    end_ms = min(each.last_ms for each in own.values())
    if start_ms >= end_ms:
        raise DemoRefused("the files of --ticks have no time in common")
    lasts_s = (end_ms - start_ms) / options.speed / 1_000
    if lasts_s < SECONDS_MIN:
        raise DemoRefused(
            f"at --speed {options.speed} the ticks last {lasts_s:.1f} s:"
            f" choose one at which they last {SECONDS_MIN} s"
        )
    return start_ms, end_ms


def _histories(options: DemoOptions) -> list[Sequence[HistoricTrade]]:
    if not options.data:
        return [read_history(name, load(name)).trades for name in HISTORIES]
    histories: list[Sequence[HistoricTrade]] = []
    for path in options.data:
        try:
            histories.append(read_history(path.name, path.read_bytes()).trades)
        except OSError as error:
            raise DemoRefused(f"{path}: {error.strerror}") from error
        except HistoryUnreadable as error:
            raise DemoRefused(f"{path}: {error}") from error
    return histories


def _own_ticks(options: DemoOptions) -> tuple[dict[str, TickFile], dict[str, Ticks]]:
    files: dict[str, TickFile] = {}
    ticks: dict[str, Ticks] = {}
    for asked in options.ticks:
        name, _, where = asked.rpartition("=")
        path = Path(where)
        symbol = _symbol_of(name or path.name)
        if symbol is None:
            raise DemoRefused(f"{asked}: which symbol is it? say --ticks SYMBOL={where}")
        try:
            ticks[symbol] = read_ticks(path.read_bytes(), day_start_ms=DAY_START_MS)
        except OSError as error:
            raise DemoRefused(f"{path}: {error.strerror}") from error
        except TicksUnreadable as error:
            raise DemoRefused(f"{path}: {error}") from error
        files[symbol] = TickFile(path=path.resolve(), day_start_ms=DAY_START_MS, shift_ms=0)
    return files, ticks


def _symbol_of(text: str) -> str | None:
    """Find the symbol in a file's name, such as ``2024-05_EURUSD_ticks.csv.gz``."""
    words = text.replace(".", "-").replace("_", "-").split("-")
    found = (normalize_canonical(word) for word in words)
    return next((each for each in found if each in MAJORS), None)
