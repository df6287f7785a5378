"""What may be asked: every kind of action can be settled, and only as what it can end as."""

from typing import get_args

import pytest

from echo.domain.answers import Outcome
from echo.domain.intents import ActionKind
from echo.domain.operations import SETTLEMENTS, OperationCode, Request


@pytest.mark.parametrize("kind", ActionKind)
def test_every_action_can_be_settled_and_for_good(kind: ActionKind) -> None:
    assert SETTLEMENTS[kind]
    assert all(outcome.is_final for outcome in SETTLEMENTS[kind])


def test_only_an_open_is_filled_and_only_a_close_is_left_to_a_person() -> None:
    assert [kind for kind, known in SETTLEMENTS.items() if Outcome.FILLED in known] == ["open"]
    assert [kind for kind, known in SETTLEMENTS.items() if Outcome.MANUAL in known] == ["close"]


def test_requests_are_frozen_values() -> None:
    assert all(kind.__dataclass_params__.frozen for kind in get_args(Request))


def test_codes_are_words_for_programs() -> None:
    assert all(code.islower() and code.replace("_", "").isalpha() for code in OperationCode)
