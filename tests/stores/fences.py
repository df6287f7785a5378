"""What no journal takes: the writes of a Core that was overtaken, and another end of what ended."""

from abc import abstractmethod
from dataclasses import replace
from typing import Protocol

import pytest

from echo.domain.answers import Outcome
from echo.ports.errors import JournalRefused, JournalUnavailable
from echo.ports.journal import Journal
from tests.stores import examples as ex

FINAL = [each for each in Outcome if each.is_final]
BEGUN = (ex.trade(), ex.opened(), ex.decision(outcome=Outcome.PENDING))


class FencedStore(Protocol):
    """A place that keeps a journal."""

    async def open(self) -> Journal:
        """Open it, new at the first call."""

    async def two_cores(self) -> tuple[Journal, Journal]:
        """Open it twice: nothing kept the second Core out, and the first does not know of it."""


class FenceContract:
    """Promises that hold when a lock or a lease has failed."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> FencedStore: ...

    async def test_a_core_that_was_overtaken_writes_nothing_any_more(
        self, store: FencedStore
    ) -> None:
        old, new = await store.two_cores()
        await new.load()
        await new.commit((*BEGUN, ex.decision(outcome=Outcome.FILLED)))
        known = await new.load()

        for records in (BEGUN, (ex.trade(7),), (ex.decision(outcome=Outcome.PENDING),)):
            with pytest.raises(JournalRefused):
                await old.commit(records)

        assert await new.load() == known
        assert [each.outcome for each in known.decisions] == [Outcome.FILLED]

    async def test_a_core_that_was_overtaken_does_not_come_back_by_itself(
        self, store: FencedStore
    ) -> None:
        old, new = await store.two_cores()
        await new.load()
        await new.commit(BEGUN)
        with pytest.raises(JournalRefused):
            await old.commit(BEGUN)

        with pytest.raises(JournalUnavailable):
            await old.load()

        await new.commit((ex.decision(outcome=Outcome.FILLED),))
        assert [each.outcome for each in (await new.load()).decisions] == [Outcome.FILLED]

    @pytest.mark.parametrize("outcome", FINAL)
    async def test_a_final_outcome_is_never_changed(
        self, store: FencedStore, outcome: Outcome
    ) -> None:
        journal = await store.open()
        await journal.commit((*BEGUN,))
        await journal.commit((ex.decision(outcome=outcome),))

        for other in {*Outcome} - {outcome}:
            with pytest.raises(JournalRefused):
                await journal.commit((ex.trade(7), ex.decision(outcome=other)))

        loaded = await journal.load()
        assert [each.outcome for each in loaded.decisions] == [outcome]
        assert len(loaded.trades) == 1, "of a refused commit nothing stays"

    async def test_a_commit_that_stands_may_be_committed_again(self, store: FencedStore) -> None:
        both = (*BEGUN, ex.decision(outcome=Outcome.FILLED))
        journal = await store.open()
        await journal.commit(both)

        await journal.commit(both)

        assert [each.outcome for each in (await journal.load()).decisions] == [Outcome.FILLED]

    async def test_what_is_in_doubt_may_be_settled_and_what_is_final_may_be_explained(
        self, store: FencedStore
    ) -> None:
        journal = await store.open()
        await journal.commit(BEGUN)
        filled = ex.decision(outcome=Outcome.FILLED)
        await journal.commit((ex.decision(outcome=Outcome.IN_DOUBT),))
        await journal.commit((filled,))

        why = replace(filled, inputs=(*filled.inputs, ("closed_before_the_master", "a limit")))
        await journal.commit((why,))

        assert (await journal.load()).decisions == (why,)
