"""How much time a waterfall shows: a broker's seconds shall not hide a copier's milliseconds."""

from dataclasses import dataclass
from typing import Final

from echo.apps.waterfall.steps import ActionFall, Step

ROOM: Final = 1.15
"""How much more than the last order is shown, so that one sees it go on."""
CUT_AT: Final = 3.0
"""So many times longer than the way to the last order, the rest is cut off."""
TICKS_MAX: Final = 6


@dataclass(frozen=True, slots=True)
class Scale:
    """Shows 0 to ``end_ms``; what lasts longer is ``cut``."""

    end_ms: float
    cut: bool

    def share(self, at_ms: float) -> float:
        """Return where *at_ms* lies, 0 to 1; what is beyond lies at the edge."""
        return min(1.0, max(0.0, at_ms / self.end_ms))

    def runs_on(self, step: Step) -> bool:
        """Whether *step* goes on beyond the edge."""
        return step.end_ms > self.end_ms

    def ticks(self) -> tuple[int, ...]:
        """Return round moments, few enough to be read."""
        step = 1
        while self.end_ms / step > TICKS_MAX:
            power = 10 ** (len(str(step)) - 1)
            step = {1: 2, 2: 5, 5: 10}[step // power] * power
        return tuple(range(0, int(self.end_ms) + 1, step))


def scale_of(fall: ActionFall) -> Scale:
    """Choose what is shown of an action."""
    steps = [*fall.shared, *(step for copy in fall.copies for step in copy.steps)]
    ordered = [step.end_ms if step.order_ms is None else step.order_ms for step in steps]
    worked_ms, whole_ms = max([*ordered, 1]), max(fall.end_ms, 1)
    if whole_ms <= CUT_AT * worked_ms:
        return Scale(end_ms=whole_ms, cut=False)
    return Scale(end_ms=worked_ms * ROOM, cut=True)
