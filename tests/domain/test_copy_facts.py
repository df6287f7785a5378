"""Facts about copies are values: equal when they say the same, and never changed."""

from dataclasses import FrozenInstanceError

import pytest

from echo.domain.copy_facts import CommandWritten
from echo.domain.ids import AccountId, CommandId

WRITTEN = CommandWritten(command_id=CommandId("c"), account_id=AccountId("70001"), attempt=1)


def test_a_fact_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        WRITTEN.attempt = 2  # type: ignore[misc]  # this is what must not work
