from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from echo.bridge.events import Noted
from echo.domain.answers import Outcome
from echo.ports.errors import CommitUnknown, JournalUnavailable
from echo.services.agent.hearing import Hearing
from echo.services.agent.service import AgentService
from echo.services.core.batch import Batch
from echo.services.core.commit_line import CommitLine
from echo.services.core.committer import Committer, _Trial
from echo.services.core.service import CoreService
from echo.sim.desk.desk import Desk
from echo.sim.desk.plan import BlowKind, draw
from echo.sim.desk.report import run
from echo.sim.desk.verdict import judged
from echo.terminal.replay_script import Modify, Reduce
from tests.sim.desk.stage import blow, closed, lived, opened, plan

SEEDS = range(12)


def test_in_fair_weather_everything_is_copied_and_the_desk_falls_quiet() -> None:
    actions = (
        opened(),
        Modify(key="t1", at_ms=8_000, sl_share=Decimal("0.03"), tp_share=None),
        Reduce(key="t1", at_ms=10_000, lots=Decimal("0.20")),
        closed(),
    )
    with lived(plan(*actions)) as desk:
        assert judged(desk) == ()
        assert desk.quiet
        assert desk.pending == []
        assert desk.now_ms < 40_000
        outcomes = sorted(row.outcome for row in desk.journal.decisions.values())
        wanted = (Outcome.FILLED, Outcome.MODIFIED, Outcome.REDUCED, Outcome.CLOSED)
        assert outcomes == sorted(2 * wanted)
        assert desk.faults == {}
        assert desk.watch.acked == set(desk.journal.actions)
        assert desk.loop.happened > 1_000


def test_the_same_chance_gives_the_same_day() -> None:
    digests = []
    lines: list[str] = []
    for tell in (None, lines.append):
        chance = Random(5)
        desk = Desk(draw(5, chance), chance, tell=tell)
        desk.run()
        digests.append((desk.lookout.trace.digest, desk.loop.happened, chance.random()))
        desk.close()
    assert digests[0] == digests[1]


def test_what_is_not_mended_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("echo.services.agent.service.RESTART_PAUSE_MS", 10_000_000)
    with lived(plan(blows=(blow(BlowKind.BUG, "agent-1", 6_000),))) as desk:
        broken = {each.invariant for each in judged(desk)}
        assert {1, 3} <= broken


# ------------------------------------------------------------------------ safeguards taken away


async def let_go_before_the_commit(line: CommitLine) -> None:
    batch, line._batch = line._batch, Batch()
    line._cancel_flush()
    line._let_go(batch)
    if batch.records:
        await line._committer.commit(batch.records)


async def take_silence_for_a_yes(committer: Committer, records: Any) -> None:
    while True:
        try:
            return await committer._journal.commit(records)
        except CommitUnknown:
            return
        except JournalUnavailable:
            await committer._clock.sleep_ms(50)


async def note_without_writing(agent: AgentService) -> None:
    while True:
        await agent._wanted.wait()
        agent._wanted.clear()
        while agent._notes:
            agent._feed(Noted(agent._notes.popleft().note))


def forget_half_lines(hearing: Hearing, data: bytes, now_wall_ms: int) -> Any:
    hearing._reader.reset()
    return HEAR(hearing, data, now_wall_ms)


HEAR = Hearing.hear


async def go_on_as_it_is(core: CoreService) -> None:
    core._serving = True


def keep_it_quiet(trial: _Trial, code: str) -> None:
    """Tell nobody that the journal fails."""


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("owner", "name", "instead", "invariant"),
    [
        pytest.param(
            CommitLine, "_commit_next", let_go_before_the_commit, 6, id="lets-go-before-the-commit"
        ),
        pytest.param(Committer, "commit", take_silence_for_a_yes, 6, id="silence-taken-for-a-yes"),
        pytest.param(AgentService, "_write_notes", note_without_writing, 6, id="notes-unwritten"),
        pytest.param(Hearing, "hear", forget_half_lines, 1, id="half-lines-forgotten"),
        pytest.param(CoreService, "_rebuild", go_on_as_it_is, 6, id="refused-and-not-rebuilt"),
        pytest.param(_Trial, "_report", keep_it_quiet, 12, id="a-failing-journal-kept-quiet"),
    ],
)
def test_the_desk_notices_that_a_safeguard_is_gone(
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    name: str,
    instead: Callable[..., object],
    invariant: int,
) -> None:
    monkeypatch.setattr(owner, name, instead)

    broken = (each.invariant for seed in SEEDS for each in run(seed).violations)

    assert invariant in broken


@pytest.mark.no_cover
def test_it_holds_with_the_narrowest_of_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("echo.services.core.commit_line.WAITING_MAX", 5)
    monkeypatch.setattr("echo.services.timers.SLICE_MAX", 2)
    monkeypatch.setattr("echo.links.send_queue.SLICE_MAX", 2)
    assert [run(seed).violations for seed in range(200, 206)] == [()] * 6
