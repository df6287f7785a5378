from decimal import Decimal
from random import Random

import pytest

from echo.sim.hands import STRANGE_LOTS, draw_hands, draw_shape, draw_stranger, draw_trade
from echo.terminal.replay_script import Close, Open
from tests.sim.stage import SLAVE


@pytest.mark.parametrize("seed", range(20))
def test_a_trade_begins_by_an_open_and_ends_in_time(seed: int) -> None:
    chance = Random(seed)
    first, *rest = draw_trade(chance, "t1", 5_000, 60_000, draw_shape(chance))
    assert isinstance(first, Open)
    assert all(5_000 <= each.at_ms < 60_000 and each.key == "t1" for each in rest)
    assert sum(isinstance(each, Close) for each in rest) <= 1


def test_there_are_no_more_trades_than_wanted() -> None:
    for seed in range(20):
        (hand,) = draw_hands(Random(seed), 1, 60_000, trades_max=4)
        assert 2 <= sum(isinstance(each, Open) for each in hand) <= 4


@pytest.mark.parametrize("seed", range(20))
def test_a_stranger_trades_a_size_that_nobody_copies(seed: int) -> None:
    stranger = draw_stranger(Random(seed), SLAVE, 60_000)
    opens = [each for each in stranger.actions if isinstance(each, Open)]
    assert stranger.account_id == SLAVE
    assert opens
    assert {each.lots for each in opens} == {STRANGE_LOTS} == {Decimal("0.07")}
    assert list(stranger.actions) == sorted(stranger.actions, key=lambda each: each.at_ms)
