"""Plans a replay: trades of real accounts, re-anchored to a recorded market.

Kept of a history: the order of events, side, lots, magic number, pauses (capped), holding times
(scaled), levels as shares of the price, and partial closes.  Entries and exits are whatever the
market gives at that moment; a level that the market touches first closes the position as it would
at a broker.  Nothing is drawn by chance: the same input gives the same plan.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from echo.terminal.histories.trades import HistoricTrade, group_chains
from echo.terminal.replay_masters import Position, script_of
from echo.terminal.replay_script import ReplayPlan
from echo.terminal.replay_timing import Pace, timeline_of
from echo.terminal.ticks import Ticks

SECONDS_MIN: Final = 3
NAMES_SHOWN_MAX: Final = 12
DEFAULT_PACE: Final = Pace()

CanonicalOf = Callable[[str], str | None]
"""The canonical name of a symbol as a file spells it; ``None``: unknown."""


class NothingToReplay(ValueError):
    """No trade of the histories is on a symbol that has ticks; the message names both sides."""


def plan_replay(
    histories: Sequence[Sequence[HistoricTrade]],
    *,
    masters: Sequence[str],
    canonical_of: CanonicalOf,
    ticks: Mapping[str, Ticks],
    window_ms: tuple[int, int],
    seconds: int,
    speed: Decimal | None = None,
    pace: Pace = DEFAULT_PACE,
) -> ReplayPlan:
    """Turn histories into scripts for masters.

    Args:
        histories: The trades of each file.
        masters: Who replays them, at least one.  With as many files as masters, or more, files
            are dealt to masters in turn; with fewer, the magic numbers of each file are, or single
            positions where even those are too few.
        canonical_of: Names the symbol that a file's spelling means.
        ticks: The market by canonical symbol; trades on other symbols are skipped and counted.
        window_ms: From when until when the market is replayed, UTC epoch ms.
        seconds: How long the replay takes, >= 3.
        speed: How many times faster than the host's clock the market runs, > 0; ``None``: so that
            the window lasts exactly *seconds*.
        pace: How dense it is.

    Raises:
        NothingToReplay: no trade is on a symbol with ticks in the window.
        ValueError: no master, a window without length, a speed <= 0, or fewer than 3 seconds to
            replay it in.
    """
    start_ms, length_ms = window_ms[0], window_ms[1] - window_ms[0]
    if not masters or length_ms <= 0 or seconds < SECONDS_MIN:
        raise ValueError(f"nothing can be planned: {masters=}, {window_ms=}, {seconds=}")
    speed = Decimal(length_ms) / (seconds * 1000) if speed is None else speed
    if speed <= 0:
        raise ValueError(f"must be > 0: {speed=}")
    timeline = timeline_of(seconds=seconds, window_ms=length_ms, speed=speed, pace=pace)
    if timeline.end_ms < SECONDS_MIN * 1000:
        raise ValueError(f"at {speed=} a window of {length_ms} ms lasts {timeline.end_ms} ms only")

    def prices_of(symbol: str, at_ms: int) -> tuple[Decimal, Decimal] | None:
        return ticks[symbol].at(start_ms + int(at_ms * speed))

    first_ms = start_ms + int(timeline.first_open_ms * speed)
    quoted = {s for s, t in ticks.items() if t.first_ms <= first_ms <= t.last_ms}
    files, skipped = _usable(histories, canonical_of, quoted)
    found = sum(map(len, files))
    if not found:
        raise NothingToReplay(_nothing_usable(skipped, ticks, quoted))
    hands = _deal(files, len(masters))
    quotas = _quotas([len(hand) for hand in hands], pace.positions_max(seconds))
    written = [
        script_of(master, hand[:quota], timeline=timeline, pace=pace, prices_of=prices_of)
        for master, hand, quota in zip(masters, hands, quotas, strict=True)
    ]
    return ReplayPlan(
        scripts=tuple(script for script, _ in written),
        market_start_ms=start_ms,
        speed=speed,
        end_ms=timeline.end_ms,
        positions=sum(quotas),
        left_over=found - sum(quotas),
        skipped_symbols=skipped,
        gaps_capped=sum(squeezed.gaps_capped for _, squeezed in written),
        holds_shortened=sum(squeezed.holds_shortened for _, squeezed in written),
        levels_late=sum(squeezed.levels_late for _, squeezed in written),
        levels_dropped=sum(squeezed.levels_dropped for _, squeezed in written),
    )


def _usable(
    histories: Iterable[Sequence[HistoricTrade]], canonical_of: CanonicalOf, quoted: set[str]
) -> tuple[list[list[Position]], dict[str, int]]:
    """Positions of each file whose symbol is quoted; and the other trades, counted by symbol."""
    files: list[list[Position]] = []
    skipped: Counter[str] = Counter()
    for file, trades in enumerate(histories):
        positions = []
        for chain in group_chains(trades):
            symbol = canonical_of(chain.first.symbol)
            if symbol is not None and symbol in quoted:
                positions.append(Position(file=file, symbol=symbol, chain=chain))
            else:
                skipped[chain.first.symbol] += len(chain.parts)
        files.append(positions)
    return files, dict(sorted(skipped.items(), key=lambda item: (-item[1], item[0])))


def _nothing_usable(
    skipped: Mapping[str, int], ticks: Mapping[str, Ticks], quoted: set[str]
) -> str:
    shown = [f"{name} ({count})" for name, count in list(skipped.items())[:NAMES_SHOWN_MAX]]
    more = [f"and {len(skipped) - len(shown)} more"] if len(skipped) > len(shown) else []
    held = ", ".join(shown + more) or "no trades at all"
    elsewhere = sorted(ticks.keys() - quoted)
    return (
        f"no trade can be replayed: the history holds {held}, and there are ticks of "
        f"{', '.join(sorted(quoted)) or 'nothing'}"
        + (f" (of {', '.join(elsewhere)} outside the window only)" if elsewhere else "")
        + "; give the ticks of one of its symbols with --ticks FILE"
    )


def _deal(files: Sequence[Sequence[Position]], masters: int) -> list[list[Position]]:
    """Give every position to one master; files without a position do not take part."""
    groups: list[list[Position]] = [list(file) for file in files if file]
    if len(groups) < masters:
        by_magic: dict[tuple[int, int | None], list[Position]] = {}
        for position in (position for group in groups for position in group):
            key = (position.file, position.chain.magic)
            by_magic.setdefault(key, []).append(position)
        groups = list(by_magic.values())
    if len(groups) < masters:
        groups = [[position] for group in groups for position in group]
    hands: list[list[Position]] = [[] for _ in range(masters)]
    for number, group in enumerate(groups):
        hands[number % masters] += group
    for hand in hands:
        hand.sort(key=lambda position: position.chain.first.opened_at_ms)
    return hands


def _quotas(sizes: Sequence[int], total: int) -> list[int]:
    """Share *total* evenly; what one master has no positions for goes to the others."""
    quotas = [0] * len(sizes)
    left = min(total, sum(sizes))
    while left > 0:
        for master, size in enumerate(sizes):
            if left > 0 and quotas[master] < size:
                quotas[master] += 1
                left -= 1
    return quotas
