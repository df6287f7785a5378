"""Who asks gets one answer: the engine's, or the reason why there is none."""

import asyncio

import pytest

from echo.domain.operations import (
    Answer,
    ListPending,
    NotDone,
    OperationCode,
    PendingList,
    Reconcile,
    Request,
)
from echo.engine.effects import Reply
from echo.engine.events import OperatorAsked
from echo.services.core.questions import ANSWER_MS_MAX, WAITING_MAX, Questions
from tests.fakes import FakeClock, until

QUIET = PendingList(rows=(), total=0)


class Office:
    """Questions with an engine that answers when the test says so."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.asked: list[OperatorAsked] = []
        self.questions = Questions(self.clock, self.asked.append)

    async def put(self, request: Request, turn: int = 1) -> asyncio.Task[Answer]:
        task = asyncio.create_task(self.questions.put("ana", request))
        await until(lambda: len(self.asked) >= turn or task.done())
        return task


@pytest.fixture
def office() -> Office:
    return Office()


def why(answer: Answer) -> OperationCode:
    assert isinstance(answer, NotDone)
    return answer.code


async def test_answers_find_who_asked(office: Office) -> None:
    first = await office.put(ListPending())
    second = await office.put(Reconcile(), turn=2)
    ids = [each.request_id for each in office.asked]
    refused = NotDone(code=OperationCode.NO_AGENT, sentence="no")

    office.questions.answer(Reply(ids[1], refused))
    office.questions.answer(Reply(ids[0], QUIET))

    assert (await first, await second) == (QUIET, refused)
    assert office.asked[0].by == "ana"
    assert len(set(ids)) == 2


async def test_an_answer_given_at_once_is_heard() -> None:
    asked: list[OperatorAsked] = []

    def answer(event: OperatorAsked) -> None:
        asked.append(event)
        questions.answer(Reply(event.request_id, QUIET))

    questions = Questions(FakeClock(), answer)

    assert await questions.put("ana", ListPending()) == QUIET


async def test_a_journal_that_does_not_answer_is_told_in_time(office: Office) -> None:
    waiting = await office.put(Reconcile())

    office.clock.advance(ANSWER_MS_MAX)

    answer = await waiting
    assert why(answer) is OperationCode.NO_ANSWER
    assert "may still be carried out" in getattr(answer, "sentence", "")


async def test_an_answer_that_comes_too_late_hurts_nobody(office: Office) -> None:
    waiting = await office.put(Reconcile())
    office.clock.advance(ANSWER_MS_MAX)
    office.questions.answer(Reply(office.asked[0].request_id, QUIET))

    assert why(await waiting) is OperationCode.NO_ANSWER
    office.questions.answer(Reply(office.asked[0].request_id, QUIET))


async def test_when_the_core_gives_up_everybody_is_told(office: Office) -> None:
    waiting = [await office.put(Reconcile()), await office.put(ListPending(), turn=2)]

    office.questions.drop("the Core stops")

    answers = [await each for each in waiting]
    assert answers == [NotDone(code=OperationCode.NO_ANSWER, sentence="the Core stops")] * 2


async def test_too_many_questions_are_refused_and_make_no_work(office: Office) -> None:
    waiting = [await office.put(ListPending(), turn=n + 1) for n in range(WAITING_MAX)]

    assert why(await office.questions.put("ana", ListPending())) is OperationCode.NOT_READY
    assert len(office.asked) == WAITING_MAX

    office.questions.drop("over")
    await asyncio.gather(*waiting)
    room = await office.put(ListPending(), turn=WAITING_MAX + 1)
    assert len(office.asked) == WAITING_MAX + 1
    room.cancel()
