"""One master's part of a replay: its positions, one after the other, as timed actions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import pairwise
from typing import Final

from echo.terminal.histories.trades import Chain
from echo.terminal.replay_levels import LevelScript, level_script
from echo.terminal.replay_script import Action, Close, MasterScript, Modify, Open, Reduce
from echo.terminal.replay_timing import Pace, Timeline, capped_gaps, close_times, part_times

PricesOf = Callable[[str, int], tuple[Decimal, Decimal] | None]
"""Bid and ask of a canonical symbol at a moment of the replay; ``None``: not yet quoted."""

# At equal moments a position is opened, then changed, then closed.
_RANK: Final[dict[type[Action], int]] = {Open: 0, Modify: 1, Reduce: 2, Close: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A position of a history whose symbol has ticks."""

    file: int
    """Which history it is from, counted from 0."""
    symbol: str
    """Canonical."""
    chain: Chain


@dataclass(frozen=True, slots=True, kw_only=True)
class Squeezed:
    """What did not fit as it was; see `ReplayPlan` for the meaning of each."""

    gaps_capped: int
    holds_shortened: int
    levels_late: int
    levels_dropped: int


def script_of(
    master: str,
    positions: Sequence[Position],
    *,
    timeline: Timeline,
    pace: Pace,
    prices_of: PricesOf,
) -> tuple[MasterScript, Squeezed]:
    """Write the script of *master*, who opens *positions* in the order given."""
    opens_ms, gaps_capped = _open_times(positions, timeline)
    holds_ms = [timeline.scaled(_offsets(position.chain)[-1]) for position in positions]
    natural_ms = [
        open_ms + max(pace.hold_ms_min, min(hold_ms, timeline.hold_ms_max))
        for open_ms, hold_ms in zip(opens_ms, holds_ms, strict=True)
    ]
    closes_ms = close_times(natural_ms, closing_ms=timeline.closing_ms, end_ms=timeline.end_ms)
    actions: list[Action] = []
    late = dropped = 0
    for number, position in enumerate(positions, start=1):
        open_ms, close_ms = opens_ms[number - 1], closes_ms[number - 1]
        levels = level_script(
            position.chain.last,
            key=f"{master}.{number:04}",
            prices_at=partial(prices_of, position.symbol),
            open_ms=open_ms,
            close_ms=close_ms,
            step_ms=pace.step_ms,
        )
        late, dropped = late + levels.late, dropped + levels.dropped
        actions += _life(f"{master}.{number:04}", position, levels, (open_ms, close_ms), pace)
    actions.sort(key=lambda action: (action.at_ms, _RANK[type(action)]))
    shortened = sum(
        close_ms - open_ms < hold_ms
        for open_ms, close_ms, hold_ms in zip(opens_ms, closes_ms, holds_ms, strict=True)
    )
    return MasterScript(master=master, actions=tuple(actions)), Squeezed(
        gaps_capped=gaps_capped,
        holds_shortened=shortened,
        levels_late=late,
        levels_dropped=dropped,
    )


def _open_times(positions: Sequence[Position], timeline: Timeline) -> tuple[list[int], int]:
    opened_ms = [position.chain.first.opened_at_ms for position in positions]
    # Where several files meet in one hand, time may run backwards between two of them.
    gaps_ms = [timeline.scaled(max(0, later - earlier)) for earlier, later in pairwise(opened_ms)]
    capped_ms, capped = capped_gaps(gaps_ms, timeline.last_open_ms - timeline.first_open_ms)
    times = [timeline.first_open_ms][: len(positions)]
    for gap_ms in capped_ms:
        times.append(times[-1] + gap_ms)
    return times, capped


def _offsets(chain: Chain) -> list[int]:
    """How long after the open each part was closed, in ms of the history."""
    return [part.closed_at_ms - chain.first.opened_at_ms for part in chain.parts]


def _life(
    key: str, position: Position, levels: LevelScript, span_ms: tuple[int, int], pace: Pace
) -> list[Action]:
    open_ms, close_ms = span_ms
    chain = position.chain
    *reduces_ms, close_ms = part_times(
        _offsets(chain), open_ms=open_ms, close_ms=close_ms, step_ms=pace.step_ms
    )
    return [
        Open(
            key=key,
            at_ms=open_ms,
            symbol=position.symbol,
            side=chain.first.side,
            lots=chain.lots,
            magic=chain.magic or 0,
            sl_share=levels.sl_share,
            tp_share=levels.tp_share,
        ),
        *levels.modifies,
        *(
            Reduce(key=key, at_ms=at_ms, lots=part.lots)
            for at_ms, part in zip(reduces_ms, chain.parts[:-1], strict=True)
        ),
        Close(key=key, at_ms=close_ms),
    ]
