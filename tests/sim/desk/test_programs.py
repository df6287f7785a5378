"""The programs, seen from outside: what they leave behind, and what they find again."""

from echo.domain.answers import Outcome
from echo.sim.desk.plan import BlowKind
from echo.sim.desk.verdict import judged
from tests.sim.desk.stage import SLAVE, blow, closed, lived, opened, plan


def test_every_life_is_a_new_service_on_what_the_last_one_left() -> None:
    blows = tuple(
        blow(kind, target, at_ms, 500)
        for at_ms, kind in ((7_000, BlowKind.KILL), (10_000, BlowKind.RESTART))
        for target in ("core", "agent-1", "slave-2001", "master-1001")
    )
    with lived(plan(blows=blows)) as desk:
        assert judged(desk) == ()
        assert [desk.programs[name].lives for name in ("core", "agent-1", "slave-2001")] == [3] * 3
        assert desk.core.durable is desk.journal
        outcomes = [row.outcome for row in desk.journal.decisions.values()]
        assert sorted(outcomes) == [Outcome.CLOSED] * 2 + [Outcome.FILLED] * 2
        (copy,) = (row for (_, who), row in desk.journal.copies.items() if who == SLAVE)
        assert copy.lot_remaining == 0
        # Nobody was cold but in the first life: files and books were found again.
        assert desk.lookout.seen["cold_start"] == 3


def test_a_new_pace_is_kept_by_the_next_life() -> None:
    blows = (
        blow(BlowKind.SETTINGS, "core", 3_000, 333),
        blow(BlowKind.SETTINGS, "agent-1", 3_000, 222),
        blow(BlowKind.KILL, "core", 6_000, 500),
        blow(BlowKind.KILL, "agent-1", 6_000, 500),
    )
    with lived(plan(blows=blows)) as desk:
        assert judged(desk) == ()
        assert desk.core._rules[0].ack_timeout_ms == 333
        assert desk.core._rules[0].retry_backoff_ms[:3] == (333, 666, 1_332)
        assert desk.agent._settings.ack_timeout_ms == 222


def test_a_hand_goes_on_where_its_former_life_stopped() -> None:
    actions = (opened("t1"), opened("t2", 9_000), closed("t1", 12_000), closed("t2", 14_000))
    with lived(plan(*actions, blows=(blow(BlowKind.KILL, "master-1001", 8_000, 3_500),))) as desk:
        assert judged(desk) == ()
        # The second open was missed by too much; the first was closed all the same.
        assert len(desk.journal.trades) == 1
        assert all(row.settled for row in desk.journal.trades.values())
