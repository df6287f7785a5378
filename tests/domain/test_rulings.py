"""Every ruling says who made it, and when."""

from dataclasses import fields
from typing import get_args

from echo.domain.journal import Record
from echo.domain.rulings import Ruling


def test_every_ruling_says_who_and_when() -> None:
    for kind in get_args(Ruling):
        assert {"changed_at_ms", "changed_by"} <= {each.name for each in fields(kind)}


def test_every_ruling_is_journaled() -> None:
    assert set(get_args(Ruling)) <= set(get_args(Record))
