"""Every ruling says who made it, and when."""

from dataclasses import fields
from typing import get_args

from echo.domain.journal import Record
from echo.domain.rulings import Ruling, SettingSeen


def test_every_ruling_says_who_and_when() -> None:
    """But for what was seen of a setting last, of which the ruling beside it tells that."""
    for kind in set(get_args(Ruling)) - {SettingSeen}:
        assert {"changed_at_ms", "changed_by"} <= {each.name for each in fields(kind)}


def test_every_ruling_is_journaled() -> None:
    assert set(get_args(Ruling)) <= set(get_args(Record))
