"""Findings: what is read of journal and raw events, within the days that were asked for."""

from datetime import date
from pathlib import Path

import pytest

from echo.apps.divergence.findings import Findings, Span, gather
from echo.domain.divergence import Divergence, Part
from echo.domain.divergence_totals import By
from echo.domain.ids import Ticket
from echo.ports.errors import JournalUnavailable
from tests.apps.divergence.desks import CLOSED_ON, write_desk
from tests.domain.stories import OTHER, SLAVE, D


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    return write_desk(tmp_path)


def found(desk: Path, span: Span | None = None) -> Findings:
    return gather(desk / "journal.sqlite", desk / "events", span or Span())


def test_journal_and_deals_together_tell_the_whole_difference(desk: Path) -> None:
    results = {each.account_id: each.found for each in found(desk).results}
    copied, missed = results[SLAVE], results[OTHER]

    assert isinstance(copied, Divergence)
    assert isinstance(missed, Divergence)
    assert copied.parts[Part.SWAP_COMMISSION] == D(-2)
    assert missed.parts[Part.MISSED] == D(-250)
    assert found(desk).lacking == {}


def test_without_raw_events_costs_are_lacking(desk: Path) -> None:
    told = gather(desk / "journal.sqlite", desk / "nowhere", Span())

    assert told.deals_from is None
    assert told.lacking == {Part.SWAP_COMMISSION: 2}


def test_the_dearest_comes_first(desk: Path) -> None:
    told = found(desk).told

    assert [each.account_id for each, _ in told] == [OTHER, SLAVE]
    assert found(desk).totals(By.STRATEGY)[0].difference == sum(d.difference for _, d in told)


@pytest.mark.parametrize(
    ("first", "last", "trades"),
    [
        (CLOSED_ON, CLOSED_ON, 1),
        (None, CLOSED_ON, 1),
        (CLOSED_ON, None, 1),
        (date(2026, 11, 22), None, 0),
        (None, date(2026, 11, 20), 0),
    ],
)
def test_days_are_included_on_both_ends(
    desk: Path, first: date | None, last: date | None, trades: int
) -> None:
    assert len(found(desk, Span(first=first, last=last)).results) == 2 * trades


def test_what_cannot_be_told_is_counted_by_its_reason(tmp_path: Path) -> None:
    desk = write_desk(tmp_path, ticks=False)

    assert found(desk).told == ()
    assert found(desk).not_known == {"what a tick is worth on the account": 2}


def test_deals_of_other_positions_change_nothing(tmp_path: Path) -> None:
    desk = write_desk(tmp_path, ticket=Ticket(99))

    assert found(desk).lacking == {Part.SWAP_COMMISSION: 1}


def test_there_must_be_a_journal(tmp_path: Path) -> None:
    with pytest.raises(JournalUnavailable):
        gather(tmp_path / "none.sqlite", tmp_path, Span())
