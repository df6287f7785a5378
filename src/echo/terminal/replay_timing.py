"""When things happen in a replay: months of a history fitted into seconds, its order kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

OPENING_PERCENT: Final = 80
"""No position is opened later than this share of the replay."""
CLOSING_PERCENT: Final = 94
"""From this share on masters close whatever is still open."""
HOLD_PERCENT_MAX: Final = 40
"""No position is held longer than this share of the replay: closes shall be seen all the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How dense a replay is."""

    positions_per_minute: int = 80
    """Of all masters together, >= 1."""
    lead_ms: int = 500
    """What passes before the first open, so that quotes have arrived, >= 0."""
    hold_ms_min: int = 500
    """How long a position is held at least, where the end is not nearer, >= 1."""
    step_ms: int = 150
    """Between two actions on one position, where its life is long enough, >= 1."""

    def positions_max(self, seconds: int) -> int:
        """How many positions are opened in so many seconds, >= 1."""
        return max(1, seconds * self.positions_per_minute // 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The phases of a replay, in ms after its start."""

    first_open_ms: int
    last_open_ms: int
    closing_ms: int
    """Positions that would be closed later are closed between this and `end_ms`."""
    end_ms: int
    hold_ms_max: int
    speed: Decimal

    def scaled(self, market_ms: int) -> int:
        """How long a span of the history takes in the replay; rounded down."""
        return int(market_ms / self.speed)


def timeline_of(*, seconds: int, window_ms: int, speed: Decimal, pace: Pace) -> Timeline:
    """Lay out the phases; the replay ends early where the window of ticks ends early."""
    end_ms = min(seconds * 1000, int(window_ms / speed))
    last_open_ms = end_ms * OPENING_PERCENT // 100
    return Timeline(
        first_open_ms=min(pace.lead_ms, last_open_ms),
        last_open_ms=last_open_ms,
        closing_ms=end_ms * CLOSING_PERCENT // 100,
        end_ms=end_ms,
        hold_ms_max=end_ms * HOLD_PERCENT_MAX // 100,
        speed=speed,
    )


def capped_gaps(gaps_ms: Sequence[int], span_ms: int) -> tuple[list[int], int]:
    """Cut all gaps to the largest common cap that lets their sum fit into *span_ms*.

    Short gaps stay as they are: a burst remains a burst.  Also tells how many were cut.
    """
    cap_ms = max(gaps_ms, default=0)
    if sum(gaps_ms) > span_ms:
        left_ms = span_ms
        for done, gap_ms in enumerate(sorted(gaps_ms)):
            # Could this gap and all that are longer be as long as this one?
            share_ms = left_ms // (len(gaps_ms) - done)
            if gap_ms > share_ms:
                cap_ms = share_ms
                break
            left_ms -= gap_ms
    return [min(gap_ms, cap_ms) for gap_ms in gaps_ms], sum(gap > cap_ms for gap in gaps_ms)


def close_times(natural_ms: Sequence[int], *, closing_ms: int, end_ms: int) -> list[int]:
    """Move closes that fall behind *closing_ms* between it and *end_ms*, evenly, in their order."""
    late = sorted(
        (index for index, at_ms in enumerate(natural_ms) if at_ms > closing_ms),
        key=lambda index: (natural_ms[index], index),
    )
    times = list(natural_ms)
    for place, index in enumerate(late, start=1):
        times[index] = closing_ms + (end_ms - closing_ms) * place // (len(late) + 1)
    return times


def part_times(offsets: Sequence[int], *, open_ms: int, close_ms: int, step_ms: int) -> list[int]:
    """Place the closes of a position's parts between its open and its last close.

    Args:
        offsets: How long after the open each part was closed, ascending, in any unit.
        open_ms: When the position is opened.
        close_ms: When its last part is closed.
        step_ms: The least distance between two of them, if there is room for it.

    Returns:
        One moment per part; the last is *close_ms*.
    """
    life_ms = close_ms - open_ms
    whole = max(offsets[-1], 1)
    step_ms = min(step_ms, life_ms // (len(offsets) + 1))
    times = [open_ms + life_ms * offset // whole for offset in offsets]
    times[-1] = close_ms
    for index in range(len(times) - 2, -1, -1):
        times[index] = min(times[index], times[index + 1] - step_ms)
    for index in range(len(times) - 1):
        earliest = (times[index - 1] if index else open_ms) + step_ms
        times[index] = max(times[index], earliest)
    return times
