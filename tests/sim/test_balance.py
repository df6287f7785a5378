"""Copies that hold too much or too little, or at other levels than their masters' positions."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from echo.domain.commands import Residual
from echo.domain.intents import ActionKind
from echo.sim.balance import off_balance
from echo.sim.world import World
from echo.terminal.book import BookEntry, BookKind
from echo.terminal.broker import PaperBroker
from echo.terminal.replay_script import Action, Modify, Reduce
from tests.sim.stage import closed, ended, held, opened, scenario

Hand = tuple[Action, ...]

HOLDING: Hand = (opened(),)
MODIFIED: Hand = (
    opened(),
    Modify(key="t1", at_ms=9_000, sl_share=Decimal("0.025"), tp_share=Decimal("0.04")),
)
REDUCED: Hand = (opened(), Reduce(key="t1", at_ms=9_000, lots=Decimal("0.20")))
CLOSED: Hand = (opened(), closed())
SITE = "slave-2001"


def found(world: World) -> list[str]:
    return list(off_balance(world))


def lived(*hand: Action, residual: Residual) -> World:
    plain = scenario(*hand)
    seat = replace(plain.slaves[0], residual=residual)
    world = World(replace(plain, slaves=(seat,)), Random(1))
    world.run()
    return world


def forge_position(world: World, **changes: Decimal | None) -> None:
    """Have the slave's broker say, from its book on, that the levels are others."""
    site = world.sites[SITE]
    (position,) = site.broker.positions.values()
    levels = {"stop_loss": position.stop_loss, "take_profit": position.take_profit, **changes}
    entry = BookEntry(kind=BookKind.LEVELS, at_ms=0, ticket=position.ticket, **levels)  # type: ignore[arg-type]  # levels only
    site.broker = PaperBroker.restore(site.broker.rules, [*site.book, entry])


@pytest.mark.parametrize("hand", [HOLDING, MODIFIED, REDUCED, CLOSED])
def test_an_honest_copy_balances(hand: Hand) -> None:
    assert found(ended(*hand)) == []


def test_a_copy_of_another_volume_than_its_masters_is_noticed() -> None:
    world = ended(*REDUCED)
    book = world.sites[SITE].book
    book[:] = [each for each in book if each.kind is not BookKind.REDUCED]
    (sentence,) = found(world)
    assert "holds 0.10 of 0.10 lots" in sentence


@pytest.mark.parametrize(
    ("residual", "left"), [(Residual.KEEP, [Decimal("0.01")]), (Residual.CLOSE, [])]
)
def test_a_rest_smaller_than_the_smallest_lot_is_kept_or_closed(
    residual: Residual, left: list[Decimal]
) -> None:
    tiny = Reduce(key="t1", at_ms=9_000, lots=Decimal("0.49"))
    world = lived(opened(), tiny, residual=residual)
    assert held(world) == left
    assert found(world) == []


@pytest.mark.parametrize("hand", [HOLDING, MODIFIED])
@pytest.mark.parametrize("changes", [{"stop_loss": None}, {"take_profit": Decimal("1.5")}])
def test_a_copy_with_other_levels_than_its_masters_is_noticed(
    hand: Hand, changes: dict[str, Decimal | None]
) -> None:
    world = ended(*hand)
    forge_position(world, **changes)
    (sentence,) = found(world)
    assert next(iter(changes)) in sentence


def test_levels_are_not_judged_where_a_modification_was_left_out() -> None:
    world = ended(*MODIFIED)
    rows = world.journal.decisions
    (key,) = (key for key, row in rows.items() if row.kind is ActionKind.MODIFY)
    outcome = type(rows[key].outcome).OMITTED
    rows[key] = replace(rows[key], outcome=outcome, sentence="it was left out")
    forge_position(world, stop_loss=None)
    assert found(world) == []
