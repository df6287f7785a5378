"""The audit of lanes: fills, closes, truth, order, volumes, reasons."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from echo.domain.answers import Outcome
from echo.domain.audit import check_case
from echo.domain.audit_lanes import LATE_MS, Violation
from echo.domain.casefile import CaseFile
from echo.domain.commands import CommandKind
from echo.domain.ids import SEQ_CLOSE, SEQ_OPEN, Ticket
from echo.domain.windows import Window, held_by
from tests.domain.cases import (
    NOW_MS,
    ONE,
    case,
    only,
    settled_by_hand,
    with_command,
    with_copy,
    with_decision,
    without,
)


def found(whole: CaseFile, now_ms: int = NOW_MS + 1_000) -> set[str]:
    return {each.invariant for each in check_case(whole, now_ms)}


def with_answer(whole: CaseFile, kind: CommandKind, **changes: object) -> CaseFile:
    rows = tuple(
        replace(each, **changes)  # type: ignore[arg-type]  # a test names fields as it likes
        if (each.kind, each.account_id) == (kind, ONE)
        else each
        for each in whole.answers
    )
    return replace(whole, answers=rows)


def second_fill(**changes: object) -> CaseFile:
    [fill, *_] = case().answers
    again = replace(fill, ticket=Ticket(99), **changes)  # type: ignore[arg-type]  # as above
    return replace(case(), answers=(*case().answers, again))


BROKEN: dict[str, tuple[str, Callable[[], CaseFile]]] = {
    "filled twice": ("2", second_fill),
    "closed and open": ("3", lambda: with_copy(case(), lot_remaining=Decimal("0.05"))),
    "nothing to close and open": (
        "3",
        lambda: with_copy(
            with_decision(case(), SEQ_CLOSE, outcome=Outcome.NOTHING_TO_CLOSE),
            lot_remaining=Decimal("0.05"),
        ),
    ),
    "filled, says nobody": ("7", lambda: without(case(), "answers", SEQ_OPEN)),
    "filled by a no": ("7", lambda: with_answer(case(), CommandKind.EXECUTE, success=False)),
    "filled by a doubt": ("7", lambda: with_answer(case(), CommandKind.EXECUTE, doubt=True)),
    "filled, no ticket": ("7", lambda: replace(case(), copies=case().copies[1:])),
    "filled, another ticket": ("7", lambda: with_copy(case(), ticket=Ticket(5))),
    "omitted and held": (
        "7",
        lambda: with_decision(case(), SEQ_OPEN, outcome=Outcome.OMITTED, sentence="no"),
    ),
    "omitted and filled": (
        "7",
        lambda: replace(
            with_decision(case(), SEQ_OPEN, outcome=Outcome.OMITTED, sentence="no"),
            copies=case().copies[1:],
        ),
    ),
    "held, never decided": ("7", lambda: without(case(), "decisions", SEQ_OPEN)),
    "close before its open": (
        "10",
        lambda: with_decision(case(), SEQ_OPEN, outcome=Outcome.PENDING, settled_at_ms=None),
    ),
    "after its close": ("10", lambda: with_command(case(), 2, created_at_ms=NOW_MS + 11)),
    "overtaken": (
        "10",
        lambda: with_command(
            with_command(case(), 1, kind=CommandKind.MODIFY), 1, created_at_ms=NOW_MS + 3
        ),
    ),
    "more than initially": ("11", lambda: with_copy(case(), lot_remaining=Decimal(1))),
    "less than nothing": ("11", lambda: with_copy(case(), lot_remaining=Decimal(-1))),
    "more than its share": (
        "11",
        lambda: with_copy(only(case(), SEQ_OPEN, 1), lot_remaining=Decimal("0.06")),
    ),
    "omitted for no reason": (
        "24",
        lambda: with_decision(case(), 2, outcome=Outcome.OMITTED, sentence=" "),
    ),
    "doubt without a word": (
        "24",
        lambda: with_decision(case(), SEQ_OPEN, outcome=Outcome.IN_DOUBT),
    ),
    "modified by nothing": ("24", lambda: with_decision(case(), 2, command_id=None)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_named(name: str) -> None:
    invariant, broken = BROKEN[name]

    assert invariant in found(broken())


def test_a_repeated_answer_is_no_second_fill() -> None:
    [fill, *_] = case().answers

    assert found(replace(case(), answers=(*case().answers, replace(fill, repeated=True)))) == set()


def waiting_close(opened: Outcome, why: str = "") -> list[Violation]:
    whole = with_decision(
        case(), SEQ_CLOSE, outcome=Outcome.PENDING, settled_at_ms=None, sentence=why
    )
    whole = with_decision(whole, SEQ_OPEN, outcome=opened, sentence="why")
    return [each for each in check_case(whole, NOW_MS + LATE_MS + 1) if each.invariant == "4"]


def test_a_close_that_takes_too_long_is_found_with_its_age() -> None:
    [violation] = waiting_close(Outcome.FILLED)

    assert (violation.account_id, violation.sentence) == (
        ONE,
        "its close has had no outcome for 30 s",
    )


@pytest.mark.parametrize("opened", [Outcome.IN_DOUBT, Outcome.PENDING])
def test_a_close_that_waits_for_its_open_is_not_late(opened: Outcome) -> None:
    assert waiting_close(opened) == []


def test_a_close_that_a_window_holds_is_not_late() -> None:
    window = Window(window_id="nfp", starts_at_ms=NOW_MS, ends_at_ms=NOW_MS + 600_000)

    assert waiting_close(Outcome.FILLED, held_by(window)) == []
    assert waiting_close(Outcome.FILLED, "the EA has it") != []


def test_a_close_left_to_a_person_may_leave_something_open() -> None:
    manual = with_decision(case(), SEQ_CLOSE, outcome=Outcome.MANUAL, sentence="by ana")

    assert found(with_copy(manual, lot_remaining=Decimal("0.05"))) == set()


def test_a_persons_word_is_as_good_as_an_answer() -> None:
    silent = without(case(), "answers", SEQ_OPEN)

    assert found(replace(silent, settlements=(settled_by_hand(91),))) == set()
    assert found(replace(silent, settlements=(settled_by_hand(None),))) == {"7"}


def test_a_ticket_that_a_person_named_after_a_reduction_is_known() -> None:
    renamed = with_copy(case(), ticket=Ticket(55))

    assert found(replace(renamed, settlements=(settled_by_hand(55, seq=1),))) == set()


def test_an_open_without_a_copy_may_be_in_doubt() -> None:
    doubt = with_decision(case(), SEQ_OPEN, outcome=Outcome.IN_DOUBT, sentence="why")

    assert "7" not in found(replace(without(doubt, "answers", SEQ_OPEN), copies=case().copies[1:]))


def test_less_than_its_share_may_have_been_closed_by_hand() -> None:
    assert found(with_copy(only(case(), SEQ_OPEN, 1), lot_remaining=Decimal("0.01"))) == set()
