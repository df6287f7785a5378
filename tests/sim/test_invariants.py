from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, Ticket, TradeId
from echo.sim.invariants import CLOSED_WITHIN_MS, check, sums
from echo.sim.world import World
from echo.terminal.book import BookKind
from echo.terminal.replay_script import Action, Modify, Reduce
from tests.sim.stage import SLAVE, closed, ended, opened

Hand = tuple[Action, ...]

HOLDING: Hand = (opened(),)
MODIFIED: Hand = (
    opened(),
    Modify(key="t1", at_ms=9_000, sl_share=Decimal("0.025"), tp_share=Decimal("0.04")),
)
REDUCED: Hand = (opened(), Reduce(key="t1", at_ms=9_000, lots=Decimal("0.20")))
CLOSED: Hand = (opened(), closed())
SITE, MASTERS = "slave-2001", "master-1001"


def trade_of(world: World) -> TradeId:
    (trade_id,) = world.journal.trades
    return trade_id


def found(world: World) -> set[int]:
    return {each.invariant for each in check(world)}


def lose_the_fill(world: World) -> None:
    world.sites[SITE].book.clear()


def lose_the_action(world: World) -> None:
    del world.journal.actions[trade_of(world), SEQ_CLOSE]


def lose_the_decision(world: World) -> None:
    del world.journal.decisions[trade_of(world), SEQ_CLOSE, SLAVE]


def fill_again(world: World) -> None:
    book = world.sites[SITE].book
    book.append(replace(book[0], ticket=Ticket(77)))


def keep_what_was_closed(world: World) -> None:
    book = world.sites[SITE].book
    book[:] = [each for each in book if each.kind is not BookKind.CLOSED]


def invent_a_promise(world: World) -> None:
    world.watch.acked.add((TradeId("invented"), 3))


def forget_a_promise(world: World) -> None:
    lose_the_action(world)
    trade_id = trade_of(world)
    world.journal.trades[trade_id] = replace(world.journal.trades[trade_id], settled=False)


def close_late(world: World) -> None:
    key = (trade_of(world), SEQ_CLOSE, SLAVE)
    world.watch.settled_ms[key] = world.healed_ms + CLOSED_WITHIN_MS + 1


def swap_the_ticket(world: World) -> None:
    key = (trade_of(world), SLAVE)
    world.journal.copies[key] = replace(world.journal.copies[key], ticket=Ticket(5))


@pytest.mark.parametrize("hand", [HOLDING, MODIFIED, REDUCED, CLOSED])
def test_an_honest_world_is_clean(hand: Hand) -> None:
    world = ended(*hand)
    assert check(world) == []
    assert sums(world) == {"trades": 1, "copies": 1}


@pytest.mark.parametrize(
    ("forge", "invariant"),
    [
        (lose_the_fill, 1),
        (lose_the_action, 1),
        (lose_the_decision, 1),
        (fill_again, 2),
        (keep_what_was_closed, 3),
        (close_late, 4),
        (invent_a_promise, 6),
        (forget_a_promise, 6),
        (swap_the_ticket, 7),
    ],
)
def test_a_forged_end_is_noticed(forge: Callable[[World], None], invariant: int) -> None:
    world = ended(*CLOSED)
    assert check(world) == []
    forge(world)
    assert invariant in found(world)


def test_what_a_step_violated_comes_first() -> None:
    world = ended(*CLOSED)
    world.watch.violated(14, "an old frame moved somebody")
    invent_a_promise(world)
    assert [each.invariant for each in check(world)] == [14, 6]


def test_a_close_may_wait_for_an_open_that_had_to_be_looked_up_again() -> None:
    """An EA without its file finds out anew what became of an open, and the close waits for it."""
    world = ended(*CLOSED)
    close_late(world)
    late = found(world)
    world.watch.answered_ms[trade_of(world), SLAVE] = world.healed_ms + CLOSED_WITHIN_MS
    waited = found(world)
    world.watch.settled_ms[trade_of(world), SEQ_CLOSE, SLAVE] += CLOSED_WITHIN_MS

    assert (late, waited, found(world)) == ({4}, set(), {4})


def test_a_lane_behind_an_open_in_doubt_waits_for_a_person() -> None:
    world = ended(*CLOSED)
    lose_the_decision(world)
    world.watch.doubtful.add((trade_of(world), SEQ_OPEN, SLAVE))
    assert 1 not in found(world)


def test_a_position_that_nobody_saw_was_never_reported() -> None:
    world = ended(*CLOSED)
    book = world.sites[MASTERS].book
    unseen = [replace(each, ticket=Ticket(each.ticket + 50)) for each in book]
    book.extend(unseen)
    assert check(world) == []
    book.pop()
    assert found(world) == {1}
