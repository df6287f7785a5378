"""Results of rounds, as if they had been played."""

from dataclasses import replace
from typing import Any

from echo.apps.chaos.lateness import LateOpen
from echo.apps.chaos.tally import Endings, RoundResult
from echo.apps.demo.takings import Takings
from echo.domain.ids import AccountId, TradeId
from echo.domain.reconciliation import Discrepancy

TAKINGS = Takings(
    masters=1,
    slaves=2,
    actions=4,
    decisions=8,
    outcomes={"filled": 3, "omitted": 1, "closed": 3, "in_doubt": 1},
    omitted={"STALE": 1},
    failed={},
    discrepancies=(),
    unexplained=0,
    latencies=None,
)
LATE = LateOpen(subject="t/0", account_id=AccountId("7"), took_ms=6_000, allowed_ms=5_500)


def discrepancy(kind: str) -> Discrepancy:
    return Discrepancy(
        kind=kind, trade_id=TradeId("t"), account_id=AccountId("7"), sentence="so it is"
    )


def played(number: int = 0, *, late: bool = False, **more: Any) -> RoundResult:
    """Return a round; *more* replaces parts of its takings or of itself."""
    result = RoundResult(
        number=number,
        seed=1,
        takings=TAKINGS,
        late=(LATE,) if late else (),
        done={"kills": 2, "stops": 1},
        endings=Endings(failpoints={"core.after_commit": 1}),
        seconds=20.0,
        drained_s=3.0,
    )
    of_takings = {name: value for name, value in more.items() if hasattr(TAKINGS, name)}
    rest = {name: value for name, value in more.items() if name not in of_takings}
    return replace(result, takings=replace(TAKINGS, **of_takings), **rest)
