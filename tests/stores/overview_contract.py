"""What every journal says when it is added up, whatever it is kept in."""

from abc import abstractmethod
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Protocol

import pytest

from echo.domain.answers import Outcome
from echo.domain.errors import ErrorCode
from echo.domain.intents import ActionKind
from echo.domain.overviews import (
    AskOverview,
    DecisionsRow,
    LatencyRow,
    Overview,
    OverviewKind,
    TradesRow,
)
from echo.ports.journal import Journal
from echo.ports.overviews import OverviewSource
from tests.stores import examples as ex

DAY_MS = 86_400_000
DAY = datetime.fromtimestamp(ex.NOW_MS / 1_000, UTC).date()


class OverviewPlace(Protocol):
    """A journal that can be written and added up."""

    async def open(self) -> Journal:
        """Open it for writing."""

    @property
    def source(self) -> OverviewSource:
        """What adds it up."""


async def fill(journal: Journal) -> None:
    """Two trades of one strategy on the day, one of them with a failure; one on the day before."""
    await journal.commit(ex.one_of_each())
    before = replace(ex.trade(3, settled=True), opened_at_ms=ex.NOW_MS - DAY_MS)
    await journal.commit(
        (
            ex.execution(ex.failed(ex.execute()), received_at_ms=1),
            ex.decision(account_id=ex.OTHER, outcome=Outcome.OMITTED),
            ex.trade(2, settled=True, followers=()),
            before,
        )
    )


class OverviewContract:
    """An overview's promises."""

    @pytest.fixture
    @abstractmethod
    def place(self) -> OverviewPlace: ...

    async def _read(
        self,
        place: OverviewPlace,
        kind: OverviewKind,
        first: date | None = None,
        last: date | None = None,
    ) -> Overview:
        found = await place.source.read(AskOverview(kind=kind, first=first, last=last), 77)
        assert (found.kind, found.read_at_ms, found.complete) == (kind, 77, True)
        return found

    async def test_an_empty_journal_adds_up_to_nothing(self, place: OverviewPlace) -> None:
        await place.open()

        for kind in OverviewKind:
            found = await self._read(place, kind)
            assert (found.trades, found.decisions, found.latency) == ((), (), ())

    async def test_trades_are_added_up_by_master_strategy_and_symbol(
        self, place: OverviewPlace
    ) -> None:
        await fill(await place.open())

        found = await self._read(place, OverviewKind.TRADES, DAY, DAY)

        assert found.trades == (
            TradesRow(
                master_account_id=ex.MASTER,
                strategy_id=ex.trade().strategy_id,
                symbol="XAUUSD",
                trades=2,
                settled=1,
                followers=2,
                executions_ok=1,
                executions_failed=1,
                unsettled=1,
            ),
        )

    async def test_days_are_whole_and_both_included(self, place: OverviewPlace) -> None:
        await fill(await place.open())
        day_before = date.fromordinal(DAY.toordinal() - 1)
        day_after = date.fromordinal(DAY.toordinal() + 1)

        counts = [
            sum(row.trades for row in found.trades)
            for found in (
                await self._read(place, OverviewKind.TRADES),
                await self._read(place, OverviewKind.TRADES, DAY),
                await self._read(place, OverviewKind.TRADES, None, day_before),
                await self._read(place, OverviewKind.TRADES, day_before, DAY),
                await self._read(place, OverviewKind.TRADES, day_after),
            )
        ]

        assert counts == [3, 2, 1, 3, 0]

    async def test_decisions_are_counted_by_what_they_came_to(self, place: OverviewPlace) -> None:
        await fill(await place.open())

        found = await self._read(place, OverviewKind.DECISIONS)

        assert found.decisions == (
            DecisionsRow(
                account_id=ex.SLAVE,
                kind=ActionKind.OPEN,
                outcome=ex.decision().outcome,
                code=ex.decision().code.name,
                decisions=1,
            ),
            DecisionsRow(
                account_id=ex.OTHER,
                kind=ActionKind.OPEN,
                outcome=Outcome.OMITTED,
                code=ErrorCode.SPREAD_EXCEEDED.name,
                decisions=1,
            ),
        )

    async def test_latency_is_the_mean_of_each_hop(self, place: OverviewPlace) -> None:
        await fill(await place.open())

        found = await self._read(place, OverviewKind.LATENCY)

        assert found.latency == (
            LatencyRow(
                account_id=ex.SLAVE,
                executions=1,
                master_ea_to_agent_ms=1.0,
                agent_to_core_ms=2.0,
                core_process_ms=3.0,
                core_to_agent_ms=4.0,
                agent_to_slave_ea_ms=5.0,
                slave_ea_process_ms=6.0,
                broker_ms=7.0,
                e2e_ms=28.0,
            ),
        )

    async def test_rows_are_bounded_and_that_is_said(
        self, place: OverviewPlace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("echo.stores.sqlite.overviews.OVERVIEW_ROWS_MAX", 1)
        await fill(await place.open())

        found = await place.source.read(AskOverview(kind=OverviewKind.DECISIONS), 1)

        assert (len(found.decisions), found.complete) == (1, False)

    async def test_its_name_stays_as_it_is(self, place: OverviewPlace) -> None:
        journal = await place.open()
        name = await place.source.identity()
        await fill(journal)
        await self._read(place, OverviewKind.TRADES)

        assert await place.source.identity() == name
        assert name
