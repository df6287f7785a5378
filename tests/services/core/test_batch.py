"""How a batch leaves."""

from echo.domain.operations import PendingList
from echo.engine.effects import Reply
from echo.services.core.batch import Batch, release
from tests.fakes import FactLog
from tests.services.core.fakes import (
    FakeSession,
    ack,
    end,
    lazy_row,
    observe,
    persist,
    persist_lazily,
    row,
    send,
)


def nobody(reply: Reply) -> None:
    raise AssertionError(f"nobody asked for {reply}")


def test_a_lazy_record_makes_nothing_urgent_and_keeps_its_place() -> None:
    batch = Batch()
    batch.persist(persist_lazily(1))
    assert not batch.urgent

    batch.persist(persist(2))
    batch.persist(persist_lazily(3))

    assert batch.urgent
    assert batch.records == [lazy_row(1), row(2), lazy_row(3)]
    assert len(batch) == 3


def test_messages_of_one_stream_leave_in_one_call_in_order() -> None:
    one, two = FakeSession(1), FakeSession(2)

    release([send(1), send(2, 2), send(3), send(4, 2)], {1: one, 2: two}, FactLog(), nobody)

    assert one.calls == [[ack(1), ack(3)]]
    assert two.calls == [[ack(2), ack(4)]]


def test_what_was_said_before_an_end_leaves_before_it() -> None:
    one, two = FakeSession(1), FakeSession(2)
    one.end = lambda reason: one.ended.append(f"{reason} after {len(one.sent)}")  # type: ignore[method-assign]  # notes when

    release([send(1), send(2, 2), end(1), send(3, 2)], {1: one, 2: two}, FactLog(), nobody)

    assert one.ended == ["over after 1"]
    assert two.calls == [[ack(2), ack(3)]]


def test_an_end_without_last_words_is_an_end() -> None:
    one = FakeSession(1)

    release([end(1)], {1: one}, FactLog(), nobody)

    assert (one.calls, one.ended) == ([], ["over"])


def test_what_is_meant_for_a_stream_that_is_over_is_dropped() -> None:
    release([send(1), end(1)], {}, FactLog(), nobody)


def test_facts_are_told_after_the_messages_have_left() -> None:
    one = FakeSession(1)
    seen: list[int] = []

    class Watching(FactLog):
        def observe(self, fact: object) -> None:
            seen.append(len(one.sent))

    release([observe(1), send(1), observe(2)], {1: one}, Watching(), nobody)

    assert seen == [1, 1]


def test_an_answer_is_brought_to_who_asked() -> None:
    answers: list[Reply] = []
    reply = Reply(7, PendingList(rows=(), total=0))

    release([send(1), reply], {1: FakeSession(1)}, FactLog(), answers.append)

    assert answers == [reply]
