"""Changes of stops succeed while brokers' stop levels shift, and are counted as they end."""

import pytest

from bench.levels import Figures, run, scenario
from echo.terminal.replay_script import Modify, Open


def test_more_than_99_of_100_changes_are_carried_out() -> None:
    found = run(1)

    assert found.modified > 100
    assert found.shifts > 20
    assert found.refused > 0, "brokers that refuse nothing prove nothing"
    assert found.success > 0.99
    assert found.accepted_at_once > 0.8


def test_a_day_is_the_same_each_time_it_is_asked_for() -> None:
    first = scenario(7)
    [hand] = first.hands

    assert first == scenario(7)
    assert first != scenario(8)
    assert sum(isinstance(each, Open) for each in hand) == 8
    assert sum(isinstance(each, Modify) for each in hand) > 50


def test_shares_are_those_of_what_could_be_done() -> None:
    found = Figures(modified=98, superseded=50, closed_before=7, failed=2).plus(
        Figures(modified=100, accepted=9, refused=1)
    )

    assert found.success == pytest.approx(0.99)
    assert found.accepted_at_once == pytest.approx(0.9)
    assert Figures().success == 0
