"""Each blow, alone, at a desk whose only trade must be copied or explained all the same."""

import pytest

from echo.domain.answers import Outcome
from echo.sim.desk.desk import Desk
from echo.sim.desk.plan import Blow, BlowKind, targets
from echo.sim.desk.verdict import judged
from tests.sim.desk.stage import SLAVE, blow, lived, plan

SCENARIO = plan().scenario
CASES = [
    pytest.param(kind, target, id=f"{kind}-{target}")
    for kind in BlowKind
    for target in dict.fromkeys(targets(kind, SCENARIO))
    # A person whose broker is away trades nothing; one terminal stands for the others.
    if target not in {"slave-2002", "master-1001"} or kind is BlowKind.FILE_FULL
]


def outcomes(desk: Desk) -> dict[int, Outcome]:
    rows = desk.journal.decisions
    return {seq: row.outcome for (_, seq, account), row in rows.items() if account == SLAVE}


@pytest.mark.no_cover
@pytest.mark.parametrize(("kind", "target"), CASES)
def test_a_desk_lives_through_every_blow(kind: BlowKind, target: str) -> None:
    at_open, at_close = (blow(kind, target, at_ms, 1_200, touches=2) for at_ms in (5_050, 15_050))
    with lived(plan(blows=(at_open, at_close))) as desk:
        assert judged(desk) == ()
        assert desk.struck[kind.value] == 2
        assert len(outcomes(desk)) == 2
        assert all(outcome.is_final for outcome in outcomes(desk).values())


@pytest.mark.parametrize("target", ["core", "agent-1", "slave-2001", "master-1001"])
def test_who_dies_at_work_is_buried_and_comes_back(target: str) -> None:
    with lived(plan(blows=(blow(BlowKind.KILL_AT_WORK, target, 5_000, 700, touches=1),))) as desk:
        assert desk.struck["died_at_work"] == 1
        assert desk.programs[target].lives == 2
        assert judged(desk) == ()


def test_what_has_not_come_back_when_the_faults_stop_is_mended() -> None:
    late = SCENARIO.active_ms - 500
    kinds: tuple[tuple[BlowKind, str], ...] = (
        (BlowKind.KILL, "agent-1"),
        (BlowKind.FREEZE, "slave-2002"),
        (BlowKind.BLOCK, "slave-2001"),
        (BlowKind.STORE_DOWN, "core"),
        (BlowKind.LEDGER_FULL, "agent-1"),
        (BlowKind.FILE_FULL, "master-1001"),
        (BlowKind.BROKER_AWAY, "slave-2001"),
    )
    blows: tuple[Blow, ...] = tuple(blow(kind, who, late, 600_000) for kind, who in kinds)
    with lived(plan(blows=blows)) as desk:
        assert judged(desk) == ()
        assert all(program.up for program in desk.programs.values())
        assert desk.now_ms < SCENARIO.active_ms + 60_000
