"""The classic failures of copiers, each as a story of which nothing must come."""

from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.ids import SEQ_CLOSE, AccountId
from echo.domain.journal import ActionRecord, ExecutionRecord, Record
from echo.sim.faults import CALM, MishapKind
from echo.sim.scenario import STANDBY, Seat
from echo.sim.world import World
from echo.terminal.fates import FateRates
from echo.terminal.view import MT4, MT5
from tests.sim.stories import (
    MASTER,
    OPENED_MS,
    OTHER_MASTER,
    SECOND,
    SLAVE,
    close_outcome,
    closes,
    decision,
    fills,
    mishap,
    modifies,
    opens,
    outcome,
    paused_while_committing,
    positions,
    reduces,
    scenario,
    sentences,
    told,
)


def test_a_quiet_day() -> None:
    world = told(scenario(opens(), modifies(12_000), reduces(15_000, "0.40"), closes(20_000)))

    assert sentences(world) == []
    assert [outcome(world, seq) for seq in (0, 1, 2)] == [
        Outcome.FILLED,
        Outcome.MODIFIED,
        Outcome.REDUCED,
    ]
    assert close_outcome(world) is Outcome.CLOSED
    assert world.scene.faults.struck.total() == 0


def test_one_follower_is_offline_while_another_acknowledges() -> None:
    away = mishap(MishapKind.CRASH, OPENED_MS - 500, f"slave-{SLAVE}", 20_000)
    world = told(scenario(opens(), mishaps=(away,)))

    assert sentences(world) == []
    assert outcome(world) is Outcome.OMITTED
    assert decision(world).code in {ErrorCode.STALE, ErrorCode.QUOTE_STALE}
    assert outcome(world, account_id=SECOND) is Outcome.FILLED
    assert (fills(world), fills(world, SECOND)) == (0, 1)


@pytest.mark.parametrize("at_ms", [OPENED_MS + 30, OPENED_MS + 200, 12_000, 20_050])
def test_the_core_is_restarted_while_a_copy_is_open(at_ms: int) -> None:
    crash = mishap(MishapKind.CRASH, at_ms, "core", 4_000)
    world = told(scenario(opens(), closes(20_000), mishaps=(crash,)))

    assert sentences(world) == []
    assert positions(world) == []
    assert fills(world) <= 1
    assert close_outcome(world) in {Outcome.CLOSED, Outcome.NOTHING_TO_CLOSE}


def test_messages_are_lost_and_sent_again() -> None:
    lossy = replace(CALM, frame_loss=0.4)
    world = told(scenario(opens(), modifies(12_000), closes(20_000), weather=lossy))

    assert sentences(world) == []
    assert outcome(world) is Outcome.FILLED
    assert world.scene.faults.struck["frame_lost"] > 3
    assert world.scene.seen["delivery_retried"] > 0


def test_messages_that_arrive_twice_are_done_once() -> None:
    doubled = replace(CALM, frame_double=1.0)
    world = told(
        scenario(
            opens(), modifies(12_000), reduces(15_000, "0.40"), closes(20_000), weather=doubled
        )
    )

    assert sentences(world) == []
    assert (fills(world), fills(world, SECOND)) == (1, 1)
    assert close_outcome(world) is Outcome.CLOSED


def test_two_masters_use_equal_tickets() -> None:
    """Same number, same second, same size: only who they are tells their trades apart."""
    story = scenario(
        opens("mine"),
        closes(20_000, "mine"),
        masters=(Seat(account_id=MASTER, agent=0), Seat(account_id=OTHER_MASTER, agent=0)),
        hands=((opens("mine"), closes(20_000, "mine")), (opens("other"),)),
    )
    world = told(story)
    trades = world.journal.trades.values()

    assert sentences(world) == []
    assert len({row.master_ticket for row in trades}) == 1
    assert len({row.trade_id for row in trades}) == 2
    assert fills(world) == 2
    assert positions(world) == [Decimal("0.10")]


def test_a_follower_is_down_longer_than_all_retries_at_the_open() -> None:
    away = mishap(MishapKind.CRASH, OPENED_MS - 100, f"slave-{SLAVE}", 30_000)
    world = told(scenario(opens(), closes(38_000), mishaps=(away,), max_retries=3))

    assert sentences(world) == []
    assert outcome(world) is Outcome.OMITTED
    assert close_outcome(world) is Outcome.NOTHING_TO_CLOSE
    assert fills(world) == 0


def test_a_follower_is_down_longer_than_all_retries_at_the_close() -> None:
    """A retry count is no time limit: the close is brought whenever the follower is back."""
    away = mishap(MishapKind.CRASH, 10_000, f"slave-{SLAVE}", 25_000)
    world = told(scenario(opens(), closes(12_000), mishaps=(away,), max_retries=3))

    assert sentences(world) == []
    assert close_outcome(world) is Outcome.CLOSED
    assert positions(world) == []
    assert world.scene.seen["alarm_close_pending"] > 0


@pytest.mark.parametrize("emptied", [0.0, 1.0])
def test_the_broker_times_out_and_has_executed(emptied: float) -> None:
    """With or without its comment, the fill is found, and none is ordered beside it."""
    late = FateRates(timeout_executed=1.0, late_ms_max=20_000, comment_emptied=emptied)
    story = scenario(
        opens(),
        slaves=(Seat(account_id=SLAVE, agent=1),),
        weather=replace(CALM, broker=late),
        max_delay_ms=15_000,
    )
    world = told(story)

    assert sentences(world) == []
    assert outcome(world) is Outcome.FILLED
    assert world.scene.seen["result_late"] == 1
    assert fills(world) == 1


def test_the_broker_times_out_and_has_not_executed() -> None:
    lost = FateRates(timeout_lost=1.0)
    story = scenario(
        opens(),
        closes(20_000),
        slaves=(Seat(account_id=SLAVE, agent=1),),
        weather=replace(CALM, broker=lost),
    )
    world = told(story)

    assert sentences(world) == []
    assert (outcome(world), decision(world).code) == (Outcome.FAILED, ErrorCode.NOT_EXECUTED)
    assert close_outcome(world) is Outcome.NOTHING_TO_CLOSE


def test_the_ea_is_attached_twice() -> None:
    world = told(scenario(opens(), closes(20_000), rivals=(SLAVE,)))

    assert sentences(world) == []
    assert world.scene.seen["refused_second_ea"] > 0
    assert fills(world) == 1
    assert close_outcome(world) is Outcome.CLOSED


def test_the_second_ea_takes_over_without_the_firsts_memory() -> None:
    gone = mishap(MishapKind.CRASH, OPENED_MS + 2_000, f"slave-{SLAVE}", 30_000)
    world = told(scenario(opens(), closes(38_000), rivals=(SLAVE,), mishaps=(gone,)))

    assert sentences(world) == []
    assert fills(world) == 1
    assert close_outcome(world) is Outcome.CLOSED


@pytest.mark.parametrize("kind", [ActionRecord, ExecutionRecord])
def test_the_core_is_paused_past_its_lease(kind: type[Record]) -> None:
    """It is stopped within a commit; its standby goes on; when it wakes up both think they hold."""
    world = paused_while_committing(kind, opens(), closes(30_000))
    seen = world.scene.seen

    assert sentences(world) == []
    assert (fills(world), fills(world, SECOND)) == (1, 1)
    assert close_outcome(world) is Outcome.CLOSED
    assert positions(world) == positions(world, SECOND) == []
    assert (seen["standby_took_over"], seen["fenced_commit_refused"], seen["lease_lost"]) == (
        1,
        1,
        1,
    )
    assert [each.holds for each in world.cores] == [False, True]


def test_the_standby_takes_over_from_a_core_that_died() -> None:
    away = mishap(MishapKind.CRASH, OPENED_MS + 3_000, "core", 20_000)
    world = told(scenario(opens(), closes(14_000), standby=True, mishaps=(away,)))

    assert sentences(world) == []
    assert world.scene.seen["standby_took_over"] == 1
    assert world.watch.journaled_ms[next(iter(world.journal.trades)), SEQ_CLOSE] < 16_000
    assert close_outcome(world) is Outcome.CLOSED
    assert world.holder.name == STANDBY


@pytest.mark.parametrize("terminal", [MT4, MT5])
def test_repeated_partial_closes_with_changing_tickets(terminal: str) -> None:
    story = scenario(
        opens(),
        *(reduces(at_ms, "0.20") for at_ms in (10_000, 12_000, 14_000)),
        masters=(Seat(account_id=MASTER, agent=0, terminal=terminal),),
        slaves=(
            Seat(account_id=SLAVE, agent=1, terminal=MT4),
            Seat(account_id=SECOND, agent=1, terminal=MT5, lot=Decimal("0.50")),
        ),
    )
    world = told(story)

    assert sentences(world) == []
    assert positions(world) == [Decimal("0.04")]
    assert positions(world, SECOND) == [Decimal("0.20")]


def test_one_empty_snapshot_closes_nothing() -> None:
    blind = mishap(MishapKind.UNSYNCED, 12_000, f"master-{MASTER}", 5_000)
    world = told(scenario(opens(), mishaps=(blind,)))

    assert sentences(world) == []
    assert positions(world) == [Decimal("0.10")]


def test_a_ledger_is_restored_from_an_old_copy() -> None:
    old = mishap(MishapKind.OLD_COPY, OPENED_MS + 3_000, f"slave-{SLAVE}", 2_000)
    agent = mishap(MishapKind.CRASH, OPENED_MS + 3_000, "agent-2", 1_000)
    story = scenario(opens(), modifies(OPENED_MS + 1_500), closes(20_000), mishaps=(old, agent))
    world = told(story)

    assert sentences(world) == []
    assert world.scene.seen["alarm_ledger_old"] == 1
    assert fills(world) == 1
    assert close_outcome(world) is Outcome.CLOSED


def test_a_ledger_is_lost() -> None:
    lost = mishap(MishapKind.AMNESIA, OPENED_MS + 300, f"slave-{SLAVE}", 1_000)
    world = told(scenario(opens(), closes(20_000), mishaps=(lost,), max_delay_ms=15_000))

    assert sentences(world) == []
    assert fills(world) == 1
    assert close_outcome(world) is Outcome.CLOSED


def test_an_open_is_lost_with_the_ledger_of_its_agent_and_comes_back_with_the_next_action() -> None:
    away = mishap(MishapKind.CRASH, OPENED_MS - 500, "core", 6_000)
    lost = mishap(MishapKind.LEDGER_LOST, OPENED_MS + 3_000, "agent-1", 500)
    story = scenario(opens(), modifies(18_000), closes(20_000), mishaps=(away, lost))
    world = told(story)

    assert sentences(world) == []
    assert world.scene.seen["open_lost_with_its_ledger"] == 2
    assert world.watch.excused == set()
    assert outcome(world) is Outcome.OMITTED
    assert close_outcome(world) is Outcome.NOTHING_TO_CLOSE


def test_an_agent_promises_a_close_whose_open_went_with_its_ledger() -> None:
    away = mishap(MishapKind.CRASH, OPENED_MS - 500, "core", 20_000)
    lost = mishap(MishapKind.LEDGER_LOST, OPENED_MS + 3_000, "agent-1", 500)
    world = told(scenario(opens(), closes(18_000), mishaps=(away, lost)))

    assert sentences(world) == []
    assert world.watch.excused == set()
    assert close_outcome(world) is Outcome.NOTHING_TO_CLOSE


def test_the_store_is_down_and_nothing_is_acknowledged_meanwhile() -> None:
    down = mishap(MishapKind.STORE_DOWN, OPENED_MS - 100, "core", 10_000)
    world = told(scenario(opens(), closes(20_000), mishaps=(down,), max_delay_ms=15_000))

    assert sentences(world) == []
    [trade_id] = world.journal.trades
    assert world.watch.journaled_ms[trade_id, 0] >= OPENED_MS + 9_900


def test_the_core_is_away_and_the_agent_keeps_its_promise() -> None:
    away = mishap(MishapKind.CRASH, OPENED_MS - 100, "core", 10_000)
    died = mishap(MishapKind.CRASH, OPENED_MS + 3_000, "agent-1", 1_000)
    story = scenario(opens(), closes(12_000), mishaps=(away, died), max_delay_ms=15_000)
    world = told(story)

    assert sentences(world) == []
    assert world.scene.seen["acknowledged_by_agent"] > 0
    assert len(world.watch.acked) == 2


POISONS = (
    *(MishapKind.CRASH, MishapKind.SLEEP, MishapKind.BLOCK, MishapKind.SLOW, MishapKind.HALF_OPEN),
    *(MishapKind.FILE_FULL, MishapKind.BROKER_AWAY, MishapKind.MARKET_CLOSED, MishapKind.UNSYNCED),
)
"""Whatever can be wrong with one slave, for as long as the story lasts."""


def settled_in(world: World, account_id: AccountId) -> dict[int, int]:
    """When each action was settled on an account, by its number."""
    times = world.watch.settled_ms
    return {seq: at_ms for (_, seq, each), at_ms in times.items() if each == account_id}


@pytest.mark.parametrize("kind", POISONS)
def test_a_poisoned_slave_delays_nobody_else(kind: MishapKind) -> None:
    hand = (opens(), modifies(9_000), reduces(11_000, "0.40"), closes(14_000))
    sound = told(scenario(*hand))
    poison = mishap(kind, OPENED_MS - 500, f"slave-{SLAVE}", 33_000)
    poisoned = told(scenario(*hand, mishaps=(poison,)))

    healthy, beside = settled_in(sound, SECOND), settled_in(poisoned, SECOND)
    assert healthy.keys() == beside.keys()
    assert all(abs(beside[seq] - at_ms) < 1_500 for seq, at_ms in healthy.items())
    assert settled_in(poisoned, SLAVE) != settled_in(sound, SLAVE)
    assert sentences(poisoned) == []
