"""What is in doubt at the end is settled by somebody who can read the broker's book."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from echo.domain.answers import Outcome
from echo.domain.intents import ActionKind
from echo.sim.invariants import check
from echo.sim.scenario import Seat
from echo.sim.world import World
from echo.terminal.fates import Fate, Reply, ScriptedFates
from echo.terminal.replay_script import Action
from tests.sim.stage import SLAVE, closed, held, opened, outcome, scenario

OPEN, CLOSE = ActionKind.OPEN, ActionKind.CLOSE
EXECUTED = Fate(reply=Reply.SILENCE, comment_chars=0)
LOST = Fate(reply=Reply.SILENCE, executes=False)
IN_PART = Fate(reply=Reply.SILENCE, lot_share=Decimal("0.5"))


def lived(fate: Fate, *hand: Action, by_hand: bool) -> World:
    """An EA that keeps no ledger, and whose broker does not answer its open."""
    story = replace(
        scenario(*hand),
        slaves=(Seat(account_id=SLAVE, agent=0, protocol=2),),
        settled_by_hand=by_hand,
    )
    told = World(story, Random(1))
    told.sites[f"slave-{SLAVE}"].broker._fates = ScriptedFates([fate])
    told.run()
    return told


def test_without_a_person_it_stays_in_doubt() -> None:
    told = lived(EXECUTED, opened(), closed(), by_hand=False)
    assert outcome(told, OPEN) is Outcome.IN_DOUBT
    assert len(held(told)) == 1
    assert check(told) == []


@pytest.mark.parametrize(
    ("fate", "found", "then"),
    [
        (EXECUTED, Outcome.FILLED, Outcome.CLOSED),
        (LOST, Outcome.FAILED, Outcome.NOTHING_TO_CLOSE),
    ],
    ids=["executed", "lost"],
)
def test_the_book_says_what_became_of_it_and_the_lane_goes_on(
    fate: Fate, found: Outcome, then: Outcome
) -> None:
    told = lived(fate, opened(), closed(), by_hand=True)
    assert (outcome(told, OPEN), outcome(told, CLOSE)) == (found, then)
    assert held(told) == []
    assert told.scene.seen["settled_by_hand"] == 1
    assert check(told) == []


def test_nobody_can_tell_the_core_that_a_part_was_filled() -> None:
    told = lived(IN_PART, opened(), closed(), by_hand=True)
    assert outcome(told, OPEN) is Outcome.IN_DOUBT
    assert told.scene.seen["settled_by_hand"] == 0


def test_where_nothing_is_in_doubt_nobody_has_to_come() -> None:
    told = lived(Fate(), opened(), closed(), by_hand=True)
    assert outcome(told, CLOSE) is Outcome.CLOSED
    assert told.scene.seen["settled_by_hand"] == 0
