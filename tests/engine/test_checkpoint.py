"""A checkpoint is what the engine knew, whatever it has learnt since."""

from copy import deepcopy
from dataclasses import fields, is_dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from echo.domain.policy import PolicyBook
from echo.engine.checkpoint import checkpoint
from echo.engine.engine import Engine
from echo.engine.settings import EngineSettings
from echo.engine.state import AccountState, State
from tests.engine.scenes import SECOND, SLAVE, closed, desk, opened


def open_things(value: Any, found: dict[int, Any] | None = None) -> dict[int, Any]:
    """Return everything in *value* that can be changed in place, by identity."""
    found = {} if found is None else found
    if isinstance(value, (dict, list, set)):
        found[id(value)] = value
        parts = list(value.values()) if isinstance(value, dict) else list(value)
    elif is_dataclass(value) and not isinstance(value, type):
        if not value.__dataclass_params__.frozen:  # type: ignore[attr-defined]  # a dataclass
            found[id(value)] = value
            parts = [getattr(value, each.name) for each in fields(value)]
        else:
            parts = []
    else:
        parts = []
    for each in parts:
        open_things(each, found)
    return found


def test_what_happens_later_does_not_change_it() -> None:
    stage = desk(SLAVE, SECOND)
    stage.say(opened())
    kept = checkpoint(stage.engine.state)
    known = deepcopy(stage.engine.state.trades), deepcopy(stage.engine.state.commands)
    assert kept == stage.engine.state

    stage.wait(5_000)
    stage.say(closed())

    assert (kept.trades, kept.commands) == known
    assert kept != stage.engine.state


def test_nothing_that_can_be_changed_is_shared() -> None:
    stage = desk(SLAVE, SECOND)
    stage.say(opened())
    kept = checkpoint(stage.engine.state)

    ours, theirs = open_things(kept), open_things(stage.engine.state)

    assert len(ours) == len(theirs) > 50
    assert ours.keys() & theirs.keys() == set()


@settings(max_examples=50)
@given(st.builds(AccountState, st.text()))
def test_any_account_comes_out_equal(account: AccountState) -> None:
    state = State(settings=EngineSettings(), book=PolicyBook())
    state.accounts[account.account_id] = account

    assert checkpoint(state) == state


def test_an_engine_goes_on_from_it_as_the_first_one_did() -> None:
    stage = desk(SLAVE, SECOND)
    stage.say(opened())
    other = Engine.resumed(checkpoint(stage.engine.state))
    begun = len(stage.events)
    stage.wait(5_000)
    first_ones = list(stage.heard[-len(stage.heard) :])
    again = [each for event, now in stage.events[begun:] for each in other.handle(event, now)]

    assert again
    assert first_ones[-len(again) :] == again
    assert other.state == stage.engine.state
