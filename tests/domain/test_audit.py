"""The audit of a case: in order it finds nothing; each thing out of order, it names."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from echo.domain.answers import AckStage, Outcome
from echo.domain.audit import GRACE_MS, Audit, check_case
from echo.domain.casefile import CaseFile, FiledTrade, FiledTwin
from echo.domain.commands import CommandKind
from echo.domain.ids import GENERATIONS_MAX, SEQ_CLOSE, SEQ_OPEN, CommandId, TradeId
from echo.domain.journal import CommandStatus
from tests.domain.cases import (
    NOW_MS,
    ONE,
    TRADE,
    TWO,
    case,
    command_id,
    only,
    settled_by_hand,
    with_command,
    with_decision,
    without,
)

SOON_MS = NOW_MS + 1_000
LATE_MS = NOW_MS + GRACE_MS + 1
OTHER = TradeId("01890a5d-ac96-774b-bcce-b302099a8057")


def found(whole: CaseFile, now_ms: int = LATE_MS) -> set[str]:
    return {each.invariant for each in check_case(whole, now_ms)}


def test_a_case_in_order_has_no_violation() -> None:
    assert check_case(case(), LATE_MS) == []


@pytest.mark.parametrize("seqs", [(SEQ_OPEN,), (SEQ_OPEN, 1), (SEQ_OPEN, 1, 2)])
def test_neither_has_a_case_that_goes_on(seqs: tuple[int, ...]) -> None:
    assert check_case(only(case(), *seqs), LATE_MS) == []


def test_a_case_under_way_is_no_violation() -> None:
    begun = with_decision(
        only(case(), SEQ_OPEN), SEQ_OPEN, outcome=Outcome.PENDING, settled_at_ms=None
    )
    begun = with_command(begun, SEQ_OPEN, status=CommandStatus.DELIVERED, stage=AckStage(2))
    begun = without(replace(begun, copies=begun.copies[1:]), "answers", SEQ_OPEN)

    assert check_case(begun, SOON_MS) == []


def test_what_cannot_be_read_is_all_that_is_told() -> None:
    [violation] = check_case(replace(case(), trade=None, unreadable=("a bad row",)), LATE_MS)

    assert (violation.invariant, violation.sentence) == ("rows", "a bad row")


BROKEN: dict[str, tuple[str, Callable[[], CaseFile]]] = {
    "no trade": ("rows", lambda: replace(case(), trade=None)),
    "no open": ("rows", lambda: replace(case(), actions=case().actions[1:])),
    "answer without command": ("rows", lambda: without(case(), "commands", 2)),
    "command without decision": ("rows", lambda: without(case(), "decisions", 2)),
    "decision lost": ("1", lambda: without(case(), "decisions", 2)),
    "settled too early": (
        "1",
        lambda: with_decision(case(), 2, outcome=Outcome.PENDING, settled_at_ms=None),
    ),
    "settled before the close": (
        "1",
        lambda: replace(
            only(case(), SEQ_OPEN),
            trade=FiledTrade(trade_id=TRADE, followers=(ONE, TWO), settled=True),
        ),
    ),
    "open without hope": (
        "1",
        lambda: with_decision(
            only(case(), SEQ_OPEN),
            SEQ_OPEN,
            outcome=Outcome.PENDING,
            settled_at_ms=None,
            command_id=None,
        ),
    ),
    "stranger": (
        "17",
        lambda: replace(case(), trade=FiledTrade(trade_id=TRADE, followers=(ONE,), settled=True)),
    ),
    "decision about nothing": (
        "17",
        lambda: replace(case(), decisions=(*case().decisions, replace(case().decisions[0], seq=3))),
    ),
    "no id": ("ids", lambda: replace(case(), trade_id=TradeId("x"))),
    "another action inside": (
        "ids",
        lambda: replace(
            case(),
            actions=(replace(case().actions[0], told=(OTHER, 0)), *case().actions[1:]),
        ),
    ),
    "another command named": ("ids", lambda: with_decision(case(), 2, command_id=command_id(1))),
    "another command inside": (
        "ids",
        lambda: with_command(case(), 2, told=(CommandId(OTHER), TRADE, ONE)),
    ),
    "minted id": (
        "ids",
        lambda: with_command(
            case(), 2, command_id=CommandId(OTHER), told=(CommandId(OTHER), TRADE, ONE)
        ),
    ),
    "acked too early": ("stages", lambda: with_command(case(), 2, stage=AckStage.PIPE_DELIVERED)),
    "delivered to nobody": (
        "stages",
        lambda: with_command(
            case(), 2, status=CommandStatus.DELIVERED, stage=AckStage.CORE_ACCEPTED
        ),
    ),
    "pending after its answer": (
        "stages",
        lambda: with_command(case(), 2, status=CommandStatus.PENDING),
    ),
    "settled at no moment": ("9", lambda: with_decision(case(), 2, settled_at_ms=None)),
    "pending since settled": ("9", lambda: with_decision(case(), 2, outcome=Outcome.PENDING)),
    "command goes on": (
        "9",
        lambda: with_command(case(), 2, status=CommandStatus.DELIVERED),
    ),
    "doubt of nobody": ("9", lambda: with_decision(case(), 2, outcome=Outcome.IN_DOUBT)),
    "settled twice": (
        "9",
        lambda: replace(case(), settlements=(settled_by_hand(91), settled_by_hand(91))),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_named(name: str) -> None:
    invariant, broken = BROKEN[name]

    assert invariant in found(broken())


def test_a_fan_out_under_way_is_given_time() -> None:
    half = without(only(case(), SEQ_OPEN), "decisions", SEQ_OPEN)
    half = without(without(half, "commands", SEQ_OPEN), "answers", SEQ_OPEN)
    half = replace(half, copies=half.copies[1:])

    assert found(half, SOON_MS) == set()
    assert found(half, LATE_MS) == {"1"}


@pytest.mark.parametrize("generation", [1, GENERATIONS_MAX - 1])
def test_a_later_generation_of_a_command_is_derived_too(generation: int) -> None:
    again = command_id(2, generation=generation)
    more = with_decision(case(), 2, command_id=again)
    [first] = [each for each in case().commands if (each.seq, each.account_id) == (2, ONE)]
    second = replace(first, command_id=again, told=(again, TRADE, ONE))

    assert found(replace(more, commands=(*more.commands, second))) == set()


def test_what_a_person_settled_need_not_have_passed_every_stage() -> None:
    by_hand = with_command(case(), SEQ_OPEN, stage=AckStage.AGENT_BUFFERED)

    assert found(by_hand) == {"stages"}
    assert found(replace(by_hand, settlements=(settled_by_hand(91),))) == set()


def test_commands_of_no_trade_are_no_violation() -> None:
    [first, *_] = case().commands
    laneless = replace(
        first, kind=CommandKind.FLATTEN, seq=None, told=(first.command_id, TradeId(""), ONE)
    )
    shelf = CaseFile(trade_id=TradeId(""), commands=(laneless,))

    assert check_case(shelf, LATE_MS) == []
    [answer, *_] = case().answers
    lost = CaseFile(trade_id=TradeId(""), answers=(answer,))
    assert found(lost) == {"rows"}


def test_the_sums_of_all_cases_are_known() -> None:
    audit = Audit(now_ms=LATE_MS)
    audit.take(case())
    audit.take(CaseFile(trade_id=TradeId("")))

    assert audit.violations == []
    assert (audit.trades, audit.expected, audit.commands) == (1, 8, 8)
    assert audit.outcomes == {
        Outcome.FILLED: 2,
        Outcome.REDUCED: 2,
        Outcome.MODIFIED: 2,
        Outcome.CLOSED: 2,
    }
    assert sum(audit.outcomes.values()) == audit.expected


def test_one_ticket_in_two_trades_is_found() -> None:
    twin = FiledTwin(account_id=ONE, ticket=case().copies[0].ticket, other=OTHER)
    twice = check_case(replace(case(), twins=(twin,)), LATE_MS)

    assert [(each.invariant, each.account_id) for each in twice] == [("2", ONE)]
    assert str(OTHER) in twice[0].sentence


def test_a_close_is_about_the_last_action() -> None:
    assert command_id(SEQ_CLOSE) != command_id(2)
