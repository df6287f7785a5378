"""Deals out of raw events: told by whichever account, once each, from the day that is asked for."""

from dataclasses import replace
from pathlib import Path

import pytest

from echo.domain.accounts import Deal, StateSnapshot
from echo.domain.ids import AccountId, AgentId, Ticket
from echo.domain.quantities import Instant
from echo.domain.raw_events import Chain, Direction, Linked
from echo.engine.events import AgentSaid
from echo.ports.errors import EventsUnavailable
from echo.services.core.raw_events import Handled, encoded
from echo.stores.events.deals import read_deals
from echo.stores.events.months import MonthFiles
from tests.domain.stories import CLOSED_MS, SLAVE, TICKET, deal

DAY_MS = 86_400_000
AFTER = Ticket(77)


def shown(chain: Chain, *history: Deal, account_id: AccountId = SLAVE, days: int = 0) -> Linked:
    snapshot = StateSnapshot(account_id=account_id, info=None, history=history)
    said = AgentSaid(AgentId("agent_one"), 1, None, snapshot)
    now = Instant(CLOSED_MS + days * DAY_MS, 1)
    [event] = encoded(Handled(said, (), now))
    return chain.take(
        Direction.IN, event.kind, wall_ms=now.wall_ms, mono_ms=now.mono_ms, payload=event.payload
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = MonthFiles(tmp_path / "events")
    chain = files.chain()
    mt5 = replace(deal(Ticket(901)), position_id=TICKET, close_time_ms=CLOSED_MS + 1)
    files.append(
        [
            shown(chain, deal()),
            shown(chain, deal(), mt5),
            shown(chain),
            shown(chain, deal(AFTER), account_id=AccountId("9"), days=15),
        ]
    )
    files.close()
    return tmp_path / "events"


def test_deals_are_found_by_account_and_position_each_once(folder: Path) -> None:
    found = read_deals(folder)

    assert [each.ticket for each in found[SLAVE, TICKET]] == [TICKET, 901]
    assert found[SLAVE, TICKET][0] == deal()
    assert found[AccountId("9"), AFTER] == (deal(AFTER),)


def test_only_what_was_told_since_the_day_is_read(folder: Path) -> None:
    assert set(read_deals(folder, first_day="2026-12-01")) == {(AccountId("9"), AFTER)}
    assert len(read_deals(folder, first_day="2026-11-21")) == 2


def test_without_raw_events_there_are_no_deals(tmp_path: Path) -> None:
    assert read_deals(tmp_path / "none") == {}


def test_files_that_cannot_be_read_are_named(folder: Path) -> None:
    (folder / "events-2026-11.sqlite").write_bytes(b"nothing of the kind" * 99)

    with pytest.raises(EventsUnavailable, match="events-2026-11"):
        read_deals(folder)
