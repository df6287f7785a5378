"""Answers are on disk before they are said, and said until somebody has them."""

from dataclasses import replace

from echo.domain.answers import ExecutionResult, ResultAck
from echo.domain.commands import CommandKind
from echo.domain.facts import Alarm
from echo.domain.ids import CommandId, Ticket, derive_command_id
from echo.domain.quantities import Instant
from echo.terminal.answers import LINES_PER_TURN, REPEAT, REWRITE, Answers
from echo.terminal.desk import Desk
from echo.terminal.effects import Append, Arm, Effect, Observe, Say
from echo.terminal.ledger import Ledger
from tests.terminal.rig import ACCOUNT, MONO_MS, WALL_MS, slave_settings, trade_id
from tests.terminal.test_ledger import filled, intention


def desk(*, up: bool = True) -> tuple[Answers, Desk]:
    place = Desk(slave_settings())
    place.now = Instant(WALL_MS, MONO_MS)
    if up:
        place.link.opened(place.now)
    return Answers(place), place


def said(effects: list[Effect]) -> list[ExecutionResult]:
    return [
        each.message
        for each in effects
        if isinstance(each, Say) and isinstance(each.message, ExecutionResult)
    ]


def later(place: Desk, ms: int) -> None:
    place.now = Instant(place.now.wall_ms + ms, place.now.mono_ms + ms)


def ack(result: ExecutionResult) -> ResultAck:
    return ResultAck(command_id=result.command_id, account_id=ACCOUNT)


def nobody(command_id: CommandId) -> None:
    raise AssertionError(f"{command_id} has nothing to do with this")


def test_a_result_is_appended_said_and_planned_again() -> None:
    answers, place = desk()

    answers.give(filled())

    effects = place.take_effects()
    assert [type(each) for each in effects] == [Append, Say, Arm]
    assert effects[-1] == Arm(REPEAT, MONO_MS + 50)
    assert answers.knows(filled().command_id)


def test_repeats_say_that_they_are_repeats() -> None:
    answers, place = desk()
    answers.give(filled())
    later(place, 50)

    answers.due()

    assert [each.stored for each in said(place.take_effects())] == [False, True]


def test_an_acknowledged_result_is_repeated_only_when_it_is_asked_for() -> None:
    answers, place = desk()
    answers.give(filled())
    answers.acknowledged(ack(filled()))
    answers.acknowledged(ack(filled()))
    place.take_effects()
    later(place, 60_000)

    answers.due()
    unasked = said(place.take_effects())
    answers.repeat(filled().command_id)

    assert unasked == []
    assert len(said(place.take_effects())) == 1
    assert [record["t"] for record in place.ledger.records] == ["D", "A"]


def test_an_acknowledgement_of_nothing_is_ignored() -> None:
    answers, place = desk()

    answers.acknowledged(ack(filled()))

    assert place.take_effects() == []


def test_a_new_session_hears_everything_unacknowledged_in_portions() -> None:
    answers, place = desk(up=False)
    for number in range(LINES_PER_TURN + 5):
        command_id = derive_command_id(trade_id(), number, ACCOUNT)
        answers.give(replace(filled(), command_id=command_id))
    silent = said(place.take_effects())

    place.link.opened(place.now)
    answers.pipe_opened()
    first = said(place.take_effects())
    answers.due()

    assert silent == []
    assert len(first) == LINES_PER_TURN
    assert len(said(place.take_effects())) == 5


def test_nothing_is_repeated_into_a_pipe_that_is_down() -> None:
    answers, place = desk()
    answers.give(filled())
    place.link.closed()
    place.take_effects()
    later(place, 1_000)

    answers.due()

    assert place.take_effects() == []


def test_a_result_that_is_not_on_disk_waits_for_the_disk() -> None:
    answers, place = desk()
    answers.give(filled())
    place.take_effects()

    answers.not_written((1,), nobody)
    waiting = place.take_effects()
    answers.repeat(filled().command_id)
    asked = place.take_effects()
    later(place, 1_000)
    answers.rewrite_due()

    alarm, rewrite = waiting
    assert isinstance(alarm, Observe)
    assert isinstance(alarm.fact, Alarm)
    assert alarm.fact.code == "LEDGER_UNWRITABLE"
    assert rewrite == Arm(REWRITE, MONO_MS + 1_000)
    assert asked == []
    append, say, *_ = place.take_effects()
    assert isinstance(append, Append)
    assert append.record["n"] == 2
    assert isinstance(say, Say)
    assert isinstance(say.message, ExecutionResult)
    assert (say.message.ledger_n, say.message.stored) == (2, False)


def test_an_order_whose_intention_is_not_on_disk_is_called_off() -> None:
    answers, place = desk()
    place.ledger.intends(intention(), at_ms=0)
    called_off: list[CommandId] = []

    answers.not_written((1,), called_off.append)

    assert called_off == [filled().command_id]


def test_what_was_never_ordered_may_be_said_without_the_disk() -> None:
    """Forgetting it could not lead to a second order."""
    answers, place = desk()

    answers.give_unwritten(filled())
    loose = said(place.take_effects())
    answers.rewrite_due()

    assert [each.ledger_n for each in loose] == [None]
    append, say, *_ = place.take_effects()
    assert isinstance(append, Append)
    assert isinstance(say, Say)
    assert isinstance(say.message, ExecutionResult)
    assert say.message.ledger_n == append.record["n"] == 2


def test_notes_that_are_not_results_are_written_again_silently() -> None:
    answers, place = desk()
    answers.give(filled())
    answers.acknowledged(ack(filled()))
    place.take_effects()

    answers.not_written((1, 2), nobody)
    answers.rewrite_due()

    effects = place.take_effects()
    assert [each.record["t"] for each in effects if isinstance(each, Append)] == ["D", "A"]
    assert said(effects) == []


def test_results_survive_in_the_ledger_with_all_their_parts() -> None:
    answers, place = desk()
    closing = replace(filled(), kind=CommandKind.CLOSE, new_ticket=Ticket(9))

    answers.give(closing, seq=4)

    again = Ledger.read(place.ledger.records, highest_n=0)
    assert again.results[closing.command_id] == replace(closing, ledger_n=1)
