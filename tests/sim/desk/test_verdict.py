from dataclasses import replace

from echo.domain.answers import Outcome
from echo.sim.desk.verdict import judged
from tests.sim.desk.stage import SLAVE, lived, opened, plan


def test_books_and_journal_that_agree_are_no_offence() -> None:
    with lived(plan()) as desk:
        assert judged(desk) == ()


def test_what_the_journal_does_not_say_of_the_books_is_an_offence() -> None:
    with lived(plan(opened())) as desk:
        (key,) = (key for key in desk.journal.decisions if key[2] == SLAVE)
        row = desk.journal.decisions[key]
        desk.journal.decisions[key] = replace(row, outcome=Outcome.OMITTED, sentence="so")
        assert [each.invariant for each in judged(desk)] == [1]
        del desk.journal.decisions[key]
        assert {each.invariant for each in judged(desk)} == {1}
        assert all(str(SLAVE) in each.sentence for each in judged(desk))


def test_offences_of_the_steps_come_first() -> None:
    with lived(plan(opened())) as desk:
        desk.lookout.violated(22, "late")
        desk.watch.acked.add((next(iter(desk.journal.trades)), 77))
        assert [each.invariant for each in judged(desk)] == [22, 6]


def test_an_omission_without_a_word_is_an_offence() -> None:
    with lived(plan(opened())) as desk:
        (key,) = (key for key in desk.journal.decisions if key[2] == SLAVE)
        row = desk.journal.decisions[key]
        desk.journal.decisions[key] = replace(row, outcome=Outcome.OMITTED, sentence="")
        assert {each.invariant for each in judged(desk)} == {1, 24}


def test_people_who_were_told_twice_are_an_offence() -> None:
    with lived(plan(opened())) as desk:
        (key,) = (key for key in desk.journal.decisions if key[2] == SLAVE)
        desk.watch.settled_facts[key] += 1
        assert [each.invariant for each in judged(desk)] == [25]
