"""The order in which effects leave: never before the records in front of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echo.domain.journal import Record
from echo.engine.effects import Effect, Persist
from echo.engine.settings import EngineSettings
from echo.ports.errors import JournalRefused
from echo.services.core import commit_line as module
from echo.services.core.batch import Release
from echo.services.core.commit_line import Abandoned, CommitLine
from echo.services.core.committer import Committer
from tests.fakes import FactLog, FakeClock, until
from tests.services.core.fakes import (
    GatedJournal,
    lazy_row,
    persist,
    persist_lazily,
    row,
    send,
)


class Track:
    """A line with everything around it."""

    def __init__(self) -> None:
        self.journal, self.clock = GatedJournal(), FakeClock()
        self.left: list[Release] = []
        self.durable: list[int] = []
        """How many rows were on disk when each effect left."""
        self.full: list[bool] = []
        settings = EngineSettings()
        committer = Committer(self.journal, self.clock, FactLog(), lambda: settings, lambda _: None)
        self.line = CommitLine(committer, self.clock, self._leave, self.full.append)
        self.running = asyncio.create_task(self.line.run())

    def _leave(self, releases: list[Release]) -> None:
        self.left += releases
        self.durable += [len(self.journal.rows)] * len(releases)

    def event(self, *effects: Effect) -> None:
        """What the service does with the effects of one event."""
        self.queue(effects)
        self.line.pump()

    def queue(self, effects: Sequence[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Persist):
                self.line.persist(effect)
            else:
                self.line.queue(effect)  # type: ignore[arg-type]  # tests use nothing else

    async def stop(self) -> None:
        self.running.cancel()
        await asyncio.wait([self.running])


@pytest.fixture
async def track() -> AsyncIterator[Track]:
    track = Track()
    yield track
    await track.stop()


async def test_a_message_leaves_when_its_records_are_on_disk(track: Track) -> None:
    track.journal.shut()
    track.event(persist(1), send(1))
    await until(lambda: track.journal.commits)
    assert track.left == []

    track.journal.let_go()
    await until(lambda: track.left)

    assert track.left == [send(1)]
    assert track.journal.rows == [row(1)]


async def test_without_records_in_front_a_message_leaves_at_once(track: Track) -> None:
    track.event(send(1))

    assert track.left == [send(1)]


async def test_a_message_without_records_waits_for_the_batches_before_it(track: Track) -> None:
    """A repeat that arrives while the original is being committed is not acknowledged early."""
    track.journal.shut()
    track.event(persist(1), send(1))
    await until(lambda: track.journal.commits)
    track.event(send(2))
    assert track.left == []

    track.journal.let_go()
    await until(lambda: len(track.left) == 2)

    assert track.left == [send(1), send(2)]
    assert len(track.journal.commits) == 1


async def test_what_comes_during_a_commit_is_committed_together(track: Track) -> None:
    track.journal.shut()
    track.event(persist(1), send(1))
    await until(lambda: track.journal.commits)
    for n in (2, 3, 4):
        track.event(persist(n), send(n))
    track.journal.let_go()
    await until(lambda: len(track.left) == 4)

    assert track.journal.commits == [[row(1)], [row(2), row(3), row(4)]]
    assert track.durable == [1, 4, 4, 4]


async def test_there_is_one_commit_in_flight(track: Track) -> None:
    track.journal.shut()
    for n in (1, 2, 3):
        track.event(persist(n))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    assert len(track.journal.commits) == 1


async def test_a_lazy_record_waits_for_company(track: Track) -> None:
    track.event(persist_lazily(1), send(1))
    assert track.left == [send(1)]

    track.event(persist(2), send(2))
    await until(lambda: len(track.left) == 2)

    assert track.journal.commits == [[lazy_row(1), row(2)]]
    assert track.clock.next_due_ms is None


async def test_a_lazy_record_without_company_goes_after_a_while(track: Track) -> None:
    track.event(persist_lazily(1))
    track.event(persist_lazily(2))
    track.clock.advance(module.LAZY_FLUSH_MS - 1)
    await asyncio.sleep(0)
    assert track.journal.commits == []

    track.clock.advance(1)
    await until(lambda: track.journal.rows)

    assert track.journal.commits == [[lazy_row(1), lazy_row(2)]]


async def test_a_lazy_record_keeps_its_place_before_and_after_others(track: Track) -> None:
    track.event(persist(1), persist_lazily(2))
    track.event(persist_lazily(3), persist(4))
    await until(lambda: len(track.journal.rows) == 4)

    assert track.journal.rows == [row(1), lazy_row(2), lazy_row(3), row(4)]


async def test_a_refused_batch_is_dropped_with_everything_behind_it(track: Track) -> None:
    track.journal.shut()
    track.event(persist(1), send(1))
    await until(lambda: track.journal.commits)
    track.event(persist(2), send(2))
    track.event(send(3))
    track.journal.troubles = [JournalRefused("fenced")]
    track.journal.let_go()

    with pytest.raises(JournalRefused):
        await track.running

    assert track.left == []
    track.event(send(4))
    assert track.left == [send(4)]


async def test_an_abandoned_line_keeps_what_is_being_committed_and_drops_the_rest(
    track: Track,
) -> None:
    track.journal.shut()
    track.event(persist(1), send(1))
    await until(lambda: track.journal.commits)
    track.event(persist(2), send(2))
    track.line.abandon()
    track.event(persist(3), send(3))
    track.journal.let_go()

    with pytest.raises(Abandoned):
        await track.running

    assert track.left == [send(1)]
    assert track.journal.rows == [row(1)]


async def test_an_idle_line_can_be_abandoned(track: Track) -> None:
    track.queue([persist(1), send(1)])
    track.line.abandon()
    track.line.pump()

    with pytest.raises(Abandoned):
        await track.running

    assert (track.left, track.journal.commits) == ([], [])


async def test_too_much_waiting_is_told_and_so_is_its_end(track: Track) -> None:
    track.journal.shut()
    track.event(persist(0))
    await until(lambda: track.journal.commits)
    for n in range(module.WAITING_MAX + 1):
        track.event(send(n))
    assert track.full == [True]

    track.journal.let_go()
    await until(lambda: track.left)

    assert track.full == [True, False]


async def test_a_drained_line_has_written_everything_lazy_records_too(track: Track) -> None:
    track.journal.shut()
    track.event(persist(1), send(1))
    await until(lambda: track.journal.commits)
    track.event(persist_lazily(2))
    draining = asyncio.create_task(track.line.drained())
    await asyncio.sleep(0)
    assert not draining.done()

    track.journal.let_go()
    await draining

    assert track.journal.rows == [row(1), lazy_row(2)]
    assert track.left == [send(1)]
    await track.line.drained()


async def test_an_effect_that_arises_while_others_leave_leaves_after_them(track: Track) -> None:
    leave = track._leave

    def leave_and_react(releases: list[Release]) -> None:
        leave(releases[:1])
        if releases[0] == send(1):
            track.event(send(3))
        leave(releases[1:])

    track.line._leave = leave_and_react
    track.event(send(1), send(2))

    assert track.left == [send(1), send(2), send(3)]


KINDS = st.lists(st.sampled_from(["record", "lazy", "send", "event", "turn", "shut", "open"]))


@given(KINDS)
async def test_nothing_ever_leaves_before_the_records_in_front_of_it(kinds: list[str]) -> None:
    track = Track()
    urgent_before: list[int] = []
    records: list[Record] = []
    urgent = count = 0
    for n, kind in enumerate(kinds):
        match kind:
            case "record" | "lazy":
                effect = persist(n) if kind == "record" else persist_lazily(n)
                records.append(effect.record)
                urgent = len(records) if kind == "record" else urgent
                track.queue([effect])
            case "send":
                urgent_before.append(urgent)
                track.queue([send(count)])
                count += 1
            case "event":
                track.line.pump()
            case "turn":
                await asyncio.sleep(0)
            case "shut":
                track.journal.shut()
            case _:
                track.journal.let_go()
    track.journal.let_go()
    track.line.pump()
    await track.line.drained()
    await track.stop()

    assert track.left == [send(n) for n in range(count)]
    assert all(had >= needed for had, needed in zip(track.durable, urgent_before, strict=True))
    assert track.journal.rows == records
